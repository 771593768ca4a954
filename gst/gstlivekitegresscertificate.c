/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresscertificate.h"

#include <gio/gio.h>
#include <gst/gst.h>

#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

static gboolean
read_certificate (GValue * value, const gchar * path)
{
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  /* There is no other way to say why. */
  if (certificate == NULL) {
    GST_ERROR ("cannot read a certificate and its key from the PEM file %s: %s",
        path, error->message);
    return FALSE;
  }

  g_value_take_object (value, certificate);
  return TRUE;
}

void
gst_livekit_egress_certificate_register (void)
{
  static gsize registered = 0;
  static GstValueTable table;

  if (!g_once_init_enter (&registered))
    return;

  table.type = G_TYPE_TLS_CERTIFICATE;
  table.deserialize = read_certificate;
  gst_value_register (&table);

  g_once_init_leave (&registered, 1);
}
