/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whether this is UTF-8 without control characters. text may be NULL. */
gboolean lk_egress_storage_is_text (const char *text);

/* Whether it has no other characters than names of buckets have. They become part of host names. */
gboolean lk_egress_storage_is_bucket (const char *name);

/* A value and the words that name its origin in errors. */
typedef struct
{
  const char *text; /* NULL if there is none */
  char *origin;
} LkEgressStorageValue;

void lk_egress_storage_value_clear (LkEgressStorageValue *value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LkEgressStorageValue, lk_egress_storage_value_clear)

/* Take the value of an option of an address, of an environment variable, of anything else. They do
 * nothing if there is a value already, so what goes first is called first. */
void lk_egress_storage_value_take_option (LkEgressStorageValue *value,
                                          GHashTable *options,
                                          const char *option);
void lk_egress_storage_value_take_variable (LkEgressStorageValue *value, const char *variable);
void lk_egress_storage_value_take (LkEgressStorageValue *value,
                                   const char *text,
                                   const char *origin_format,
                                   ...) G_GNUC_PRINTF (3, 4);

/* Refuses what has blanks, line ends and other characters that no key or name has: they come with
 * text that was cut out badly. No value passes. */
gboolean lk_egress_storage_value_check (const LkEgressStorageValue *value, GError **error);

/* The same for a region, which becomes part of host names. */
gboolean lk_egress_storage_value_check_region (const LkEgressStorageValue *value, GError **error);

/* The value as the address of a service: scheme, host and port, and a path perhaps. If the scheme
 * is missing, default_scheme is put before it, unless that is NULL. No value gives a NULL endpoint.
 */
gboolean lk_egress_storage_value_to_endpoint (const LkEgressStorageValue *value,
                                              const char *default_scheme,
                                              char **endpoint,
                                              GError **error);

/* Refuses the id of a key without its secret and the other way round. The names are those under
 * which one that is missing would be found. */
gboolean lk_egress_storage_value_check_pair (const LkEgressStorageValue *id,
                                             const char *id_name,
                                             const LkEgressStorageValue *secret,
                                             const char *secret_name,
                                             GError **error);

G_END_DECLS
