/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-stream-destination.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressStreamDestination:
 *
 * The address of a stream under a name of your own.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamDestination:id:
 *
 * The name, which [property@StreamInfo:id] shows again. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamDestination:url:
 *
 * The address, as in [property@StreamOutput:urls]. It is required.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressStreamDestination,
                          lk_egress_stream_destination,
                          livekit__stream_destination__descriptor)

/**
 * lk_egress_stream_destination_new:
 * @id: (nullable): the name
 * @url: the address
 *
 * Creates a named destination.
 *
 * Returns: (transfer full): a new [class@StreamDestination]
 * Since: 1.0
 */
LkEgressStreamDestination *
lk_egress_stream_destination_new (const char *id, const char *url)
{
  return g_object_new (LK_EGRESS_TYPE_STREAM_DESTINATION, "id", id, "url", url, NULL);
}
