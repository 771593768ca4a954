/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-small-file-private.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void
lk_egress_small_file_prefix_error (const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);

  g_prefix_error (error, "%s: ", name);
}

/* What is no regular file may have no end, or nobody who writes to it. Of one that may not even be
 * looked at, GIO does not say what it is; that is told best by trying to read it. */
static GFileInputStream *
open_file (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                                  G_FILE_QUERY_INFO_NONE, NULL, error);
  guint32 type;

  if (info == NULL)
    return NULL;
  type = g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_STANDARD_TYPE);
  if (type == G_FILE_TYPE_REGULAR || type == G_FILE_TYPE_UNKNOWN)
    return g_file_read (file, NULL, error);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "It is no regular file");
  lk_egress_small_file_prefix_error (path, error);
  return NULL;
}

/* All of the stream, or an error if it goes on after max_size bytes. */
static gboolean
read_bytes (GInputStream *stream, gsize max_size, GString *bytes, GError **error)
{
  char block[4096];
  gssize length;

  while ((length = g_input_stream_read (stream, block, sizeof block, NULL, error)) > 0)
    {
      g_string_append_len (bytes, block, length);
      if (bytes->len <= max_size)
        continue;

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "It has more than %" G_GSIZE_FORMAT " bytes, too many for a file of its kind",
                   max_size);
      return FALSE;
    }

  return length == 0;
}

char *
lk_egress_small_file_read (const char *path, gsize max_size, gsize *length, GError **error)
{
  g_autoptr (GFileInputStream) stream = open_file (path, error);
  g_autoptr (GString) text = NULL;
  gboolean success;

  if (stream == NULL)
    return NULL;

  text = g_string_new (NULL);
  success = read_bytes (G_INPUT_STREAM (stream), max_size, text, error);
  if (success && !g_utf8_validate_len (text->str, text->len, NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "It is no text in UTF-8");
      success = FALSE;
    }
  if (!success)
    {
      lk_egress_small_file_prefix_error (path, error);
      return NULL;
    }

  if (g_str_has_prefix (text->str, BYTE_ORDER_MARK))
    g_string_erase (text, 0, strlen (BYTE_ORDER_MARK));
  *length = text->len;

  return g_string_free (g_steal_pointer (&text), FALSE);
}
