/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrequest.h"

#include <gio/gio.h>

#include "gstlivekitegresserror.h"
#include "gstlivekitegressstructure.h"

LkEgressClient *
gst_livekit_egress_create_client (GstLiveKitEgressCommonSettings * self,
    GError ** error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->parent.lock);
  g_autoptr (LkEgressCredentials) credentials = NULL;
  const gboolean chosen_by_uri = self->ws_url != NULL
      && !gst_livekit_egress_settings_was_set (&self->parent, "ws-url");
  LkEgressClient *client;

  credentials =
      lk_egress_credentials_new_with_defaults (chosen_by_uri ? self->ws_url :
      NULL, self->api_key, self->secret_key, self->auth_token, error);
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
choose_source (GstLiveKitEgressCommonSettings * self,
    GstLiveKitEgressSource * source, GError ** error)
{
  const gboolean web = self->web_url != NULL;
  const gboolean participant = self->participant_identity != NULL;
  const gboolean tracks = self->audio_track_id != NULL
      || self->video_track_id != NULL;

  *source = self->source;
  if (*source != GST_LIVEKIT_EGRESS_SOURCE_AUTO)
    return TRUE;

  if (web + participant + tracks > 1)
    return gst_livekit_egress_refuse (error, "more than one of web-url, "
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
create_room_composite (GstLiveKitEgressCommonSettings * self)
{
  LkEgressRequest *request =
      lk_egress_request_new_room_composite (self->room_name, self->layout);
  g_autoptr (LkEgressTemplateSource) page = NULL;

  g_object_get (request, "template", &page, NULL);
  g_object_set (page, "custom-base-url", self->custom_base_url, NULL);
  return request;
}

static LkEgressRequest *
create_source (GstLiveKitEgressCommonSettings * self, GError ** error)
{
  GstLiveKitEgressSource source;

  if (!choose_source (self, &source, error))
    return NULL;

  if (source == GST_LIVEKIT_EGRESS_SOURCE_WEB && self->web_url == NULL) {
    gst_livekit_egress_refuse (error, "source is web but web-url is not set");
    return NULL;
  }
  if (source != GST_LIVEKIT_EGRESS_SOURCE_WEB && self->room_name == NULL) {
    gst_livekit_egress_refuse (error, "room-name is not set");
    return NULL;
  }

  switch (source) {
    case GST_LIVEKIT_EGRESS_SOURCE_PARTICIPANT:
      if (self->participant_identity == NULL) {
        gst_livekit_egress_refuse (error,
            "source is participant but participant-identity " "is not set");
        return NULL;
      }
      return lk_egress_request_new_participant (self->room_name,
          self->participant_identity);
    case GST_LIVEKIT_EGRESS_SOURCE_TRACK_COMPOSITE:
      if (self->audio_track_id == NULL && self->video_track_id == NULL) {
        gst_livekit_egress_refuse (error,
            "source is track-composite but neither "
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
get_source_flags (GstLiveKitEgressCommonSettings * self)
{
  return (self->audio_only ? LK_EGRESS_SOURCE_AUDIO_ONLY : 0)
      | (self->video_only ? LK_EGRESS_SOURCE_VIDEO_ONLY : 0)
      | (self->screen_share ? LK_EGRESS_SOURCE_SCREEN_SHARE : 0);
}

static gboolean
set_encoding (GstLiveKitEgressCommonSettings * self, LkEgressRequest * request,
    GError ** error)
{
  const gboolean preset_chosen =
      gst_livekit_egress_settings_was_set (&self->parent, "preset");
  g_autoptr (LkEgressMessage) options = NULL;

  if (self->encoding == NULL) {
    if (preset_chosen)
      g_object_set (request, "preset", self->preset, NULL);
    return TRUE;
  }
  if (preset_chosen)
    return gst_livekit_egress_refuse (error,
        "preset and encoding are both set; unset one");

  options =
      gst_livekit_egress_message_from_structure
      (LK_EGRESS_TYPE_ENCODING_OPTIONS, self->encoding, error);
  if (options == NULL)
    return FALSE;

  g_object_set (request, "advanced", options, NULL);
  return TRUE;
}

LkEgressRequest *
gst_livekit_egress_create_request (GstLiveKitEgressCommonSettings * self,
    GError ** error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->parent.lock);
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
