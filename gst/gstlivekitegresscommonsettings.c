/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresscommonsettings.h"

#define READY GST_LIVEKIT_EGRESS_PARAM_READY
#define SECRET GST_LIVEKIT_EGRESS_PARAM_SECRET
#define IN_URI GST_LIVEKIT_EGRESS_PARAM_IN_URI
#define URL GST_LIVEKIT_EGRESS_PARAM_URL

#define AT(field) G_STRUCT_OFFSET (GstLiveKitEgressCommonSettings, field)

/* *INDENT-OFF* */
static const GstLiveKitEgressSetting rows[] = {
  /**
   * GstLiveKitEgressSrc:ws-url:
   *
   * The address of the LiveKit server: ws, wss, http or https. The default is LIVEKIT_URL of the
   * environment. What is read is without user and password.
   *
   * Since: 1.0
   */
  {"ws-url", "Server URL",
      "Address of the LiveKit server: ws, wss, http or https (default: LIVEKIT_URL)",
      G_TYPE_STRING, NULL, AT (ws_url), 0, 0, READY | URL},
  /**
   * GstLiveKitEgressSrc:api-key:
   *
   * The API key of the LiveKit server. The default is LIVEKIT_API_KEY of the environment.
   *
   * Since: 1.0
   */
  {"api-key", "API key",
      "API key of the LiveKit server (default: LIVEKIT_API_KEY)",
      G_TYPE_STRING, NULL, AT (api_key), 0, 0, READY},
  /**
   * GstLiveKitEgressSrc:secret-key:
   *
   * The secret of the API key. It cannot be read. The default is LIVEKIT_API_SECRET of the
   * environment, where fewer can see it than on a command line.
   *
   * Since: 1.0
   */
  {"secret-key", "Secret key",
      "Secret of the API key (default: LIVEKIT_API_SECRET)",
      G_TYPE_STRING, NULL, AT (secret_key), 0, 0, SECRET},
  /**
   * GstLiveKitEgressSrc:auth-token:
   *
   * A token with the roomRecord grant, in place of key and secret. It cannot be read. The default
   * is LIVEKIT_TOKEN of the environment.
   *
   * Since: 1.0
   */
  {"auth-token", "Token",
      "A token with the roomRecord grant, in place of key and secret (default: LIVEKIT_TOKEN)",
      G_TYPE_STRING, NULL, AT (auth_token), 0, 0, SECRET},
  /**
   * GstLiveKitEgressSrc:room-name:
   *
   * The name of the room. Every source but a web page needs it.
   *
   * Since: 1.0
   */
  {"room-name", "Room",
      "Name of the room; needed for every source but web",
      G_TYPE_STRING, NULL, AT (room_name), 0, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:source:
   *
   * What the egress takes. With auto that is a web page when #GstLiveKitEgressSrc:web-url is set, a
   * participant with #GstLiveKitEgressSrc:participant-identity, tracks with
   * #GstLiveKitEgressSrc:audio-track-id or #GstLiveKitEgressSrc:video-track-id, else the room.
   *
   * Since: 1.0
   */
  {"source", "Source",
      "What the egress takes",
      G_TYPE_ENUM, gst_livekit_egress_source_get_type, AT (source),
      GST_LIVEKIT_EGRESS_SOURCE_AUTO, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:participant-identity:
   *
   * The identity of the participant whose tracks are taken.
   *
   * Since: 1.0
   */
  {"participant-identity", "Participant",
      "Identity of the participant of a participant egress",
      G_TYPE_STRING, NULL, AT (participant_identity), 0, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:audio-track-id:
   *
   * The id of the audio track of a track composite egress.
   *
   * Since: 1.0
   */
  {"audio-track-id", "Audio track",
      "Id of the audio track of a track composite egress",
      G_TYPE_STRING, NULL, AT (audio_track_id), 0, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:video-track-id:
   *
   * The id of the video track of a track composite egress.
   *
   * Since: 1.0
   */
  {"video-track-id", "Video track",
      "Id of the video track of a track composite egress",
      G_TYPE_STRING, NULL, AT (video_track_id), 0, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:web-url:
   *
   * The address of the page of a web egress.
   *
   * Since: 1.0
   */
  {"web-url", "Web page",
      "Address of the page of a web egress",
      G_TYPE_STRING, NULL, AT (web_url), 0, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:custom-base-url:
   *
   * The address of a page that shows the room in place of the server's own.
   *
   * Since: 1.0
   */
  {"custom-base-url", "Template",
      "Address of a page that shows the room in place of the server's own",
      G_TYPE_STRING, NULL, AT (custom_base_url), 0, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:audio-only:
   *
   * Take no video.
   *
   * Since: 1.0
   */
  {"audio-only", "Audio only",
      "Take no video",
      G_TYPE_BOOLEAN, NULL, AT (audio_only), FALSE, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:video-only:
   *
   * Take no audio.
   *
   * Since: 1.0
   */
  {"video-only", "Video only",
      "Take no audio",
      G_TYPE_BOOLEAN, NULL, AT (video_only), FALSE, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:screen-share:
   *
   * Take the screen that the participant shares, rather than the camera.
   *
   * Since: 1.0
   */
  {"screen-share", "Screen share",
      "Take a participant's shared screen rather than the camera",
      G_TYPE_BOOLEAN, NULL, AT (screen_share), FALSE, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:preset:
   *
   * Picture size, frame rate and bit rate by name. Not together with #GstLiveKitEgressSrc:encoding.
   *
   * Since: 1.0
   */
  {"preset", "Preset",
      "Picture size, frame rate and bit rate by name",
      G_TYPE_ENUM, gst_livekit_egress_preset_get_type, AT (preset),
      LK_EGRESS_ENCODING_PRESET_H264_720P_30, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:encoding:
   *
   * Encoder settings in place of a preset, for example
   * "encoding,width=1280,height=720,framerate=25,video-bitrate=2000". The fields are the properties of
   * LkEgressEncodingOptions.
   *
   * Since: 1.0
   */
  {"encoding", "Encoding",
      "Encoder settings in place of a preset, for example \"encoding,width=1280,height=720,"
      "framerate=25,video-bitrate=2000\"; fields as the properties of LkEgressEncodingOptions",
      G_TYPE_BOXED, gst_structure_get_type, AT (encoding), 0, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:request:
   *
   * A whole LkEgressRequest, in place of all properties of source and encoding. The element adds
   * its own output.
   *
   * Since: 1.0
   */
  {"request", "Request",
      "A whole request, in place of all properties of source and encoding; the element adds its "
      "own output",
      G_TYPE_OBJECT, lk_egress_request_get_type, AT (request), 0, 0, READY},
  /**
   * GstLiveKitEgressSrc:on-stop:
   *
   * What happens to the egress when the element stops.
   *
   * Since: 1.0
   */
  {"on-stop", "On stop",
      "What happens to the egress when the element stops",
      G_TYPE_ENUM, gst_livekit_egress_on_stop_get_type, AT (life.on_stop),
      GST_LIVEKIT_EGRESS_ON_STOP_STOP, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:start-timeout:
   *
   * How long the egress may take to become active, in milliseconds; 0 for no limit.
   *
   * Since: 1.0
   */
  {"start-timeout", "Start timeout",
      "How long the egress may take to become active (milliseconds, 0 = no limit)",
      G_TYPE_UINT, NULL, AT (life.start_timeout), 40000, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:stop-timeout:
   *
   * How long going down waits until the server has accepted to stop the egress, and how long after
   * a stop EOS waits for the end of the egress, in milliseconds. After that the server is asked on
   * in the background. With 0 going down does not wait at all, and EOS comes with the end.
   *
   * Since: 1.0
   */
  {"stop-timeout", "Stop timeout",
      "How long stopping waits for the server (milliseconds, 0 = going down does not wait, EOS "
      "comes with the end of the egress)",
      G_TYPE_UINT, NULL, AT (life.stop_timeout), 5000, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:max-duration:
   *
   * How long the egress may be active before it is stopped, in milliseconds; 0 for no limit.
   *
   * Since: 1.0
   */
  {"max-duration", "Maximum duration",
      "How long the egress may be active before it is stopped (milliseconds, 0 = no limit)",
      G_TYPE_UINT, NULL, AT (life.max_duration), 0, 0, READY | IN_URI},
};
/* *INDENT-ON* */

const GstLiveKitEgressSettingTable gst_livekit_egress_common_settings = {
  NULL, rows, G_N_ELEMENTS (rows)
};

GstLiveKitEgressLife
gst_livekit_egress_common_settings_get_life (GstLiveKitEgressCommonSettings *
    self)
{
  GstLiveKitEgressLife life;

  g_mutex_lock (&self->parent.lock);
  life = self->life;
  g_mutex_unlock (&self->parent.lock);

  return life;
}

gchar *
gst_livekit_egress_common_settings_dup_url (GstLiveKitEgressCommonSettings *
    self)
{
  gchar *url;

  g_mutex_lock (&self->parent.lock);
  url = g_strdup (self->ws_url != NULL ? self->ws_url :
      g_getenv ("LIVEKIT_URL"));
  g_mutex_unlock (&self->parent.lock);

  return url;
}

gchar *
gst_livekit_egress_common_settings_dup_layout (GstLiveKitEgressCommonSettings *
    self)
{
  gchar *layout;

  g_mutex_lock (&self->parent.lock);
  layout = g_strdup (self->layout);
  g_mutex_unlock (&self->parent.lock);

  return layout;
}
