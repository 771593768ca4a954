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
  guint max_duration;           /* 0 = no limit */
  GstLiveKitEgressOnStop on_stop;
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
  LkEgressRequest *request;
  GstLiveKitEgressLife life;
} GstLiveKitEgressCommonSettings;

extern const GstLiveKitEgressSettingTable gst_livekit_egress_common_settings;

GstLiveKitEgressLife gst_livekit_egress_common_settings_get_life (GstLiveKitEgressCommonSettings *
    self);

/* As it was given here or in the environment. */
gchar *gst_livekit_egress_common_settings_dup_url (GstLiveKitEgressCommonSettings * self);

gchar *gst_livekit_egress_common_settings_dup_layout (GstLiveKitEgressCommonSettings * self);

G_END_DECLS
