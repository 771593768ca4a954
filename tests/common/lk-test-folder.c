/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-folder.h"

#include <glib/gstdio.h>

void
lk_test_remove_folder (const char *path)
{
  const gboolean is_link = g_file_test (path, G_FILE_TEST_IS_SYMLINK);
  g_autoptr (GDir) folder = is_link ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      lk_test_remove_folder (child);
    }
  g_remove (path);
}
