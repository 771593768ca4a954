/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_TEMPLATE_SOURCE (lk_egress_template_source_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressTemplateSource,
                      lk_egress_template_source,
                      LK_EGRESS,
                      TEMPLATE_SOURCE,
                      LkEgressMessage)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressTemplateSource *lk_egress_template_source_new (const char *layout);

G_END_DECLS
