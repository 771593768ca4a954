/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-data-config.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressDataConfig:
 *
 * A choice of data tracks.
 *
 * Since: 1.0
 */

/**
 * LkEgressDataConfig:capture-all:
 *
 * Whether all data tracks are taken, but for those that a selector excludes. Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressDataConfig:selectors:
 *
 * The rules, [class@DataSelector]. Default: none.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressDataConfig,
                          lk_egress_data_config,
                          livekit__data_config__descriptor)

/**
 * lk_egress_data_config_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@DataConfig]
 * Since: 1.0
 */
LkEgressDataConfig *
lk_egress_data_config_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_DATA_CONFIG, NULL);
}
