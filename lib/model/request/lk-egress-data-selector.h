/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_DATA_SELECTOR (lk_egress_data_selector_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressDataSelector, lk_egress_data_selector, DATA_SELECTOR)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressDataSelector *lk_egress_data_selector_new (void);

G_END_DECLS
