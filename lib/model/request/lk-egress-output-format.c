/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-output.h"

#include <string.h>

#include "lk-egress-message-private.h"
#include "lk-egress-stream-protocol-private.h"
#include "lk-egress-validation-private.h"

/* The types that the protocol has for the formats. */
static const struct
{
  LkEgressOutputFormat format;
  LkEgressFileType type;
} file_types[] = {
  /* For passthrough, the server takes no other type than the default one. */
  { LK_EGRESS_OUTPUT_FORMAT_WEBM, LK_EGRESS_FILE_TYPE_DEFAULT },
  { LK_EGRESS_OUTPUT_FORMAT_DEFAULT, LK_EGRESS_FILE_TYPE_DEFAULT },
  { LK_EGRESS_OUTPUT_FORMAT_MP4, LK_EGRESS_FILE_TYPE_MP4 },
  { LK_EGRESS_OUTPUT_FORMAT_OGG, LK_EGRESS_FILE_TYPE_OGG },
  { LK_EGRESS_OUTPUT_FORMAT_MP3, LK_EGRESS_FILE_TYPE_MP3 },
  { LK_EGRESS_OUTPUT_FORMAT_MCAP, LK_EGRESS_FILE_TYPE_MCAP },
};

static const struct
{
  LkEgressOutputFormat format;
  LkEgressStreamProtocol protocol;
} stream_protocols[] = {
  { LK_EGRESS_OUTPUT_FORMAT_RTMP, LK_EGRESS_STREAM_PROTOCOL_RTMP },
  { LK_EGRESS_OUTPUT_FORMAT_SRT, LK_EGRESS_STREAM_PROTOCOL_SRT },
  { LK_EGRESS_OUTPUT_FORMAT_WEBSOCKET, LK_EGRESS_STREAM_PROTOCOL_WEBSOCKET },
};

static gboolean
has_extension (const char *path, const char *extension)
{
  g_autofree char *lower = path != NULL ? g_ascii_strdown (path, -1) : NULL;

  return lower != NULL && g_str_has_suffix (lower, extension);
}

/* Making */

static LkEgressOutput *
new_file (LkEgressFileType type, const char *location)
{
  g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new (location);

  g_object_set (file, "file-type", type, NULL);
  return lk_egress_output_new_file (file);
}

static LkEgressOutput *
new_stream (LkEgressStreamProtocol protocol, const char *location)
{
  g_autoptr (LkEgressStreamOutput) stream = lk_egress_stream_output_new (protocol);

  if (location != NULL)
    lk_egress_stream_output_add_url (stream, location);
  return lk_egress_output_new_stream (stream);
}

/* The server takes the missing one of prefix and playlist from the other. From the name of a
 * playlist it cuts off whatever follows the last dot, so other names are given as the prefix. */
static LkEgressOutput *
new_segments (LkEgressSegmentProtocol protocol, const char *location)
{
  gboolean is_playlist = has_extension (location, ".m3u8");
  g_autoptr (LkEgressSegmentedFileOutput) segments = lk_egress_segmented_file_output_new (
      is_playlist ? NULL : location, is_playlist ? location : NULL);

  g_object_set (segments, "protocol", protocol, NULL);
  return lk_egress_output_new_segments (segments);
}

static LkEgressOutput *
new_images (const char *location)
{
  g_autoptr (LkEgressImageOutput) images = lk_egress_image_output_new (0, location);

  return lk_egress_output_new_images (images);
}

/**
 * lk_egress_output_new_for_format:
 * @format: what the output is
 * @location: (nullable): where it goes
 *
 * Creates an output of a format. What @location is depends on it:
 *
 * - of files (`mp4`, `ogg`, `mp3`, `webm`, `mcap`, `default`) the path in their storage; a folder
 *   with a slash at its end, or %NULL, leaves the name to the server;
 * - of segments (`hls`, `ts`, `fmp4`) the playlist, if it ends in `.m3u8`, such as
 *   `talks/talk.m3u8`: the segments lie beside it, named such as `talks/talk_00000.ts`. Anything
 * else is what the names of segments and playlist begin with;
 * - of streams (`rtmp`, `srt`, `websocket`) the address;
 * - of `images` what their names begin with, one picture every 10 seconds.
 *
 * There is no way to ask a server for WebM: it writes such a file when it stores a VP8 or VP9 track
 * without encoding it anew. So `webm` makes a file of the default type, and the request must be for
 * one track that was published so, with [property@Request:preset] set to
 * %LK_EGRESS_ENCODING_PRESET_PASSTHROUGH and with no other output. In any other request the file
 * becomes what `default` makes of it, such as MP4.
 *
 * Returns: (transfer full): a new [class@Output]
 * Since: 1.0
 */
LkEgressOutput *
lk_egress_output_new_for_format (LkEgressOutputFormat format, const char *location)
{
  for (guint i = 0; i < G_N_ELEMENTS (file_types); i++)
    {
      if (file_types[i].format == format)
        return new_file (file_types[i].type, location);
    }
  for (guint i = 0; i < G_N_ELEMENTS (stream_protocols); i++)
    {
      if (stream_protocols[i].format == format)
        return new_stream (stream_protocols[i].protocol, location);
    }

  switch (format)
    {
    case LK_EGRESS_OUTPUT_FORMAT_TS:
    case LK_EGRESS_OUTPUT_FORMAT_HLS:
      return new_segments (LK_EGRESS_SEGMENT_PROTOCOL_HLS, location);
    case LK_EGRESS_OUTPUT_FORMAT_FMP4:
      return new_segments (LK_EGRESS_SEGMENT_PROTOCOL_HLS_FMP4, location);
    case LK_EGRESS_OUTPUT_FORMAT_IMAGES:
      return new_images (location);
    default:
      g_return_val_if_reached (NULL);
    }
}

/* Reading */

static LkEgressOutputFormat
get_file_format (LkEgressFileOutput *file)
{
  g_autofree char *path = NULL;
  LkEgressFileType type;

  g_object_get (file, "file-type", &type, "filepath", &path, NULL);
  if (type == LK_EGRESS_FILE_TYPE_DEFAULT)
    return has_extension (path, ".webm") ? LK_EGRESS_OUTPUT_FORMAT_WEBM
                                         : LK_EGRESS_OUTPUT_FORMAT_DEFAULT;

  for (guint i = 0; i < G_N_ELEMENTS (file_types); i++)
    {
      if (file_types[i].type == type)
        return file_types[i].format;
    }

  return LK_EGRESS_OUTPUT_FORMAT_DEFAULT;
}

static LkEgressOutputFormat
get_protocol_format (LkEgressStreamProtocol protocol)
{
  for (guint i = 0; i < G_N_ELEMENTS (stream_protocols); i++)
    {
      if (stream_protocols[i].protocol == protocol)
        return stream_protocols[i].format;
    }

  return LK_EGRESS_OUTPUT_FORMAT_DEFAULT;
}

/* The first address of the output, NULL if it has none. */
static char *
dup_first_url (LkEgressStreamOutput *stream)
{
  g_auto (GStrv) urls = NULL;
  g_autoptr (GObject) destination = NULL;
  char *url = NULL;

  g_object_get (stream, "urls", &urls, NULL);
  if (urls != NULL && urls[0] != NULL)
    return g_strdup (urls[0]);

  destination = g_list_model_get_item (
      lk_egress_message_get_list (LK_EGRESS_MESSAGE (stream), "destinations"), 0);
  if (destination != NULL)
    g_object_get (destination, "url", &url, NULL);

  return url;
}

static LkEgressOutputFormat
get_stream_format (LkEgressStreamOutput *stream)
{
  g_autofree char *url = dup_first_url (stream);
  LkEgressStreamProtocol protocol;

  g_object_get (stream, "protocol", &protocol, NULL);
  if (protocol == LK_EGRESS_STREAM_PROTOCOL_DEFAULT && url != NULL)
    protocol = (LkEgressStreamProtocol)lk_egress_stream_protocol_of_url (url);

  return get_protocol_format (protocol);
}

static LkEgressOutputFormat
get_segment_format (LkEgressSegmentedFileOutput *segments)
{
  LkEgressSegmentProtocol protocol;

  g_object_get (segments, "protocol", &protocol, NULL);
  return protocol == LK_EGRESS_SEGMENT_PROTOCOL_HLS_FMP4 ? LK_EGRESS_OUTPUT_FORMAT_FMP4
                                                         : LK_EGRESS_OUTPUT_FORMAT_HLS;
}

/**
 * lk_egress_output_get_format:
 * @self: an output
 *
 * Gets what an output is, the inverse of [ctor@Output.new_for_format]. Segments of MPEG-TS are
 * `hls`, never `ts`. Files of the default type are `webm` if their path ends so, else `default`,
 * for their container is not known before the server has chosen it.
 *
 * Returns: the format, %LK_EGRESS_OUTPUT_FORMAT_DEFAULT too if the output is nothing yet
 * Since: 1.0
 */
LkEgressOutputFormat
lk_egress_output_get_format (LkEgressOutput *self)
{
  g_autoptr (LkEgressFileOutput) file = NULL;
  g_autoptr (LkEgressStreamOutput) stream = NULL;
  g_autoptr (LkEgressSegmentedFileOutput) segments = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_OUTPUT (self), LK_EGRESS_OUTPUT_FORMAT_DEFAULT);

  g_object_get (self, "file", &file, "stream", &stream, "segments", &segments, NULL);
  if (file != NULL)
    return get_file_format (file);
  if (stream != NULL)
    return get_stream_format (stream);
  if (segments != NULL)
    return get_segment_format (segments);

  return lk_egress_message_has (LK_EGRESS_MESSAGE (self), "images")
             ? LK_EGRESS_OUTPUT_FORMAT_IMAGES
             : LK_EGRESS_OUTPUT_FORMAT_DEFAULT;
}

/* Folders */

/* A path as the server takes it, NULL for none. It is not to lead out of the folder. */
static char *
dup_path (gpointer message, const char *property_name)
{
  g_autofree char *path = NULL;
  g_autofree char *clean = NULL;

  g_object_get (message, property_name, &path, NULL);
  if (path == NULL)
    return NULL;

  clean = lk_egress_validation_clean_path (path);
  return g_strdup (lk_egress_message_text (clean + strspn (clean, "/")));
}

/* Puts the folder before the path in a property; no path becomes one that ends in a slash, to which
 * the server adds a name. */
static void
prepend (gpointer message, const char *property_name, const char *folder)
{
  g_autofree char *path = dup_path (message, property_name);
  g_autofree char *longer = g_strconcat (folder, "/", path != NULL ? path : "", NULL);

  g_object_set (message, property_name, longer, NULL);
}

/* The folder of a path with its slash, "" if it has none. */
static char *
dup_folder (const char *path)
{
  const char *slash = path != NULL ? strrchr (path, '/') : NULL;

  return slash != NULL ? g_strndup (path, slash + 1 - path) : g_strdup ("");
}

/* The server takes the folder of the segments as one inside of that of the playlist, unless they
 * are equal or only one has any: "a/s" and "b/p" make "b/a/s". So what moves both is not the same
 * in each case. */
static void
prepend_to_segments (LkEgressSegmentedFileOutput *segments, const char *folder)
{
  g_autofree char *prefix = dup_path (segments, "filename-prefix");
  g_autofree char *playlist = dup_path (segments, "playlist-name");
  g_autofree char *live_playlist = dup_path (segments, "live-playlist-name");
  g_autofree char *prefix_folder = dup_folder (prefix);
  g_autofree char *playlist_folder = dup_folder (playlist);
  g_autofree char *live_folder = dup_folder (live_playlist);

  /* A prefix that was not there before would end in a slash, and take from the server the right to
   * try again, which depends on the names. */
  if (*playlist_folder == '\0' && (prefix != NULL || playlist == NULL))
    {
      prepend (segments, "filename-prefix", folder);
      return;
    }

  prepend (segments, "playlist-name", folder);
  if (prefix != NULL && g_str_equal (prefix_folder, playlist_folder) && *prefix_folder != '\0')
    prepend (segments, "filename-prefix", folder);
  if (*live_folder != '\0')
    prepend (segments, "live-playlist-name", folder);
}

/**
 * lk_egress_output_prepend_folder:
 * @self: an output
 * @folder: (nullable): the folder, as [ctor@Storage.new_from_uri] gives it; %NULL or the empty text
 *   for none
 *
 * Puts a folder before the paths of an output, so that all its files lie in there and their places
 * relative to each other stay. Where the server is to choose a name, it goes on doing so. Paths are
 * cleaned as the server does it, so none leads out of the folder by `..`. Streams are left alone.
 *
 * The file, segments or pictures in the output are changed, not copied.
 *
 * Since: 1.0
 */
void
lk_egress_output_prepend_folder (LkEgressOutput *self, const char *folder)
{
  g_autoptr (LkEgressFileOutput) file = NULL;
  g_autoptr (LkEgressSegmentedFileOutput) segments = NULL;
  g_autoptr (LkEgressImageOutput) images = NULL;
  g_autofree char *clean = NULL;

  g_return_if_fail (LK_EGRESS_IS_OUTPUT (self));

  clean = g_strdup (folder != NULL ? folder : "");
  while (g_str_has_suffix (clean, "/"))
    clean[strlen (clean) - 1] = '\0';
  if (*clean == '\0')
    return;

  g_object_get (self, "file", &file, "segments", &segments, "images", &images, NULL);
  if (file != NULL)
    prepend (file, "filepath", clean);
  if (segments != NULL)
    prepend_to_segments (segments, clean);
  if (images != NULL)
    prepend (images, "filename-prefix", clean);
}
