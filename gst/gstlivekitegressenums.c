/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressenums.h"

#include "gstlivekitegressreceiver.h"

/* *INDENT-OFF* */
#define DEFINE_ENUM(TypeName, type_name, ...)                                  \
  GType                                                                        \
  type_name##_get_type (void)                                                  \
  {                                                                            \
    static gsize type = 0;                                                     \
    static const GEnumValue values[] = { __VA_ARGS__, { 0, NULL, NULL } };     \
                                                                               \
    if (g_once_init_enter (&type)) {                                           \
      const GType registered = g_enum_register_static (#TypeName, values);     \
                                                                               \
      gst_type_mark_as_plugin_api (registered, 0);                             \
      g_once_init_leave (&type, registered);                                   \
    }                                                                          \
    return type;                                                               \
  }

DEFINE_ENUM (GstLiveKitEgressSource, gst_livekit_egress_source,
  { GST_LIVEKIT_EGRESS_SOURCE_AUTO,
      "What the other properties name", "auto" },
  { GST_LIVEKIT_EGRESS_SOURCE_ROOM_COMPOSITE,
      "A room as a web page shows it", "room-composite" },
  { GST_LIVEKIT_EGRESS_SOURCE_WEB,
      "A web page", "web" },
  { GST_LIVEKIT_EGRESS_SOURCE_PARTICIPANT,
      "The tracks of one participant", "participant" },
  { GST_LIVEKIT_EGRESS_SOURCE_TRACK_COMPOSITE,
      "One audio track, one video track, or both", "track-composite" })

DEFINE_ENUM (GstLiveKitEgressOnStop, gst_livekit_egress_on_stop,
  { GST_LIVEKIT_EGRESS_ON_STOP_AUTO,
      "Stop what the element started, leave what it attached to", "auto" },
  { GST_LIVEKIT_EGRESS_ON_STOP_STOP,
      "The egress is stopped with the element", "stop" },
  { GST_LIVEKIT_EGRESS_ON_STOP_DETACH,
      "The egress goes on without the element", "detach" })

DEFINE_ENUM (GstLiveKitEgressAttach, gst_livekit_egress_attach,
  { GST_LIVEKIT_EGRESS_ATTACH_NONE,
      "Start an egress", "none" },
  { GST_LIVEKIT_EGRESS_ATTACH_ROOM,
      "Take the running egress that does what the properties say", "room" })

DEFINE_ENUM (GstLiveKitEgressOnLeftover, gst_livekit_egress_on_leftover,
  { GST_LIVEKIT_EGRESS_ON_LEFTOVER_STOP,
      "It is stopped", "stop" },
  { GST_LIVEKIT_EGRESS_ON_LEFTOVER_ADOPT,
      "One of the same request is gone on with, others are stopped", "adopt" },
  { GST_LIVEKIT_EGRESS_ON_LEFTOVER_IGNORE,
      "It goes on", "ignore" })

DEFINE_ENUM (GstLiveKitEgressRestart, gst_livekit_egress_restart,
  { GST_LIVEKIT_EGRESS_RESTART_NEVER,
      "The end of the egress is the end of the run", "never" },
  { GST_LIVEKIT_EGRESS_RESTART_ON_FAILURE,
      "An egress that failed or was lost is started again", "on-failure" },
  { GST_LIVEKIT_EGRESS_RESTART_ALWAYS,
      "One that ended without being stopped here is started again too",
      "always" })

DEFINE_ENUM (GstLiveKitEgressProtocol, gst_livekit_egress_protocol,
  { GST_LIVEKIT_EGRESS_PROTOCOL_SRT,
      "MPEG-TS over SRT, H.264 video and AAC audio", "srt" },
  { GST_LIVEKIT_EGRESS_PROTOCOL_RTMP,
      "FLV over RTMP, H.264 video and AAC audio", "rtmp" },
  { GST_LIVEKIT_EGRESS_PROTOCOL_WEBSOCKET,
      "Raw audio over a websocket, and nothing else", "websocket" },
  { GST_LIVEKIT_EGRESS_PROTOCOL_HLS,
      "Segments of MPEG-TS or fragmented MP4, H.264 video and AAC audio", "hls" })

DEFINE_ENUM (GstLiveKitEgressHlsStart, gst_livekit_egress_hls_start,
  { GST_LIVEKIT_EGRESS_HLS_START_LIVE,
      "With the newest segment, and after a pause too", "live" },
  { GST_LIVEKIT_EGRESS_HLS_START_FIRST,
      "With the first segment, and a pause leaves out none", "first" })

DEFINE_ENUM (GstLiveKitEgressSrtMode, gst_livekit_egress_srt_mode,
  { GST_LIVEKIT_EGRESS_SRT_MODE_LISTENER,
      "The element listens and the worker calls", "listener" },
  { GST_LIVEKIT_EGRESS_SRT_MODE_CALLER,
      "The worker listens and the element calls", "caller" })

DEFINE_ENUM (GstLiveKitEgressPreset, gst_livekit_egress_preset,
  { LK_EGRESS_ENCODING_PRESET_H264_720P_30,
      "1280x720, 30 frames per second, 3000 kb/s", "h264-720p-30" },
  { LK_EGRESS_ENCODING_PRESET_H264_720P_60,
      "1280x720, 60 frames per second, 4500 kb/s", "h264-720p-60" },
  { LK_EGRESS_ENCODING_PRESET_H264_1080P_30,
      "1920x1080, 30 frames per second, 4500 kb/s", "h264-1080p-30" },
  { LK_EGRESS_ENCODING_PRESET_H264_1080P_60,
      "1920x1080, 60 frames per second, 6000 kb/s", "h264-1080p-60" },
  { LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_720P_30,
      "720x1280, 30 frames per second, 3000 kb/s", "portrait-h264-720p-30" },
  { LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_720P_60,
      "720x1280, 60 frames per second, 4500 kb/s", "portrait-h264-720p-60" },
  { LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_1080P_30,
      "1080x1920, 30 frames per second, 4500 kb/s", "portrait-h264-1080p-30" },
  { LK_EGRESS_ENCODING_PRESET_PORTRAIT_H264_1080P_60,
      "1080x1920, 60 frames per second, 6000 kb/s", "portrait-h264-1080p-60" },
  { LK_EGRESS_ENCODING_PRESET_PASSTHROUGH,
      "The tracks as they are published, for sources that allow it",
      "passthrough" })

DEFINE_ENUM (GstLiveKitEgressState, gst_livekit_egress_state,
  { LK_EGRESS_JOB_STATE_IDLE,
      "Nothing was sent yet", "idle" },
  { LK_EGRESS_JOB_STATE_STARTING,
      "Asked for, or accepted and waiting for its media", "starting" },
  { LK_EGRESS_JOB_STATE_ACTIVE,
      "Recording or streaming", "active" },
  { LK_EGRESS_JOB_STATE_ENDING,
      "Finishing its outputs", "ending" },
  { LK_EGRESS_JOB_STATE_COMPLETE,
      "Ended as asked", "complete" },
  { LK_EGRESS_JOB_STATE_FAILED,
      "Ended by an error", "failed" },
  { LK_EGRESS_JOB_STATE_ABORTED,
      "Ended before it was active", "aborted" },
  { LK_EGRESS_JOB_STATE_LIMIT_REACHED,
      "Ended by a limit of time or size", "limit-reached" })
/* *INDENT-ON* */

const gchar *
gst_livekit_egress_enum_get_nick (GType type, gint value)
{
  /* The nick stays: enum types are never unloaded. */
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  const GEnumValue *entry = g_enum_get_value (klass, value);

  return entry != NULL ? entry->value_nick : "unknown";
}
