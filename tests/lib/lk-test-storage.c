/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-storage.h"

#include <glib/gstdio.h>

char *
lk_test_storage_write (const char *path, const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *full_path = g_canonicalize_filename (path, g_get_home_dir ());
  g_autofree char *folder = g_path_get_dirname (full_path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);

  /* Without flags nothing waits for the disk, and a file that was longer keeps its end. */
  g_unlink (full_path);
  g_file_set_contents_full (full_path, text, length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);

  return g_steal_pointer (&full_path);
}
