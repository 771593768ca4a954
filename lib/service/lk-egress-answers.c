/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-answers-private.h"

#include "lk-egress-client-private.h"
#include "lk-egress-error.h"
#include "lk-egress-listing.h"
#include "lk-egress-monitor-private.h"
#include "lk-egress-retry-private.h"
#include "lk-egress-track-private.h"
#include "lk-egress-validation.h"

/* Seconds between two questions to a server of which nothing else asks anything: to one that
 * answers, and to one that does not. */
#define CHECK_INTERVAL 30
#define CHECK_INTERVAL_LOST 5

/* A server that takes this long for one answer is none that answers, milliseconds. The client waits
 * for minutes, since a listing is worth that; what is known of the server is not. */
#define PATIENCE 10000

struct _LkEgressAnswers
{
  grefcount refs; /* of its owner, and of a question under way */
  LkEgressClient *client;
  char *name;
  LkEgressMetrics *metrics;
  LkEgressWatch *polls;
  GSource *check;         /* asks the server when nothing else does */
  GCancellable *checking; /* while it does */
  gint64 asked_at;        /* monotonic */
  guint patience;
  gint64 heard_at;    /* monotonic */
  GError *unanswered; /* why the last question was not answered */
};

void
lk_egress_answers_take (LkEgressAnswers *self, const GError *error)
{
  gboolean lost
      = error != NULL
        && (error->domain != LK_EGRESS_ERROR || error->code == LK_EGRESS_ERROR_UNAUTHENTICATED
            || error->code == LK_EGRESS_ERROR_PERMISSION_DENIED
            || (error->code == LK_EGRESS_ERROR_UNAVAILABLE
                && !lk_egress_retry_is_no_worker (error)));

  /* Those were not sent, or nobody waited. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || (error != NULL && error->domain == LK_EGRESS_VALIDATION_ERROR))
    return;

  self->heard_at = g_get_monotonic_time ();
  if (lost && self->unanswered == NULL)
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "CODE",
                      lk_egress_track_get_error_code (error), "MESSAGE",
                      "The server does not answer the service %s: %s", self->name, error->message);
  else if (!lost && self->unanswered != NULL)
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MESSAGE",
                      "The server answers the service %s again", self->name);

  g_clear_error (&self->unanswered);
  if (lost)
    self->unanswered = g_error_copy (error);
}

const GError *
lk_egress_answers_get_error (LkEgressAnswers *self)
{
  return self->unanswered;
}

static guint
take_poll (LkEgressInfo *info, LkEgressLifeOrigin origin, const GError *error, gpointer data)
{
  LkEgressAnswers *self = data;

  lk_egress_metrics_add (self->metrics, LK_EGRESS_METRIC_POLLS, 1,
                         error == NULL ? LK_EGRESS_METRIC_OK : LK_EGRESS_METRIC_FAILED, NULL);
  lk_egress_answers_take (self, error);

  return G_MAXUINT;
}

static void
checked (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressAnswers *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressListing) listing
      = lk_egress_client_list_finish (LK_EGRESS_CLIENT (source_object), result, &error);

  g_clear_object (&self->checking);
  if (self->check != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    take_poll (NULL, LK_EGRESS_LIFE_ANSWER, error, self);
  lk_egress_answers_free (self);
}

static void
end_patience (LkEgressAnswers *self)
{
  g_autoptr (GError) error = NULL;

  if (g_cancellable_is_cancelled (self->checking)
      || g_get_monotonic_time () - self->asked_at < self->patience * G_TIME_SPAN_MILLISECOND)
    return;

  g_cancellable_cancel (self->checking);
  error
      = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "ListEgress at %s has no answer after %u ms",
                     lk_egress_client_get_url (self->client), self->patience);
  take_poll (NULL, LK_EGRESS_LIFE_ANSWER, error, self);
}

static gboolean
check (gpointer user_data)
{
  LkEgressAnswers *self = user_data;
  gint64 interval = self->unanswered != NULL ? CHECK_INTERVAL_LOST : CHECK_INTERVAL;
  double scale = lk_egress_client_get_time_scale (self->client);

  if (self->checking != NULL)
    {
      end_patience (self);
      return G_SOURCE_CONTINUE;
    }
  if (g_get_monotonic_time () - self->heard_at < (gint64)(interval * G_TIME_SPAN_SECOND * scale))
    return G_SOURCE_CONTINUE;

  self->checking = g_cancellable_new ();
  self->asked_at = g_get_monotonic_time ();
  g_ref_count_inc (&self->refs);
  lk_egress_client_list_async (self->client, NULL, TRUE, self->checking, checked, self);

  return G_SOURCE_CONTINUE;
}

LkEgressAnswers *
lk_egress_answers_new (LkEgressClient *client,
                       GMainContext *context,
                       const char *name,
                       LkEgressMetrics *metrics)
{
  LkEgressAnswers *self = g_new0 (LkEgressAnswers, 1);
  double scale = lk_egress_client_get_time_scale (client);

  g_ref_count_init (&self->refs);
  self->patience = PATIENCE;
  self->client = g_object_ref (client);
  self->name = g_strdup (name);
  self->metrics = g_object_ref (metrics);
  self->polls = lk_egress_monitor_watch (client, context, NULL, G_MAXUINT, take_poll, self);

  /* The first check is one of a server that does not answer. */
  self->heard_at = g_get_monotonic_time ()
                   - (gint64)((CHECK_INTERVAL - CHECK_INTERVAL_LOST) * G_TIME_SPAN_SECOND * scale);
  self->check
      = g_timeout_source_new ((guint)CLAMP (CHECK_INTERVAL_LOST * 1000 * scale, 1, G_MAXINT));
  g_source_set_static_name (self->check, "LkEgressService check");
  g_source_set_callback (self->check, check, self, NULL);
  g_source_attach (self->check, context);

  return self;
}

void
lk_egress_answers_set_patience (LkEgressAnswers *self, guint patience)
{
  self->patience = patience;
}

void
lk_egress_answers_end (LkEgressAnswers *self)
{
  g_clear_pointer (&self->polls, lk_egress_monitor_unwatch);
  if (self->check != NULL)
    g_source_destroy (self->check);
  g_clear_pointer (&self->check, g_source_unref);
  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
}

void
lk_egress_answers_free (LkEgressAnswers *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;

  lk_egress_answers_end (self);
  g_object_unref (self->client);
  g_object_unref (self->metrics);
  g_clear_error (&self->unanswered);
  g_free (self->name);
  g_free (self);
}
