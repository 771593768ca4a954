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

#define ONLY(source) (1 << GST_LIVEKIT_EGRESS_SOURCE_##source)

static const GstLiveKitEgressFit fits[] = {
  {"participant-identity", ONLY (PARTICIPANT)},
  {"audio-track-id", ONLY (TRACK_COMPOSITE)},
  {"video-track-id", ONLY (TRACK_COMPOSITE)},
  {"web-url", ONLY (WEB)},
  {"layout", ONLY (ROOM_COMPOSITE)},
  {"custom-base-url", ONLY (ROOM_COMPOSITE)},
};

static LkEgressRequest *
create_source (GstLiveKitEgressCommonSettings * self, GError ** error)
{
  GstLiveKitEgressSource source;

  if (!choose_source (self, &source, error)
      || !gst_livekit_egress_settings_fit (&self->parent, fits,
          G_N_ELEMENTS (fits), "source", source, error))
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

/* What makes the request is the only thing that says what is recorded. */
static gboolean
check_alone (GstLiveKitEgressCommonSettings * self, const gchar * name,
    GError ** error)
{
  static const gchar *const others[] = { "room-name", "source",
    "participant-identity", "audio-track-id", "video-track-id", "web-url",
    "custom-base-url", "audio-only", "video-only", "screen-share", "preset",
    "encoding"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (others); i++) {
    if (gst_livekit_egress_settings_was_set (&self->parent, others[i]))
      return gst_livekit_egress_refuse (error,
          "%s and %s are both set; unset one", name, others[i]);
  }
  return TRUE;
}

static LkEgressRequest *
read_request (GstLiveKitEgressCommonSettings * self, GError ** error)
{
  const gchar *path = self->request_file;
  g_autoptr (GError) cause = NULL;
  LkEgressRequest *request;

  if (!check_alone (self, "request-file", error))
    return NULL;

  /* What the user types is not asked for here. */
  if (g_str_equal (path, "-")) {
    gst_livekit_egress_refuse (error,
        "request-file is \"-\", but the standard input is not read; "
        "give the path of a file");
    return NULL;
  }

  request = lk_egress_request_new_from_file (path, &cause);
  if (request == NULL)
    gst_livekit_egress_refuse (error, "request-file: %s", cause->message);
  return request;
}

static LkEgressRequest *
copy_request (GstLiveKitEgressCommonSettings * self, GError ** error)
{
  if (!check_alone (self, "request", error)
      || !gst_livekit_egress_message_check_text (self->request, error))
    return NULL;

  return (LkEgressRequest *)
      lk_egress_message_copy (LK_EGRESS_MESSAGE (self->request));
}

LkEgressRequest *
gst_livekit_egress_create_request (GstLiveKitEgressCommonSettings * self,
    GError ** error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->parent.lock);
  g_autoptr (LkEgressRequest) request = NULL;

  /* What that one does is settled. */
  if (self->egress_id != NULL)
    return lk_egress_request_new ();
  if (self->request != NULL && self->request_file != NULL) {
    gst_livekit_egress_refuse (error,
        "request and request-file are both set; unset one");
    return NULL;
  }
  if (self->request_file != NULL)
    return read_request (self, error);
  if (self->request != NULL)
    return copy_request (self, error);

  request = create_source (self, error);
  if (request == NULL
      || !lk_egress_request_apply_source_flags (request,
          get_source_flags (self), error)
      || !set_encoding (self, request, error))
    return NULL;

  return g_steal_pointer (&request);
}
