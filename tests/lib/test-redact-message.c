/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redact-message-private.h"
#include "lk-egress-wire-equal-private.h"
#include "lk-egress-wire-field-private.h"
#include "lk-egress-wire-json-private.h"
#include "lk-test-recorded.h"

#include "livekit_manifest.pb-c.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProtobufCMessage, lk_egress_wire_free)

static const char secrets_json[]
    = "{\"roomName\":\"demo\",\"web\":{\"url\":\"https://u:SECRET@h/p?t=SECRET\"},"
      "\"outputs\":["
      "{\"stream\":{\"urls\":[\"rtmp://h/app/abSECRETcd\",\"srt://h:1?passphrase=SECRET\"],"
      "\"destinations\":[{\"url\":\"srt://h:2?streamid=SECRET\"}]},"
      "\"storage\":{\"s3\":{\"accessKey\":\"SECRET\",\"secret\":\"SECRET\",\"sessionToken\":\"SECRET\","
      "\"assumeRoleExternalId\":\"SECRET\",\"bucket\":\"b\","
      "\"proxy\":{\"url\":\"http://u:SECRET@proxy\",\"username\":\"SECRET\","
      "\"password\":\"SECRET\"}}}},"
      "{\"storage\":{\"gcp\":{\"credentials\":\"SECRET\",\"bucket\":\"b\"}}},"
      "{\"storage\":{\"azure\":{\"accountName\":\"SECRET\",\"accountKey\":\"SECRET\"}}}],"
      "\"storage\":{\"aliOSS\":{\"accessKey\":\"SECRET\",\"secret\":\"SECRET\"}},"
      "\"webhooks\":[{\"url\":\"https://h/hook?token=SECRET\",\"signingKey\":\"APIkey\"}]}";

static const char covered_json[]
    = "{\"roomName\":\"demo\",\"web\":{\"url\":\"https://{user}@h/p?t={t}\"},"
      "\"outputs\":["
      "{\"stream\":{\"urls\":[\"rtmp://h/app/{abS...Tcd}\",\"srt://h:1?passphrase={passphrase}\"],"
      "\"destinations\":[{\"url\":\"srt://h:2?streamid={streamid}\"}]},"
      "\"storage\":{\"s3\":{\"accessKey\":\"{access_key}\",\"secret\":\"{secret}\","
      "\"sessionToken\":\"{session_token}\","
      "\"assumeRoleExternalId\":\"{assume_role_external_id}\",\"bucket\":\"b\","
      "\"proxy\":{\"url\":\"http://{user}@proxy\",\"username\":\"{username}\","
      "\"password\":\"{password}\"}}}},"
      "{\"storage\":{\"gcp\":{\"credentials\":\"{credentials}\",\"bucket\":\"b\"}}},"
      "{\"storage\":{\"azure\":{\"accountName\":\"{account_name}\","
      "\"accountKey\":\"{account_key}\"}}}],"
      "\"storage\":{\"aliOSS\":{\"accessKey\":\"{access_key}\",\"secret\":\"{secret}\"}},"
      "\"webhooks\":[{\"url\":\"https://h/hook?token={token}\",\"signingKey\":\"APIkey\"}]}";

static ProtobufCMessage *
parse (const ProtobufCMessageDescriptor *descriptor, const char *json)
{
  g_autoptr (GError) error = NULL;
  ProtobufCMessage *message = lk_egress_wire_from_json (descriptor, json, -1, &error);

  g_assert_no_error (error);

  return message;
}

static void
test_message (void)
{
  const ProtobufCMessageDescriptor *descriptor = &livekit__start_egress_request__descriptor;
  g_autoptr (ProtobufCMessage) request = parse (descriptor, secrets_json);
  g_autoptr (ProtobufCMessage) untouched = lk_egress_wire_copy (request);
  g_autoptr (ProtobufCMessage) covered = lk_egress_redact_message (request);
  g_autoptr (ProtobufCMessage) again = lk_egress_redact_message (covered);
  g_autoptr (ProtobufCMessage) expected = parse (descriptor, covered_json);
  g_autofree char *json = lk_egress_wire_to_json (request, LK_EGRESS_WIRE_JSON_REDACTED);

  g_assert_true (lk_egress_wire_equal (covered, expected));
  g_assert_true (lk_egress_wire_equal (again, expected));
  g_assert_true (lk_egress_wire_equal (request, untouched));
  g_assert_null (strstr (json, "SECRET"));
}

/* Where a file went: a path stays, a signature does not. */
static void
test_locations (void)
{
  g_autoptr (ProtobufCMessage) info
      = parse (&livekit__egress_info__descriptor,
               "{\"fileResults\":[{\"location\":\"/out/a?b=c.mp4\"},"
               "{\"location\":\"https://bucket.s3/a.mp4?X-Amz-Signature=SECRET\"}],"
               "\"segmentResults\":[{\"playlistLocation\":\"https://h/p?s=SECRET\","
               "\"livePlaylistLocation\":\"https://h/l?s=SECRET\"}],"
               "\"manifestLocation\":\"https://h/m?s=SECRET\","
               "\"trackEgress\":{},\"track\":{\"websocketUrl\":\"wss://h?t=SECRET\"}}");
  g_autofree char *json = lk_egress_wire_to_json (info, LK_EGRESS_WIRE_JSON_REDACTED);

  g_assert_nonnull (strstr (json, "/out/a?b=c.mp4"));
  g_assert_nonnull (strstr (json, "https://bucket.s3/a.mp4?X-Amz-Signature={X-Amz-Signature}"));
  g_assert_nonnull (strstr (json, "wss://h?t={t}"));
  g_assert_null (strstr (json, "SECRET"));
}

/* The table */

/* Names that sound secret and are not. */
static const char *const not_secret[] = {
  "MetadataEntry.key",         /* of an object's public metadata */
  "TokenPagination.token",     /* a place in a listing */
  "WebhookConfig.signing_key", /* the id of an API key */
  NULL,
};

static const char *const secret_words[] = {
  "key", "secret", "token", "password", "credentials", "url", "user", "passphrase", NULL,
};

static void
collect (GHashTable *descriptors, const ProtobufCMessageDescriptor *descriptor)
{
  if (!g_hash_table_insert (descriptors, (gpointer)descriptor->short_name, (gpointer)descriptor))
    return;

  for (guint i = 0; i < descriptor->n_fields; i++)
    {
      if (descriptor->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
        collect (descriptors, descriptor->fields[i].descriptor);
    }
}

static GHashTable *
collect_all (void)
{
  GHashTable *descriptors = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < livekit__egress__descriptor.n_methods; i++)
    {
      collect (descriptors, livekit__egress__descriptor.methods[i].input);
      collect (descriptors, livekit__egress__descriptor.methods[i].output);
    }
  collect (descriptors, &livekit__webhook_event__descriptor);
  collect (descriptors, &livekit__auto_participant_egress__descriptor);
  collect (descriptors, &livekit__auto_track_egress__descriptor);
  collect (descriptors, &livekit__manifest__descriptor);

  return descriptors;
}

static void
test_table_exists (void)
{
  g_autoptr (GHashTable) descriptors = collect_all ();

  for (const LkEgressSecretField *row = lk_egress_secret_fields; row->message != NULL; row++)
    {
      const ProtobufCMessageDescriptor *descriptor
          = g_hash_table_lookup (descriptors, row->message);
      const ProtobufCFieldDescriptor *field;

      g_test_message ("%s.%s", row->message, row->field);
      g_assert_nonnull (descriptor);
      field = protobuf_c_message_descriptor_get_field_by_name (descriptor, row->field);
      g_assert_nonnull (field);
      g_assert_cmpint (field->type, ==, PROTOBUF_C_TYPE_STRING);
      g_assert_cmpint (lk_egress_redact_kind (descriptor, field), ==, row->kind);
    }
}

static gboolean
sounds_secret (const char *name)
{
  for (guint i = 0; secret_words[i] != NULL; i++)
    {
      if (strstr (name, secret_words[i]) != NULL)
        return TRUE;
    }

  return FALSE;
}

static void
test_table_complete (void)
{
  g_autoptr (GHashTable) descriptors = collect_all ();
  GHashTableIter iter;
  gpointer value;
  guint n_secrets = 0;

  g_hash_table_iter_init (&iter, descriptors);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const ProtobufCMessageDescriptor *descriptor = value;

      for (guint i = 0; i < descriptor->n_fields; i++)
        {
          const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
          g_autofree char *name = g_strconcat (descriptor->short_name, ".", field->name, NULL);

          if (field->type != PROTOBUF_C_TYPE_STRING || !sounds_secret (field->name))
            continue;
          n_secrets++;
          if (lk_egress_redact_kind (descriptor, field) == LK_EGRESS_SECRET_NO
              && !g_strv_contains (not_secret, name))
            g_error ("%s is neither covered nor known to be no secret", name);
        }
    }
  g_assert_cmpuint (n_secrets, >, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redact-message/message", test_message);
  g_test_add_func ("/redact-message/locations", test_locations);
  g_test_add_func ("/redact-message/table-exists", test_table_exists);
  g_test_add_func ("/redact-message/table-complete", test_table_complete);

  return g_test_run ();
}
