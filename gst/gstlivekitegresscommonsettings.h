/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressenums.h"
#include "gstlivekitegresssettings.h"

G_BEGIN_DECLS

/* The limits of one egress; times in milliseconds. */
typedef struct
{
  guint start_timeout;          /* 0 = no limit */
  guint stop_timeout;           /* 0 = nobody waits */
  guint complete_timeout;       /* after a stop, until the end is told; 0: with stop_timeout */
  guint max_duration;           /* 0 = no limit */
  guint wait_for_room;          /* or for the participant or track; 0 = not */
  guint restart_limit;          /* 0 = no limit */
  guint restart_pause;          /* before the first restart; no setting */
  guint background_time;        /* how long it is seen to when nobody waits any more; no setting */
  GstLiveKitEgressOnStop on_stop;
  GstLiveKitEgressAttach attach;
  GstLiveKitEgressRestart restart;
  GstLiveKitEgressOnLeftover on_leftover;
} GstLiveKitEgressLife;

/* The settings that all elements of this plugin share. */
typedef struct
{
  GstLiveKitEgressSettings parent;

  gchar *ws_url;
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
  GstStructure *encoding;
  gchar *location;
  GValue *locations;            /* array of texts */
  GValue *outputs;              /* array of structures */
  LkEgressStorage *storage;
  gchar *storage_uri;
  LkEgressRequest *request;
  gchar *request_file;
  gchar *egress_id;             /* to attach to */
  GstLiveKitEgressLife life;
  gchar *owner;
} GstLiveKitEgressCommonSettings;

extern const GstLiveKitEgressSettingTable gst_livekit_egress_common_settings;

GstLiveKitEgressLife gst_livekit_egress_common_settings_get_life (GstLiveKitEgressCommonSettings *
    self);

/* Whether the egress runs already, and what its id is if that was said. */
gboolean gst_livekit_egress_common_settings_attaches (GstLiveKitEgressCommonSettings * self,
    gchar ** egress_id);

/* As it was given here or in the environment. */
gchar *gst_livekit_egress_common_settings_dup_url (GstLiveKitEgressCommonSettings * self);

gchar *gst_livekit_egress_common_settings_dup_layout (GstLiveKitEgressCommonSettings * self);
gchar *gst_livekit_egress_common_settings_dup_owner (GstLiveKitEgressCommonSettings * self);

G_END_DECLS
