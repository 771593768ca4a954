/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-template-source.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressTemplateSource:
 *
 * A room as a web page shows it: the source of a room composite egress.
 *
 * Since: 1.0
 */

/**
 * LkEgressTemplateSource:layout:
 *
 * How the page arranges the participants: `speaker`, `grid` and `single-speaker`, each optionally
 * with `-dark` or `-light`, or whatever a page of your own understands. Default: %NULL, the choice
 * of the page.
 *
 * Since: 1.0
 */

/**
 * LkEgressTemplateSource:audio-only:
 *
 * Whether only audio is taken. It cannot be set together with [property@TemplateSource:video-only].
 * Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressTemplateSource:video-only:
 *
 * Whether only video is taken. It cannot be set together with [property@TemplateSource:audio-only].
 * Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressTemplateSource:custom-base-url:
 *
 * The http or https address of a page of your own, to be shown in place of the one that the server
 * has. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressTemplateSource:audio-mixing:
 *
 * How the audio of the participants is put on two channels. It works only with
 * [property@TemplateSource:audio-only], and without [property@TemplateSource:layout] and
 * [property@TemplateSource:custom-base-url].
 *
 * Only the older API has this, so such a request is sent through it; with %LK_EGRESS_API_LEVEL_V2
 * that is %LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER. The unified API says the same, and more, with
 * [property@AudioRoute:channel] of a media source. In JSON it is `audio_mixing` of the template,
 * where LiveKit's own messages have it in the older request. Default:
 * %LK_EGRESS_AUDIO_MIXING_DEFAULT.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressTemplateSource,
                          lk_egress_template_source,
                          livekit__template_source__descriptor)

/**
 * lk_egress_template_source_new:
 * @layout: (nullable): how the page arranges the participants
 *
 * Creates the source of a room composite egress.
 *
 * Returns: (transfer full): a new [class@TemplateSource]
 * Since: 1.0
 */
LkEgressTemplateSource *
lk_egress_template_source_new (const char *layout)
{
  return g_object_new (LK_EGRESS_TYPE_TEMPLATE_SOURCE, "layout", layout, NULL);
}
