/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-redact.h"

G_BEGIN_DECLS

/* lk_egress_redact_text() of what a server says, which may be no text at all and of any length:
 * about a kilobyte stays, without white space at its ends. */
char *lk_egress_redact_server_text (const char *text, gsize length);

G_END_DECLS
