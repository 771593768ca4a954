/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-data-selector.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_DATA_CONFIG (lk_egress_data_config_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressDataConfig,
                      lk_egress_data_config,
                      LK_EGRESS,
                      DATA_CONFIG,
                      LkEgressMessage)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressDataConfig *lk_egress_data_config_new (void);

G_END_DECLS
