/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-webhook-keys-private.h"

#include <gio/gio.h>

#include "lk-egress-environment-private.h"
#include "lk-egress-secret-private.h"

/**
 * LkEgressWebhookKeys:
 *
 * The API keys whose webhooks are believed, with their secrets; see [func@webhook_verify].
 *
 * Usually that is one. While keys are exchanged it is the old and the new one, and one key may have
 * two secrets. Secrets can be used, not read: there is no way to get one back out.
 *
 * Add all keys first. After that any thread may verify with them.
 *
 * Since: 1.0
 */
struct _LkEgressWebhookKeys
{
  GObject parent_instance;

  GHashTable *secrets; /* by API key: GPtrArray */
};

G_DEFINE_FINAL_TYPE (LkEgressWebhookKeys, lk_egress_webhook_keys, G_TYPE_OBJECT)

static void
lk_egress_webhook_keys_finalize (GObject *object)
{
  g_hash_table_unref (LK_EGRESS_WEBHOOK_KEYS (object)->secrets);

  G_OBJECT_CLASS (lk_egress_webhook_keys_parent_class)->finalize (object);
}

static void
lk_egress_webhook_keys_class_init (LkEgressWebhookKeysClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lk_egress_webhook_keys_finalize;
}

static void
lk_egress_webhook_keys_init (LkEgressWebhookKeys *self)
{
  self->secrets
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
}

/**
 * lk_egress_webhook_keys_new:
 *
 * Creates an empty list, which believes nobody.
 *
 * Returns: (transfer full): new keys
 * Since: 1.0
 */
LkEgressWebhookKeys *
lk_egress_webhook_keys_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_WEBHOOK_KEYS, NULL);
}

/**
 * lk_egress_webhook_keys_new_from_environment:
 * @error: return location for an error
 *
 * Creates a list of the one key in the environment variables `LIVEKIT_API_KEY` and
 * `LIVEKIT_API_SECRET`. An empty variable counts as not set.
 *
 * Returns: (transfer full): new keys, or %NULL with %G_IO_ERROR_NOT_FOUND
 * Since: 1.0
 */
LkEgressWebhookKeys *
lk_egress_webhook_keys_new_from_environment (GError **error)
{
  const char *api_key = lk_egress_environment_get ("LIVEKIT_API_KEY");
  const char *api_secret = lk_egress_environment_get ("LIVEKIT_API_SECRET");
  LkEgressWebhookKeys *self;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (api_key == NULL || api_secret == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "There is no key to verify webhooks with: set the environment variable %s",
                   api_key == NULL ? "LIVEKIT_API_KEY" : "LIVEKIT_API_SECRET");
      return NULL;
    }

  self = lk_egress_webhook_keys_new ();
  lk_egress_webhook_keys_add (self, api_key, api_secret);
  return self;
}

/**
 * lk_egress_webhook_keys_add:
 * @self: the keys
 * @api_key: an API key of the server, such as `APIxxxxxxxxxxxx`; not empty
 * @api_secret: a secret of that key; not empty
 *
 * Adds a key. One that is there already gets one more secret.
 *
 * Since: 1.0
 */
void
lk_egress_webhook_keys_add (LkEgressWebhookKeys *self, const char *api_key, const char *api_secret)
{
  GPtrArray *secrets;

  g_return_if_fail (LK_EGRESS_IS_WEBHOOK_KEYS (self));
  g_return_if_fail (api_key != NULL && *api_key != '\0');
  /* Everybody can sign with an empty one. */
  g_return_if_fail (api_secret != NULL && *api_secret != '\0');

  secrets = g_hash_table_lookup (self->secrets, api_key);
  if (secrets == NULL)
    {
      secrets = g_ptr_array_new_with_free_func ((GDestroyNotify)lk_egress_secret_free);
      g_hash_table_insert (self->secrets, g_strdup (api_key), secrets);
    }
  g_ptr_array_add (secrets, g_strdup (api_secret));
}

const char *const *
lk_egress_webhook_keys_get (LkEgressWebhookKeys *self, const char *api_key, guint *n_secrets)
{
  GPtrArray *secrets = g_hash_table_lookup (self->secrets, api_key);

  *n_secrets = secrets != NULL ? secrets->len : 0;
  return secrets != NULL ? (const char *const *)secrets->pdata : NULL;
}
