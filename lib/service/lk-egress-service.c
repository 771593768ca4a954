/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-service-private.h"

/**
 * LkEgressService:
 *
 * Many egresses of one program: what a recorder that runs for long embeds.
 *
 * ```c
 * LkEgressService *service = lk_egress_service_new (client);
 *
 * lk_egress_service_start_async (service, request, NULL, on_started, NULL);
 * ```
 *
 * A service keeps a [class@Job] for each egress that it started or was told to watch, counts what
 * becomes of them ([class@Metrics]), knows whether all is well ([class@Health]), and ends cleanly.
 * Webhooks make its news faster and its polls fewer: [class@WebhookReceiver]. It needs none,
 * and one that is lost is made up for by the next poll.
 *
 * It writes to the log what happens, with the fields `EGRESS_ID`, `ROOM`, `STATE` and `CODE` for
 * those that read it by program, such as the journal: an egress that ends by an error at the level
 * %G_LOG_LEVEL_MESSAGE, all else at %G_LOG_LEVEL_INFO. No secret is in it.
 *
 * A service belongs to one thread as a job does: that which runs the main context that was
 * thread-default when the service was made. Its functions are to be called there, but for
 * [method@Service.deliver] and those of its metrics.
 *
 * Since: 1.0
 */

enum
{
  PROP_0,
  PROP_CLIENT,
  PROP_NAME,
  PROP_HISTORY,
  PROP_STORE,
  PROP_METRICS,
  PROP_JOBS,
  PROP_ACTIVE_JOBS,
  PROP_QUEUED_JOBS,
  PROP_START_POLICY,
  LAST_PROPERTY
};

static GParamSpec *properties[LAST_PROPERTY];

G_DEFINE_FINAL_TYPE (LkEgressService, lk_egress_service, G_TYPE_OBJECT)

static void
lk_egress_service_constructed (GObject *object)
{
  LkEgressService *self = LK_EGRESS_SERVICE (object);

  G_OBJECT_CLASS (lk_egress_service_parent_class)->constructed (object);

  if (self->client == NULL)
    self->client = g_object_new (LK_EGRESS_TYPE_CLIENT, NULL);
  self->answers = lk_egress_answers_new (self->client, self->context, self->name, self->metrics);
  if (self->store != NULL)
    self->ledger = lk_egress_ledger_new (self->store, self->name, self->client, self->context,
                                         &lk_egress_service_ledger_events, self);
}

void
lk_egress_service_leave_all (LkEgressService *self)
{
  g_clear_pointer (&self->time_limit, lk_egress_time_limit_free);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->active_jobs)); i++)
    {
      g_autoptr (LkEgressJob) job = g_list_model_get_item (G_LIST_MODEL (self->active_jobs), i);

      lk_egress_ledger_leave (self->ledger, job);
    }
}

static void
lk_egress_service_dispose (GObject *object)
{
  LkEgressService *self = LK_EGRESS_SERVICE (object);
  g_autoptr (GError) closed
      = g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED,
                     "The service %s is gone, and starts no more egresses", self->name);

  self->shut_down = TRUE;
  lk_egress_start_queue_clear (self->queue, closed);
  if (self->policy != NULL)
    g_signal_handlers_disconnect_by_data (self->policy, self);
  lk_egress_service_leave_all (self);
  g_clear_pointer (&self->ledger, lk_egress_ledger_free);
  lk_egress_answers_end (self->answers);

  G_OBJECT_CLASS (lk_egress_service_parent_class)->dispose (object);
}

static void
lk_egress_service_finalize (GObject *object)
{
  LkEgressService *self = LK_EGRESS_SERVICE (object);

  lk_egress_start_queue_free (self->queue);
  g_clear_object (&self->policy);
  g_queue_clear (&self->ended);
  g_hash_table_unref (self->tracks);
  g_object_unref (self->jobs);
  g_object_unref (self->active_jobs);
  g_object_unref (self->metrics);
  lk_egress_answers_free (self->answers);
  g_clear_object (&self->client);
  g_clear_object (&self->store);
  g_main_context_unref (self->context);
  g_free (self->name);

  G_OBJECT_CLASS (lk_egress_service_parent_class)->finalize (object);
}

static void
lk_egress_service_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LkEgressService *self = LK_EGRESS_SERVICE (object);

  switch (id)
    {
    case PROP_CLIENT:
      g_value_set_object (value, self->client);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_HISTORY:
      g_value_set_uint (value, self->history);
      break;
    case PROP_STORE:
      g_value_set_object (value, self->store);
      break;
    case PROP_METRICS:
      g_value_set_object (value, self->metrics);
      break;
    case PROP_JOBS:
      g_value_set_object (value, self->jobs);
      break;
    case PROP_ACTIVE_JOBS:
      g_value_set_object (value, self->active_jobs);
      break;
    case PROP_QUEUED_JOBS:
      g_value_set_object (value, lk_egress_start_queue_get_jobs (self->queue));
      break;
    case PROP_START_POLICY:
      g_value_set_object (value, self->policy);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_service_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LkEgressService *self = LK_EGRESS_SERVICE (object);

  switch (id)
    {
    case PROP_CLIENT:
      self->client = g_value_dup_object (value);
      break;
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_HISTORY:
      self->history = g_value_get_uint (value);
      break;
    case PROP_STORE:
      self->store = g_value_dup_object (value);
      break;
    case PROP_START_POLICY:
      lk_egress_service_set_start_policy (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_service_class_init (LkEgressServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags given = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->constructed = lk_egress_service_constructed;
  object_class->dispose = lk_egress_service_dispose;
  object_class->finalize = lk_egress_service_finalize;
  object_class->get_property = lk_egress_service_get_property;
  object_class->set_property = lk_egress_service_set_property;

  /**
   * LkEgressService:client: (getter get_client)
   *
   * The client that asks the server. Default: one of the environment, see [property@Client:url] and
   * [property@Client:credentials].
   *
   * Since: 1.0
   */
  properties[PROP_CLIENT]
      = g_param_spec_object ("client", NULL, NULL, LK_EGRESS_TYPE_CLIENT, given);

  /**
   * LkEgressService:name: (getter get_name)
   *
   * What the service is called in its health, and the owner of its egresses in
   * [property@Service:store]; for that UTF-8 of 1 to 64 bytes. Default: `livekit-egress`.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "livekit-egress", given);

  /**
   * LkEgressService:history: (getter get_history)
   *
   * How many jobs that have ended stay in [property@Service:jobs], the newest. Default: 1000.
   *
   * Since: 1.0
   */
  properties[PROP_HISTORY] = g_param_spec_uint ("history", NULL, NULL, 0, G_MAXUINT, 1000, given);

  /**
   * LkEgressService:store: (getter get_store)
   *
   * Where the egresses that the service starts are remembered, so that
   * [method@Service.recover] finds them after a crash. It is written before each start, which fails
   * if that fails, and after it, in a thread of its own. Default: %NULL, nowhere.
   *
   * Since: 1.0
   */
  properties[PROP_STORE] = g_param_spec_object ("store", NULL, NULL, LK_EGRESS_TYPE_STORE, given);

  /**
   * LkEgressService:metrics: (getter get_metrics)
   *
   * What the service counts.
   *
   * Since: 1.0
   */
  properties[PROP_METRICS]
      = g_param_spec_object ("metrics", NULL, NULL, LK_EGRESS_TYPE_METRICS, read);

  /**
   * LkEgressService:jobs: (getter get_jobs)
   *
   * The jobs of the service, [class@Job]: all that have not ended, and those that ended last.
   *
   * Since: 1.0
   */
  properties[PROP_JOBS] = g_param_spec_object ("jobs", NULL, NULL, G_TYPE_LIST_MODEL, read);

  /**
   * LkEgressService:active-jobs: (getter get_active_jobs)
   *
   * The jobs of the service that have not ended, [class@Job].
   *
   * Since: 1.0
   */
  properties[PROP_ACTIVE_JOBS]
      = g_param_spec_object ("active-jobs", NULL, NULL, G_TYPE_LIST_MODEL, read);

  /**
   * LkEgressService:queued-jobs: (getter get_queued_jobs)
   *
   * The jobs whose starts wait for an egress to end, [class@Job], in the order of their turns; see
   * [property@StartPolicy:max-concurrent]. They are %LK_EGRESS_JOB_STATE_IDLE, and are among
   * [property@Service:jobs] but not among [property@Service:active-jobs].
   *
   * Since: 1.0
   */
  properties[PROP_QUEUED_JOBS]
      = g_param_spec_object ("queued-jobs", NULL, NULL, G_TYPE_LIST_MODEL, read);

  /**
   * LkEgressService:start-policy: (getter get_start_policy) (setter set_start_policy)
   *
   * What limits the egresses of the service. Default: %NULL, nothing.
   *
   * Since: 1.0
   */
  properties[PROP_START_POLICY]
      = g_param_spec_object ("start-policy", NULL, NULL, LK_EGRESS_TYPE_START_POLICY,
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, LAST_PROPERTY, properties);
}

static void
lk_egress_service_init (LkEgressService *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->metrics = lk_egress_metrics_new ();
  self->jobs = lk_egress_job_list_new ();
  self->active_jobs = lk_egress_job_list_new ();
  self->queue = lk_egress_start_queue_new (self->context, self->metrics);
  self->time_limit = lk_egress_time_limit_new (self->context, self->metrics);
  self->tracks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->ended);
}

/* A policy counts at once, also for what runs and waits. */
static void
on_policy (LkEgressStartPolicy *policy, GParamSpec *pspec, LkEgressService *self)
{
  lk_egress_time_limit_set_policy (self->time_limit, policy, G_LIST_MODEL (self->active_jobs));
  lk_egress_start_queue_set_policy (self->queue, policy);
}

/**
 * lk_egress_service_set_start_policy: (set-property start-policy)
 * @self: a service
 * @policy: (nullable): what limits its egresses, or %NULL
 *
 * Sets [property@Service:start-policy].
 *
 * Since: 1.0
 */
void
lk_egress_service_set_start_policy (LkEgressService *self, LkEgressStartPolicy *policy)
{
  g_autoptr (LkEgressService) alive = NULL;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (policy == NULL || LK_EGRESS_IS_START_POLICY (policy));

  if (self->policy == policy)
    return;
  alive = g_object_ref (self);
  if (self->policy != NULL)
    g_signal_handlers_disconnect_by_data (self->policy, self);
  g_set_object (&self->policy, policy);
  if (policy != NULL)
    g_signal_connect (policy, "notify", G_CALLBACK (on_policy), self);
  on_policy (policy, NULL, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_START_POLICY]);
}

/**
 * lk_egress_service_get_start_policy: (get-property start-policy)
 * @self: a service
 *
 * Gets [property@Service:start-policy].
 *
 * Returns: (transfer none) (nullable): the policy, or %NULL
 * Since: 1.0
 */
LkEgressStartPolicy *
lk_egress_service_get_start_policy (LkEgressService *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return self->policy;
}

/**
 * lk_egress_service_get_queued_jobs: (get-property queued-jobs)
 * @self: a service
 *
 * Gets [property@Service:queued-jobs].
 *
 * Returns: (transfer none): a list of [class@Job]
 * Since: 1.0
 */
GListModel *
lk_egress_service_get_queued_jobs (LkEgressService *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return lk_egress_start_queue_get_jobs (self->queue);
}

/**
 * lk_egress_service_new:
 * @client: (nullable): the client to ask with; %NULL for one of the environment
 *
 * Creates a service without egresses. [method@Service.recover] finds those that another one left.
 *
 * Returns: (transfer full): a new service
 * Since: 1.0
 */
LkEgressService *
lk_egress_service_new (LkEgressClient *client)
{
  g_return_val_if_fail (client == NULL || LK_EGRESS_IS_CLIENT (client), NULL);

  return g_object_new (LK_EGRESS_TYPE_SERVICE, "client", client, NULL);
}

/**
 * lk_egress_service_get_client: (get-property client)
 * @self: a service
 *
 * Gets [property@Service:client].
 *
 * Returns: (transfer none): the client
 * Since: 1.0
 */
LkEgressClient *
lk_egress_service_get_client (LkEgressService *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return self->client;
}

/**
 * lk_egress_service_get_name: (get-property name)
 * @self: a service
 *
 * Gets [property@Service:name].
 *
 * Returns: (transfer none): the name
 * Since: 1.0
 */
const char *
lk_egress_service_get_name (LkEgressService *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return self->name;
}

/**
 * lk_egress_service_get_history: (get-property history)
 * @self: a service
 *
 * Gets [property@Service:history].
 *
 * Returns: the number of jobs
 * Since: 1.0
 */
guint
lk_egress_service_get_history (LkEgressService *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), 0);

  return self->history;
}

/**
 * lk_egress_service_get_store: (get-property store)
 * @self: a service
 *
 * Gets [property@Service:store].
 *
 * Returns: (transfer none) (nullable): the store, or %NULL
 * Since: 1.0
 */
LkEgressStore *
lk_egress_service_get_store (LkEgressService *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return self->store;
}

/**
 * lk_egress_service_get_metrics: (get-property metrics)
 * @self: a service
 *
 * Gets [property@Service:metrics].
 *
 * Returns: (transfer none): the metrics
 * Since: 1.0
 */
LkEgressMetrics *
lk_egress_service_get_metrics (LkEgressService *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return self->metrics;
}

/**
 * lk_egress_service_get_jobs: (get-property jobs)
 * @self: a service
 *
 * Gets [property@Service:jobs].
 *
 * Returns: (transfer none): a list of [class@Job]
 * Since: 1.0
 */
GListModel *
lk_egress_service_get_jobs (LkEgressService *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return G_LIST_MODEL (self->jobs);
}

/**
 * lk_egress_service_get_active_jobs: (get-property active-jobs)
 * @self: a service
 *
 * Gets [property@Service:active-jobs].
 *
 * Returns: (transfer none): a list of [class@Job]
 * Since: 1.0
 */
GListModel *
lk_egress_service_get_active_jobs (LkEgressService *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return G_LIST_MODEL (self->active_jobs);
}

/**
 * lk_egress_service_get_job:
 * @self: a service
 * @egress_id: the id of an egress
 *
 * Gets the job of an egress, if it is among [property@Service:jobs].
 *
 * Returns: (transfer none) (nullable): the job, or %NULL
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_get_job (LkEgressService *self, const char *egress_id)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (egress_id != NULL, NULL);

  return g_hash_table_lookup (self->tracks, egress_id);
}
