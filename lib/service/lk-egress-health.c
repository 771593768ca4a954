/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-health-private.h"

#include <json-glib/json-glib.h>

#include "lk-egress-enum-types.h"

/**
 * LkEgressHealth:
 *
 * How an [class@Service] was doing when it was asked: [method@Service.get_health_status]. It does
 * not change.
 *
 * Since: 1.0
 */
struct _LkEgressHealth
{
  GObject parent_instance;

  char *service;
  LkEgressHealthProblem problem;
  char *reason;
  guint active_count;
  guint queued_count;
  guint64 completed_count;
  guint64 failed_count;
};

G_DEFINE_FINAL_TYPE (LkEgressHealth, lk_egress_health, G_TYPE_OBJECT)

static void
lk_egress_health_finalize (GObject *object)
{
  LkEgressHealth *self = LK_EGRESS_HEALTH (object);

  g_free (self->service);
  g_free (self->reason);

  G_OBJECT_CLASS (lk_egress_health_parent_class)->finalize (object);
}

static void
lk_egress_health_class_init (LkEgressHealthClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lk_egress_health_finalize;
}

static void
lk_egress_health_init (LkEgressHealth *self)
{
}

LkEgressHealth *
lk_egress_health_new (const char *service,
                      LkEgressHealthProblem problem,
                      const char *reason,
                      guint active_count,
                      guint queued_count,
                      guint64 completed_count,
                      guint64 failed_count)
{
  LkEgressHealth *self = g_object_new (LK_EGRESS_TYPE_HEALTH, NULL);

  self->service = g_strdup (service);
  self->problem = problem;
  self->reason = g_strdup (reason);
  self->active_count = active_count;
  self->queued_count = queued_count;
  self->completed_count = completed_count;
  self->failed_count = failed_count;

  return self;
}

/**
 * lk_egress_health_get_service:
 * @self: the health
 *
 * Gets the name of the service, see [property@Service:name].
 *
 * Returns: the name
 * Since: 1.0
 */
const char *
lk_egress_health_get_service (LkEgressHealth *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), NULL);

  return self->service;
}

/**
 * lk_egress_health_get_status:
 * @self: the health
 *
 * Gets how the service is doing.
 *
 * Returns: the status
 * Since: 1.0
 */
LkEgressHealthStatus
lk_egress_health_get_status (LkEgressHealth *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), LK_EGRESS_HEALTH_STATUS_UNHEALTHY);

  if (self->problem == LK_EGRESS_HEALTH_PROBLEM_NONE)
    return LK_EGRESS_HEALTH_STATUS_HEALTHY;
  return self->problem < LK_EGRESS_HEALTH_PROBLEM_SHUT_DOWN ? LK_EGRESS_HEALTH_STATUS_DEGRADED
                                                            : LK_EGRESS_HEALTH_STATUS_UNHEALTHY;
}

/**
 * lk_egress_health_get_problem:
 * @self: the health
 *
 * Gets why the service is not healthy: the worst problem that it has.
 *
 * Returns: the problem
 * Since: 1.0
 */
LkEgressHealthProblem
lk_egress_health_get_problem (LkEgressHealth *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), LK_EGRESS_HEALTH_PROBLEM_NONE);

  return self->problem;
}

/**
 * lk_egress_health_get_reason:
 * @self: the health
 *
 * Gets a sentence that says why the service is not healthy. Addresses and tokens in it are
 * redacted.
 *
 * Returns: (nullable): the sentence, %NULL of a healthy service
 * Since: 1.0
 */
const char *
lk_egress_health_get_reason (LkEgressHealth *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), NULL);

  return self->reason;
}

/**
 * lk_egress_health_get_active_count:
 * @self: the health
 *
 * Gets how many egresses of the service have not ended.
 *
 * Returns: the number
 * Since: 1.0
 */
guint
lk_egress_health_get_active_count (LkEgressHealth *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), 0);

  return self->active_count;
}

/**
 * lk_egress_health_get_queued_count:
 * @self: the health
 *
 * Gets how many starts wait for an egress to end, see [property@Service:queued-jobs].
 *
 * Returns: the number
 * Since: 1.0
 */
guint
lk_egress_health_get_queued_count (LkEgressHealth *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), 0);

  return self->queued_count;
}

/**
 * lk_egress_health_get_completed_count:
 * @self: the health
 *
 * Gets how many egresses of the service ended as asked or by a limit, since it was made.
 *
 * Returns: the number
 * Since: 1.0
 */
guint64
lk_egress_health_get_completed_count (LkEgressHealth *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), 0);

  return self->completed_count;
}

/**
 * lk_egress_health_get_failed_count:
 * @self: the health
 *
 * Gets how many egresses of the service ended by an error or before they were active, since it was
 * made.
 *
 * Returns: the number
 * Since: 1.0
 */
guint64
lk_egress_health_get_failed_count (LkEgressHealth *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), 0);

  return self->failed_count;
}

/* The names of the values of an enumeration but for the first, which stands for none of them. */
static void
add_nicks (GStrvBuilder *names, GType type)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  for (guint i = 1; i < klass->n_values; i++)
    g_strv_builder_add (names, klass->values[i].value_nick);
}

/**
 * lk_egress_health_dup_supported_formats:
 * @self: the health
 *
 * Gets in what formats an egress can be asked for, such as `mp4`, `hls`, `srt` and `jpeg`: files,
 * segments, streams and pictures.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 * Since: 1.0
 */
char **
lk_egress_health_dup_supported_formats (LkEgressHealth *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), NULL);

  add_nicks (names, LK_EGRESS_TYPE_FILE_TYPE);
  add_nicks (names, LK_EGRESS_TYPE_SEGMENT_PROTOCOL);
  add_nicks (names, LK_EGRESS_TYPE_STREAM_PROTOCOL);
  add_nicks (names, LK_EGRESS_TYPE_IMAGE_CODEC);

  return g_strv_builder_end (names);
}

/**
 * lk_egress_health_dup_supported_storages:
 * @self: the health
 *
 * Gets the storages that an egress can write to, such as `s3`: the values of
 * [enum@StorageProvider].
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 * Since: 1.0
 */
char **
lk_egress_health_dup_supported_storages (LkEgressHealth *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), NULL);

  add_nicks (names, LK_EGRESS_TYPE_STORAGE_PROVIDER);

  return g_strv_builder_end (names);
}

static void
add (GVariantBuilder *builder, const char *key, GVariant *value)
{
  g_variant_builder_add (builder, "{sv}", key, value);
}

/**
 * lk_egress_health_to_variant:
 * @self: the health
 *
 * Gets all of it as a dictionary of the type `a{sv}`:
 *
 * | key                  | type | what it is                                           |
 * |----------------------|------|------------------------------------------------------|
 * | `service`            | `s`  | the name of the service                              |
 * | `status`             | `s`  | `healthy`, `degraded` or `unhealthy`                 |
 * | `reason`             | `s`  | why it is not healthy; a healthy service has no such |
 * | `active_count`       | `t`  | egresses that have not ended                         |
 * | `queued_count`       | `t`  | starts that wait; only there when some do            |
 * | `completed_count`    | `t`  | egresses that ended as asked or by a limit           |
 * | `failed_count`       | `t`  | egresses that ended by an error                      |
 * | `supported_formats`  | `as` | see [method@Health.dup_supported_formats]            |
 * | `supported_storages` | `as` | see [method@Health.dup_supported_storages]           |
 *
 * Returns: (transfer full): the dictionary
 * Since: 1.0
 */
GVariant *
lk_egress_health_to_variant (LkEgressHealth *self)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (LK_EGRESS_TYPE_HEALTH_STATUS);
  g_auto (GStrv) formats = NULL;
  g_auto (GStrv) storages = NULL;
  GVariantBuilder builder;

  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), NULL);

  formats = lk_egress_health_dup_supported_formats (self);
  storages = lk_egress_health_dup_supported_storages (self);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add (&builder, "service", g_variant_new ("s", self->service));
  add (&builder, "status",
       g_variant_new ("s",
                      g_enum_get_value (klass, lk_egress_health_get_status (self))->value_nick));
  if (self->reason != NULL)
    add (&builder, "reason", g_variant_new ("s", self->reason));
  add (&builder, "active_count", g_variant_new ("t", (guint64)self->active_count));
  if (self->queued_count > 0)
    add (&builder, "queued_count", g_variant_new ("t", (guint64)self->queued_count));
  add (&builder, "completed_count", g_variant_new ("t", self->completed_count));
  add (&builder, "failed_count", g_variant_new ("t", self->failed_count));
  add (&builder, "supported_formats", g_variant_new ("^as", formats));
  add (&builder, "supported_storages", g_variant_new ("^as", storages));

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * lk_egress_health_to_json:
 * @self: the health
 *
 * Writes all of it as a JSON object with the members of [method@Health.to_variant].
 *
 * Returns: (transfer full): the text
 * Since: 1.0
 */
char *
lk_egress_health_to_json (LkEgressHealth *self)
{
  g_autoptr (GVariant) variant = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_HEALTH (self), NULL);

  variant = lk_egress_health_to_variant (self);
  return json_gvariant_serialize_data (variant, NULL);
}
