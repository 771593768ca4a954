/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A copy of any text with the secrets covered that can be told by their form: JSON web tokens
 * become {token}; in addresses, user info becomes {user}, values of the query become {name}, and
 * the stream key of rtmp, rtmps, mux and twitch becomes {stream_key}. Covering twice changes
 * nothing. */
char *lk_egress_redact_text (const char *text);

/* The same of what a server says, made fit to be shown: valid UTF-8, about a kilobyte at most, and
 * no control characters but line ends. */
char *lk_egress_redact_server_text (const char *text, gsize length);

G_END_DECLS
