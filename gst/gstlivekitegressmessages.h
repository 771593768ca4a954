/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* What the elements tell on the bus. Texts of servers are redacted and escaped. */

/* runs are those before this one. */
void gst_livekit_egress_post_state (GstElement * element, LkEgressJobState state,
    LkEgressJobState previous, LkEgressInfo * info, const GError * error, GPtrArray * runs);
void gst_livekit_egress_post_stream (GstElement * element, const gchar * egress_id,
    LkEgressStreamInfo * stream);
void gst_livekit_egress_post_first_data (GstElement * element, const gchar * egress_id,
    GstClockTime delay);
void gst_livekit_egress_post_mute (GstElement * element, const gchar * egress_id,
    gboolean muted);

/* What became of an egress that a killed process of an owner had left: ended, stopped, adopted or
 * left. */
void gst_livekit_egress_post_leftover (GstElement * element, const gchar * owner_name,
    const gchar * egress_id, const gchar * outcome);

/* One long operation: begun once, ended once, and silent unless it is under way. */
typedef struct
{
  const gchar *code;
  gboolean open;
} GstLiveKitEgressProgress;

void gst_livekit_egress_progress_begin (GstLiveKitEgressProgress * self, GstElement * element,
    const gchar * text);
void gst_livekit_egress_progress_end (GstLiveKitEgressProgress * self, GstElement * element,
    GstProgressType type, const gchar * text);

G_END_DECLS
