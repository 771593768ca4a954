/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssecret.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

gchar *
gst_livekit_egress_secret_new (gsize n_bytes, GError ** error)
{
  guint8 bytes[32];
  GString *hex;
  gsize i;

  g_assert (n_bytes <= sizeof bytes);

  /* Not GRand, whose next numbers can be told from the ones before. */
  if (getrandom (bytes, n_bytes, 0) != (gssize) n_bytes) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
        "Cannot make a secret for this run: no random numbers (%s)",
        g_strerror (errno));
    return NULL;
  }

  hex = g_string_sized_new (2 * n_bytes);
  for (i = 0; i < n_bytes; i++)
    g_string_append_printf (hex, "%02x", bytes[i]);
  explicit_bzero (bytes, sizeof bytes);

  return g_string_free (hex, FALSE);
}

gboolean
gst_livekit_egress_secret_is (const gchar * secret, const gchar * text,
    gsize size)
{
  const gsize length = strlen (secret);
  guint8 difference = 0;
  gsize i;

  if (size != length)
    return FALSE;
  for (i = 0; i < length; i++)
    difference |= (guint8) secret[i] ^ (guint8) text[i];
  return difference == 0;
}
