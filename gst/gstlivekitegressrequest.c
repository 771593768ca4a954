/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the properties to what the library takes. */

#include "gstlivekitegresssettings.h"

#include <gio/gio.h>

static gboolean
G_GNUC_PRINTF (2, 3)
bad_setting (GError ** error, const gchar * format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        format, arguments);
  va_end (arguments);
  return FALSE;
}

LkEgressClient *
gst_livekit_egress_settings_create_client (GstLiveKitEgressSettings * self,
    GError ** error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autoptr (LkEgressCredentials) credentials = NULL;
  LkEgressClient *client;

  credentials =
      lk_egress_credentials_new_with_defaults (self->url_from_uri ? self->
      ws_url : NULL, self->api_key, self->secret_key, self->auth_token, error);
  if (credentials == NULL) {
    g_prefix_error (error, "Set api-key and secret-key, or auth-token: ");
    return NULL;
  }

  client = lk_egress_client_new (self->ws_url, credentials, error);
  if (client == NULL)
    g_prefix_error (error, "Set ws-url: ");
  return client;
}

static gboolean
choose_source (GstLiveKitEgressSettings * self, GstLiveKitEgressSource * source,
    GError ** error)
{
  const gboolean web = self->web_url != NULL;
  const gboolean participant = self->participant_identity != NULL;
  const gboolean tracks = self->audio_track_id != NULL
      || self->video_track_id != NULL;

  *source = self->source;
  if (*source != GST_LIVEKIT_EGRESS_SOURCE_AUTO)
    return TRUE;

  if (web + participant + tracks > 1)
    return bad_setting (error, "more than one of web-url, "
        "participant-identity and audio-track-id or video-track-id is set; "
        "say with source which one is meant");

  if (web)
    *source = GST_LIVEKIT_EGRESS_SOURCE_WEB;
  else if (participant)
    *source = GST_LIVEKIT_EGRESS_SOURCE_PARTICIPANT;
  else if (tracks)
    *source = GST_LIVEKIT_EGRESS_SOURCE_TRACK_COMPOSITE;
  else
    *source = GST_LIVEKIT_EGRESS_SOURCE_ROOM_COMPOSITE;
  return TRUE;
}

static LkEgressRequest *
create_room_composite (GstLiveKitEgressSettings * self)
{
  LkEgressRequest *request =
      lk_egress_request_new_room_composite (self->room_name, self->layout);
  g_autoptr (LkEgressTemplateSource) page = NULL;

  g_object_get (request, "template", &page, NULL);
  g_object_set (page, "custom-base-url", self->custom_base_url, NULL);
  return request;
}

static LkEgressRequest *
create_source (GstLiveKitEgressSettings * self, GError ** error)
{
  GstLiveKitEgressSource source;

  if (!choose_source (self, &source, error))
    return NULL;

  if (source == GST_LIVEKIT_EGRESS_SOURCE_WEB && self->web_url == NULL) {
    bad_setting (error, "source is web but web-url is not set");
    return NULL;
  }
  if (source != GST_LIVEKIT_EGRESS_SOURCE_WEB && self->room_name == NULL) {
    bad_setting (error, "room-name is not set");
    return NULL;
  }

  switch (source) {
    case GST_LIVEKIT_EGRESS_SOURCE_PARTICIPANT:
      if (self->participant_identity == NULL) {
        bad_setting (error, "source is participant but participant-identity "
            "is not set");
        return NULL;
      }
      return lk_egress_request_new_participant (self->room_name,
          self->participant_identity);
    case GST_LIVEKIT_EGRESS_SOURCE_TRACK_COMPOSITE:
      if (self->audio_track_id == NULL && self->video_track_id == NULL) {
        bad_setting (error, "source is track-composite but neither "
            "audio-track-id nor video-track-id is set");
        return NULL;
      }
      return lk_egress_request_new_track_composite (self->room_name,
          self->audio_track_id, self->video_track_id);
    case GST_LIVEKIT_EGRESS_SOURCE_WEB:
      return lk_egress_request_new_web (self->web_url);
    default:
      return create_room_composite (self);
  }
}

static LkEgressSourceFlags
get_source_flags (GstLiveKitEgressSettings * self)
{
  return (self->audio_only ? LK_EGRESS_SOURCE_AUDIO_ONLY : 0)
      | (self->video_only ? LK_EGRESS_SOURCE_VIDEO_ONLY : 0)
      | (self->screen_share ? LK_EGRESS_SOURCE_SCREEN_SHARE : 0);
}

typedef struct
{
  GObject *options;
  GError **error;
} EncodingCopy;

static gboolean
copy_encoding_field (GQuark field, const GValue * value, gpointer user_data)
{
  EncodingCopy *copy = user_data;
  const gchar *name = g_quark_to_string (field);
  GParamSpec *pspec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (copy->options), name);
  g_auto (GValue) converted = G_VALUE_INIT;

  if (pspec == NULL)
    return bad_setting (copy->error, "encoding has no field \"%s\"; there are "
        "width, height, depth, framerate, video-codec, video-bitrate, "
        "key-frame-interval, audio-codec, audio-bitrate and audio-frequency",
        name);

  g_value_init (&converted, pspec->value_type);
  if (!(G_VALUE_HOLDS_STRING (value)
          && gst_value_deserialize (&converted, g_value_get_string (value)))
      && !g_value_transform (value, &converted))
    return bad_setting (copy->error, "encoding field \"%s\" cannot be a %s",
        name, G_VALUE_TYPE_NAME (value));

  g_object_set_property (copy->options, name, &converted);
  return TRUE;
}

static gboolean
set_encoding (GstLiveKitEgressSettings * self, LkEgressRequest * request,
    GError ** error)
{
  g_autoptr (LkEgressEncodingOptions) options = NULL;
  EncodingCopy copy;

  if (self->encoding == NULL) {
    if (self->preset_chosen)
      g_object_set (request, "preset", self->preset, NULL);
    return TRUE;
  }
  if (self->preset_chosen)
    return bad_setting (error, "preset and encoding are both set; unset one");

  options = lk_egress_encoding_options_new ();
  copy.options = G_OBJECT (options);
  copy.error = error;
  if (!gst_structure_foreach (self->encoding, copy_encoding_field, &copy))
    return FALSE;

  g_object_set (request, "advanced", options, NULL);
  return TRUE;
}

LkEgressRequest *
gst_livekit_egress_settings_create_request (GstLiveKitEgressSettings * self,
    GError ** error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autoptr (LkEgressRequest) request = NULL;

  if (self->request != NULL)
    return (LkEgressRequest *)
        lk_egress_message_copy (LK_EGRESS_MESSAGE (self->request));

  request = create_source (self, error);
  if (request == NULL
      || !lk_egress_request_apply_source_flags (request,
          get_source_flags (self), error)
      || !set_encoding (self, request, error))
    return NULL;

  return g_steal_pointer (&request);
}
