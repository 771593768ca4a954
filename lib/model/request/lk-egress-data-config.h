/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-data-selector.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_DATA_CONFIG (lk_egress_data_config_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressDataConfig, lk_egress_data_config, DATA_CONFIG)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressDataConfig *lk_egress_data_config_new (void);

G_END_DECLS
