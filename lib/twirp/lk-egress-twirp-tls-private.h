/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Adds to a G_TLS_ERROR why the server's certificate was not accepted, and what helps. */
void lk_egress_twirp_explain_tls (SoupMessage *message, GError **error);

G_END_DECLS
