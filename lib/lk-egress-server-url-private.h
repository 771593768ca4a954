/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Addresses of LiveKit servers: ws, wss, http or https, with a path if there is one. */

/* The address that calls go to: http or https, without user name, password and slashes at the end.
 * NULL with G_IO_ERROR_INVALID_ARGUMENT if it is no address of a server. */
char *lk_egress_server_url_normalize (const char *url, GError **error);

/* What makes it the same server, in one spelling: scheme, host and port. Two servers are the same
 * if these are equal. The errors are those of lk_egress_server_url_normalize(). */
char *lk_egress_server_url_get_origin (const char *url, GError **error);

/* Whether a user or a password is in the address. They are no use: calls have tokens. */
gboolean lk_egress_server_url_has_user (const char *url);

/* Whether what is sent there stays on this machine. */
gboolean lk_egress_server_url_is_loopback (const char *url);

G_END_DECLS
