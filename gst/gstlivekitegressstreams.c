/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressstreams.h"

#include "gstlivekitegressmessages.h"

typedef struct
{
  gint64 started_at;
  gboolean over;
} Told;

struct _GstLiveKitEgressStreams
{
  GHashTable *told;             /* by address */
};

GstLiveKitEgressStreams *
gst_livekit_egress_streams_new (void)
{
  GstLiveKitEgressStreams *self = g_new0 (GstLiveKitEgressStreams, 1);

  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
gst_livekit_egress_streams_free (GstLiveKitEgressStreams * self)
{
  g_hash_table_unref (self->told);
  g_free (self);
}

/* Takes it as told. */
static gboolean
is_news (GstLiveKitEgressStreams * self, const gchar * url, gint64 started_at,
    gboolean over)
{
  Told *told = g_hash_table_lookup (self->told, url);
  gboolean news;

  if (told == NULL) {
    told = g_new0 (Told, 1);
    g_hash_table_insert (self->told, g_strdup (url), told);
    news = TRUE;
  } else {
    /* An address that is added again begins anew. */
    const gboolean again = told->over && started_at > told->started_at
        && told->started_at != 0;

    news = again || (over && !told->over);
  }

  if (news)
    told->over = over;
  told->started_at = MAX (told->started_at, started_at);
  return news;
}

void
gst_livekit_egress_streams_tell (GstLiveKitEgressStreams * self,
    GstElement * element, LkEgressInfo * info, gboolean begun)
{
  GListModel *streams = lk_egress_info_get_stream_results (info);
  guint i;

  for (i = 0; i < g_list_model_get_n_items (streams); i++) {
    g_autoptr (LkEgressStreamInfo) stream = g_list_model_get_item (streams, i);
    const gchar *url = lk_egress_stream_info_get_url (stream);
    const gboolean over = lk_egress_stream_info_get_status (stream)
        != LK_EGRESS_STREAM_STATUS_ACTIVE;

    if (over == begun || !is_news (self, url != NULL ? url : "",
            lk_egress_stream_info_get_started_at (stream), over))
      continue;
    gst_livekit_egress_post_stream (element,
        lk_egress_info_get_egress_id (info), stream);
  }
}
