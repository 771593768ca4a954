/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/**
 * GstLiveKitEgressSource:
 * @GST_LIVEKIT_EGRESS_SOURCE_AUTO: what the other properties name
 * @GST_LIVEKIT_EGRESS_SOURCE_ROOM_COMPOSITE: a room as a web page shows it
 * @GST_LIVEKIT_EGRESS_SOURCE_WEB: a web page
 * @GST_LIVEKIT_EGRESS_SOURCE_PARTICIPANT: the tracks of one participant
 * @GST_LIVEKIT_EGRESS_SOURCE_TRACK_COMPOSITE: one audio track, one video track, or both
 *
 * What an egress takes.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_SOURCE_AUTO,
  GST_LIVEKIT_EGRESS_SOURCE_ROOM_COMPOSITE,
  GST_LIVEKIT_EGRESS_SOURCE_WEB,
  GST_LIVEKIT_EGRESS_SOURCE_PARTICIPANT,
  GST_LIVEKIT_EGRESS_SOURCE_TRACK_COMPOSITE,
} GstLiveKitEgressSource;

/**
 * GstLiveKitEgressOnStop:
 * @GST_LIVEKIT_EGRESS_ON_STOP_STOP: the egress is stopped with the element
 * @GST_LIVEKIT_EGRESS_ON_STOP_DETACH: the egress goes on without the element
 *
 * What happens to a running egress when the element stops.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_ON_STOP_STOP,
  GST_LIVEKIT_EGRESS_ON_STOP_DETACH,
} GstLiveKitEgressOnStop;

/* Times in milliseconds, 0 for no limit. */
typedef struct
{
  guint start_timeout;
  guint first_data_timeout;
  guint reconnect_window;
  guint stop_timeout;
  guint max_duration;
  GstLiveKitEgressOnStop on_stop;
} GstLiveKitEgressLife;

/* The writable properties that all elements of this plugin share. Their ids start at 1; an element
 * numbers its own from GST_LIVEKIT_EGRESS_SETTINGS_N_PROPS. */
typedef struct
{
  GMutex lock;

  gchar *ws_url;
  gboolean url_from_uri; /* whoever wrote the URI chose the server */
  gchar *api_key;
  gchar *secret_key;
  gchar *auth_token;
  gchar *room_name;
  GstLiveKitEgressSource source;
  gchar *participant_identity;
  gchar *audio_track_id;
  gchar *video_track_id;
  gchar *layout;
  gchar *web_url;
  gchar *custom_base_url;
  gboolean audio_only;
  gboolean video_only;
  gboolean screen_share;
  LkEgressEncodingPreset preset;
  gboolean preset_chosen;
  GstStructure *encoding;
  LkEgressRequest *request;
  GstLiveKitEgressLife life;
} GstLiveKitEgressSettings;

#define GST_LIVEKIT_EGRESS_SETTINGS_N_PROPS 32

void gst_livekit_egress_settings_install_properties (GObjectClass * klass);

void gst_livekit_egress_settings_init (GstLiveKitEgressSettings * self);
void gst_livekit_egress_settings_clear (GstLiveKitEgressSettings * self);

/* FALSE for a property that is not among the shared ones. */
gboolean gst_livekit_egress_settings_set_property (GstLiveKitEgressSettings * self, guint prop_id,
    const GValue * value);
gboolean gst_livekit_egress_settings_get_property (GstLiveKitEgressSettings * self, guint prop_id,
    GValue * value);

/* Says that a URI set ws-url, until somebody sets it as a property. */
void gst_livekit_egress_settings_set_url_from_uri (GstLiveKitEgressSettings * self);

LkEgressClient *gst_livekit_egress_settings_create_client (GstLiveKitEgressSettings * self,
    GError ** error);
/* The request without an output. */
LkEgressRequest *gst_livekit_egress_settings_create_request (GstLiveKitEgressSettings * self,
    GError ** error);
GstLiveKitEgressLife gst_livekit_egress_settings_get_life (GstLiveKitEgressSettings * self);

GType gst_livekit_egress_source_get_type (void);
GType gst_livekit_egress_on_stop_get_type (void);

G_END_DECLS
