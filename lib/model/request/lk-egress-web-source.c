/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-web-source.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressWebSource:
 *
 * Any web page as a source. It needs no room.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebSource:url:
 *
 * The http or https address of the page. It is required.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebSource:audio-only:
 *
 * Whether only audio is taken. It cannot be set together with [property@WebSource:video-only].
 * Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebSource:video-only:
 *
 * Whether only video is taken. It cannot be set together with [property@WebSource:audio-only].
 * Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebSource:await-start-signal:
 *
 * Whether recording begins only when the page writes `START_RECORDING` to its console, instead of
 * when it has loaded. Default: %FALSE.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressWebSource, lk_egress_web_source, livekit__web_source__descriptor)

/**
 * lk_egress_web_source_new:
 * @url: the http or https address of the page
 *
 * Creates a source from a web page.
 *
 * Returns: (transfer full): a new [class@WebSource]
 * Since: 1.0
 */
LkEgressWebSource *
lk_egress_web_source_new (const char *url)
{
  return g_object_new (LK_EGRESS_TYPE_WEB_SOURCE, "url", url, NULL);
}
