/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-job-private.h"

#include "lk-egress-client-private.h"
#include "lk-egress-enum-types.h"

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
 * order they come in: news that is older than what is known is ignored, and a final state is not
 * left. A status of a later protocol moves it only when the server tells the end of the egress.
 *
 * All jobs of a client that were made in the same thread-default main context share one poll of the
 * server: every half second while something happens, at once and ten times a second when a stop or
 * another change was accepted, up to every ten seconds while nothing does. A poll that fails is
 * tried again later and leaves the job as it is. Where webhooks tell of an egress the poll is for
 * what they miss: ten times less often, and every minute at least. If a poll finds that one was
 * lost, it is as often as without webhooks until the next comes.
 *
 * A job belongs to one thread: that which runs the main context that was thread-default when the
 * job was made. There its functions are to be called, and there signals are emitted. A job that is
 * only used with the blocking functions needs no main loop: no poll is made for it, and signals
 * come from inside those functions. [method@Job.refresh] has such a job polled for as well.
 *
 * A job does not stop its egress when it goes away. While a start, a wait or a stop is under way it
 * stays.
 *
 * ## Letting go of a start
 *
 * The server answers a start after half a second, or after half a minute when it finds no worker.
 * Whoever cancels [method@Job.start_async], or calls [method@Job.stop_async] before the answer, may
 * let the job go at once: the request is not sent again any more, and the egress is stopped as soon
 * as its id is known. What cannot be stopped within five minutes is given up with a warning.
 *
 * All of that needs the main context of the job. A thread or a process that is about to end goes on
 * running it until the stop is through, with a bound of its own:
 *
 * ```c
 * g_autoptr (GCancellable) bound = g_cancellable_new ();
 * gboolean stopped = FALSE;
 *
 * lk_egress_job_stop_async (job, bound, on_stopped, &stopped);
 * arm_timer (context, 30, bound);
 * while (!stopped)
 *   g_main_context_iteration (context, TRUE);
 * ```
 *
 * When the bound is cancelled the start and the stop that are under way end, and then the callback
 * is called; the egress may run on. A question for the state of the job ends a moment after the job
 * was let go: run the context until the client is gone as well, see
 * [method@GObject.Object.weak_ref], and nothing is left behind in it.
 *
 * Since: 1.0
 */

/* How long it takes at most to stop an egress that nobody waits for, milliseconds. The answer to a
 * start takes half a minute, and a worker may hear nothing for as long again. */
#define MAX_PATIENCE 300000

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
  PROP_STALE_REASON,
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

  self->watched = FALSE;
  g_clear_pointer (&self->watch, lk_egress_monitor_unwatch);

  G_OBJECT_CLASS (lk_egress_job_parent_class)->dispose (object);
}

static void
lk_egress_job_finalize (GObject *object)
{
  LkEgressJob *self = LK_EGRESS_JOB (object);

  g_clear_object (&self->client);
  g_clear_object (&self->request);
  g_clear_object (&self->entry);
  g_clear_object (&self->unwanted);
  g_clear_pointer (&self->context, g_main_context_unref);
  lk_egress_life_clear (&self->life);
  g_clear_pointer (&self->told_streams, g_ptr_array_unref);
  g_clear_pointer (&self->waits, lk_egress_waits_free);
  g_clear_pointer (&self->starts, lk_egress_waits_free);
  g_clear_pointer (&self->stops, lk_egress_waits_free);

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
      g_value_set_string (value, self->life.egress_id);
      break;
    case PROP_INFO:
      g_value_set_object (value, self->life.info);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->life.state);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->life.error);
      break;
    case PROP_STALE:
      g_value_set_boolean (value, self->life.silence != NULL);
      break;
    case PROP_STALE_REASON:
      g_value_set_boxed (value, self->life.silence);
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
      self->life.egress_id = g_value_dup_string (value);
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
   * The client that asks the server. Default: one of the environment, see [property@Client:url] and
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
   * its worker is gone, and what was recorded since the last answer with it. The server is asked
   * on: the job is FAILED when the server forgets the egress, and not stale any more when there is
   * news of it.
   *
   * Since: 1.0
   */
  properties[PROP_STALE] = g_param_spec_boolean ("stale", NULL, NULL, FALSE, learned);

  /**
   * LkEgressJob:stale-reason: (getter get_stale_reason)
   *
   * Why the job is [property@Job:stale]: what the server answered to the last stop; %NULL if it is
   * not.
   *
   * Since: 1.0
   */
  properties[PROP_STALE_REASON]
      = g_param_spec_boxed ("stale-reason", NULL, NULL, G_TYPE_ERROR, learned);

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
   * A stream destination is new, failed, was retried, or ended. It is emitted before
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
  lk_egress_life_init (&self->life);
  self->told_streams = g_ptr_array_new_with_free_func (g_object_unref);
  self->waits = lk_egress_waits_new (NULL);
  self->max_patience = MAX_PATIENCE;
}

static guint
take_watched (LkEgressInfo *info, LkEgressLifeOrigin origin, const GError *error, gpointer data)
{
  return lk_egress_job_take (data, info, origin, error);
}

/* Begins or ends its watch, as the life asks for. */
static void
update_watch (LkEgressJob *self)
{
  gboolean wanted = self->watched && self->life.egress_id != NULL
                    && !lk_egress_job_state_is_final (self->life.state);

  if (wanted && self->watch == NULL)
    self->watch = lk_egress_monitor_watch (self->client, self->context, self->life.egress_id,
                                           self->life.interval, take_watched, self);
  else if (!wanted)
    g_clear_pointer (&self->watch, lk_egress_monitor_unwatch);
}

static void
notify (LkEgressJob *self, LkEgressLifeNews news)
{
  static const struct
  {
    LkEgressLifeNews news;
    guint property;
  } rows[] = {
    { LK_EGRESS_LIFE_ID, PROP_EGRESS_ID }, { LK_EGRESS_LIFE_INFO, PROP_INFO },
    { LK_EGRESS_LIFE_STATE, PROP_STATE },  { LK_EGRESS_LIFE_ERROR, PROP_ERROR },
    { LK_EGRESS_LIFE_STALE, PROP_STALE },  { LK_EGRESS_LIFE_STALE, PROP_STALE_REASON },
  };

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (news & rows[i].news)
        g_object_notify_by_pspec (G_OBJECT (self), properties[rows[i].property]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

/* Each stream that is another than was told last. A handler may bring an info with others. */
static void
emit_streams (LkEgressJob *self)
{
  for (guint i = 0; self->life.info != NULL; i++)
    {
      GListModel *streams = lk_egress_info_get_stream_results (self->life.info);
      g_autoptr (LkEgressMessage) stream = g_list_model_get_item (streams, i);

      if (stream == NULL)
        break;
      if (i >= self->told_streams->len)
        g_ptr_array_add (self->told_streams, g_object_ref (stream));
      else if (!lk_egress_message_equal (g_ptr_array_index (self->told_streams, i), stream))
        g_set_object ((LkEgressMessage **)&g_ptr_array_index (self->told_streams, i), stream);
      else
        continue;

      g_signal_emit (self, signals[STREAM_CHANGED], 0, stream);
    }
}

static void
emit_state (LkEgressJob *self)
{
  if (self->told_state == self->life.state)
    return;

  self->told_state = self->life.state;
  self->emitting++;
  g_signal_emit (self, signals[STATE_CHANGED], 0, self->told_state);
  self->emitting--;

  /* This was news from a handler of the state before. Who is still to hear of that is past it. */
  if (self->emitting > 0)
    g_signal_stop_emission (self, signals[STATE_CHANGED], 0);
}

static gboolean
has_reached (guint until, const GError **error, gpointer data)
{
  LkEgressJob *self = data;
  guint state = until & ~(guint)LK_EGRESS_JOB_OR_STALE;

  return (state != until && self->life.silence != NULL)
         || lk_egress_life_has_reached (&self->life, state, error);
}

void
lk_egress_job_tell (LkEgressJob *self, LkEgressLifeNews news)
{
  g_autoptr (LkEgressJob) alive = g_object_ref (self);

  update_watch (self);
  /* Whoever stops an egress that has ended is through, whatever else the server may answer. */
  if (self->stopping != NULL && lk_egress_job_state_is_final (self->life.state))
    g_cancellable_cancel (self->stopping);
  notify (self, news);
  emit_streams (self);
  emit_state (self);
  lk_egress_waits_end (self->waits, has_reached, self);
}

guint
lk_egress_job_take (LkEgressJob *self,
                    LkEgressInfo *info,
                    LkEgressLifeOrigin origin,
                    const GError *error)
{
  g_autoptr (LkEgressJob) alive = g_object_ref (self);

  if (origin == LK_EGRESS_LIFE_REPEAT)
    lk_egress_life_take_repeat (&self->life);
  else if (info != NULL)
    lk_egress_job_tell (self, lk_egress_life_take_info (&self->life, info, origin));
  else if (error == NULL)
    lk_egress_job_tell (self, lk_egress_life_take_loss (&self->life));
  else if (!lk_egress_life_take_failure (&self->life, error))
    lk_egress_waits_end_all (self->waits, error);
  if (self->watch != NULL && origin == LK_EGRESS_LIFE_ANSWER)
    lk_egress_monitor_overtake (self->watch);

  return self->life.interval;
}

void
lk_egress_job_watch (LkEgressJob *self)
{
  self->watched = TRUE;
  update_watch (self);
}

void
lk_egress_job_look (LkEgressJob *self)
{
  if (self->watch != NULL)
    lk_egress_monitor_refresh (self->watch);
}

GTask *
lk_egress_job_new_task (LkEgressJob *self,
                        gpointer source_tag,
                        const char *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_name (task, name);
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

/**
 * lk_egress_job_new:
 * @client: the client to ask with
 * @request: what is to be started; it is sent as it is at the time of the start
 *
 * Creates a job that will start an egress. Nothing is sent yet.
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
 * Creates a job for an egress that was started before, here or elsewhere. [method@Job.attach] asks
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
 * lk_egress_job_new_for_entry:
 * @client: a client of the server of the entry
 * @entry: an entry of a [iface@Store] that can be read
 *
 * Creates a job for an egress that a process left behind. For an entry with an id that is
 * [ctor@Job.new_for_id]. Otherwise [method@Job.attach] looks for the egress: the oldest that shows
 * the request of the entry, began within a minute of its time, and has not ended.
 *
 * Returns: (transfer full): a job that is IDLE
 * Since: 1.0
 */
LkEgressJob *
lk_egress_job_new_for_entry (LkEgressClient *client, LkEgressStoreEntry *entry)
{
  const char *egress_id;
  LkEgressJob *self;

  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (client), NULL);
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (entry), NULL);
  g_return_val_if_fail (lk_egress_store_entry_get_error (entry) == NULL, NULL);

  egress_id = lk_egress_store_entry_get_egress_id (entry);
  if (egress_id != NULL)
    {
      /* It is none that a start of this program has made, whose answer was lost. */
      lk_egress_client_claim (client, egress_id);
      return lk_egress_job_new_for_id (client, egress_id);
    }

  self = g_object_new (LK_EGRESS_TYPE_JOB, "client", client, NULL);
  self->entry = g_object_ref (entry);

  return self;
}

/**
 * lk_egress_job_get_client: (get-property client)
 * @self: a job
 *
 * Gets the client of the job.
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
 * Gets [property@Job:request].
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
 * Gets [property@Job:egress-id].
 *
 * Returns: (nullable): the id, or %NULL if it is not known yet
 * Since: 1.0
 */
const char *
lk_egress_job_get_egress_id (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), NULL);

  return self->life.egress_id;
}

/**
 * lk_egress_job_get_info: (get-property info)
 * @self: a job
 *
 * Gets [property@Job:info].
 *
 * Returns: (transfer none) (nullable): the last info, or %NULL if there was none yet
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_job_get_info (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), NULL);

  return self->life.info;
}

/**
 * lk_egress_job_get_state: (get-property state)
 * @self: a job
 *
 * Gets [property@Job:state].
 *
 * Returns: the state
 * Since: 1.0
 */
LkEgressJobState
lk_egress_job_get_state (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), LK_EGRESS_JOB_STATE_IDLE);

  return self->life.state;
}

/**
 * lk_egress_job_get_error: (get-property error)
 * @self: a job
 *
 * Gets [property@Job:error].
 *
 * Returns: (transfer none) (nullable): why the job ended, or %NULL if it did not end by an error
 * Since: 1.0
 */
const GError *
lk_egress_job_get_error (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), NULL);

  return self->life.error;
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

  return self->life.silence != NULL;
}

/**
 * lk_egress_job_get_stale_reason: (get-property stale-reason)
 * @self: a job
 *
 * Gets [property@Job:stale-reason].
 *
 * Returns: (transfer none) (nullable): why nobody obeys, or %NULL if the job is not stale
 * Since: 1.0
 */
const GError *
lk_egress_job_get_stale_reason (LkEgressJob *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), NULL);

  return self->life.silence;
}

/**
 * lk_egress_job_refresh:
 * @self: a job
 *
 * Asks the server now instead of at the next poll. What it says shows in the properties, and only
 * once the main context of the job runs. A job that was started with the blocking function is
 * polled for from now on.
 *
 * It has no effect on a job that was not started yet, or has ended.
 *
 * Since: 1.0
 */
void
lk_egress_job_refresh (LkEgressJob *self)
{
  g_return_if_fail (LK_EGRESS_IS_JOB (self));

  lk_egress_job_watch (self);
  lk_egress_job_look (self);
}
