/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The first line is the header, the rest the body. Nobody gets in without the secret; a body that
 * is signed is an event or refused, and an event stays what it is when it is written and read
 * again. */

#include "fuzz.h"

#include <livekit-egress/livekit-egress.h>
#include <string.h>

#include "lk-egress-access-token-private.h"

#define KEY "devkey"
#define SECRET "secretsecretsecretsecretsecretsecret"
#define NOW G_GINT64_CONSTANT (1795430846)

static char *
sign (GBytes *body)
{
  g_autoptr (JsonObject) claims = json_object_new ();
  g_autofree char *hex = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  guint8 hash[32];
  g_autofree char *sha256 = NULL;

  for (guint i = 0; i < sizeof hash; i++)
    hash[i]
        = (guint8)(g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  sha256 = g_base64_encode (hash, sizeof hash);
  json_object_set_string_member (claims, "sha256", sha256);
  return lk_egress_access_token_sign (KEY, SECRET, claims, NOW, 300);
}

static void
check_event (LkEgressMessage *event)
{
  g_autofree char *json = lk_egress_message_to_json (event, LK_EGRESS_JSON_NONE);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressMessage) again
      = lk_egress_message_new_from_json (LK_EGRESS_TYPE_WEBHOOK_EVENT, json, &error);

  g_assert_no_error (error);
  g_assert_true (lk_egress_message_equal (event, again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const guint8 *line_end = size > 0 ? memchr (data, '\n', size) : NULL;
  const gsize length = line_end != NULL ? (gsize)(line_end - data) : size;
  g_autofree char *token = g_strndup (size > 0 ? (const char *)data : "", length);
  g_autoptr (GBytes) body = line_end != NULL ? g_bytes_new_static (line_end + 1, size - length - 1)
                                             : g_bytes_new_static ("", 0);
  g_autofree char *good = sign (body);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (NOW);
  g_autoptr (LkEgressWebhookKeys) keys = lk_egress_webhook_keys_new ();
  g_autoptr (LkEgressWebhookEvent) forged = NULL;
  g_autoptr (LkEgressWebhookEvent) event = NULL;
  g_autoptr (GError) refused = NULL;
  g_autoptr (GError) error = NULL;

  lk_egress_webhook_keys_add (keys, KEY, SECRET);
  forged = lk_egress_webhook_verify (body, token, keys, now, &refused);
  g_assert_null (forged);
  g_assert_nonnull (refused);

  event = lk_egress_webhook_verify (body, good, keys, now, &error);
  g_assert_true ((event != NULL) == (error == NULL));
  if (event != NULL)
    check_event (LK_EGRESS_MESSAGE (event));
  else
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  return 0;
}
