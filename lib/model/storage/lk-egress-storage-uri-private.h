/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-storage.h"

G_BEGIN_DECLS

/* The parts of a storage address, SCHEME://BUCKET/FOLDER?OPTION=VALUE&… */
typedef struct
{
  char *bucket;
  char *folder;        /* nullable */
  GHashTable *options; /* name -> value, only names that the scheme knows, no value is empty */
} LkEgressStorageUri;

/* What an address leaves open is looked for in the variables and files of the provider. In errors,
 * values do not appear. */
LkEgressStorage *lk_egress_storage_resolve_s3 (const LkEgressStorageUri *uri, GError **error);
LkEgressStorage *lk_egress_storage_resolve_gcp (const LkEgressStorageUri *uri, GError **error);
LkEgressStorage *lk_egress_storage_resolve_azure (const LkEgressStorageUri *uri, GError **error);
LkEgressStorage *lk_egress_storage_resolve_ali_oss (const LkEgressStorageUri *uri, GError **error);

/* Whether this is UTF-8 without control characters. text may be NULL. */
gboolean lk_egress_storage_is_text (const char *text);

/* A value and the words that name its origin in errors. */
typedef struct
{
  const char *text; /* NULL if there is none */
  char *origin;
} LkEgressStorageValue;

void lk_egress_storage_value_clear (LkEgressStorageValue *value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LkEgressStorageValue, lk_egress_storage_value_clear)

/* Take the value of an option, of an environment variable, of anything else. They do nothing if
 * there is a value already, so what goes first is called first. */
void lk_egress_storage_value_take_option (LkEgressStorageValue *value,
                                          const LkEgressStorageUri *uri,
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
