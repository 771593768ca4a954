/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-lower-private.h"

#include <string.h>

#include "lk-egress-error-private.h"
#include "lk-egress-wire-field-private.h"

static gboolean
refuse (GError **error, const char *path, const char *name, const char *why)
{
  g_autofree char *text
      = g_strdup_printf ("The server only speaks the older Egress API, which has no place for "
                         "“%s%s%s”: %s",
                         path, *path != '\0' ? "." : "", name, why);

  g_propagate_error (
      error, lk_egress_error_new (LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER, 0, NULL, NULL, text));

  return FALSE;
}

static const ProtobufCFieldDescriptor *
get_field (const ProtobufCMessage *message, const char *name)
{
  return protobuf_c_message_descriptor_get_field_by_name (message->descriptor, name);
}

static void
copy_value (const ProtobufCMessage *from,
            const ProtobufCFieldDescriptor *source,
            ProtobufCMessage *to,
            const ProtobufCFieldDescriptor *target)
{
  if (lk_egress_wire_is_repeated (source))
    {
      /* Of messages: those are the only lists that both forms have. */
      for (gsize i = 0; i < lk_egress_wire_count (from, source); i++)
        {
          ProtobufCMessage **item = lk_egress_wire_element (from, source, i);

          lk_egress_wire_append_message (to, target, lk_egress_wire_copy (*item));
        }
      return;
    }

  switch (source->type)
    {
    case PROTOBUF_C_TYPE_MESSAGE:
      lk_egress_wire_take_message (to, target,
                                   lk_egress_wire_copy (lk_egress_wire_get_message (from, source)));
      break;
    case PROTOBUF_C_TYPE_STRING:
      lk_egress_wire_set_string (to, target, lk_egress_wire_get_string (from, source));
      break;
    default:
      lk_egress_wire_set_int (to, target, lk_egress_wire_get_int (from, source));
      break;
    }
}

/* Copies one field, if set, to the field of the same name. */
static gboolean
lower_field (const ProtobufCMessage *from,
             const ProtobufCFieldDescriptor *source,
             const char *path,
             ProtobufCMessage *to,
             GError **error)
{
  const ProtobufCFieldDescriptor *target;

  if (!lk_egress_wire_has (from, source))
    return TRUE;

  target = get_field (to, source->name);
  if (target == NULL)
    return refuse (error, path, source->name, "leave it out, or use a server that is newer");

  copy_value (from, source, to, target);

  return TRUE;
}

/* Copies every field that is set to the one of the same name, so that a field which a later
 * protocol adds to one side only is refused and not lost. */
static gboolean
lower_fields (const ProtobufCMessage *from, const char *path, ProtobufCMessage *to, GError **error)
{
  for (guint i = 0; i < from->descriptor->n_fields; i++)
    {
      if (!lower_field (from, &from->descriptor->fields[i], path, to, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_websocket (const Livekit__StreamOutput *stream)
{
  if (stream->protocol != LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL)
    return stream->protocol == LIVEKIT__STREAM_PROTOCOL__WEBSOCKET;

  return stream->n_urls > 0
         && (g_ascii_strncasecmp (stream->urls[0], "ws://", 5) == 0
             || g_ascii_strncasecmp (stream->urls[0], "wss://", 6) == 0);
}

/* Outputs of the older form carry their storage. */
static gboolean
lower_storage (const Livekit__StartEgressRequest *request,
               const Livekit__Output *from,
               const char *path,
               ProtobufCMessage *to,
               GError **error)
{
  const Livekit__StorageConfig *storage = from->storage != NULL ? from->storage : request->storage;
  g_autofree char *storage_path = NULL;

  /* Segments and images may carry one in the older way already. */
  if (storage == NULL
      || (from->storage == NULL && lk_egress_wire_oneof_case (to, get_field (to, "s3")) != 0))
    return TRUE;

  storage_path
      = from->storage != NULL ? g_strconcat (path, ".storage", NULL) : g_strdup ("storage");

  return lower_fields (&storage->base, storage_path, to, error);
}

static gboolean
lower_file (const Livekit__StartEgressRequest *request,
            const Livekit__Output *from,
            const char *path,
            ProtobufCMessage *to,
            GError **error)
{
  g_autofree char *file_path = g_strconcat (path, ".file", NULL);

  if (from->file->file_type == LIVEKIT__ENCODED_FILE_TYPE__MCAP)
    return refuse (error, file_path, "file_type", "MCAP files came with the newer API");

  return lower_fields (&from->file->base, file_path, to, error)
         && lower_storage (request, from, path, to, error);
}

static ProtobufCMessage *
lower_stream (const Livekit__Output *from, const char *path, GError **error)
{
  g_autofree char *stream_path = g_strconcat (path, ".stream", NULL);

  if (from->stream->n_destinations > 0)
    {
      refuse (error, stream_path, "destinations", "list the addresses under urls");
      return NULL;
    }
  if (is_websocket (from->stream))
    {
      refuse (error, stream_path, "protocol",
              "it sends to a websocket only one audio track, named by its id, as the only output");
      return NULL;
    }

  return lk_egress_wire_copy (&from->stream->base);
}

static ProtobufCMessage *
lower_segments (const Livekit__StartEgressRequest *request,
                const Livekit__Output *from,
                const char *path,
                GError **error)
{
  g_autofree char *segments_path = g_strconcat (path, ".segments", NULL);
  ProtobufCMessage *to;

  if (from->segments->protocol == LIVEKIT__SEGMENTED_FILE_PROTOCOL__HLS_FMP4_PROTOCOL)
    {
      refuse (error, segments_path, "protocol", "fragmented MP4 came with the newer API");
      return NULL;
    }

  to = lk_egress_wire_copy (&from->segments->base);
  if (!lower_storage (request, from, path, to, error))
    g_clear_pointer (&to, lk_egress_wire_free);

  return to;
}

static ProtobufCMessage *
lower_images (const Livekit__StartEgressRequest *request,
              const Livekit__Output *from,
              const char *path,
              GError **error)
{
  ProtobufCMessage *to = lk_egress_wire_copy (&from->images->base);

  if (!lower_storage (request, from, path, to, error))
    g_clear_pointer (&to, lk_egress_wire_free);

  return to;
}

static gboolean
lower_output (const Livekit__StartEgressRequest *request,
              guint index,
              ProtobufCMessage *to,
              GError **error)
{
  const Livekit__Output *from = request->outputs[index];
  g_autofree char *path = g_strdup_printf ("outputs[%u]", index);
  ProtobufCMessage *output = NULL;
  const char *list;

  switch (from->config_case)
    {
    case LIVEKIT__OUTPUT__CONFIG_FILE:
      list = "file_outputs";
      output = lk_egress_wire_new (&livekit__encoded_file_output__descriptor);
      if (!lower_file (request, from, path, output, error))
        g_clear_pointer (&output, lk_egress_wire_free);
      break;
    case LIVEKIT__OUTPUT__CONFIG_STREAM:
      list = "stream_outputs";
      output = lower_stream (from, path, error);
      break;
    case LIVEKIT__OUTPUT__CONFIG_SEGMENTS:
      list = "segment_outputs";
      output = lower_segments (request, from, path, error);
      break;
    case LIVEKIT__OUTPUT__CONFIG_IMAGES:
      list = "image_outputs";
      output = lower_images (request, from, path, error);
      break;
    default:
      return refuse (error, path, "config",
                     "say what the output is: file, stream, segments, images");
    }

  if (output == NULL)
    return FALSE;
  lk_egress_wire_append_message (to, get_field (to, list), output);

  return TRUE;
}

static gboolean
is_passthrough (const Livekit__StartEgressRequest *request)
{
  return request->encoding_case == LIVEKIT__START_EGRESS_REQUEST__ENCODING_PRESET
         && request->preset == LIVEKIT__ENCODING_OPTIONS_PRESET__PASSTHROUGH;
}

/* What every request with encoding has: room, encoding, outputs and webhooks. */
static gboolean
lower_encoded (const Livekit__StartEgressRequest *request, ProtobufCMessage *to, GError **error)
{
  static const char *const names[] = { "room_name", "preset", "advanced", "webhooks" };

  if (is_passthrough (request))
    return refuse (error, "", "preset", "PASSTHROUGH is for one track, named by its id");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (!lower_field (&request->base, get_field (&request->base, names[i]), "", to, error))
        return FALSE;
    }

  for (guint i = 0; i < request->n_outputs; i++)
    {
      if (!lower_output (request, i, to, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
has_audio (const Livekit__MediaSource *media)
{
  return media->audio != NULL && (media->audio->capture_all || media->audio->n_routes > 0);
}

/* The one route that says where audio comes from and nothing else. */
static const Livekit__AudioRoute *
get_plain_route (const Livekit__MediaSource *media)
{
  const Livekit__AudioRoute *route;

  if (!has_audio (media) || media->audio->capture_all || media->audio->n_routes != 1)
    return NULL;

  route = media->audio->routes[0];
  if (route->exclude || *route->track_name != '\0'
      || route->channel != LIVEKIT__AUDIO_CHANNEL__AUDIO_CHANNEL_BOTH)
    return NULL;

  return route;
}

static gboolean
lower_participant (const Livekit__MediaSource *media, ProtobufCMessage *to, GError **error)
{
  const Livekit__ParticipantVideo *video = media->participant_video;
  const Livekit__AudioRoute *route = get_plain_route (media);

  if (route == NULL || route->match_case != LIVEKIT__AUDIO_ROUTE__MATCH_PARTICIPANT_IDENTITY
      || !g_str_equal (route->participant_identity, video->identity))
    return refuse (error, "media", "audio",
                   "it always takes the audio of the participant whose video it takes, and no "
                   "other; give one route with the identity of participant_video");

  lk_egress_wire_set_string (to, get_field (to, "identity"), video->identity);
  lk_egress_wire_set_int (to, get_field (to, "screen_share"), video->prefer_screen_share);

  return TRUE;
}

/* The id of the audio track, "" without audio. */
static const char *
get_audio_track (const Livekit__MediaSource *media, GError **error)
{
  const Livekit__AudioRoute *route = get_plain_route (media);

  if (route != NULL && route->match_case == LIVEKIT__AUDIO_ROUTE__MATCH_TRACK_ID)
    return route->track_id;
  if (!has_audio (media))
    return "";

  refuse (error, "media", "audio", "beside a track it takes one audio track, by track_id");

  return NULL;
}

static const char *
get_video_track (const Livekit__MediaSource *media)
{
  return media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEO_TRACK_ID ? media->video_track_id
                                                                          : "";
}

static gboolean
lower_tracks (const Livekit__MediaSource *media, ProtobufCMessage *to, GError **error)
{
  const char *audio = get_audio_track (media, error);

  if (audio == NULL)
    return FALSE;

  lk_egress_wire_set_string (to, get_field (to, "audio_track_id"), audio);
  lk_egress_wire_set_string (to, get_field (to, "video_track_id"), get_video_track (media));

  return TRUE;
}

/* One track as it is: to a file, or as raw audio to a websocket. */
static gboolean
lower_track (const Livekit__StartEgressRequest *request, ProtobufCMessage *to, GError **error)
{
  const char *video = get_video_track (request->media);
  const char *audio = get_audio_track (request->media, error);
  const Livekit__Output *output;

  if (audio == NULL)
    return FALSE;
  if ((*audio == '\0') == (*video == '\0'))
    return refuse (error, "", "media", "without encoding it takes exactly one track, by its id");
  if (request->n_outputs != 1)
    return refuse (error, "", "outputs", "a track that is not encoded has exactly one output");

  lk_egress_wire_set_string (to, get_field (to, "track_id"), *audio != '\0' ? audio : video);

  output = request->outputs[0];
  if (output->config_case == LIVEKIT__OUTPUT__CONFIG_FILE)
    {
      ProtobufCMessage *file = lk_egress_wire_new (&livekit__direct_file_output__descriptor);

      lk_egress_wire_take_message (to, get_field (to, "file"), file);
      if (!lower_file (request, output, "outputs[0]", file, error))
        return FALSE;
    }
  else if (output->config_case == LIVEKIT__OUTPUT__CONFIG_STREAM && is_websocket (output->stream)
           && output->stream->n_urls == 1 && output->stream->n_destinations == 0 && *video == '\0')
    {
      lk_egress_wire_set_string (to, get_field (to, "websocket_url"), output->stream->urls[0]);
    }
  else
    {
      return refuse (error, "", "outputs[0]",
                     "a track that is not encoded goes to a file, or audio to one websocket");
    }

  return lower_field (&request->base, get_field (&request->base, "room_name"), "", to, error)
         && lower_field (&request->base, get_field (&request->base, "webhooks"), "", to, error);
}

/* Raw audio is what a websocket gets; there is nothing to encode. */
static gboolean
is_raw_audio (const Livekit__StartEgressRequest *request)
{
  return request->n_outputs == 1
         && request->outputs[0]->config_case == LIVEKIT__OUTPUT__CONFIG_STREAM
         && is_websocket (request->outputs[0]->stream)
         && get_video_track (request->media)[0] == '\0'
         && request->encoding_case != LIVEKIT__START_EGRESS_REQUEST__ENCODING_ADVANCED;
}

static ProtobufCMessage *
lower_media (const Livekit__StartEgressRequest *request, const char **method, GError **error)
{
  const Livekit__MediaSource *media = request->media;
  ProtobufCMessage *to;
  gboolean good;

  if (media->data != NULL)
    {
      refuse (error, "media", "data", "it records no data tracks");
      return NULL;
    }

  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEOS)
    {
      refuse (error, "media", "videos", "it takes one video: video_track_id or participant_video");
      return NULL;
    }
  else if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_PARTICIPANT_VIDEO)
    {
      *method = "StartParticipantEgress";
      to = lk_egress_wire_new (&livekit__participant_egress_request__descriptor);
      good = lower_participant (media, to, error) && lower_encoded (request, to, error);
    }
  else if (is_passthrough (request) || is_raw_audio (request))
    {
      *method = "StartTrackEgress";
      to = lk_egress_wire_new (&livekit__track_egress_request__descriptor);
      good = lower_track (request, to, error);
    }
  else
    {
      *method = "StartTrackCompositeEgress";
      to = lk_egress_wire_new (&livekit__track_composite_egress_request__descriptor);
      good = lower_tracks (media, to, error) && lower_encoded (request, to, error);
    }

  if (!good)
    g_clear_pointer (&to, lk_egress_wire_free);

  return to;
}

static ProtobufCMessage *
lower_page (const Livekit__StartEgressRequest *request,
            const ProtobufCMessage *source,
            const char *path,
            const ProtobufCMessageDescriptor *descriptor,
            GError **error)
{
  ProtobufCMessage *to = lk_egress_wire_new (descriptor);

  if (!lower_fields (source, path, to, error) || !lower_encoded (request, to, error))
    g_clear_pointer (&to, lk_egress_wire_free);

  return to;
}

ProtobufCMessage *
lk_egress_lower (const Livekit__StartEgressRequest *request, const char **method, GError **error)
{
  switch (request->source_case)
    {
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_TEMPLATE:
      *method = "StartRoomCompositeEgress";
      return lower_page (request, &request->template_->base, "template",
                         &livekit__room_composite_egress_request__descriptor, error);
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_WEB:
      *method = "StartWebEgress";
      return lower_page (request, &request->web->base, "web",
                         &livekit__web_egress_request__descriptor, error);
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_MEDIA:
      return lower_media (request, method, error);
    default:
      refuse (error, "", "source", "say what to record: template, web or media");
      return NULL;
    }
}
