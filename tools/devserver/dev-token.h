/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Checks an Authorization header (NULL if there is none) as livekit-server does. FALSE with its
 * plain text if the token is refused; else *may_record says whether it carries the roomRecord
 * grant. */
gboolean dev_token_check (const char *authorization,
                          const char *api_key,
                          const char *api_secret,
                          gint64 now,
                          gboolean *may_record,
                          char **refusal);

G_END_DECLS
