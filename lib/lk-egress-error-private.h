/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-error.h"

G_BEGIN_DECLS

/* Code of a Twirp name such as "not_found" ("data_loss" is taken for "dataloss"). %FALSE if there
 * is no such code. */
gboolean lk_egress_error_from_code (const char *name, LkEgressError *code);

/* A new error that remembers its HTTP status, the server's text and the Twirp meta map
 * (string -> string, nullable, transfer none: a reference is taken). server_text must have been
 * cleaned of secrets. */
GError *lk_egress_error_new (LkEgressError code,
                             guint http_status,
                             const char *server_text,
                             GHashTable *meta,
                             const char *message);

G_END_DECLS
