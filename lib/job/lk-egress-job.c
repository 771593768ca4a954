/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-job-private.h"

#include "lk-egress-enum-types.h"
#include "lk-egress-error-private.h"
#include "lk-egress-outcome-private.h"
#include "lk-egress-retry-private.h"

/**
 * LkEgressJob:
 *
 * One egress over its whole life.
 *
 * ```c
 * LkEgressJob *job = lk_egress_job_new (client, request);
 *
 * g_signal_connect (job, "state-changed", G_CALLBACK (on_state_changed), NULL);
 * lk_egress_job_start_async (job, NULL, on_started, NULL);
 * ```
 *
 * A job knows what replies and polls say of its egress. Its state only moves forward, whatever
 * order they come in: news that are older than what is known are ignored, and a final state is not
 * left.
 *
 * All jobs of a client that were made in the same thread-default main context share one poll of the
 * server: every half second while something happens, up to every ten seconds while nothing does. A
 * poll that fails is tried again later and leaves the job as it is.
 *
 * A job belongs to one thread: that which runs the main context that was thread-default when the
 * job was made. There its functions are to be called, and there signals are emitted. A job that is
 * only used with the blocking functions needs no main loop: no poll is made for it, and signals
 * come from inside those functions. [method@Job.refresh] has such a job polled for as well.
 *
 * A job does not stop its egress when it goes away. While a start, a wait or a stop is under way it
 * stays.
 *
 * Since: 1.0
 */

enum
{
  PROP_0,
  PROP_CLIENT,
  PROP_REQUEST,
  PROP_EGRESS_ID,
  PROP_INFO,
  PROP_STATE,
  PROP_ERROR,
  PROP_STALE,
  LAST_PROPERTY
};

enum
{
  STATE_CHANGED,
  STREAM_CHANGED,
  LAST_SIGNAL
};

static GParamSpec *properties[LAST_PROPERTY];
static guint signals[LAST_SIGNAL];

G_DEFINE_FINAL_TYPE (LkEgressJob, lk_egress_job, G_TYPE_OBJECT)

static void
lk_egress_job_constructed (GObject *object)
{
  LkEgressJob *self = LK_EGRESS_JOB (object);

  G_OBJECT_CLASS (lk_egress_job_parent_class)->constructed (object);

  if (self->client == NULL)
    self->client = g_object_new (LK_EGRESS_TYPE_CLIENT, NULL);
}

static void
lk_egress_job_dispose (GObject *object)
{
  LkEgressJob *self = LK_EGRESS_JOB (object);

  if (self->monitor != NULL)
    lk_egress_monitor_leave (g_steal_pointer (&self->monitor), self);
  self->watched = FALSE;

  G_OBJECT_CLASS (lk_egress_job_parent_class)->dispose (object);
}

static void
lk_egress_job_finalize (GObject *object)
{
  LkEgressJob *self = LK_EGRESS_JOB (object);

  g_clear_object (&self->client);
  g_clear_object (&self->request);
  g_clear_object (&self->info);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->egress_id, g_free);
  g_clear_pointer (&self->waiters, g_ptr_array_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (lk_egress_job_parent_class)->finalize (object);
}

static void
lk_egress_job_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LkEgressJob *self = LK_EGRESS_JOB (object);

  switch (id)
    {
    case PROP_CLIENT:
      g_value_set_object (value, self->client);
      break;
    case PROP_REQUEST:
      g_value_set_object (value, self->request);
      break;
    case PROP_EGRESS_ID:
      g_value_set_string (value, self->egress_id);
      break;
    case PROP_INFO:
      g_value_set_object (value, self->info);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_STALE:
      g_value_set_boolean (value, self->stale);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_job_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LkEgressJob *self = LK_EGRESS_JOB (object);

  switch (id)
    {
    case PROP_CLIENT:
      self->client = g_value_dup_object (value);
      break;
    case PROP_REQUEST:
      self->request = g_value_dup_object (value);
      break;
    case PROP_EGRESS_ID:
      self->egress_id = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_job_class_init (LkEgressJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags given = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags learned = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = lk_egress_job_constructed;
  object_class->dispose = lk_egress_job_dispose;
  object_class->finalize = lk_egress_job_finalize;
  object_class->get_property = lk_egress_job_get_property;
  object_class->set_property = lk_egress_job_set_property;

  /**
   * LkEgressJob:client: (getter get_client)
   *
   * The client that asks the server. Without, one of the environment: see [property@Client:url] and
   * [property@Client:credentials].
   *
   * Since: 1.0
   */
  properties[PROP_CLIENT]
      = g_param_spec_object ("client", NULL, NULL, LK_EGRESS_TYPE_CLIENT, given);

  /**
   * LkEgressJob:request: (getter get_request)
   *
   * What is to be started; %NULL for a job made from an id.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST]
      = g_param_spec_object ("request", NULL, NULL, LK_EGRESS_TYPE_REQUEST, given);

  /**
   * LkEgressJob:egress-id: (getter get_egress_id)
   *
   * The id of the egress; %NULL until the server has accepted the request.
   *
   * Since: 1.0
   */
  properties[PROP_EGRESS_ID] = g_param_spec_string ("egress-id", NULL, NULL, NULL, given);

  /**
   * LkEgressJob:info: (getter get_info)
   *
   * The last that the server said of the egress; %NULL until it said anything. Each answer is an
   * object of its own, which does not change.
   *
   * Since: 1.0
   */
  properties[PROP_INFO] = g_param_spec_object ("info", NULL, NULL, LK_EGRESS_TYPE_INFO, learned);

  /**
   * LkEgressJob:state: (getter get_state)
   *
   * Where the egress is in its life.
   *
   * Since: 1.0
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, LK_EGRESS_TYPE_JOB_STATE,
                                              LK_EGRESS_JOB_STATE_IDLE, learned);

  /**
   * LkEgressJob:error: (getter get_error)
   *
   * Why the job is FAILED, ABORTED or LIMIT_REACHED; %NULL in all other states. An egress that
   * ended by itself gives an [error@Error] whose code is what the worker said; a start that was
   * refused gives the error of that call.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, learned);

  /**
   * LkEgressJob:stale: (getter get_stale)
   *
   * Whether the server shows the egress as running although nobody obeys when it is to be stopped:
   * its worker is gone, and what was recorded since the last answer with it.
   *
   * Since: 1.0
   */
  properties[PROP_STALE] = g_param_spec_boolean ("stale", NULL, NULL, FALSE, learned);

  g_object_class_install_properties (object_class, LAST_PROPERTY, properties);

  /**
   * LkEgressJob::state-changed:
   * @self: the job
   * @state: the new state
   *
   * The state moved on. States may be skipped. All properties have their new values already.
   *
   * Since: 1.0
   */
  signals[STATE_CHANGED]
      = g_signal_new ("state-changed", LK_EGRESS_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, LK_EGRESS_TYPE_JOB_STATE);

  /**
   * LkEgressJob::stream-changed:
   * @self: the job
   * @stream: what the server says of the stream
   *
   * A stream destination is new, failed, was retried, or ended. Emitted before
   * [signal@Job::state-changed] when both are news of the same answer.
   *
   * Since: 1.0
   */
  signals[STREAM_CHANGED]
      = g_signal_new ("stream-changed", LK_EGRESS_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, LK_EGRESS_TYPE_STREAM_INFO);
}

static void
lk_egress_job_init (LkEgressJob *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
}

/* Enters or leaves the monitor, as the state asks for. */
static void
update_monitor (LkEgressJob *self)
{
  gboolean wanted
      = self->watched && self->egress_id != NULL && !lk_egress_job_state_is_final (self->state);

  if (wanted && self->monitor == NULL)
    self->monitor = lk_egress_monitor_join (self->client, self->context, self);
  else if (!wanted && self->monitor != NULL)
    lk_egress_monitor_leave (g_steal_pointer (&self->monitor), self);
}

static void
set_state (LkEgressJob *self, LkEgressJobState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/* Takes the error over. */
static void
set_error (LkEgressJob *self, GError *error)
{
  if (error == NULL)
    return;

  g_clear_error (&self->error);
  self->error = error;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
set_stale (LkEgressJob *self, gboolean stale)
{
  if (self->stale == stale)
    return;

  self->stale = stale;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STALE]);
}

static void
set_info (LkEgressJob *self, LkEgressInfo *info)
{
  g_set_object (&self->info, info);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INFO]);

  if (self->egress_id == NULL)
    {
      self->egress_id = g_strdup (lk_egress_info_get_egress_id (info));
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EGRESS_ID]);
    }
}

/* After a step of the state machine: tells everybody. */
static void
finish_step (LkEgressJob *self, LkEgressJobState before)
{
  update_monitor (self);
  if (self->state != before)
    g_signal_emit (self, signals[STATE_CHANGED], 0, self->state);
  lk_egress_job_wake (self, NULL);
}

static void
emit_streams (LkEgressJob *self, LkEgressInfo *before, LkEgressInfo *after)
{
  GListModel *old = before != NULL ? lk_egress_info_get_stream_results (before) : NULL;
  GListModel *new = lk_egress_info_get_stream_results (after);

  for (guint i = 0; i < g_list_model_get_n_items (new); i++)
    {
      g_autoptr (LkEgressMessage) stream = g_list_model_get_item (new, i);
      g_autoptr (LkEgressMessage) known = old != NULL ? g_list_model_get_item (old, i) : NULL;

      if (known == NULL || !lk_egress_message_equal (known, stream))
        g_signal_emit (self, signals[STREAM_CHANGED], 0, stream);
    }
}

static gboolean
is_older (LkEgressInfo *info, LkEgressInfo *than)
{
  gint64 a = lk_egress_info_get_updated_at (info);
  gint64 b = lk_egress_info_get_updated_at (than);

  return a != 0 && b != 0 && a < b;
}

static gboolean
is_news (LkEgressJob *self, LkEgressInfo *info)
{
  LkEgressJobState state = lk_egress_outcome_get_state (info);

  if (lk_egress_job_state_is_final (self->state))
    return FALSE;
  if (self->egress_id != NULL
      && g_strcmp0 (self->egress_id, lk_egress_info_get_egress_id (info)) != 0)
    return FALSE;
  if (lk_egress_outcome_get_rank (state) < lk_egress_outcome_get_rank (self->state))
    return FALSE;
  if (self->info == NULL)
    return TRUE;

  /* Nothing comes after the end, so whatever the clocks say, it is the newest. */
  if (!lk_egress_job_state_is_final (state) && is_older (info, self->info))
    return FALSE;

  return !lk_egress_message_equal (LK_EGRESS_MESSAGE (info), LK_EGRESS_MESSAGE (self->info));
}

gboolean
lk_egress_job_feed (LkEgressJob *self, LkEgressInfo *info)
{
  g_autoptr (LkEgressJob) alive = g_object_ref (self);
  g_autoptr (LkEgressInfo) known = NULL;
  LkEgressJobState before = self->state;
  GError *error = NULL;

  if (!is_news (self, info))
    return FALSE;

  g_object_freeze_notify (G_OBJECT (self));
  g_set_object (&known, self->info);
  set_info (self, info);
  lk_egress_info_propagate_error (info, &error);
  set_error (self, error);
  set_stale (self, FALSE);
  set_state (self, lk_egress_outcome_get_state (info));
  g_object_thaw_notify (G_OBJECT (self));

  emit_streams (self, known, info);
  finish_step (self, before);

  return TRUE;
}

void
lk_egress_job_feed_asked (LkEgressJob *self)
{
  LkEgressJobState before = self->state;

  set_state (self, LK_EGRESS_JOB_STATE_STARTING);
  finish_step (self, before);
}

void
lk_egress_job_feed_refused (LkEgressJob *self, const GError *error)
{
  g_autoptr (LkEgressJob) alive = g_object_ref (self);
  LkEgressJobState before = self->state;

  if (lk_egress_job_state_is_final (self->state))
    return;

  g_object_freeze_notify (G_OBJECT (self));
  set_error (self, g_error_copy (error));
  set_stale (self, FALSE);
  set_state (self, LK_EGRESS_JOB_STATE_FAILED);
  g_object_thaw_notify (G_OBJECT (self));

  finish_step (self, before);
}

void
lk_egress_job_feed_gone (LkEgressJob *self)
{
  g_autofree char *text
      = g_strdup_printf ("The server does not know egress %s any more, so how it ended stays "
                         "unknown; it forgets an egress a day after its end, or when its storage "
                         "is lost",
                         self->egress_id);
  g_autoptr (GError) error = lk_egress_error_new (LK_EGRESS_ERROR_NOT_FOUND, 0, NULL, NULL, text);

  lk_egress_job_feed_refused (self, error);
}

void
lk_egress_job_feed_failure (LkEgressJob *self, const GError *error)
{
  if (!lk_egress_retry_may_recover (error))
    lk_egress_job_wake (self, error);
}

void
lk_egress_job_feed_stale (LkEgressJob *self)
{
  if (self->state == LK_EGRESS_JOB_STATE_ACTIVE || self->state == LK_EGRESS_JOB_STATE_ENDING)
    set_stale (self, TRUE);
}

gboolean
lk_egress_job_has_reached (LkEgressJob *self, LkEgressJobState until, const GError **error)
{
  *error = NULL;

  if (self->state == until)
    return TRUE;
  if (self->error != NULL)
    *error = self->error;

  return lk_egress_job_state_is_final (self->state)
         || lk_egress_outcome_get_rank (self->state) > lk_egress_outcome_get_rank (until);
}

void
lk_egress_job_watch (LkEgressJob *self)
{
  self->watched = TRUE;
  update_monitor (self);
}

/**
 * lk_egress_job_state_is_final:
 * @state: a state
 *
 * Whether an egress in this state has ended.
 *
 * Returns: %TRUE for COMPLETE, FAILED, ABORTED and LIMIT_REACHED
 * Since: 1.0
 */
gboolean
lk_egress_job_state_is_final (LkEgressJobState state)
{
  return state >= LK_EGRESS_JOB_STATE_COMPLETE;
}

/**
 * lk_egress_job_new:
 * @client: the client to ask with
 * @request: what is to be started; is sent as it is at the time of the start
 *
 * Makes a job that will start an egress. Nothing is sent yet.
 *
 * Returns: (transfer full): a job that is IDLE
 * Since: 1.0
 */
LkEgressJob *
lk_egress_job_new (LkEgressClient *client, LkEgressRequest *request)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (client), NULL);
  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (request), NULL);

  return g_object_new (LK_EGRESS_TYPE_JOB, "client", client, "request", request, NULL);
}

/**
 * lk_egress_job_new_for_id:
 * @client: the client to ask with
 * @egress_id: the id of an egress
 *
 * Makes a job for an egress that was started before, here or elsewhere. [method@Job.attach] asks
 * the server for its info.
 *
 * Returns: (transfer full): a job that is IDLE
 * Since: 1.0
 */
LkEgressJob *
lk_egress_job_new_for_id (LkEgressClient *client, const char *egress_id)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (client), NULL);
  g_return_val_if_fail (egress_id != NULL, NULL);

  return g_object_new (LK_EGRESS_TYPE_JOB, "client", client, "egress-id", egress_id, NULL);
}

/**
 * lk_egress_job_get_client: (get-property client)
 * @self: a job
 *
 * Gives the client of the job.
 *
 * Returns: (transfer none): the client
 * Since: 1.0
 */
LkEgressClient *
lk_egress_job_get_client (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), NULL);

  return self->client;
}

/**
 * lk_egress_job_get_request: (get-property request)
 * @self: a job
 *
 * Gives [property@Job:request].
 *
 * Returns: (transfer none) (nullable): the request, or %NULL for a job made from an id
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_job_get_request (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), NULL);

  return self->request;
}

/**
 * lk_egress_job_get_egress_id: (get-property egress-id)
 * @self: a job
 *
 * Gives [property@Job:egress-id].
 *
 * Returns: (nullable): the id, or %NULL if it is not known yet
 * Since: 1.0
 */
const char *
lk_egress_job_get_egress_id (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), NULL);

  return self->egress_id;
}

/**
 * lk_egress_job_get_info: (get-property info)
 * @self: a job
 *
 * Gives [property@Job:info].
 *
 * Returns: (transfer none) (nullable): the last info, or %NULL if there was none yet
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_job_get_info (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), NULL);

  return self->info;
}

/**
 * lk_egress_job_get_state: (get-property state)
 * @self: a job
 *
 * Gives [property@Job:state].
 *
 * Returns: the state
 * Since: 1.0
 */
LkEgressJobState
lk_egress_job_get_state (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), LK_EGRESS_JOB_STATE_IDLE);

  return self->state;
}

/**
 * lk_egress_job_get_error: (get-property error)
 * @self: a job
 *
 * Gives [property@Job:error].
 *
 * Returns: (transfer none) (nullable): why the job ended, or %NULL if it did not end by an error
 * Since: 1.0
 */
const GError *
lk_egress_job_get_error (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), NULL);

  return self->error;
}

/**
 * lk_egress_job_get_stale: (get-property stale)
 * @self: a job
 *
 * Gets [property@Job:stale].
 *
 * Returns: whether the server shows the egress as running although nobody obeys
 * Since: 1.0
 */
gboolean
lk_egress_job_get_stale (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), FALSE);

  return self->stale;
}

/**
 * lk_egress_job_refresh:
 * @self: a job
 *
 * Asks the server now instead of at the next poll. What it says shows in the properties, and only
 * once the main context of the job runs. A job that was started with the blocking function is
 * polled for from now on.
 *
 * Without effect on a job that was not started yet, or has ended.
 *
 * Since: 1.0
 */
void
lk_egress_job_refresh (LkEgressJob *self)
{
  g_return_if_fail (LK_EGRESS_IS_JOB (self));

  lk_egress_job_watch (self);
  if (self->monitor != NULL)
    lk_egress_monitor_refresh (self->monitor);
}
