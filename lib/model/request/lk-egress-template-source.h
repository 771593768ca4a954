/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_TEMPLATE_SOURCE (lk_egress_template_source_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressTemplateSource, lk_egress_template_source, TEMPLATE_SOURCE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressTemplateSource *lk_egress_template_source_new (const char *layout);

G_END_DECLS
