/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-access-token-private.h"

#include <gio/gio.h>
#include <string.h>

#include "lk-egress-secret-private.h"

/* Real tokens are a few hundred bytes. */
#define MAX_TOKEN_LENGTH (16 * 1024)
#define SIGNATURE_LENGTH 32

/* {"alg":"HS256","typ":"JWT"}, the header of almost every token. */
#define PLAIN_HEADER "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

/* The three parts of a token, all in one copy of it. */
typedef struct
{
  char *copy;
  const char *header;
  const char *claims;
  const char *signature;
} TokenParts;

static void
token_parts_clear (TokenParts *parts)
{
  g_free (parts->copy);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TokenParts, token_parts_clear)

/* Puts each of the two chars of one alphabet in the place of that of the other. */
static void
translate (char *text, const char *from, const char *to)
{
  for (; *text != '\0'; text++)
    {
      if (*text == from[0])
        *text = to[0];
      else if (*text == from[1])
        *text = to[1];
    }
}

/* base64url without padding (RFC 7515, section 2). */
static char *
encode (const guint8 *data, gsize length)
{
  char *text = g_base64_encode (data, length);

  translate (text, "+/", "-_");
  text[strcspn (text, "=")] = '\0';

  return text;
}

static guint8 *
decode (const char *text, gsize *length)
{
  gsize text_length = strlen (text);
  g_autofree char *padded = NULL;

  for (gsize i = 0; i < text_length; i++)
    {
      if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
        return NULL;
    }
  if (text_length % 4 == 1)
    return NULL;

  padded = g_strconcat (text, &"==="[(text_length + 3) % 4], NULL);
  translate (padded, "-_", "+/");

  return g_base64_decode (padded, length);
}

static char *
sign_parts (const char *header, const char *claims, const char *api_secret)
{
  g_autoptr (GHmac) hmac
      = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *)api_secret, strlen (api_secret));
  guint8 digest[SIGNATURE_LENGTH];
  gsize length = sizeof digest;

  g_hmac_update (hmac, (const guchar *)header, -1);
  g_hmac_update (hmac, (const guchar *)".", 1);
  g_hmac_update (hmac, (const guchar *)claims, -1);
  g_hmac_get_digest (hmac, digest, &length);

  return encode (digest, length);
}

char *
lk_egress_access_token_sign (const char *api_key,
                             const char *api_secret,
                             JsonObject *claims,
                             gint64 now,
                             guint lifetime)
{
  g_autofree char *claims_part = NULL;
  g_autofree char *signature = NULL;
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  g_return_val_if_fail (api_key != NULL, NULL);
  g_return_val_if_fail (api_secret != NULL, NULL);
  g_return_val_if_fail (claims != NULL, NULL);

  json_object_set_string_member (claims, "iss", api_key);
  json_object_set_int_member (claims, "nbf", now - LK_EGRESS_TOKEN_LEEWAY);
  json_object_set_int_member (claims, "exp", now + lifetime);

  json_node_set_object (root, claims);
  json = json_to_string (root, FALSE);
  claims_part = encode ((const guint8 *)json, strlen (json));
  signature = sign_parts (PLAIN_HEADER, claims_part, api_secret);

  return g_strjoin (".", PLAIN_HEADER, claims_part, signature, NULL);
}

static gboolean
split_token (const char *token, TokenParts *parts, GError **error)
{
  char *dot1 = NULL;
  char *dot2 = NULL;

  if (strnlen (token, MAX_TOKEN_LENGTH + 1) <= MAX_TOKEN_LENGTH)
    {
      parts->copy = g_strdup (token);
      dot1 = strchr (parts->copy, '.');
      dot2 = dot1 ? strchr (dot1 + 1, '.') : NULL;
    }
  if (dot2 == NULL || strchr (dot2 + 1, '.') != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "The access token is not a JSON web token of three parts");
      return FALSE;
    }

  *dot1 = *dot2 = '\0';
  parts->header = parts->copy;
  parts->claims = dot1 + 1;
  parts->signature = dot2 + 1;
  return TRUE;
}

static LkEgressJson *
parse_part (const char *part, const char *name, GError **error)
{
  gsize length;
  g_autofree guint8 *text = decode (part, &length);
  g_autoptr (LkEgressJson) json = NULL;

  if (text != NULL)
    json = lk_egress_json_parse ((const char *)text, (gssize)length, NULL);
  if (lk_egress_json_is (json, LK_EGRESS_JSON_KIND_OBJECT))
    return g_steal_pointer (&json);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "The %s of the access token is not a JSON object in base64url", name);
  return NULL;
}

/* Seconds since 1970, which RFC 7519 allows to have a fraction. */
static gboolean
get_time (const LkEgressJson *claims, const char *name, double *time)
{
  const LkEgressJson *claim = lk_egress_json_find (claims, name);

  if (lk_egress_json_is (claim, LK_EGRESS_JSON_KIND_INTEGER))
    *time = (double)claim->integer;
  else if (lk_egress_json_is (claim, LK_EGRESS_JSON_KIND_DOUBLE))
    *time = claim->real;
  else
    return FALSE;

  return TRUE;
}

static gboolean
check_algorithm (const TokenParts *parts, GError **error)
{
  g_autoptr (LkEgressJson) header = NULL;

  if (g_str_equal (parts->header, PLAIN_HEADER))
    return TRUE;

  header = parse_part (parts->header, "header", error);
  if (header == NULL)
    return FALSE;

  /* crit lists additions that a reader must understand; there are none here. */
  if (g_strcmp0 (lk_egress_json_find_string (header, "alg"), "HS256") != 0
      || lk_egress_json_find (header, "crit") != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                           "The access token is not signed by plain HS256, the one way that LiveKit"
                           " signs");
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_time (const LkEgressJson *claims, gint64 now, GError **error)
{
  double expires, starts;

  if (!get_time (claims, "exp", &expires)
      || (lk_egress_json_find (claims, "nbf") != NULL && !get_time (claims, "nbf", &starts)))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "The access token does not say in numbers when it expires (exp) and"
                           " starts (nbf)");
      return FALSE;
    }

  if ((double)now > expires + LK_EGRESS_TOKEN_LEEWAY)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                   "The access token expired %.0f seconds ago: check the clocks of both machines",
                   (double)now - expires);
      return FALSE;
    }

  if (get_time (claims, "nbf", &starts) && (double)now < starts - LK_EGRESS_TOKEN_LEEWAY)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                   "The access token is valid in %.0f seconds only: check the clocks of both"
                   " machines",
                   starts - (double)now);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_signature (const TokenParts *parts,
                 const char *const *api_secrets,
                 guint n_secrets,
                 GError **error)
{
  for (guint i = 0; i < n_secrets; i++)
    {
      g_autofree char *signature = sign_parts (parts->header, parts->claims, api_secrets[i]);

      if (lk_egress_secret_equal (signature, strlen (signature), parts->signature,
                                  strlen (parts->signature)))
        return TRUE;
    }

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                       "The signature of the access token is wrong: it was made with another"
                       " API secret");
  return FALSE;
}

static const char *
get_key (const LkEgressJson *claims, GError **error)
{
  const char *key = lk_egress_json_find_string (claims, "iss");

  if (key == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         "The access token does not name its API key (iss)");

  return key;
}

char *
lk_egress_access_token_get_key (const char *token, GError **error)
{
  g_auto (TokenParts) parts = { NULL };
  g_autoptr (LkEgressJson) claims = NULL;

  g_return_val_if_fail (token != NULL, NULL);

  if (!split_token (token, &parts, error))
    return NULL;
  claims = parse_part (parts.claims, "payload", error);

  return claims != NULL ? g_strdup (get_key (claims, error)) : NULL;
}

LkEgressJson *
lk_egress_access_token_verify (const char *token,
                               const char *api_secret,
                               gint64 now,
                               GError **error)
{
  g_auto (TokenParts) parts = { NULL };
  g_autoptr (LkEgressJson) claims = NULL;

  g_return_val_if_fail (token != NULL, NULL);
  g_return_val_if_fail (api_secret != NULL, NULL);

  if (!split_token (token, &parts, error) || !check_algorithm (&parts, error)
      || !check_signature (&parts, &api_secret, 1, error))
    return NULL;

  /* Only now is there a reason to look at what it says. */
  claims = parse_part (parts.claims, "payload", error);
  if (claims == NULL || !check_time (claims, now, error))
    return NULL;

  return g_steal_pointer (&claims);
}

LkEgressJson *
lk_egress_access_token_verify_any (const char *token,
                                   LkEgressSecretsFunc get_secrets,
                                   gpointer data,
                                   gint64 now,
                                   GError **error)
{
  g_auto (TokenParts) parts = { NULL };
  g_autoptr (LkEgressJson) claims = NULL;
  const char *const *secrets;
  const char *key = NULL;
  guint n_secrets;

  g_return_val_if_fail (token != NULL, NULL);

  if (!split_token (token, &parts, error))
    return NULL;
  claims = parse_part (parts.claims, "payload", error);
  if (claims != NULL)
    key = get_key (claims, error);
  if (key == NULL)
    return NULL;

  secrets = get_secrets (data, key, &n_secrets);
  if (n_secrets == 0)
    {
      /* The name is a stranger's word, and may be anything. */
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                           "The access token is signed with an API key that is not known");
      return NULL;
    }
  if (!check_algorithm (&parts, error) || !check_signature (&parts, secrets, n_secrets, error)
      || !check_time (claims, now, error))
    return NULL;

  return g_steal_pointer (&claims);
}
