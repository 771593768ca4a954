/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-macros.h"

G_BEGIN_DECLS

LK_EGRESS_AVAILABLE_IN_1_0
char *lk_egress_redact_url (const char *url);

LK_EGRESS_AVAILABLE_IN_1_0
char *lk_egress_redact_text (const char *text);

G_END_DECLS
