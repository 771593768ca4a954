/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-webhook-token.h"

#include <string.h>

#include "lk-egress-access-token-private.h"

#define LIFETIME (5 * 60)
#define LONG_AGO (60 * 60)
#define HASH_LENGTH 32

static char *
to_base64url (const guint8 *data, gsize size)
{
  char *text = g_base64_encode (data, size);

  g_strdelimit (g_strdelimit (text, "+", '-'), "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

/* The claims of a token under a header that names another algorithm. api_secret is NULL for no
 * signature. */
static char *
with_algorithm (const char *token, const char *algorithm, const char *api_secret)
{
  g_auto (GStrv) parts = g_strsplit (token, ".", 3);
  g_autofree char *header = g_strdup_printf ("{\"alg\":\"%s\",\"typ\":\"JWT\"}", algorithm);
  g_autofree char *header_part = to_base64url ((const guint8 *)header, strlen (header));
  g_autofree char *signed_text = g_strjoin (".", header_part, parts[1], NULL);
  g_autofree char *signature = NULL;
  guint8 digest[HASH_LENGTH];
  gsize size = sizeof digest;

  if (api_secret != NULL)
    {
      g_autoptr (GHmac) hmac
          = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *)api_secret, strlen (api_secret));

      g_hmac_update (hmac, (const guchar *)signed_text, -1);
      g_hmac_get_digest (hmac, digest, &size);
      signature = to_base64url (digest, size);
    }
  return g_strjoin (".", signed_text, signature != NULL ? signature : "", NULL);
}

static char *
hash (GBytes *body, gboolean of_another)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[HASH_LENGTH];
  gsize size = sizeof digest;

  g_checksum_update (checksum, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  if (of_another)
    g_checksum_update (checksum, (const guchar *)" ", 1);
  g_checksum_get_digest (checksum, digest, &size);
  return g_base64_encode (digest, size);
}

char *
dev_webhook_token_sign (GBytes *body,
                        const char *api_key,
                        const char *api_secret,
                        gint64 now,
                        DevForgery forgery)
{
  g_autoptr (JsonObject) claims = json_object_new ();
  g_autofree char *sha256 = hash (body, forgery == DEV_FORGERY_HASH);
  g_autofree char *other_secret = g_strconcat ("not ", api_secret, NULL);
  g_autofree char *token = NULL;

  json_object_set_string_member (claims, "sha256", sha256);
  if (forgery == DEV_FORGERY_EXPIRED)
    now -= LONG_AGO;
  json_object_set_int_member (claims, "iat", now);
  token = lk_egress_access_token_sign (forgery == DEV_FORGERY_KEY ? "stranger" : api_key,
                                       forgery == DEV_FORGERY_SIGNATURE ? other_secret : api_secret,
                                       claims, now, LIFETIME);
  if (forgery == DEV_FORGERY_ALG_NONE)
    return with_algorithm (token, "none", NULL);
  if (forgery == DEV_FORGERY_ALG_RS256)
    return with_algorithm (token, "RS256", api_secret);
  return g_steal_pointer (&token);
}
