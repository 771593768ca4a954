/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssettings.h"

#include "gstlivekitegressenumtypes.h"

typedef struct
{
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
  gsize offset;
  GType fundamental;
    GType (*get_type) (void);
  guint default_value;
  GParamFlags flags;
} Setting;

#define READY (G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY)
#define PLAYING (G_PARAM_READWRITE | GST_PARAM_MUTABLE_PLAYING)
#define SECRET (G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY)

#define AT(field) G_STRUCT_OFFSET (GstLiveKitEgressSettings, field)

/* *INDENT-OFF* */
static const Setting settings[] = {
  {"ws-url", "Server URL",
      "Address of the LiveKit server: ws, wss, http or https (default: LIVEKIT_URL)",
      AT (ws_url), G_TYPE_STRING, NULL, 0, READY},
  {"api-key", "API key",
      "API key of the LiveKit server (default: LIVEKIT_API_KEY)",
      AT (api_key), G_TYPE_STRING, NULL, 0, READY},
  {"secret-key", "Secret key",
      "Secret of the API key (default: LIVEKIT_API_SECRET)",
      AT (secret_key), G_TYPE_STRING, NULL, 0, SECRET},
  {"auth-token", "Token",
      "A token with the roomRecord grant, in place of key and secret (default: LIVEKIT_TOKEN)",
      AT (auth_token), G_TYPE_STRING, NULL, 0, SECRET},
  {"room-name", "Room",
      "Name of the room; needed for every source but web",
      AT (room_name), G_TYPE_STRING, NULL, 0, READY},
  {"source", "Source",
      "What the egress takes",
      AT (source), G_TYPE_ENUM, gst_livekit_egress_source_get_type,
      GST_LIVEKIT_EGRESS_SOURCE_AUTO, READY},
  {"participant-identity", "Participant",
      "Identity of the participant of a participant egress",
      AT (participant_identity), G_TYPE_STRING, NULL, 0, READY},
  {"audio-track-id", "Audio track",
      "Id of the audio track of a track composite egress",
      AT (audio_track_id), G_TYPE_STRING, NULL, 0, READY},
  {"video-track-id", "Video track",
      "Id of the video track of a track composite egress",
      AT (video_track_id), G_TYPE_STRING, NULL, 0, READY},
  {"layout", "Layout",
      "How a room composite arranges the participants: speaker, grid, single-speaker, with -light "
      "or -dark, or what a template of your own knows; may change while playing",
      AT (layout), G_TYPE_STRING, NULL, 0, PLAYING},
  {"web-url", "Web page",
      "Address of the page of a web egress",
      AT (web_url), G_TYPE_STRING, NULL, 0, READY},
  {"custom-base-url", "Template",
      "Address of a page that shows the room in place of the server's own",
      AT (custom_base_url), G_TYPE_STRING, NULL, 0, READY},
  {"audio-only", "Audio only",
      "Take no video",
      AT (audio_only), G_TYPE_BOOLEAN, NULL, FALSE, READY},
  {"video-only", "Video only",
      "Take no audio",
      AT (video_only), G_TYPE_BOOLEAN, NULL, FALSE, READY},
  {"screen-share", "Screen share",
      "Take a participant's shared screen rather than the camera",
      AT (screen_share), G_TYPE_BOOLEAN, NULL, FALSE, READY},
  {"preset", "Preset",
      "Picture size, frame rate and bit rate by name",
      AT (preset), G_TYPE_ENUM, lk_egress_encoding_preset_get_type,
      LK_EGRESS_ENCODING_PRESET_H264_720P_30, READY},
  {"encoding", "Encoding",
      "Encoder settings in place of a preset, for example \"encoding,width=1280,height=720,"
      "framerate=25,video-bitrate=2000\"; fields as the properties of LkEgressEncodingOptions",
      AT (encoding), G_TYPE_BOXED, gst_structure_get_type, 0, READY},
  {"request", "Request",
      "A whole request, in place of all properties of source and encoding; the element adds its "
      "own output",
      AT (request), G_TYPE_OBJECT, lk_egress_request_get_type, 0, READY},
  {"on-stop", "On stop",
      "What happens to the egress when the element stops",
      AT (life.on_stop), G_TYPE_ENUM, gst_livekit_egress_on_stop_get_type,
      GST_LIVEKIT_EGRESS_ON_STOP_STOP, READY},
  {"start-timeout", "Start timeout",
      "How long the egress may take to become active (milliseconds, 0 = no limit)",
      AT (life.start_timeout), G_TYPE_UINT, NULL, 40000, READY},
  {"first-data-timeout", "First data timeout",
      "How long an active egress may take to send its first data (milliseconds, 0 = no limit)",
      AT (life.first_data_timeout), G_TYPE_UINT, NULL, 15000, READY},
  {"reconnect-window", "Reconnect window",
      "How long an active egress that lost its connection may take to come back (milliseconds, "
      "0 = no limit)",
      AT (life.reconnect_window), G_TYPE_UINT, NULL, 10000, READY},
  {"stop-timeout", "Stop timeout",
      "How long stopping may wait for the egress to end (milliseconds, 0 = no limit)",
      AT (life.stop_timeout), G_TYPE_UINT, NULL, 5000, READY},
  {"max-duration", "Maximum duration",
      "How long the egress may be active before it is stopped (milliseconds, 0 = no limit)",
      AT (life.max_duration), G_TYPE_UINT, NULL, 0, READY},
};
/* *INDENT-ON* */

G_STATIC_ASSERT (G_N_ELEMENTS (settings) < GST_LIVEKIT_EGRESS_SETTINGS_N_PROPS);

static GParamSpec *
create_pspec (const Setting * s)
{
  const GParamFlags flags = s->flags | G_PARAM_STATIC_STRINGS;

  switch (s->fundamental) {
    case G_TYPE_STRING:
      return g_param_spec_string (s->name, s->nick, s->blurb, NULL, flags);
    case G_TYPE_BOOLEAN:
      return g_param_spec_boolean (s->name, s->nick, s->blurb,
          s->default_value, flags);
    case G_TYPE_UINT:
      return g_param_spec_uint (s->name, s->nick, s->blurb, 0, G_MAXINT,
          s->default_value, flags);
    case G_TYPE_ENUM:
      return g_param_spec_enum (s->name, s->nick, s->blurb, s->get_type (),
          s->default_value, flags);
    case G_TYPE_BOXED:
      return g_param_spec_boxed (s->name, s->nick, s->blurb, s->get_type (),
          flags);
    default:
      return g_param_spec_object (s->name, s->nick, s->blurb, s->get_type (),
          flags);
  }
}

void
gst_livekit_egress_settings_install_properties (GObjectClass * klass)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (settings); i++)
    g_object_class_install_property (klass, i + 1, create_pspec (&settings[i]));
}

void
gst_livekit_egress_settings_init (GstLiveKitEgressSettings * self)
{
  guint i;

  g_mutex_init (&self->lock);
  for (i = 0; i < G_N_ELEMENTS (settings); i++) {
    if (settings[i].default_value != 0)
      G_STRUCT_MEMBER (guint, self, settings[i].offset) =
          settings[i].default_value;
  }
}

static void
clear_string (gchar ** string, gboolean secret)
{
  if (*string != NULL && secret)
    explicit_bzero (*string, strlen (*string));
  g_clear_pointer (string, g_free);
}

void
gst_livekit_egress_settings_clear (GstLiveKitEgressSettings * self)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (settings); i++) {
    if (settings[i].fundamental == G_TYPE_STRING)
      clear_string (&G_STRUCT_MEMBER (gchar *, self, settings[i].offset),
          !(settings[i].flags & G_PARAM_READABLE));
  }
  g_clear_pointer (&self->encoding, gst_structure_free);
  g_clear_object (&self->request);
  g_mutex_clear (&self->lock);
}

gboolean
gst_livekit_egress_settings_set_property (GstLiveKitEgressSettings * self,
    guint prop_id, const GValue * value)
{
  const Setting *s;
  gpointer field;

  if (prop_id == 0 || prop_id > G_N_ELEMENTS (settings))
    return FALSE;

  s = &settings[prop_id - 1];
  field = G_STRUCT_MEMBER_P (self, s->offset);

  g_mutex_lock (&self->lock);
  switch (s->fundamental) {
    case G_TYPE_STRING:
      clear_string (field, !(s->flags & G_PARAM_READABLE));
      /* An empty string is the way of the command line to say none. */
      if (g_value_get_string (value) != NULL && *g_value_get_string (value))
        *(gchar **) field = g_value_dup_string (value);
      if (field == (gpointer) & self->ws_url)
        self->url_from_uri = FALSE;
      break;
    case G_TYPE_BOOLEAN:
      *(gboolean *) field = g_value_get_boolean (value);
      break;
    case G_TYPE_UINT:
      *(guint *) field = g_value_get_uint (value);
      break;
    case G_TYPE_ENUM:
      *(gint *) field = g_value_get_enum (value);
      if (field == (gpointer) & self->preset)
        self->preset_chosen = TRUE;
      break;
    case G_TYPE_BOXED:
      g_clear_pointer ((GstStructure **) field, gst_structure_free);
      *(GstStructure **) field = g_value_dup_boxed (value);
      break;
    default:
      g_clear_object ((GObject **) field);
      *(GObject **) field = g_value_dup_object (value);
      break;
  }
  g_mutex_unlock (&self->lock);

  return TRUE;
}

gboolean
gst_livekit_egress_settings_get_property (GstLiveKitEgressSettings * self,
    guint prop_id, GValue * value)
{
  const Setting *s;
  gpointer field;

  if (prop_id == 0 || prop_id > G_N_ELEMENTS (settings))
    return FALSE;

  s = &settings[prop_id - 1];
  field = G_STRUCT_MEMBER_P (self, s->offset);

  g_mutex_lock (&self->lock);
  switch (s->fundamental) {
    case G_TYPE_STRING:
      g_value_set_string (value, *(gchar **) field);
      break;
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, *(gboolean *) field);
      break;
    case G_TYPE_UINT:
      g_value_set_uint (value, *(guint *) field);
      break;
    case G_TYPE_ENUM:
      g_value_set_enum (value, *(gint *) field);
      break;
    case G_TYPE_BOXED:
      g_value_set_boxed (value, *(gpointer *) field);
      break;
    default:
      g_value_set_object (value, *(gpointer *) field);
      break;
  }
  g_mutex_unlock (&self->lock);

  return TRUE;
}

void
gst_livekit_egress_settings_set_url_from_uri (GstLiveKitEgressSettings * self)
{
  g_mutex_lock (&self->lock);
  self->url_from_uri = TRUE;
  g_mutex_unlock (&self->lock);
}

GstLiveKitEgressLife
gst_livekit_egress_settings_get_life (GstLiveKitEgressSettings * self)
{
  GstLiveKitEgressLife life;

  g_mutex_lock (&self->lock);
  life = self->life;
  g_mutex_unlock (&self->lock);

  return life;
}
