/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the library believes of the webhooks in a file of JSON lines, which others have signed: see
 * run.py. Both SDKs must be among the signers, each with good ones and a forged one. */

#include <json-glib/json-glib.h>
#include <livekit-egress/livekit-egress.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  const char *signer;
  guint n_good;
  guint n_forged;
} Signer;

static gboolean
check (LkEgressWebhookKeys *keys, JsonObject *webhook, gboolean forged)
{
  const char *body = json_object_get_string_member (webhook, "body");
  g_autoptr (JsonNode) root = json_from_string (body, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static (body, strlen (body));
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressWebhookEvent) event = lk_egress_webhook_verify (
      bytes, json_object_get_string_member (webhook, "authorization"), keys, NULL, &error);

  if (forged)
    return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  if (event == NULL)
    {
      printf ("# %s\n", error->message);
      return FALSE;
    }
  return g_strcmp0 (lk_egress_webhook_event_get_id (event),
                    json_object_get_string_member (json_node_get_object (root), "id"))
         == 0;
}

int
main (int argc, char **argv)
{
  Signer signers[] = { { "python", 0, 0 }, { "node", 0, 0 } };
  g_autoptr (LkEgressWebhookKeys) keys = lk_egress_webhook_keys_new_from_environment (NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean all_good = TRUE;

  if (argc != 2 || keys == NULL || !g_file_get_contents (argv[1], &text, NULL, NULL))
    return 2;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autoptr (JsonNode) root = json_from_string (lines[i], NULL);
      JsonObject *webhook = json_node_get_object (root);
      const char *name = json_object_get_string_member (webhook, "signer");
      gboolean forged = json_object_get_boolean_member (webhook, "forged");
      gboolean good = check (keys, webhook, forged);

      for (guint j = 0; j < G_N_ELEMENTS (signers); j++)
        {
          gboolean signer = g_str_equal (signers[j].signer, name);

          signers[j].n_good += signer && !forged;
          signers[j].n_forged += signer && forged;
        }
      printf ("%s - library reads webhook of %s, forged: %s\n", good ? "ok" : "not ok", name,
              forged ? "yes" : "no");
      all_good &= good;
    }
  for (guint j = 0; j < G_N_ELEMENTS (signers); j++)
    {
      gboolean good = signers[j].n_good > 0 && signers[j].n_forged == 1;

      printf ("%s - webhooks signed by %s\n", good ? "ok" : "not ok", signers[j].signer);
      all_good &= good;
    }

  return all_good ? 0 : 1;
}
