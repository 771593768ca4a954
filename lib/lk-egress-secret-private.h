/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* Takes as long for a guess that is wrong in the first byte as for one wrong in the last. */
static inline gboolean
lk_egress_secret_equal (gconstpointer a, gsize a_length, gconstpointer b, gsize b_length)
{
  const guint8 *x = a;
  const guint8 *y = b;
  guint8 difference = 0;

  if (a_length != b_length)
    return FALSE;

  for (gsize i = 0; i < a_length; i++)
    difference |= (guint8)(x[i] ^ y[i]);

  return difference == 0;
}

/* Frees a secret; nothing of it is left in memory. */
static inline void
lk_egress_secret_free (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

G_END_DECLS
