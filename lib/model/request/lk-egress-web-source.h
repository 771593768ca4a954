/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_WEB_SOURCE (lk_egress_web_source_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressWebSource, lk_egress_web_source, WEB_SOURCE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebSource *lk_egress_web_source_new (const char *url);

G_END_DECLS
