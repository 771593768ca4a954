/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressjoin.h"

#include "gstlivekitegressworker.h"

struct _GstLiveKitEgressJoin
{
  LkEgressJob *job;
  GstLiveKitEgressNews *news;
  gchar *url;

  /* Each until it is called. */
  GstLiveKitEgressJoinFunc added;
  gpointer added_data;
  GSourceOnceFunc left;
  gpointer left_data;
  GSource *timer;
};

static void
join_clear (gpointer data)
{
  GstLiveKitEgressJoin *self = data;

  g_object_unref (self->job);
  g_free (self->url);
}

void
gst_livekit_egress_join_free (GstLiveKitEgressJoin * self)
{
  g_rc_box_release_full (self, join_clear);
}

/* Never broken off: what was added is to be removed. */
static void
send (GstLiveKitEgressJoin * self, gboolean add, GAsyncReadyCallback callback)
{
  const gchar *urls[] = { self->url, NULL };
  g_autoptr (LkEgressStreamUpdate) update =
      lk_egress_stream_update_new_for_urls (NULL, add ? urls : NULL,
      add ? NULL : urls);

  lk_egress_job_update_streams_async (self->job, update, NULL, callback,
      g_rc_box_acquire (self));
}

/* Nobody waits any more. */
static void
end_leaving (GstLiveKitEgressJoin * self, const gchar * failure)
{
  GSourceOnceFunc left = g_steal_pointer (&self->left);
  g_autofree gchar *text = NULL;

  gst_livekit_egress_timer_disarm (&self->timer);
  if (left == NULL)
    return;

  if (failure != NULL) {
    text = g_strdup_printf ("The egress may still try to send here: %s.",
        failure);
    gst_livekit_egress_news_warn (self->news, GST_RESOURCE_ERROR_CLOSE, text);
  }
  left (self->left_data);
}

static gboolean
on_leave_timeout (gpointer data)
{
  end_leaving (data, "the server did not answer that its stream is to end");
  return G_SOURCE_REMOVE;
}

static void
on_removed (GObject * source, GAsyncResult * result, gpointer data)
{
  GstLiveKitEgressJoin *self = data;
  g_autoptr (GError) error = NULL;

  lk_egress_job_update_streams_finish (LK_EGRESS_JOB (source), result, &error);
  end_leaving (self, error != NULL ? error->message : NULL);
  gst_livekit_egress_join_free (self);
}

static void
on_added (GObject * source, GAsyncResult * result, gpointer data)
{
  GstLiveKitEgressJoin *self = data;
  GstLiveKitEgressJoinFunc added = g_steal_pointer (&self->added);
  g_autoptr (GError) error = NULL;

  lk_egress_job_update_streams_finish (LK_EGRESS_JOB (source), result, &error);
  if (self->left != NULL && error != NULL)
    end_leaving (self, NULL);
  else if (self->left != NULL)
    send (self, FALSE, on_removed);
  added (error, self->added_data);
  gst_livekit_egress_join_free (self);
}

GstLiveKitEgressJoin *
gst_livekit_egress_join_new (LkEgressJob * job, GstLiveKitEgressNews * news,
    const gchar * url, GstLiveKitEgressJoinFunc func, gpointer data)
{
  GstLiveKitEgressJoin *self = g_rc_box_new0 (GstLiveKitEgressJoin);

  self->job = g_object_ref (job);
  self->news = news;
  self->url = g_strdup (url);
  self->added = func;
  self->added_data = data;
  send (self, TRUE, on_added);

  return self;
}

void
gst_livekit_egress_join_leave (GstLiveKitEgressJoin * self, guint timeout,
    GSourceOnceFunc func, gpointer data)
{
  self->left = func;
  self->left_data = data;
  gst_livekit_egress_timer_arm (&self->timer, timeout, on_leave_timeout,
      g_rc_box_acquire (self), (GDestroyNotify) gst_livekit_egress_join_free);
  if (self->added == NULL)
    send (self, FALSE, on_removed);
}
