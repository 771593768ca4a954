/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresschange.h"

typedef gboolean (*Finish) (LkEgressJob * job, GAsyncResult * result,
    GError ** error);

typedef struct
{
  Finish finish;
  GstLiveKitEgressNews *news;
  gpointer owner;
  GDestroyNotify unref;
} Change;

static Change *
change_new (Finish finish, GstLiveKitEgressNews * news, gpointer owner,
    GDestroyNotify unref)
{
  Change *self = g_new (Change, 1);

  *self = (Change) {
  finish, news, owner, unref};
  return self;
}

void
gst_livekit_egress_change_fail (GstLiveKitEgressNews * news,
    const gchar * reason)
{
  g_autofree gchar *text =
      g_strdup_printf ("The running egress was not changed: %s.", reason);

  gst_livekit_egress_news_warn (news, GST_RESOURCE_ERROR_SETTINGS, text);
}

static void
on_changed (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autofree Change *self = data;
  g_autoptr (GError) error = NULL;

  if (!self->finish (LK_EGRESS_JOB (source), result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gst_livekit_egress_change_fail (self->news, error->message);
  self->unref (self->owner);
}

void
gst_livekit_egress_change_layout (LkEgressJob * job, const gchar * layout,
    GCancellable * cancellable, GstLiveKitEgressNews * news, gpointer owner,
    GDestroyNotify unref)
{
  lk_egress_job_update_layout_async (job, layout, cancellable, on_changed,
      change_new (lk_egress_job_update_layout_finish, news, owner, unref));
}

void
gst_livekit_egress_change_streams (LkEgressJob * job, const gchar * add,
    const gchar * remove, GCancellable * cancellable,
    GstLiveKitEgressNews * news, gpointer owner, GDestroyNotify unref)
{
  const gchar *added[] = { add, NULL };
  const gchar *removed[] = { remove, NULL };
  g_autoptr (LkEgressStreamUpdate) update =
      lk_egress_stream_update_new_for_urls (NULL, added, removed);

  lk_egress_job_update_streams_async (job, update, cancellable, on_changed,
      change_new (lk_egress_job_update_streams_finish, news, owner, unref));
}
