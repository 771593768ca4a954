/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_DATA_SELECTOR (lk_egress_data_selector_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressDataSelector,
                      lk_egress_data_selector,
                      LK_EGRESS,
                      DATA_SELECTOR,
                      LkEgressMessage)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressDataSelector *lk_egress_data_selector_new (void);

G_END_DECLS
