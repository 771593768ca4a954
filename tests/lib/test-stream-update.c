/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"
#include "lk-egress-stream-update.h"
#include "lk-egress-validation.h"

#define ID "\"egress_id\":\"EG_1\""
#define GOOD ((LkEgressValidationError)-1)
#define MISSING LK_EGRESS_VALIDATION_ERROR_MISSING
#define INVALID LK_EGRESS_VALIDATION_ERROR_INVALID
#define CONFLICT LK_EGRESS_VALIDATION_ERROR_CONFLICT
#define UNSUPPORTED LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED

typedef struct
{
  const char *json;
  LkEgressValidationError code;
  const char *field; /* at the start of the message */
} Row;

static const Row rows[] = {
  { "{" ID ",\"add_output_urls\":[\"srt://h:1\"]}", GOOD, NULL },
  { "{" ID ",\"add_destinations\":[{\"id\":\"a\",\"url\":\"srt://h:1\"}]}", GOOD, NULL },
  { "{" ID ",\"remove_output_urls\":[\"rtmp://h/a/b\"]}", GOOD, NULL },
  { "{\"add_output_urls\":[\"srt://h:1\"]}", MISSING, "egress_id: " },
  { "{" ID "}", MISSING, "add_output_urls: " },

  { "{" ID ",\"add_output_urls\":[\"srt://h:1\",\"srt://h:2\",\"srt://h:1\"]}", CONFLICT,
    "add_output_urls[2]: " },
  { "{" ID ",\"add_output_urls\":[\"srt://h:1\"],\"add_destinations\":[{\"url\":\"srt://h:1\"}]}",
    CONFLICT, "add_destinations[0].url: " },
  { "{" ID ",\"add_output_urls\":[\"srt://h:1\"],\"remove_output_urls\":[\"srt://h:1\"]}", CONFLICT,
    "remove_output_urls[0]: " },
  { "{" ID ",\"remove_output_urls\":[\"rtmp://h/a/b\",\"rtmp://h/a/b\"]}", CONFLICT,
    "remove_output_urls[1]: " },

  { "{" ID ",\"add_output_urls\":[\"rtmp://h/a/b\",\"rtmps://h/a/c\",\"mux://k\",\"twitch://k\"]}",
    GOOD, NULL },
  { "{" ID ",\"add_output_urls\":[\"rtmp://h/a/b\",\"srt://h:1\"]}", CONFLICT,
    "add_output_urls[1]: " },
  { "{" ID
    ",\"add_output_urls\":[\"srt://h:1\"],\"add_destinations\":[{\"url\":\"rtmp://h/a/b\"}]}",
    CONFLICT, "add_destinations[0].url: " },
  { "{" ID ",\"add_output_urls\":[\"http://h/a/b\"]}", INVALID, "add_output_urls[0]: " },
  { "{" ID ",\"add_output_urls\":[\"rtmp://h/app/\"]}", GOOD, NULL },
  { "{" ID ",\"add_output_urls\":[\"rtmp://h/key\"]}", INVALID, "add_output_urls[0]: " },
  { "{" ID ",\"add_destinations\":[{\"url\":\"srt://h:1?latency=-1\"}]}", INVALID,
    "add_destinations[0].url: " },
  { "{" ID ",\"add_destinations\":[{\"id\":\"a\"}]}", MISSING, "add_destinations[0].url: There" },
  { "{" ID ",\"remove_output_urls\":[\"\"]}", MISSING, "remove_output_urls[0]: There" },
  { "{" ID ",\"add_output_urls\":[\"wss://h/x\"]}", UNSUPPORTED, "add_output_urls[0]: " },
  /* What is removed may be of any kind: the server knows what it has. */
  { "{" ID ",\"remove_output_urls\":[\"rtmp://h/a/b\",\"srt://h:1\",\"x\"]}", GOOD, NULL },

  { "{" ID ",\"remove_output_urls\":[\"rtmp://h/app/{sec...key}\"]}", INVALID,
    "remove_output_urls[0]: " },
  { "{" ID ",\"remove_output_urls\":[\"srt://h:1?passphrase={passphrase}\"]}", INVALID,
    "remove_output_urls[0]: " },
  { "{" ID ",\"add_output_urls\":[\"rtmp://h/app/{sec...key}\"]}", INVALID,
    "add_output_urls[0]: " },
  { "{" ID ",\"remove_output_urls\":[\"rtmp://h/app/{secret}\",\"srt://h:1?streamid={a}\"]}", GOOD,
    NULL },
};

static LkEgressStreamUpdate *
parse (const char *json)
{
  GError *error = NULL;
  LkEgressMessage *update
      = lk_egress_message_new_from_json (LK_EGRESS_TYPE_STREAM_UPDATE, json, &error);

  g_assert_no_error (error);

  return LK_EGRESS_STREAM_UPDATE (update);
}

static void
test_rules (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LkEgressStreamUpdate) update = parse (rows[i].json);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", rows[i].json);
      if (rows[i].code == GOOD)
        {
          lk_egress_stream_update_validate (update, &error);
          g_assert_no_error (error);
          continue;
        }
      g_assert_false (lk_egress_stream_update_validate (update, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, (int)rows[i].code);
      g_assert_true (g_str_has_prefix (error->message, rows[i].field));
    }
}

static void
test_no_secrets (void)
{
  const char *const urls[]
      = { "http://h/a/key?token=hush", "wss://h/x?token=hush", "hush", "rtmp://h/a/hushhush" };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (LkEgressStreamUpdate) update = lk_egress_stream_update_new ("EG_1");
      g_autoptr (GError) error = NULL;

      lk_egress_stream_update_add_url (update, urls[i]);
      lk_egress_stream_update_add_url (update, urls[i]);
      g_assert_false (lk_egress_stream_update_validate (update, &error));
      g_test_message ("%s", error->message);
      g_assert_null (strstr (error->message, "hush"));
    }
}

static void
test_build (void)
{
  g_autoptr (LkEgressStreamUpdate) update = lk_egress_stream_update_new ("EG_1");
  g_autoptr (LkEgressStreamDestination) destination
      = lk_egress_stream_destination_new ("c", "srt://c:1");
  g_autofree char *json = NULL;

  lk_egress_stream_update_add_url (update, "srt://a:1");
  lk_egress_stream_update_add_url (update, "srt://b:1");
  lk_egress_stream_update_add_destination (update, destination);
  lk_egress_stream_update_remove_url (update, "srt://d:1");
  lk_egress_stream_update_remove_url (update, "srt://e:1");
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (update), LK_EGRESS_JSON_PROTO_NAMES);
  g_assert_cmpstr (json, ==,
                   "{" ID ",\"add_output_urls\":[\"srt://a:1\",\"srt://b:1\"],"
                   "\"remove_output_urls\":[\"srt://d:1\",\"srt://e:1\"],"
                   "\"add_destinations\":[{\"id\":\"c\",\"url\":\"srt://c:1\"}]}");
}

/* The short constructor says the same. */
static void
test_new_for_urls (void)
{
  static const char *const add[] = { "srt://a:1", "srt://b:1", NULL };
  static const char *const remove[] = { "srt://d:1", NULL };
  g_autoptr (LkEgressStreamUpdate) both
      = lk_egress_stream_update_new_for_urls ("EG_1", add, remove);
  g_autoptr (LkEgressStreamUpdate) neither
      = lk_egress_stream_update_new_for_urls (NULL, NULL, NULL);
  g_autofree char *filled
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (both), LK_EGRESS_JSON_PROTO_NAMES);
  g_autofree char *empty
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (neither), LK_EGRESS_JSON_PROTO_NAMES);

  g_assert_cmpstr (filled, ==,
                   "{" ID ",\"add_output_urls\":[\"srt://a:1\",\"srt://b:1\"],"
                   "\"remove_output_urls\":[\"srt://d:1\"]}");
  g_assert_cmpstr (empty, ==, "{}");
}

/* The client looks before it sends, unless told not to. */
static void
test_client (void)
{
  static const char *const twice[] = { "srt://h:1", "srt://h:1", NULL };
  g_autoptr (FakeEgress) server = fake_egress_new ();
  g_autoptr (LkEgressClient) client = fake_egress_new_client (server);
  g_autoptr (LkEgressStreamUpdate) twice_there
      = lk_egress_stream_update_new_for_urls ("EG_1", twice, NULL);
  g_autoptr (LkEgressStreamUpdate) nothing = lk_egress_stream_update_new ("EG_1");
  g_autoptr (LkEgressStreamUpdate) nobody = lk_egress_stream_update_new (NULL);
  g_autoptr (LkEgressInfo) info = NULL;
  GError *error = NULL;

  g_assert_null (lk_egress_client_update_stream (client, twice_there, NULL, &error));
  g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (lk_egress_client_update_stream (client, nothing, NULL, &error));
  g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_MISSING);
  g_clear_error (&error);

  /* As in every other call. */
  g_assert_null (lk_egress_client_update_stream (client, nobody, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (server, "UpdateStream"), ==, 0);

  g_object_set (client, "validate", FALSE, NULL);
  fake_egress_reply_info (server, "UpdateStream", "EG_1", "ACTIVE", 1);
  info = lk_egress_client_update_stream (client, twice_there, NULL, &error);
  g_assert_no_error (error);
  fake_egress_assert_request (
      server, "UpdateStream", 0,
      "{\"egress_id\":\"EG_1\",\"add_output_urls\":[\"srt://h:1\",\"srt://h:1\"]}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stream-update/rules", test_rules);
  g_test_add_func ("/stream-update/no-secrets", test_no_secrets);
  g_test_add_func ("/stream-update/build", test_build);
  g_test_add_func ("/stream-update/new-for-urls", test_new_for_urls);
  g_test_add_func ("/stream-update/client", test_client);

  return g_test_run ();
}
