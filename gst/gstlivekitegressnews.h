/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

#include "gstlivekitegressmessages.h"
#include "gstlivekitegressstreams.h"

G_BEGIN_DECLS

/* What a run tells the element that it is for, on its bus and by functions, for as long as there is
 * one. The element has the properties egress-id, egress-state and info, which are notified. But for
 * mute() and the warnings all is for one thread. */

typedef struct
{
  void (*state_changed) (GstElement * owner, LkEgressJobState state);
  /* Once: without an error no more media is to come, and what came is to be played to its end. With
   * one it is for the owner to post it. */
  void (*ended) (GstElement * owner, const GError * error);
} GstLiveKitEgressNewsFuncs;

typedef struct
{
  GWeakRef owner;
  const GstLiveKitEgressNewsFuncs *funcs;
  GstLiveKitEgressStreams *streams;
  GstLiveKitEgressProgress start;
  GstLiveKitEgressProgress stop;
  GPtrArray *runs;              /* NULL, or before this one; set by whoever knows them */
  gboolean ended;
  gint warned_unstopped;        /* atomic */
} GstLiveKitEgressNews;

void gst_livekit_egress_news_init (GstLiveKitEgressNews * self, GstElement * owner,
    const GstLiveKitEgressNewsFuncs * funcs);
void gst_livekit_egress_news_clear (GstLiveKitEgressNews * self);

/* From now on nobody hears anything. */
void gst_livekit_egress_news_mute (GstLiveKitEgressNews * self);
gboolean gst_livekit_egress_news_is_heard (GstLiveKitEgressNews * self);

/* The progress is one of ours. */
void gst_livekit_egress_news_begin (GstLiveKitEgressNews * self,
    GstLiveKitEgressProgress * progress, const gchar * text);
void gst_livekit_egress_news_end (GstLiveKitEgressNews * self,
    GstLiveKitEgressProgress * progress, GstProgressType type, const gchar * text);

/* A state is told after the info that it is of. */
void gst_livekit_egress_news_tell_info (GstLiveKitEgressNews * self, LkEgressInfo * info,
    LkEgressJobState told, LkEgressJobState state, gboolean is_first);
void gst_livekit_egress_news_tell_state (GstLiveKitEgressNews * self, LkEgressInfo * info,
    LkEgressJobState state, LkEgressJobState previous, const GError * error);
void gst_livekit_egress_news_tell_ended (GstLiveKitEgressNews * self, const GError * error);
/* The end of the start; of the wait for what is recorded; of a run that did not get under way. */
void gst_livekit_egress_news_tell_accepted (GstLiveKitEgressNews * self, const gchar * egress_id);
void gst_livekit_egress_news_tell_incomplete (GstLiveKitEgressNews * self, guint milliseconds);
void gst_livekit_egress_news_tell_failed (GstLiveKitEgressNews * self, const GError * error);

/* What became of an egress that another run of the owner had left, see the message. */
void gst_livekit_egress_news_tell_leftover (GstLiveKitEgressNews * self, const gchar * owner_name,
    const gchar * egress_id, const gchar * outcome);

/* On the bus, and in the log for whoever lets the bus be flushed unread. */
void gst_livekit_egress_news_warn (GstLiveKitEgressNews * self, GstResourceError code,
    const gchar * text);

/* The same, once: the egress of this id, which may be NULL, may still run. */
void gst_livekit_egress_news_warn_unstopped (GstLiveKitEgressNews * self, const gchar * egress_id,
    const gchar * reason);

G_END_DECLS
