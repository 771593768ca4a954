/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-webhook.h"

#include <gio/gio.h>

#include "lk-egress-access-token-private.h"
#include "lk-egress-secret-private.h"
#include "lk-egress-webhook-keys-private.h"

#define HASH_LENGTH 32

static const char *const *
get_secrets (gpointer keys, const char *api_key, guint *n_secrets)
{
  return lk_egress_webhook_keys_get (keys, api_key, n_secrets);
}

/* The claims of a token that one of the secrets of its key has signed. */
static LkEgressJson *
verify_token (const char *token, LkEgressWebhookKeys *keys, gint64 now, GError **error)
{
  LkEgressJson *claims = lk_egress_access_token_verify_any (token, get_secrets, keys, now, error);

  if (claims == NULL && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_clear_error (error);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                           "The webhook is signed with an API key that is not among those that are"
                           " believed: add the key that the server's configuration names for its"
                           " webhooks");
    }
  return claims;
}

static gboolean
verify_hash (GBytes *body, const LkEgressJson *claims, GError **error)
{
  const char *text = lk_egress_json_find_string (claims, "sha256");
  gsize length, claimed_length, hash_length = HASH_LENGTH;
  g_autofree guint8 *claimed = g_base64_decode (text != NULL ? text : "", &claimed_length);
  const guint8 *data = g_bytes_get_data (body, &length);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 hash[HASH_LENGTH];

  g_checksum_update (checksum, data, (gssize)length);
  g_checksum_get_digest (checksum, hash, &hash_length);
  if (lk_egress_secret_equal (hash, hash_length, claimed, claimed_length))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                       "The body of the webhook is not the one that was signed: verify the bytes as"
                       " they came, before anything parses or changes them");
  return FALSE;
}

/**
 * lk_egress_webhook_verify:
 * @body: the bytes of the request as they came
 * @authorization: (nullable): the value of its header `Authorization`, %NULL if it has none
 * @keys: whom to believe
 * @now: (nullable): the time, %NULL for that of this machine
 * @error: return location for a [error@GLib.Error]
 *
 * Verifies a webhook: what a LiveKit server has sent to an address of yours. This is a pure
 * function for use behind any HTTP server; it keeps nothing, so an event that is sent twice is
 * believed twice (see [property@WebhookEvent:id]).
 *
 * The header is a JSON web token (without `Bearer`), signed by HS256 with the secret of an API key,
 * which has the SHA-256 of the body among its claims; tokens are good for five minutes, and clocks
 * may be one minute apart. Nothing of the body is read before all of that holds. Events and members
 * that this library does not know are no error.
 *
 * Limit what your server reads before you call this: 1 MiB is enough for any body.
 *
 * Any thread may call this.
 *
 * Source: [LiveKit's webhooks](https://docs.livekit.io/home/server/webhooks/).
 *
 * Returns: (transfer full): the event, or %NULL with
 *   %G_IO_ERROR_PERMISSION_DENIED if it is not signed by one of the keys or was changed on its way,
 *   %G_IO_ERROR_TIMED_OUT if its token has expired or is not valid yet,
 *   %G_IO_ERROR_INVALID_DATA if header or body are not what a LiveKit server sends
 * Since: 1.0
 */
LkEgressWebhookEvent *
lk_egress_webhook_verify (GBytes *body,
                          const char *authorization,
                          LkEgressWebhookKeys *keys,
                          GDateTime *now,
                          GError **error)
{
  g_autoptr (LkEgressWebhookEvent) event = NULL;
  g_autoptr (LkEgressJson) claims = NULL;
  g_autoptr (GError) failure = NULL;
  gconstpointer json;
  gsize length;

  g_return_val_if_fail (body != NULL, NULL);
  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_KEYS (keys), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (authorization == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                           "The webhook has no header Authorization: who sent it is not known");
      return NULL;
    }

  claims = verify_token (
      authorization, keys,
      now != NULL ? g_date_time_to_unix (now) : g_get_real_time () / G_USEC_PER_SEC, &failure);
  if (claims == NULL || !verify_hash (body, claims, &failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }

  json = g_bytes_get_data (body, &length);
  event = lk_egress_webhook_event_new_from_json (length > 0 ? json : "", (gssize)length, error);
  if (event == NULL)
    return NULL;
  if (lk_egress_webhook_event_get_event (event) == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "The body of the webhook does not say what happened (event)");
      return NULL;
    }

  return g_steal_pointer (&event);
}
