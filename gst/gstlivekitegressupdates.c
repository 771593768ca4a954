/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressupdates.h"

#include <gio/gio.h>

typedef struct
{
  GstLiveKitEgressWorker *worker;
  GstElement *element;          /* not owned: it waits for the worker */
  LkEgressJob *job;
} Update;

static Update *
update_begin (GstLiveKitEgressWorker * worker, GstElement * element,
    LkEgressJob * job)
{
  Update *self = g_new (Update, 1);

  gst_livekit_egress_worker_hold (worker);
  self->worker = worker;
  self->element = element;
  self->job = g_object_ref (job);

  return self;
}

static void
update_end (Update * self, const GError * error)
{
  if (error == NULL)
    lk_egress_job_refresh (self->job);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    GST_ELEMENT_WARNING (self->element, RESOURCE, SETTINGS,
        ("The running egress was not changed: %s.", error->message), (NULL));

  gst_livekit_egress_worker_release (self->worker);
  g_object_unref (self->job);
  g_free (self);
}

static void
on_layout_updated (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info =
      lk_egress_client_update_layout_finish (LK_EGRESS_CLIENT (source), result,
      &error);

  update_end (data, error);
}

void
gst_livekit_egress_update_layout (GstLiveKitEgressWorker * worker,
    GstElement * element, LkEgressJob * job, const gchar * layout,
    GCancellable * cancellable)
{
  lk_egress_client_update_layout_async (lk_egress_job_get_client (job),
      lk_egress_job_get_egress_id (job), layout, cancellable,
      on_layout_updated, update_begin (worker, element, job));
}

static void
on_streams_updated (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info =
      lk_egress_client_update_stream_finish (LK_EGRESS_CLIENT (source), result,
      &error);

  update_end (data, error);
}

void
gst_livekit_egress_update_streams (GstLiveKitEgressWorker * worker,
    GstElement * element, LkEgressJob * job, const gchar * add,
    const gchar * remove, GCancellable * cancellable)
{
  const gchar *added[] = { add, NULL };
  const gchar *removed[] = { remove, NULL };
  g_autoptr (LkEgressStreamUpdate) update =
      lk_egress_stream_update_new_for_urls (lk_egress_job_get_egress_id (job),
      added, removed);

  lk_egress_client_update_stream_async (lk_egress_job_get_client (job), update,
      cancellable, on_streams_updated, update_begin (worker, element, job));
}
