/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-output.h"

#include <gio/gio.h>
#include <string.h>

/* What the end of a name says. */
static const struct
{
  const char *extension;
  LkEgressOutputFormat format;
} extensions[] = {
  { "mp4", LK_EGRESS_OUTPUT_FORMAT_MP4 },    { "ogg", LK_EGRESS_OUTPUT_FORMAT_OGG },
  { "mp3", LK_EGRESS_OUTPUT_FORMAT_MP3 },    { "webm", LK_EGRESS_OUTPUT_FORMAT_WEBM },
  { "mcap", LK_EGRESS_OUTPUT_FORMAT_MCAP },  { "m3u8", LK_EGRESS_OUTPUT_FORMAT_HLS },
  { "jpg", LK_EGRESS_OUTPUT_FORMAT_IMAGES }, { "jpeg", LK_EGRESS_OUTPUT_FORMAT_IMAGES },
};

/* Of media that no egress writes: the server would make a file such as a.ts.mp4. */
static const char *const other_extensions[]
    = { "ts", "mkv", "mov", "avi", "flv", "wav", "flac", "aac", "m4a", "opus", "png", "gif" };

/* What its scheme makes of an address. */
static LkEgressOutputFormat
get_stream_format (const char *url)
{
  g_autoptr (LkEgressStreamOutput) stream
      = lk_egress_stream_output_new (LK_EGRESS_STREAM_PROTOCOL_DEFAULT);
  g_autoptr (LkEgressOutput) output = lk_egress_output_new_stream (stream);

  lk_egress_stream_output_add_url (stream, url);
  return lk_egress_output_get_format (output);
}

/* "s3" of "s3://bucket". A name such as "demo-12:30.mp4" has none. */
static char *
dup_scheme (const char *location)
{
  const gsize length = strspn (location, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+-.");

  if (length == 0 || !g_str_has_prefix (location + length, "://"))
    return NULL;
  return g_ascii_strdown (location, (gssize)length);
}

/* What follows the last dot of the last name, in small letters; NULL for none. */
static char *
dup_extension (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *dot = strrchr (slash != NULL ? slash : path, '.');

  return dot != NULL ? g_ascii_strdown (dot + 1, -1) : NULL;
}

static gboolean
find_format (const char *path, LkEgressOutputFormat *format, GError **error)
{
  g_autofree char *extension = dup_extension (path);

  *format = LK_EGRESS_OUTPUT_FORMAT_DEFAULT;
  if (extension == NULL)
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (extensions); i++)
    {
      if (g_str_equal (extension, extensions[i].extension))
        *format = extensions[i].format;
    }
  for (guint i = 0; i < G_N_ELEMENTS (other_extensions); i++)
    {
      if (g_str_equal (extension, other_extensions[i]))
        {
          g_set_error (
              error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
              "No egress writes .%s: the location of a file ends in .mp4, .ogg, .mp3, .webm"
              " or .mcap, of a playlist in .m3u8, of pictures in .jpg",
              extension);
          return FALSE;
        }
    }

  return TRUE;
}

static LkEgressOutput *
new_for_path (const char *path, LkEgressOutputFormat format, GError **error)
{
  g_autofree char *extension = dup_extension (path);
  g_autofree char *prefix = NULL;

  if (format == LK_EGRESS_OUTPUT_FORMAT_DEFAULT && !find_format (path, &format, error))
    return NULL;

  /* The server numbers pictures, and adds the end of their names. */
  if (format == LK_EGRESS_OUTPUT_FORMAT_IMAGES && extension != NULL
      && (g_str_equal (extension, "jpg") || g_str_equal (extension, "jpeg")))
    {
      prefix = g_strndup (path, strlen (path) - strlen (extension) - 1);
      path = prefix;
    }

  return lk_egress_output_new_for_format (format, *path != '\0' ? path : NULL);
}

/* The path in the storage, "" for none; it ends in a slash if it is that of a folder. */
static char *
dup_storage_path (const char *uri, const char *folder)
{
  const gsize length = strcspn (uri, "?");
  const gboolean is_folder = length > 0 && uri[length - 1] == '/';

  return folder != NULL ? g_strconcat (folder, is_folder ? "/" : NULL, NULL) : g_strdup ("");
}

static LkEgressOutput *
new_in_storage (const char *uri, LkEgressOutputFormat format, GError **error)
{
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autoptr (LkEgressStorage) storage = lk_egress_storage_new_from_uri (uri, &folder, error);
  LkEgressOutput *output;

  if (storage == NULL)
    return NULL;

  path = dup_storage_path (uri, folder);
  output = new_for_path (path, format, error);
  if (output != NULL)
    g_object_set (output, "storage", storage, NULL);
  return output;
}

static gboolean
is_stream (LkEgressOutputFormat format)
{
  return format == LK_EGRESS_OUTPUT_FORMAT_RTMP || format == LK_EGRESS_OUTPUT_FORMAT_SRT
         || format == LK_EGRESS_OUTPUT_FORMAT_WEBSOCKET;
}

/**
 * lk_egress_output_new_for_location:
 * @location: where it goes
 * @format: what it is; %LK_EGRESS_OUTPUT_FORMAT_DEFAULT: what @location says
 * @error: return location for an error
 *
 * Creates an output of one word, the way `location` of a `filesink` is one:
 *
 * - `rtmp://`, `rtmps://`, `mux://`, `twitch://`, `srt://`, `ws://` or `wss://`: a stream to this
 *   address.
 * - `s3://`, `gs://`, `azure://` or `oss://`: in a storage, with the credentials and options of
 *   [ctor@Storage.new_from_uri], such as `s3://recordings/{room_name}-{time}.mp4`.
 * - Anything else is a path where the server is configured to store, such as `rec/talk.mp4`.
 *
 * The end of the name says what is stored: `.mp4`, `.ogg`, `.mp3`, `.webm` and `.mcap` are files,
 * `.m3u8` a playlist with its segments, `.jpg` pictures that the server numbers. With another end,
 * or none, or for a folder (`talks/`), the server makes a file of the kind that fits the tracks.
 * Text in braces such as `{room_name}`, `{time}` and `{publisher_identity}` is replaced by the
 * server.
 *
 * Small files with credentials may be read, so this can block for a moment. Errors show neither
 * secrets nor the address.
 *
 * Returns: (transfer full): a new [class@Output], or %NULL with %G_IO_ERROR_INVALID_ARGUMENT if
 *   there is nothing of this kind, or an error of [ctor@Storage.new_from_uri]
 * Since: 1.0
 */
LkEgressOutput *
lk_egress_output_new_for_location (const char *location,
                                   LkEgressOutputFormat format,
                                   GError **error)
{
  g_autofree char *scheme = NULL;
  LkEgressOutputFormat stream;

  g_return_val_if_fail (location != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  scheme = dup_scheme (location);
  stream = scheme != NULL ? get_stream_format (location) : LK_EGRESS_OUTPUT_FORMAT_DEFAULT;
  if (is_stream (stream) || is_stream (format))
    {
      if (format == LK_EGRESS_OUTPUT_FORMAT_DEFAULT || format == stream)
        return lk_egress_output_new_for_format (stream, location);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The format of the output is not that of its address, which is %s",
                   scheme != NULL ? scheme : "no address of a stream");
      return NULL;
    }

  if (scheme == NULL)
    return new_for_path (location, format, error);
  if (g_strv_contains ((const char *const[]){ "s3", "gs", "azure", "oss", NULL }, scheme))
    return new_in_storage (location, format, error);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "An egress cannot go to an address of %s://: there are s3, gs, azure and oss for"
               " storages, rtmp, rtmps, mux, twitch, srt, ws and wss for streams, and paths without"
               " any",
               scheme);
  return NULL;
}
