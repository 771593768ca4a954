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

G_END_DECLS
