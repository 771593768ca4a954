/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A copy of any text with the secrets covered that can be told by their form: JSON web tokens
 * become {token}; in addresses, user info becomes {user}, values of the query become {name}, and
 * the stream key of rtmp, rtmps, mux and twitch becomes {stream_key}. Covering twice changes
 * nothing. */
char *lk_egress_redact_text (const char *text);

G_END_DECLS
