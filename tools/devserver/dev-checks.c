/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-checks.h"

#include <string.h>

#include "dev-message.h"
#include "lk-egress-error.h"

#define MIN_EDGE 16
/* The worker has no upper bound; a test picture has. */
#define MAX_EDGE 4096
#define RTMP_PATTERN "^(rtmps?://)(.*/)(.*/)(\\S*)( live=1)?$"
#define RTMP_FORM                                                                                  \
  "rtmp urls must be of format rtmp(s)://{host}(/{path})/{app}/{stream_key}( live=1)"

static gboolean
missing (GError **error, const char *field)
{
  g_set_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_INVALID_ARGUMENT,
               DEV_TEXT_PREFIX "request has missing or invalid field: %s", field);
  return FALSE;
}

static gboolean
bad_url (GError **error, const char *url, const char *reason)
{
  g_set_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_INVALID_ARGUMENT,
               DEV_TEXT_PREFIX "invalid url %s: %s", url, reason);
  return FALSE;
}

static gboolean
is_web_url (const char *url)
{
  const char *scheme = g_uri_peek_scheme (url);

  return (g_strcmp0 (scheme, "http") == 0 || g_strcmp0 (scheme, "https") == 0)
         && g_uri_is_valid (url, G_URI_FLAGS_NONE, NULL);
}

static gboolean
check_source (const DevPlan *plan, GError **error)
{
  switch (plan->source)
    {
    case DEV_SOURCE_NONE:
      return missing (error, "source");
    case DEV_SOURCE_ROOM:
    case DEV_SOURCE_WEB:
      if (plan->source == DEV_SOURCE_WEB && !is_web_url (plan->url))
        return missing (error, "web url");
      if (*plan->base_url != '\0' && !is_web_url (plan->base_url))
        return missing (error, "template base url");
      if (plan->audio_only && plan->video_only)
        return missing (error, "audio_only and video_only");
      return TRUE;
    case DEV_SOURCE_PARTICIPANT:
      return *plan->identity != '\0' || missing (error, "identity");
    case DEV_SOURCE_TRACKS:
      return plan->encoding.audio || plan->encoding.video
             || missing (error,
                         plan->unified ? "audio or video" : "audio_track_id or video_track_id");
    case DEV_SOURCE_TRACK:
      return *plan->audio_track_id != '\0' || *plan->video_track_id != '\0'
             || missing (error, "track_id");
    default:
      g_assert_not_reached ();
    }
}

static gboolean
check_encoding (const DevPlan *plan, GError **error)
{
  const DevEncoding *encoding = &plan->encoding;

  if (plan->passthrough && plan->source != DEV_SOURCE_TRACK
      && !(plan->unified && plan->source == DEV_SOURCE_TRACKS))
    return missing (error, "preset");
  if (encoding->width < MIN_EDGE || encoding->width > MAX_EDGE || encoding->width % 2 != 0)
    return missing (error, "width");
  if (encoding->height < MIN_EDGE || encoding->height > MAX_EDGE || encoding->height % 2 != 0)
    return missing (error, "height");
  if (plan->depth != 0 && plan->depth != 8 && plan->depth != 16 && plan->depth != 24)
    return missing (error, "depth");
  return TRUE;
}

gboolean
dev_checks_stream_url (Livekit__StreamProtocol protocol, const char *url, GError **error)
{
  if (dev_plan_get_url_protocol (url) != protocol)
    return bad_url (error, url, "invalid scheme");
  if (protocol == LIVEKIT__STREAM_PROTOCOL__RTMP && g_str_has_prefix (url, "rtmp")
      && !g_regex_match_simple (RTMP_PATTERN, url, 0, 0))
    return bad_url (error, url, RTMP_FORM);
  return TRUE;
}

static gboolean
no_codec (GError **error)
{
  g_set_error_literal (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_INVALID_ARGUMENT,
                       DEV_TEXT_PREFIX "no supported codec is compatible with all outputs");
  return FALSE;
}

static gboolean
check_stream (const DevPlan *plan, const DevDestination *destination, GError **error)
{
  Livekit__StreamProtocol protocol = dev_destination_get_protocol (destination);
  const GPtrArray *streams = destination->streams;

  if (streams->len == 0 && plan->destinations->len == 1)
    return missing (error, "stream url");
  if (protocol == LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL)
    {
      const DevStream *first = streams->len > 0 ? g_ptr_array_index (streams, 0) : NULL;

      return first != NULL ? bad_url (error, first->url, "invalid protocol")
                           : missing (error, "stream protocol");
    }
  for (guint i = 0; i < streams->len; i++)
    {
      const DevStream *stream = g_ptr_array_index (streams, i);

      if (!dev_checks_stream_url (protocol, stream->url, error))
        return FALSE;
    }
  if (protocol == LIVEKIT__STREAM_PROTOCOL__WEBSOCKET && !plan->encoding.audio)
    return no_codec (error);
  return TRUE;
}

static gboolean
check_segments (const DevDestination *destination, GError **error)
{
  const char *name = dev_message_string (destination->config, "playlist_name");
  const char *live_name = dev_message_string (destination->config, "live_playlist_name");
  g_autofree char *directory = g_path_get_dirname (name);
  g_autofree char *live_directory = g_path_get_dirname (live_name);

  if (*live_name == '\0')
    return TRUE;
  if (!g_str_equal (live_directory, ".") && !g_str_equal (live_directory, directory))
    return missing (error, "live_playlist_name must be in same directory as playlist_name");
  if (g_str_equal (name, live_name))
    return missing (error, "live_playlist_name cannot be identical to playlist_name");
  return TRUE;
}

static gboolean
check_file (const DevPlan *plan, const DevDestination *destination, GError **error)
{
  int type = dev_message_number (destination->config, "file_type");

  if (plan->encoding.video
      && (type == LIVEKIT__ENCODED_FILE_TYPE__OGG || type == LIVEKIT__ENCODED_FILE_TYPE__MP3))
    return no_codec (error);
  return TRUE;
}

static gboolean
check_images (const DevPlan *plan, const DevDestination *destination, GError **error)
{
  if (!plan->encoding.video)
    return missing (error, "audio_only images");
  if ((guint)dev_message_number (destination->config, "filename_suffix")
      > LIVEKIT__IMAGE_FILE_SUFFIX__IMAGE_SUFFIX_NONE_OVERWRITE)
    return missing (error, "filename_suffix");
  return TRUE;
}

static gboolean
check_outputs (const DevPlan *plan, GError **error)
{
  static const char *const twice[] = {
    [DEV_DESTINATION_FILE] = "multiple file outputs",
    [DEV_DESTINATION_STREAM] = "multiple stream outputs",
    [DEV_DESTINATION_SEGMENTS] = "multiple segmented file outputs",
    [DEV_DESTINATION_IMAGES] = NULL,
  };
  guint seen[G_N_ELEMENTS (twice)] = { 0 };

  if (plan->destinations->len == 0)
    return missing (error, "output");
  for (guint i = 0; i < plan->destinations->len; i++)
    {
      const DevDestination *destination = g_ptr_array_index (plan->destinations, i);
      gboolean good = TRUE;

      if (seen[destination->kind]++ > 0 && twice[destination->kind] != NULL)
        return missing (error, twice[destination->kind]);
      if (destination->kind == DEV_DESTINATION_NONE)
        good = missing (error, "output config");
      else if (destination->kind == DEV_DESTINATION_FILE)
        good = check_file (plan, destination, error);
      else if (destination->kind == DEV_DESTINATION_STREAM)
        good = check_stream (plan, destination, error);
      else if (destination->kind == DEV_DESTINATION_SEGMENTS)
        good = check_segments (destination, error);
      else if (destination->kind == DEV_DESTINATION_IMAGES)
        good = check_images (plan, destination, error);
      if (!good)
        return FALSE;
    }
  return TRUE;
}

gboolean
dev_checks_run (const DevPlan *plan, GError **error)
{
  return check_source (plan, error) && check_encoding (plan, error) && check_outputs (plan, error);
}
