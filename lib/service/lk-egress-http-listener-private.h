/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Accepts connections for a SoupServer, within bounds: only so many at a time, and each has only so
 * long for its next request. Bodies are announced, and not too large. libsoup has no such bounds.
 */
typedef struct _LkEgressHttpListener LkEgressHttpListener;

#define LK_EGRESS_HTTP_MAX_BODY (1024 * 1024)
#define LK_EGRESS_HTTP_MAX_CONNECTIONS 64
#define LK_EGRESS_HTTP_MAX_TIME 10000 /* milliseconds for one request */

/* certificate: for TLS, or NULL. max_time: milliseconds. */
LkEgressHttpListener *lk_egress_http_listener_new (SoupServer *soup,
                                                   GInetAddress *address,
                                                   guint16 port,
                                                   GTlsCertificate *certificate,
                                                   guint max_time,
                                                   GError **error);

guint16 lk_egress_http_listener_get_port (LkEgressHttpListener *self);

/* Closes the connections too. */
void lk_egress_http_listener_free (LkEgressHttpListener *self);

G_END_DECLS
