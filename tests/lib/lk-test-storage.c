/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-storage.h"

#include <glib/gstdio.h>
#include <string.h>

void
lk_test_storage_clear_environment (void)
{
  static const char *const prefixes[]
      = { "AWS_", "GOOGLE_", "CLOUDSDK_", "AZURE_", "ALIBABA_CLOUD_", "OSS_" };
  g_auto (GStrv) variables = g_listenv ();

  for (guint i = 0; variables[i] != NULL; i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (prefixes); k++)
        {
          if (g_str_has_prefix (variables[i], prefixes[k]))
            g_unsetenv (variables[i]);
        }
    }
}

char *
lk_test_storage_write (const char *path, const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *full_path = g_canonicalize_filename (path, g_get_home_dir ());
  g_autofree char *folder = g_path_get_dirname (full_path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);

  /* Without flags nothing waits for the disk, and a file that was longer keeps
   * its end. */
  g_unlink (full_path);
  g_file_set_contents_full (full_path, text, length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);

  return g_steal_pointer (&full_path);
}

void
lk_test_storage_assert_made (const char *uri, const char *json, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *its_folder = NULL;
  g_autoptr (LkEgressStorage) storage = lk_egress_storage_new_from_uri (uri, &its_folder, &error);
  g_autofree char *its_json = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (storage);
  its_json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (storage), LK_EGRESS_JSON_PROTO_NAMES);
  g_assert_cmpstr (its_json, ==, json);
  g_assert_cmpstr (its_folder, ==, folder);
}

void
lk_test_storage_assert_refused (const char *uri, int code, const char *message)
{
  g_autoptr (GError) error = NULL;
  char *folder = (char *)"untouched";

  g_assert_null (lk_egress_storage_new_from_uri (uri, &folder, &error));
  g_assert_null (folder);
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_null (strstr (error->message, LK_TEST_SECRET));

  /* The error is not needed. */
  g_assert_null (lk_egress_storage_new_from_uri (uri, NULL, NULL));
}

char *
lk_test_storage_mutate (GRand *random, const char *text)
{
  static const char interesting[] = "\n\r\t =[]#;:/?&%@.~\"'{}\xef\xbb\xbf\xff\x01";
  GString *out = g_string_new (text);

  for (gint32 n = g_rand_int_range (random, 1, 4); n > 0; n--)
    {
      gsize at = g_rand_int_range (random, 0, (gint32)out->len + 1);
      gboolean is_interesting = g_rand_boolean (random);
      char c = is_interesting
                   ? interesting[g_rand_int_range (random, 0, (gint32)sizeof interesting - 1)]
                   : (char)g_rand_int_range (random, 1, 128);
      gint32 kind = g_rand_int_range (random, 0, 16);

      if (kind == 0)
        g_string_truncate (out, at);
      else if (at == out->len || kind % 3 == 0)
        g_string_insert_c (out, (gssize)at, c);
      else if (kind % 3 == 1)
        out->str[at] = c;
      else
        g_string_erase (out, (gssize)at, 1);
    }

  return g_string_free (out, FALSE);
}
