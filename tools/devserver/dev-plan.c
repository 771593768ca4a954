/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-plan.h"

#include "dev-message.h"

#define DEFAULT_VIDEO_BITRATE 3000
#define DEFAULT_AUDIO_BITRATE 128
#define DEFAULT_AUDIO_FREQUENCY 48000
#define DEFAULT_KEY_FRAME_INTERVAL 1.0

static const struct
{
  int width, height, framerate, video_bitrate;
} presets[] = {
  [LIVEKIT__ENCODING_OPTIONS_PRESET__H264_720P_30] = { 1280, 720, 30, 3000 },
  [LIVEKIT__ENCODING_OPTIONS_PRESET__H264_720P_60] = { 1280, 720, 60, 4500 },
  [LIVEKIT__ENCODING_OPTIONS_PRESET__H264_1080P_30] = { 1920, 1080, 30, 4500 },
  [LIVEKIT__ENCODING_OPTIONS_PRESET__H264_1080P_60] = { 1920, 1080, 60, 6000 },
  [LIVEKIT__ENCODING_OPTIONS_PRESET__PORTRAIT_H264_720P_30] = { 720, 1280, 30, 3000 },
  [LIVEKIT__ENCODING_OPTIONS_PRESET__PORTRAIT_H264_720P_60] = { 720, 1280, 60, 4500 },
  [LIVEKIT__ENCODING_OPTIONS_PRESET__PORTRAIT_H264_1080P_30] = { 1080, 1920, 30, 4500 },
  [LIVEKIT__ENCODING_OPTIONS_PRESET__PORTRAIT_H264_1080P_60] = { 1080, 1920, 60, 6000 },
};

DevStream *
dev_stream_new (const char *id, const char *url)
{
  DevStream *stream = g_new0 (DevStream, 1);

  stream->id = g_strdup (id);
  stream->url = g_strdup (url);
  return stream;
}

void
dev_stream_free (DevStream *stream)
{
  g_free (stream->id);
  g_free (stream->url);
  g_free (stream);
}

static void
destination_free (DevDestination *destination)
{
  g_clear_pointer (&destination->streams, g_ptr_array_unref);
  g_free (destination);
}

static DevDestination *
add_destination (DevPlan *self, DevDestinationKind kind, const ProtobufCMessage *config)
{
  DevDestination *destination = g_new0 (DevDestination, 1);

  destination->kind = kind;
  destination->config = config;
  if (kind == DEV_DESTINATION_STREAM)
    destination->streams = g_ptr_array_new_with_free_func ((GDestroyNotify)dev_stream_free);
  g_ptr_array_add (self->destinations, destination);
  return destination;
}

static void
add_stream_output (DevPlan *self, const ProtobufCMessage *config)
{
  const Livekit__StreamOutput *output = (const Livekit__StreamOutput *)config;
  DevDestination *destination = add_destination (self, DEV_DESTINATION_STREAM, config);

  destination->protocol = output->protocol;
  for (size_t i = 0; i < output->n_urls; i++)
    g_ptr_array_add (destination->streams, dev_stream_new ("", output->urls[i]));
  for (size_t i = 0; i < output->n_destinations; i++)
    g_ptr_array_add (destination->streams,
                     dev_stream_new (output->destinations[i]->id, output->destinations[i]->url));
}

/* storage is a message with a field for each kind of storage, or NULL. */
static void
add_output (DevPlan *self,
            DevDestinationKind kind,
            const ProtobufCMessage *config,
            const ProtobufCMessage *storage)
{
  if (kind == DEV_DESTINATION_STREAM)
    add_stream_output (self, config);
  else
    add_destination (self, kind, config)->s3
        = storage != NULL ? (const Livekit__S3Upload *)dev_message_child (storage, "s3") : NULL;
}

/* The older requests: lists, and the single outputs that came before them. */
static void
read_older_outputs (DevPlan *self)
{
  static const struct
  {
    const char *single;
    const char *list;
    DevDestinationKind kind;
  } kinds[] = {
    { "file", "file_outputs", DEV_DESTINATION_FILE },
    { "stream", "stream_outputs", DEV_DESTINATION_STREAM },
    { "segments", "segment_outputs", DEV_DESTINATION_SEGMENTS },
    { "", "image_outputs", DEV_DESTINATION_IMAGES },
  };
  const char *websocket_url = dev_message_string (self->request, "websocket_url");

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const ProtobufCMessage *single = dev_message_child (self->request, kinds[i].single);
      gpointer *items;
      guint n_items = dev_message_list (self->request, kinds[i].list, &items);

      if (single != NULL && n_items == 0)
        add_output (self, kinds[i].kind, single, single);
      for (guint j = 0; j < n_items; j++)
        add_output (self, kinds[i].kind, items[j], items[j]);
    }
  if (*websocket_url != '\0')
    {
      DevDestination *destination = add_destination (self, DEV_DESTINATION_STREAM, self->request);

      destination->protocol = LIVEKIT__STREAM_PROTOCOL__WEBSOCKET;
      g_ptr_array_add (destination->streams, dev_stream_new ("", websocket_url));
    }
}

static void
read_outputs (DevPlan *self, const Livekit__StartEgressRequest *request)
{
  static const struct
  {
    const char *name;
    DevDestinationKind kind;
  } kinds[] = {
    { "file", DEV_DESTINATION_FILE },
    { "stream", DEV_DESTINATION_STREAM },
    { "segments", DEV_DESTINATION_SEGMENTS },
    { "images", DEV_DESTINATION_IMAGES },
  };

  for (size_t i = 0; i < request->n_outputs; i++)
    {
      const Livekit__StorageConfig *storage = request->outputs[i]->storage;
      guint kind = 0;

      if (storage == NULL)
        storage = request->storage;
      while (kind < G_N_ELEMENTS (kinds)
             && !dev_message_has (&request->outputs[i]->base, kinds[kind].name))
        kind++;
      if (kind < G_N_ELEMENTS (kinds))
        add_output (self, kinds[kind].kind,
                    dev_message_child (&request->outputs[i]->base, kinds[kind].name),
                    storage != NULL ? &storage->base : NULL);
      else
        add_destination (self, DEV_DESTINATION_NONE, NULL);
    }
}

static void
read_encoding (DevPlan *self)
{
  DevEncoding *encoding = &self->encoding;
  const ProtobufCMessage *child = dev_message_child (self->request, "advanced");
  guint preset = dev_message_number (self->request, "preset");

  self->passthrough = preset == LIVEKIT__ENCODING_OPTIONS_PRESET__PASSTHROUGH;
  if (preset >= G_N_ELEMENTS (presets))
    preset = LIVEKIT__ENCODING_OPTIONS_PRESET__H264_720P_30;
  encoding->width = presets[preset].width;
  encoding->height = presets[preset].height;
  encoding->framerate = presets[preset].framerate;
  encoding->video_bitrate = presets[preset].video_bitrate;
  encoding->audio_bitrate = DEFAULT_AUDIO_BITRATE;
  encoding->audio_frequency = DEFAULT_AUDIO_FREQUENCY;
  encoding->key_frame_interval = DEFAULT_KEY_FRAME_INTERVAL;
  if (child != NULL)
    {
      const Livekit__EncodingOptions *advanced = (const Livekit__EncodingOptions *)child;

      self->depth = advanced->depth;
      if (advanced->width > 0)
        encoding->width = advanced->width;
      if (advanced->height > 0)
        encoding->height = advanced->height;
      if (advanced->framerate > 0)
        encoding->framerate = MIN (advanced->framerate, 120);
      if (advanced->video_bitrate > 0)
        encoding->video_bitrate = MIN (advanced->video_bitrate, 100000);
      if (advanced->audio_bitrate > 0)
        encoding->audio_bitrate = CLAMP (advanced->audio_bitrate, 16, 512);
      if (advanced->audio_frequency > 0)
        encoding->audio_frequency = advanced->audio_frequency;
      if (advanced->key_frame_interval > 0)
        encoding->key_frame_interval = MIN (advanced->key_frame_interval, 60);
    }
}

static void
read_media_source (DevPlan *self, const Livekit__MediaSource *media)
{
  const Livekit__AudioConfig *audio = media->audio;

  self->source = DEV_SOURCE_TRACKS;
  self->encoding.video = media->video_case != LIVEKIT__MEDIA_SOURCE__VIDEO__NOT_SET;
  self->encoding.audio = audio != NULL && (audio->capture_all || audio->n_routes > 0);
  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEO_TRACK_ID)
    self->video_track_id = media->video_track_id;
  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_PARTICIPANT_VIDEO)
    self->identity = media->participant_video->identity;
  for (size_t i = 0; audio != NULL && !audio->capture_all && i < audio->n_routes; i++)
    {
      if (*self->audio_track_id == '\0')
        self->audio_track_id = dev_message_string (&audio->routes[i]->base, "track_id");
      if (*self->identity == '\0')
        self->identity = dev_message_string (&audio->routes[i]->base, "participant_identity");
    }
}

static void
read_page (DevPlan *self, DevSource source, const ProtobufCMessage *message)
{
  self->source = source;
  self->url = dev_message_string (message, "url");
  self->layout = dev_message_string (message, "layout");
  self->base_url = dev_message_string (message, "custom_base_url");
  self->audio_only = dev_message_number (message, "audio_only");
  self->video_only = dev_message_number (message, "video_only");
  self->encoding.audio = !self->video_only;
  self->encoding.video = !self->audio_only;
}

static void
read_unified (DevPlan *self, const Livekit__StartEgressRequest *request)
{
  self->unified = TRUE;
  self->info_field = "egress";
  switch (request->source_case)
    {
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_TEMPLATE:
      read_page (self, DEV_SOURCE_ROOM, &request->template_->base);
      break;
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_WEB:
      read_page (self, DEV_SOURCE_WEB, &request->web->base);
      break;
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_MEDIA:
      read_media_source (self, request->media);
      break;
    default:
      break;
    }
  read_outputs (self, request);
}

static void
read_older (DevPlan *self)
{
  const ProtobufCMessageDescriptor *descriptor = self->request->descriptor;

  if (descriptor == &livekit__room_composite_egress_request__descriptor)
    {
      self->info_field = "room_composite";
      read_page (self, DEV_SOURCE_ROOM, self->request);
    }
  else if (descriptor == &livekit__web_egress_request__descriptor)
    {
      self->info_field = "web";
      read_page (self, DEV_SOURCE_WEB, self->request);
    }
  else if (descriptor == &livekit__participant_egress_request__descriptor)
    {
      self->info_field = "participant";
      self->source = DEV_SOURCE_PARTICIPANT;
      self->identity = dev_message_string (self->request, "identity");
      self->encoding.audio = self->encoding.video = TRUE;
    }
  else if (descriptor == &livekit__track_composite_egress_request__descriptor)
    {
      self->info_field = "track_composite";
      self->source = DEV_SOURCE_TRACKS;
      self->audio_track_id = dev_message_string (self->request, "audio_track_id");
      self->video_track_id = dev_message_string (self->request, "video_track_id");
      self->encoding.audio = *self->audio_track_id != '\0';
      self->encoding.video = *self->video_track_id != '\0';
    }
  else
    {
      const char *track_id = dev_message_string (self->request, "track_id");

      self->info_field = "track";
      self->source = DEV_SOURCE_TRACK;
      self->encoding.audio = g_str_has_suffix (track_id, "_microphone");
      self->encoding.video = !self->encoding.audio;
      if (self->encoding.audio)
        self->audio_track_id = track_id;
      else
        self->video_track_id = track_id;
    }
  read_older_outputs (self);
}

DevPlan *
dev_plan_new (const ProtobufCMessage *request)
{
  DevPlan *self = g_new0 (DevPlan, 1);

  self->request = lk_egress_wire_copy (request);
  self->destinations = g_ptr_array_new_with_free_func ((GDestroyNotify)destination_free);
  self->room_name = dev_message_string (self->request, "room_name");
  self->url = self->base_url = self->layout = self->identity = "";
  self->audio_track_id = self->video_track_id = "";
  read_encoding (self);
  if (request->descriptor == &livekit__start_egress_request__descriptor)
    read_unified (self, (const Livekit__StartEgressRequest *)self->request);
  else
    read_older (self);
  return self;
}

void
dev_plan_free (DevPlan *self)
{
  g_ptr_array_unref (self->destinations);
  lk_egress_wire_free (self->request);
  g_free (self);
}

gboolean
dev_plan_is_browser (const DevPlan *self)
{
  return self->source == DEV_SOURCE_ROOM || self->source == DEV_SOURCE_WEB;
}

gboolean
dev_plan_is_live (const DevPlan *self)
{
  for (guint i = 0; i < self->destinations->len; i++)
    {
      const DevDestination *destination = g_ptr_array_index (self->destinations, i);

      if (destination->kind == DEV_DESTINATION_STREAM)
        return TRUE;
    }
  return FALSE;
}

Livekit__StreamProtocol
dev_plan_get_url_protocol (const char *url)
{
  static const struct
  {
    const char *scheme;
    Livekit__StreamProtocol protocol;
  } schemes[] = {
    { "rtmp", LIVEKIT__STREAM_PROTOCOL__RTMP },     { "rtmps", LIVEKIT__STREAM_PROTOCOL__RTMP },
    { "mux", LIVEKIT__STREAM_PROTOCOL__RTMP },      { "twitch", LIVEKIT__STREAM_PROTOCOL__RTMP },
    { "srt", LIVEKIT__STREAM_PROTOCOL__SRT },       { "ws", LIVEKIT__STREAM_PROTOCOL__WEBSOCKET },
    { "wss", LIVEKIT__STREAM_PROTOCOL__WEBSOCKET },
  };
  const char *scheme = g_uri_peek_scheme (url);

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_strcmp0 (scheme, schemes[i].scheme) == 0)
      return schemes[i].protocol;
  return LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL;
}

Livekit__StreamProtocol
dev_destination_get_protocol (const DevDestination *destination)
{
  const DevStream *first;

  if (destination->protocol != LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL
      || destination->streams->len == 0)
    return destination->protocol;
  first = g_ptr_array_index (destination->streams, 0);
  return dev_plan_get_url_protocol (first->url);
}
