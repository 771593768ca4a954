/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-start-policy.h"

/**
 * LkEgressStartPolicy:
 *
 * What limits the egresses of a service: how many at the same time, for how long, and how often a
 * start is tried that nobody takes.
 *
 * ```c
 * g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
 *
 * g_object_set (policy, "max-concurrent", 4, "max-duration", 3 * 60 * 60 * 1000, "max-tries", 10,
 * NULL); lk_egress_service_set_start_policy (service, policy);
 * ```
 *
 * A new policy limits nothing. It is given to a service, [property@Service:start-policy], or to one
 * start, [method@Service.start_with_policy_async]. A change of a policy that a service has counts
 * at once: also for egresses that run and for starts that wait, but not for the tries of a start
 * that was sent already. It is to be made in the thread of the service.
 *
 * All times are measured by the monotonic clock, which no change of the date moves. It stands still
 * while the machine sleeps.
 *
 * Since: 1.0
 */
struct _LkEgressStartPolicy
{
  GObject parent_instance;

  guint max_duration;
  guint max_concurrent;
  guint max_queued;
  guint queue_timeout;
  guint max_tries;
  guint retry_delay;
  double retry_factor;
  guint max_retry_delay;
  double retry_jitter;
  guint retry_timeout;
};

enum
{
  PROP_0,
  PROP_MAX_DURATION,
  PROP_MAX_CONCURRENT,
  PROP_MAX_QUEUED,
  PROP_QUEUE_TIMEOUT,
  PROP_MAX_TRIES,
  PROP_RETRY_DELAY,
  PROP_RETRY_FACTOR,
  PROP_MAX_RETRY_DELAY,
  PROP_RETRY_JITTER,
  PROP_RETRY_TIMEOUT,
  LAST_PROPERTY
};

static GParamSpec *properties[LAST_PROPERTY];

G_DEFINE_FINAL_TYPE (LkEgressStartPolicy, lk_egress_start_policy, G_TYPE_OBJECT)

static void
lk_egress_start_policy_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LkEgressStartPolicy *self = LK_EGRESS_START_POLICY (object);

  switch (id)
    {
    case PROP_MAX_DURATION:
      g_value_set_uint (value, self->max_duration);
      break;
    case PROP_MAX_CONCURRENT:
      g_value_set_uint (value, self->max_concurrent);
      break;
    case PROP_MAX_QUEUED:
      g_value_set_uint (value, self->max_queued);
      break;
    case PROP_QUEUE_TIMEOUT:
      g_value_set_uint (value, self->queue_timeout);
      break;
    case PROP_MAX_TRIES:
      g_value_set_uint (value, self->max_tries);
      break;
    case PROP_RETRY_DELAY:
      g_value_set_uint (value, self->retry_delay);
      break;
    case PROP_RETRY_FACTOR:
      g_value_set_double (value, self->retry_factor);
      break;
    case PROP_MAX_RETRY_DELAY:
      g_value_set_uint (value, self->max_retry_delay);
      break;
    case PROP_RETRY_JITTER:
      g_value_set_double (value, self->retry_jitter);
      break;
    case PROP_RETRY_TIMEOUT:
      g_value_set_uint (value, self->retry_timeout);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_start_policy_set_property (GObject *object,
                                     guint id,
                                     const GValue *value,
                                     GParamSpec *pspec)
{
  LkEgressStartPolicy *self = LK_EGRESS_START_POLICY (object);

  switch (id)
    {
    case PROP_MAX_DURATION:
      self->max_duration = g_value_get_uint (value);
      break;
    case PROP_MAX_CONCURRENT:
      self->max_concurrent = g_value_get_uint (value);
      break;
    case PROP_MAX_QUEUED:
      self->max_queued = g_value_get_uint (value);
      break;
    case PROP_QUEUE_TIMEOUT:
      self->queue_timeout = g_value_get_uint (value);
      break;
    case PROP_MAX_TRIES:
      self->max_tries = g_value_get_uint (value);
      break;
    case PROP_RETRY_DELAY:
      self->retry_delay = g_value_get_uint (value);
      break;
    case PROP_RETRY_FACTOR:
      self->retry_factor = g_value_get_double (value);
      break;
    case PROP_MAX_RETRY_DELAY:
      self->max_retry_delay = g_value_get_uint (value);
      break;
    case PROP_RETRY_JITTER:
      self->retry_jitter = g_value_get_double (value);
      break;
    case PROP_RETRY_TIMEOUT:
      self->retry_timeout = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_start_policy_class_init (LkEgressStartPolicyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  object_class->get_property = lk_egress_start_policy_get_property;
  object_class->set_property = lk_egress_start_policy_set_property;

  /**
   * LkEgressStartPolicy:max-duration: (getter get_max_duration)
   *
   * How long an egress may run, in milliseconds since the server accepted it; 0 for as long as it
   * likes. One that runs longer is stopped, and counted by the end reason `max_duration`. A service
   * holds all its egresses to it, also those that it attached to or recovered: of them the time
   * counts that they have run already.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_DURATION]
      = g_param_spec_uint ("max-duration", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * LkEgressStartPolicy:max-concurrent: (getter get_max_concurrent)
   *
   * How many egresses may run at the same time; 0 for any number. Further starts wait in a queue,
   * and those that came first are started first. All egresses of the service count, from the moment
   * that their start is sent until they have ended, but for stale ones, see [property@Job:stale].
   * When the limit is lowered no egress is stopped.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_CONCURRENT]
      = g_param_spec_uint ("max-concurrent", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * LkEgressStartPolicy:max-queued: (getter get_max_queued)
   *
   * How many starts may wait for [property@StartPolicy:max-concurrent]. One more is refused at once
   * with %LK_EGRESS_ERROR_QUEUE_FULL. 0 refuses all that would have to wait.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_QUEUED]
      = g_param_spec_uint ("max-queued", NULL, NULL, 0, G_MAXUINT, 1000, flags);

  /**
   * LkEgressStartPolicy:queue-timeout: (getter get_queue_timeout)
   *
   * How long a start waits in the queue, in milliseconds; 0 for as long as it takes. After that it
   * fails with %LK_EGRESS_ERROR_QUEUE_TIMEOUT. Default: ten minutes.
   *
   * Since: 1.0
   */
  properties[PROP_QUEUE_TIMEOUT]
      = g_param_spec_uint ("queue-timeout", NULL, NULL, 0, G_MAXUINT, 600000, flags);

  /**
   * LkEgressStartPolicy:max-tries: (getter get_max_tries)
   *
   * How often a start is sent in all, as long as nobody takes it: no egress worker is free
   * (%LK_EGRESS_ERROR_NO_WORKER), the server has no capacity (%LK_EGRESS_ERROR_UNAVAILABLE,
   * %LK_EGRESS_ERROR_RESOURCE_EXHAUSTED), or it cannot be reached. No other error is tried again. A
   * start whose answer is lost is never sent again by this: see [class@Client] for what becomes of
   * it. 1 sends it once.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_TRIES] = g_param_spec_uint ("max-tries", NULL, NULL, 0, G_MAXUINT, 1, flags);

  /**
   * LkEgressStartPolicy:retry-delay: (getter get_retry_delay)
   *
   * How long the first pause between two tries is, in milliseconds.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_DELAY]
      = g_param_spec_uint ("retry-delay", NULL, NULL, 0, G_MAXUINT, 1000, flags);

  /**
   * LkEgressStartPolicy:retry-factor: (getter get_retry_factor)
   *
   * How much longer each pause is than the one before.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_FACTOR]
      = g_param_spec_double ("retry-factor", NULL, NULL, 1, 1000, 2, flags);

  /**
   * LkEgressStartPolicy:max-retry-delay: (getter get_max_retry_delay)
   *
   * How long a pause between two tries is at most, in milliseconds.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_RETRY_DELAY]
      = g_param_spec_uint ("max-retry-delay", NULL, NULL, 0, G_MAXUINT, 30000, flags);

  /**
   * LkEgressStartPolicy:retry-jitter: (getter get_retry_jitter)
   *
   * How much of each pause is left to chance, from 0, none, to 1, all of it, so that many that were
   * refused together do not come again together.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_JITTER]
      = g_param_spec_double ("retry-jitter", NULL, NULL, 0, 1, 0.5, flags);

  /**
   * LkEgressStartPolicy:retry-timeout: (getter get_retry_timeout)
   *
   * How long a start is tried, in milliseconds since it was sent first; 0 for no such limit. No try
   * begins after that. [property@Client:call-timeout] bounds it as well. Default: five minutes.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_TIMEOUT]
      = g_param_spec_uint ("retry-timeout", NULL, NULL, 0, G_MAXUINT, 300000, flags);

  g_object_class_install_properties (object_class, LAST_PROPERTY, properties);
}

static void
lk_egress_start_policy_init (LkEgressStartPolicy *self)
{
}

/**
 * lk_egress_start_policy_new:
 *
 * Creates a policy that limits nothing; its properties say what is to be limited.
 *
 * Returns: (transfer full): a new policy
 * Since: 1.0
 */
LkEgressStartPolicy *
lk_egress_start_policy_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_START_POLICY, NULL);
}

/**
 * lk_egress_start_policy_get_max_duration: (get-property max-duration)
 * @self: a policy
 *
 * Gets [property@StartPolicy:max-duration].
 *
 * Returns: milliseconds
 * Since: 1.0
 */
guint
lk_egress_start_policy_get_max_duration (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->max_duration;
}

/**
 * lk_egress_start_policy_get_max_concurrent: (get-property max-concurrent)
 * @self: a policy
 *
 * Gets [property@StartPolicy:max-concurrent].
 *
 * Returns: the number
 * Since: 1.0
 */
guint
lk_egress_start_policy_get_max_concurrent (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->max_concurrent;
}

/**
 * lk_egress_start_policy_get_max_queued: (get-property max-queued)
 * @self: a policy
 *
 * Gets [property@StartPolicy:max-queued].
 *
 * Returns: the number
 * Since: 1.0
 */
guint
lk_egress_start_policy_get_max_queued (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->max_queued;
}

/**
 * lk_egress_start_policy_get_queue_timeout: (get-property queue-timeout)
 * @self: a policy
 *
 * Gets [property@StartPolicy:queue-timeout].
 *
 * Returns: milliseconds
 * Since: 1.0
 */
guint
lk_egress_start_policy_get_queue_timeout (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->queue_timeout;
}

/**
 * lk_egress_start_policy_get_max_tries: (get-property max-tries)
 * @self: a policy
 *
 * Gets [property@StartPolicy:max-tries].
 *
 * Returns: the number
 * Since: 1.0
 */
guint
lk_egress_start_policy_get_max_tries (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->max_tries;
}

/**
 * lk_egress_start_policy_get_retry_delay: (get-property retry-delay)
 * @self: a policy
 *
 * Gets [property@StartPolicy:retry-delay].
 *
 * Returns: milliseconds
 * Since: 1.0
 */
guint
lk_egress_start_policy_get_retry_delay (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->retry_delay;
}

/**
 * lk_egress_start_policy_get_retry_factor: (get-property retry-factor)
 * @self: a policy
 *
 * Gets [property@StartPolicy:retry-factor].
 *
 * Returns: the factor
 * Since: 1.0
 */
double
lk_egress_start_policy_get_retry_factor (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->retry_factor;
}

/**
 * lk_egress_start_policy_get_max_retry_delay: (get-property max-retry-delay)
 * @self: a policy
 *
 * Gets [property@StartPolicy:max-retry-delay].
 *
 * Returns: milliseconds
 * Since: 1.0
 */
guint
lk_egress_start_policy_get_max_retry_delay (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->max_retry_delay;
}

/**
 * lk_egress_start_policy_get_retry_jitter: (get-property retry-jitter)
 * @self: a policy
 *
 * Gets [property@StartPolicy:retry-jitter].
 *
 * Returns: the part
 * Since: 1.0
 */
double
lk_egress_start_policy_get_retry_jitter (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->retry_jitter;
}

/**
 * lk_egress_start_policy_get_retry_timeout: (get-property retry-timeout)
 * @self: a policy
 *
 * Gets [property@StartPolicy:retry-timeout].
 *
 * Returns: milliseconds
 * Since: 1.0
 */
guint
lk_egress_start_policy_get_retry_timeout (LkEgressStartPolicy *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_START_POLICY (self), 0);

  return self->retry_timeout;
}
