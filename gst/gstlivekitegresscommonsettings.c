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
   * GstLiveKitEgressSrc:location:
   *
   * Where the egress stores or streams: a path or an address. Its scheme says where, s3, gs, azure
   * and oss for storages, rtmp, srt and others for streams; a path without one is on the server. Its
   * end says what, .mp4, .ogg and .mp3 for files, .m3u8 for HLS, .jpg for pictures. Names in braces
   * such as {room_name} and {time} are replaced by the server. What is read is without stream keys.
   *
   * With protocol=hls, livekitegresssrc reads what is written there: the path of a playlist in a folder
   * that this machine shares with the worker, such as /srv/egress/live.m3u8, or in a storage. The
   * segments and a second playlist, of the last segments, are written beside it.
   *
   * Since: 1.0
   */
  {"location", "Location",
      "Where the egress stores or streams, such as rec/{room_name}-{time}.mp4, "
      "s3://bucket/play.m3u8 or rtmp://host/app/key",
      G_TYPE_STRING, NULL, AT (location), 0, 0, READY | URL},
  /**
   * GstLiveKitEgressSrc:locations:
   *
   * The same as #GstLiveKitEgressSrc:location, for several outputs.
   *
   * Since: 1.0
   */
  {"locations", "Locations",
      "Several locations, such as \"<rec/a.mp4, s3://bucket/play.m3u8>\"",
      GST_LIVEKIT_EGRESS_TYPE_ARRAY, NULL, AT (locations), 0, 0, READY | URL},
  /**
   * GstLiveKitEgressSrc:outputs:
   *
   * Outputs that take more than a word, as structures. The fields of each are format, the nick of an
   * LkEgressOutputFormat; location, as #GstLiveKitEgressSrc:location; storage or storage-uri; and the
   * properties of LkEgressFileOutput, LkEgressSegmentedFileOutput, LkEgressImageOutput or
   * LkEgressStreamOutput, whichever it is. It cannot be read.
   *
   * Since: 1.0
   */
  {"outputs", "Outputs",
      "Outputs that take more than a word, such as "
      "\"<[output,format=hls,location=live/play.m3u8,segment-duration=2]>\"; fields beside format, "
      "location, storage and storage-uri as the properties of the output's message",
      GST_LIVEKIT_EGRESS_TYPE_ARRAY, gst_structure_get_type, AT (outputs), 0, 0, SECRET},
  /**
   * GstLiveKitEgressSrc:storage:
   *
   * The LkEgressStorage of all outputs that name none. As text it is a structure, for example
   * "storage,s3=[s3,bucket=talks,region=eu-central-1]". It cannot be read.
   *
   * Since: 1.0
   */
  {"storage", "Storage",
      "Storage of all outputs that name none, an LkEgressStorage, for example "
      "\"storage,s3=[s3,bucket=talks,region=eu-central-1]\"",
      G_TYPE_OBJECT, lk_egress_storage_get_type, AT (storage), 0, 0, SECRET},
  /**
   * GstLiveKitEgressSrc:storage-uri:
   *
   * The storage of all outputs that name none, as s3://bucket/folder, gs://, azure:// or oss://, with
   * the credentials that the tools of its provider would take. Not together with
   * #GstLiveKitEgressSrc:storage.
   *
   * Since: 1.0
   */
  {"storage-uri", "Storage URI",
      "Storage of all outputs that name none, such as s3://bucket/folder?region=eu-central-1",
      G_TYPE_STRING, NULL, AT (storage_uri), 0, 0, READY | URL},
  /**
   * GstLiveKitEgressSrc:request:
   *
   * A whole LkEgressRequest, in place of all properties of source and encoding. The outputs of other
   * properties are added, and that to the element if it receives the stream. As text it is a structure, for example
   * "request,room-name=demo,template=[template,layout=grid]". It cannot be read.
   *
   * Since: 1.0
   */
  {"request", "Request",
      "A whole request, in place of all properties of source and encoding, for example "
      "\"request,room-name=demo,template=[template,layout=grid]\"; the outputs of other "
      "properties are added",
      G_TYPE_OBJECT, lk_egress_request_get_type, AT (request), 0, 0, SECRET},
  /**
   * GstLiveKitEgressSrc:request-file:
   *
   * The path of a file with the request as JSON, in the form that other LiveKit tools take. That is
   * the unified request or one of the older ones: for a room composite, a web page, a participant, a
   * track composite or a track. Not together with #GstLiveKitEgressSrc:request, whose place it takes.
   *
   * Since: 1.0
   */
  {"request-file", "Request file",
      "Path of a file with a whole request as JSON, as other LiveKit tools take it",
      G_TYPE_STRING, NULL, AT (request_file), 0, 0, READY},
  /**
   * GstLiveKitEgressSrc:attach:
   *
   * Where the egress comes from. With room nothing is started: the element takes the running egress of
   * the room that does what the properties of source and outputs say, such as one that a preset of the
   * room has started. It may do more than they say. It is an error if none does, or several do.
   *
   * Since: 1.0
   */
  {"attach", "Attach",
      "Start an egress, or take the running one of the room that does what the properties say",
      G_TYPE_ENUM, gst_livekit_egress_attach_get_type, AT (life.attach),
      GST_LIVEKIT_EGRESS_ATTACH_NONE, 0, READY},
  /**
   * GstLiveKitEgressSrc:on-stop:
   *
   * What happens to the egress when the element stops. With auto an egress that the element started is
   * stopped, and one that it attached to goes on.
   *
   * Since: 1.0
   */
  {"on-stop", "On stop",
      "What happens to the egress when the element stops",
      G_TYPE_ENUM, gst_livekit_egress_on_stop_get_type, AT (life.on_stop),
      GST_LIVEKIT_EGRESS_ON_STOP_AUTO, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:owner:
   *
   * A name under which the egresses of this element are remembered on this machine, of 1 to 64 bytes.
   * A process that is killed leaves its egress behind; the next run of the same name sees to it, as
   * #GstLiveKitEgressSrc:on-leftover says. Egresses of processes that are alive are left alone. What
   * is remembered has no secrets and is in the folder livekit-egress of $XDG_STATE_HOME or
   * ~/.local/state; when it cannot be written there, no egress is started. NULL: nothing is remembered.
   *
   * Since: 1.0
   */
  {"owner", "Owner",
      "Name under which egresses are remembered on this machine, so that the next run of this name "
      "sees to what a killed process has left (default: nothing is remembered)",
      G_TYPE_STRING, NULL, AT (owner), 0, 0, READY},
  /**
   * GstLiveKitEgressSrc:on-leftover:
   *
   * What happens to an egress that a killed process of the same #GstLiveKitEgressSrc:owner has left
   * running on the same server. A start waits for that at most for the stop timeout, and what takes
   * longer goes on in the background.
   *
   * Since: 1.0
   */
  {"on-leftover", "On leftover",
      "What happens to an egress that a killed process of the same owner has left running",
      G_TYPE_ENUM, gst_livekit_egress_on_leftover_get_type, AT (life.on_leftover),
      GST_LIVEKIT_EGRESS_ON_LEFTOVER_STOP, 0, READY},
  /**
   * GstLiveKitEgressSrc:restart:
   *
   * When an egress that ended is started again: never, on-failure (it failed or was lost, or could not
   * be started for a reason that may pass), or always, that is also when it ended by itself, because
   * its room or participant left or at a limit. What the user stops is never started again, and an
   * egress that was attached to is not either. The pauses before the restarts grow from one second to
   * half a minute. Each restart is a warning message.
   *
   * Since: 1.0
   */
  {"restart", "Restart",
      "When an egress that ended without being stopped here is started again",
      G_TYPE_ENUM, gst_livekit_egress_restart_get_type, AT (life.restart),
      GST_LIVEKIT_EGRESS_RESTART_NEVER, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:restart-limit:
   *
   * How often #GstLiveKitEgressSrc:restart starts the egress again; 0 for no limit. It counts anew when
   * an egress was active for a minute.
   *
   * Since: 1.0
   */
  {"restart-limit", "Restart limit",
      "How often the egress is started again before one is active for a minute (0 = no limit)",
      G_TYPE_UINT, NULL, AT (life.restart_limit), 5, 0, READY | IN_URI},
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
   * GstLiveKitEgressSrc:wait-for-room:
   *
   * How long to wait for a room, participant or track that is not there yet, in milliseconds; 0 to fail
   * at once. The start is tried again until then. With #GstLiveKitEgressSrc:attach it is the running
   * egress that is waited for. #GstLiveKitEgressSrc:start-timeout counts for each try.
   *
   * Since: 1.0
   */
  {"wait-for-room", "Wait for room",
      "How long to wait for a room, participant or track that is not there yet (milliseconds, "
      "0 = fail at once)",
      G_TYPE_UINT, NULL, AT (life.wait_for_room), 0, 0, READY | IN_URI},
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

gboolean
gst_livekit_egress_common_settings_attaches (GstLiveKitEgressCommonSettings *
    self, gchar ** egress_id)
{
  gboolean attaches;

  g_mutex_lock (&self->parent.lock);
  *egress_id = g_strdup (self->egress_id);
  attaches = self->egress_id != NULL
      || self->life.attach != GST_LIVEKIT_EGRESS_ATTACH_NONE;
  g_mutex_unlock (&self->parent.lock);

  return attaches;
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

gchar *
gst_livekit_egress_common_settings_dup_owner (GstLiveKitEgressCommonSettings *
    self)
{
  gchar *owner;

  g_mutex_lock (&self->parent.lock);
  owner = g_strdup (self->owner);
  g_mutex_unlock (&self->parent.lock);

  return owner;
}
