/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-token.h"

#include <string.h>

#include "lk-egress-access-token-private.h"

#define BEARER "Bearer "

static gboolean
has_record_grant (const LkEgressJson *claims)
{
  const LkEgressJson *grant
      = lk_egress_json_find (lk_egress_json_find (claims, "video"), "roomRecord");

  return lk_egress_json_is (grant, LK_EGRESS_JSON_KIND_BOOLEAN) && grant->boolean;
}

static const char *
get_reason (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return "token has invalid claims: token is expired";
  return "token signature is invalid: signature is invalid";
}

gboolean
dev_token_check (const char *authorization,
                 const char *api_key,
                 const char *api_secret,
                 gint64 now,
                 gboolean *may_record,
                 char **refusal)
{
  const char *token;
  g_autofree char *key = NULL;
  g_autoptr (LkEgressJson) claims = NULL;
  g_autoptr (GError) error = NULL;

  *may_record = FALSE;
  if (authorization == NULL)
    return TRUE;
  if (!g_str_has_prefix (authorization, BEARER))
    {
      *refusal = g_strdup ("invalid authorization header. Must start with " BEARER);
      return FALSE;
    }
  token = authorization + strlen (BEARER);
  key = lk_egress_access_token_get_key (token, NULL);
  if (key == NULL)
    {
      *refusal = g_strdup ("invalid authorization token");
      return FALSE;
    }
  if (!g_str_equal (key, api_key))
    {
      *refusal = g_strdup_printf ("invalid API key: %s", key);
      return FALSE;
    }
  claims = lk_egress_access_token_verify (token, api_secret, now, &error);
  if (claims == NULL)
    {
      *refusal = g_strdup_printf ("invalid token: %s, error: %s", token, get_reason (error));
      return FALSE;
    }
  *may_record = has_record_grant (claims);
  return TRUE;
}
