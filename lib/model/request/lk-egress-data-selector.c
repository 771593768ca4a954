/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-data-selector.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressDataSelector:
 *
 * One rule that takes or leaves out data tracks.
 *
 * Since: 1.0
 */

/**
 * LkEgressDataSelector:track-id:
 *
 * The id of the data track. This excludes [property@DataSelector:participant-identity].
 *
 * Since: 1.0
 */

/**
 * LkEgressDataSelector:participant-identity:
 *
 * The identity of the participant whose data tracks match. This excludes
 * [property@DataSelector:track-id].
 *
 * Since: 1.0
 */

/**
 * LkEgressDataSelector:track-name:
 *
 * The name that a matching track must have. Default: %NULL, any.
 *
 * Since: 1.0
 */

/**
 * LkEgressDataSelector:exclude:
 *
 * Whether matching tracks are left out rather than taken. Default: %FALSE.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressDataSelector,
                          lk_egress_data_selector,
                          livekit__data_selector__descriptor)

/**
 * lk_egress_data_selector_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@DataSelector]
 * Since: 1.0
 */
LkEgressDataSelector *
lk_egress_data_selector_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_DATA_SELECTOR, NULL);
}
