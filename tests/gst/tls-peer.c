/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tls-peer.h"

static gboolean
accept_any (GTlsConnection *connection,
            GTlsCertificate *certificate,
            GTlsCertificateFlags errors,
            gpointer user_data)
{
  return TRUE;
}

GIOStream *
tls_peer_new (GIOStream *connection)
{
  g_autoptr (GError) error = NULL;
  GIOStream *self
      = g_initable_new (g_tls_backend_get_client_connection_type (g_tls_backend_get_default ()),
                        NULL, &error, "base-io-stream", connection, "database", NULL, NULL);

  g_assert_no_error (error);
  g_signal_connect (self, "accept-certificate", G_CALLBACK (accept_any), NULL);
  g_tls_connection_handshake (G_TLS_CONNECTION (self), NULL, &error);
  g_assert_no_error (error);
  g_object_unref (connection);
  return self;
}
