/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How the service is doing, and the webhooks that it hears of its egresses by. */

#include "lk-egress-service-private.h"

#include "lk-egress-client-private.h"
#include "lk-egress-error.h"
#include "lk-egress-health-private.h"
#include "lk-egress-monitor-private.h"

/* The server gives webhooks up after half a minute. Microseconds. */
#define MAX_SILENCE (30 * G_TIME_SPAN_SECOND)

void
lk_egress_service_expect_webhooks (LkEgressService *self)
{
  self->expects_webhook = TRUE;
}

typedef struct
{
  LkEgressService *service;
  LkEgressInfo *info;
} Delivery;

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  g_object_unref (delivery->service);
  g_clear_object (&delivery->info);
  g_free (delivery);
}

/* Whether what the webhook says is known already, from the answer to a poll or a call. */
static gboolean
is_late (LkEgressJob *job, LkEgressInfo *info)
{
  LkEgressInfo *known = lk_egress_job_get_info (job);

  return known != NULL && lk_egress_info_get_status (info) <= lk_egress_info_get_status (known)
         && lk_egress_info_get_updated_at (info) <= lk_egress_info_get_updated_at (known);
}

static gboolean
take_delivery (gpointer user_data)
{
  Delivery *delivery = user_data;
  LkEgressService *self = delivery->service;
  LkEgressInfo *info = delivery->info;
  const char *id = info != NULL ? lk_egress_info_get_egress_id (info) : NULL;
  LkEgressJob *job = id != NULL ? g_hash_table_lookup (self->tracks, id) : NULL;
  LkEgressTrack *track;

  self->expects_webhook = TRUE;
  self->silent_since = 0;
  if (job == NULL)
    {
      lk_egress_metrics_add (self->metrics, LK_EGRESS_METRIC_WEBHOOKS, 1,
                             LK_EGRESS_METRIC_UNRELATED, NULL);
      return G_SOURCE_REMOVE;
    }

  track = lk_egress_track_of (job);
  track->heard = MAX (track->heard, (int)lk_egress_info_get_status (info));
  lk_egress_metrics_add (self->metrics, LK_EGRESS_METRIC_WEBHOOKS, 1,
                         is_late (job, info) ? LK_EGRESS_METRIC_LATE : LK_EGRESS_METRIC_TAKEN,
                         NULL);
  lk_egress_monitor_deliver (self->client, self->context, info);

  return G_SOURCE_REMOVE;
}

void
lk_egress_service_take_webhook (LkEgressService *self, LkEgressInfo *info)
{
  Delivery *delivery = g_new (Delivery, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  delivery->service = g_object_ref (self);
  delivery->info = info;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "LkEgressService deliver");
  g_source_set_callback (source, take_delivery, delivery, delivery_free);
  g_source_attach (source, self->context);
}

/**
 * lk_egress_service_deliver:
 * @self: a service
 * @event: an event that was verified, see [func@webhook_verify]
 *
 * Tells the service what a webhook says. Its jobs hear of it when the main context of the service
 * runs. An event that comes twice, late or out of order does no harm, and one of other egresses or
 * of none is ignored.
 *
 * [class@WebhookReceiver] does this by itself. Any thread may call it.
 *
 * Since: 1.0
 */
void
lk_egress_service_deliver (LkEgressService *self, LkEgressWebhookEvent *event)
{
  LkEgressInfo *info;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (LK_EGRESS_IS_WEBHOOK_EVENT (event));

  /* A message is for one thread at a time, and this one stays with the caller. */
  info = lk_egress_webhook_event_get_egress_info (event);
  if (info != NULL)
    info = LK_EGRESS_INFO (lk_egress_message_copy (LK_EGRESS_MESSAGE (info)));
  lk_egress_service_take_webhook (self, info);
}

static guint
count_queued (LkEgressService *self)
{
  return g_list_model_get_n_items (lk_egress_start_queue_get_jobs (self->queue));
}

static guint
count_stale (LkEgressService *self)
{
  guint n_stale = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->active_jobs)); i++)
    {
      g_autoptr (LkEgressJob) job = g_list_model_get_item (G_LIST_MODEL (self->active_jobs), i);

      n_stale += lk_egress_job_get_stale (job);
    }
  return n_stale;
}

/* Whether a webhook is missing for so long that it will not come any more. Replicas cannot know: it
 * may have come to another. */
static gboolean
is_silent (LkEgressService *self)
{
  double scale = lk_egress_client_get_time_scale (self->client);

  return self->silent_since != 0 && lk_egress_ledger_get_lease (self->ledger) == 0
         && g_get_monotonic_time () - self->silent_since > (gint64)(MAX_SILENCE * scale);
}

/* The worst that there is, with a sentence. */
static LkEgressHealthProblem
find_problem (LkEgressService *self, char **reason)
{
  const GError *unanswered = lk_egress_answers_get_error (self->answers);
  const GError *failure = lk_egress_ledger_get_error (self->ledger);
  guint n_queued = count_queued (self);
  guint n_stale = count_stale (self);

  if (unanswered != NULL && unanswered->domain == LK_EGRESS_ERROR
      && (unanswered->code == LK_EGRESS_ERROR_UNAUTHENTICATED
          || unanswered->code == LK_EGRESS_ERROR_PERMISSION_DENIED))
    {
      *reason = g_strdup_printf ("The server does not take the API key: %s", unanswered->message);
      return LK_EGRESS_HEALTH_PROBLEM_KEY_REFUSED;
    }
  if (unanswered != NULL)
    {
      *reason = g_strdup_printf ("The server does not answer: %s", unanswered->message);
      return LK_EGRESS_HEALTH_PROBLEM_SERVER_UNREACHABLE;
    }
  if (self->shut_down)
    {
      *reason = g_strdup ("The service was shut down and takes no more starts");
      return LK_EGRESS_HEALTH_PROBLEM_SHUT_DOWN;
    }
  if (failure != NULL)
    {
      *reason = g_strdup_printf ("The store does not take what the service has to remember; what "
                                 "runs goes on: %s",
                                 failure->message);
      return LK_EGRESS_HEALTH_PROBLEM_STORE_FAILED;
    }
  if (n_queued > 0 && lk_egress_start_queue_is_full (self->queue))
    {
      *reason
          = g_strdup_printf ("%u starts wait for an egress to end, and more are refused", n_queued);
      return LK_EGRESS_HEALTH_PROBLEM_QUEUE_FULL;
    }
  if (is_silent (self))
    {
      *reason = g_strdup ("Egresses change, but no webhook tells of it: look whether the server's "
                          "configuration has the address of this service, and whether it can reach "
                          "that. Polls find what the webhooks would tell, later");
      return LK_EGRESS_HEALTH_PROBLEM_WEBHOOKS_SILENT;
    }
  if (n_stale > 0)
    {
      *reason = g_strdup_printf ("The server shows %u egresses as running that nobody can stop: "
                                 "their workers are gone",
                                 n_stale);
      return LK_EGRESS_HEALTH_PROBLEM_STALE_EGRESSES;
    }

  return LK_EGRESS_HEALTH_PROBLEM_NONE;
}

/**
 * lk_egress_service_get_health_status:
 * @self: a service
 *
 * Gets how the service is doing. Nothing is asked for this: it is what was seen last. While the
 * main context of the service runs that is not older than half a minute, and five seconds when the
 * server did not answer. A server that takes longer than ten seconds to answer does not.
 *
 * Returns: (transfer full): the health
 * Since: 1.0
 */
LkEgressHealth *
lk_egress_service_get_health_status (LkEgressService *self)
{
  g_autofree char *reason = NULL;
  LkEgressHealthProblem problem;

  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  problem = find_problem (self, &reason);
  return lk_egress_health_new (self->name, problem, reason,
                               g_list_model_get_n_items (G_LIST_MODEL (self->active_jobs)),
                               count_queued (self), self->completed_count, self->failed_count);
}
