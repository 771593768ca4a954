/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-id.h"

#include <string.h>

#define LENGTH 12

char *
dev_id_new (const char *prefix)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  GString *id = g_string_new (prefix);

  for (guint i = 0; i < LENGTH; i++)
    g_string_append_c (id, alphabet[g_random_int_range (0, strlen (alphabet))]);
  return g_string_free (id, FALSE);
}
