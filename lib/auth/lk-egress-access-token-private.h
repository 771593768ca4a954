/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "lk-egress-json-private.h"

G_BEGIN_DECLS

/* How long a token is good for, in seconds, and how far two clocks may be apart. */
#define LK_EGRESS_TOKEN_LIFETIME 600
#define LK_EGRESS_TOKEN_LEEWAY 60

/* HS256 JSON web tokens (RFC 7519) as LiveKit signs and checks them. claims is extended with iss,
 * nbf and exp; now is in seconds since 1970. */
char *lk_egress_access_token_sign (const char *api_key,
                                   const char *api_secret,
                                   JsonObject *claims,
                                   gint64 now,
                                   guint lifetime);

/* The key id (iss) that a token names, without checking anything else. */
char *lk_egress_access_token_get_key (const char *token, GError **error);

/* The claims of a token that is signed with api_secret (compared in constant time), is HS256, and
 * is in its time give or take LK_EGRESS_TOKEN_LEEWAY. Errors: G_IO_ERROR_INVALID_DATA when it is no
 * JWT, G_IO_ERROR_PERMISSION_DENIED for a wrong signature or algorithm, G_IO_ERROR_TIMED_OUT when
 * expired or not yet valid. */
LkEgressJson *lk_egress_access_token_verify (const char *token,
                                             const char *api_secret,
                                             gint64 now,
                                             GError **error);

/* The secrets of an API key, lent; none of one that is not known. */
typedef const char *const *(*LkEgressSecretsFunc) (gpointer data,
                                                   const char *api_key,
                                                   guint *n_secrets);

/* The same for a token of whichever key it names. G_IO_ERROR_NOT_FOUND for one without secrets. */
LkEgressJson *lk_egress_access_token_verify_any (const char *token,
                                                 LkEgressSecretsFunc get_secrets,
                                                 gpointer data,
                                                 gint64 now,
                                                 GError **error);

G_END_DECLS
