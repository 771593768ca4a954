/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>

#include "lk-egress-wire-check-private.h"
#include "lk-egress-wire-equal-private.h"
#include "lk-egress-wire-field-private.h"
#include "lk-egress-wire-json-private.h"
#include "lk-test-recorded.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProtobufCMessage, lk_egress_wire_free)

static ProtobufCMessage *
parse (const ProtobufCMessageDescriptor *descriptor, const char *json)
{
  g_autoptr (GError) error = NULL;
  ProtobufCMessage *message = lk_egress_wire_from_json (descriptor, json, -1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);

  return message;
}

static JsonNode *
parse_tree (const char *json)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (json, &error);

  g_assert_no_error (error);

  return node;
}

/* Whether a value is what DEFAULTS prints for an unset field. Enum names of value zero are not
 * known here: any name counts, and no field of one appears in what older servers omit. */
static gboolean
is_default (JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_NULL:
      return TRUE;
    case JSON_NODE_ARRAY:
      return json_array_get_length (json_node_get_array (node)) == 0;
    case JSON_NODE_OBJECT:
      return json_object_get_size (json_node_get_object (node)) == 0;
    case JSON_NODE_VALUE:
    default:
      break;
    }

  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_str_equal (json_node_get_string (node), "")
           || g_str_equal (json_node_get_string (node), "0");
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return !json_node_get_boolean (node);

  return json_node_get_double (node) == 0.0;
}

static void assert_covers (JsonNode *printed, JsonNode *recorded, const char *path);

static void
assert_object_covers (JsonObject *printed, JsonObject *recorded, const char *path)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, recorded);
  while (json_object_iter_next (&iter, &name, &node))
    {
      g_autofree char *inner = g_strconcat (path, ".", name, NULL);

      if (!json_object_has_member (printed, name))
        g_error ("%s is missing", inner);
      assert_covers (json_object_get_member (printed, name), node, inner);
    }

  /* The recording is of a server that knows fewer fields. */
  json_object_iter_init (&iter, printed);
  while (json_object_iter_next (&iter, &name, &node))
    {
      if (!json_object_has_member (recorded, name) && !is_default (node))
        g_error ("%s.%s was not sent", path, name);
    }
}

/* All of the recorded value is in the printed one, and nothing but defaults besides. */
static void
assert_covers (JsonNode *printed, JsonNode *recorded, const char *path)
{
  g_assert_cmpint (json_node_get_node_type (printed), ==, json_node_get_node_type (recorded));

  if (JSON_NODE_HOLDS_OBJECT (recorded))
    {
      assert_object_covers (json_node_get_object (printed), json_node_get_object (recorded), path);
    }
  else if (JSON_NODE_HOLDS_ARRAY (recorded))
    {
      JsonArray *ours = json_node_get_array (printed);
      JsonArray *theirs = json_node_get_array (recorded);

      g_assert_cmpuint (json_array_get_length (ours), ==, json_array_get_length (theirs));
      for (guint i = 0; i < json_array_get_length (theirs); i++)
        {
          g_autofree char *inner = g_strdup_printf ("%s[%u]", path, i);

          assert_covers (json_array_get_element (ours, i), json_array_get_element (theirs, i),
                         inner);
        }
    }
  else if (!json_node_equal (printed, recorded))
    {
      g_error ("%s differs", path);
    }
}

static guint n_bodies;

static void
check_recorded (const char *name,
                const ProtobufCMethodDescriptor *method,
                JsonObject *request,
                JsonObject *response)
{
  g_autoptr (GBytes) body = lk_test_get_body (response, "body");
  const char *text = json_object_get_string_member_with_default (response, "body", NULL);
  g_autoptr (ProtobufCMessage) message = NULL;
  g_autoptr (ProtobufCMessage) again = NULL;
  g_autofree char *printed = NULL;
  g_autofree char *camel = NULL;
  g_autoptr (JsonNode) tree = NULL;
  g_autoptr (JsonNode) recorded = NULL;

  if (text == NULL)
    return;

  g_test_message ("%s", name);
  message = parse (method->output, text);
  printed = lk_egress_wire_to_json (message,
                                    LK_EGRESS_WIRE_JSON_PROTO_NAMES | LK_EGRESS_WIRE_JSON_DEFAULTS);
  tree = parse_tree (printed);
  recorded = parse_tree (text);
  assert_covers (tree, recorded, name);

  camel = lk_egress_wire_to_json (message, LK_EGRESS_WIRE_JSON_PRETTY);
  again = parse (method->output, camel);
  g_assert_true (lk_egress_wire_equal (message, again));
  n_bodies++;
}

static void
test_recorded (void)
{
  lk_test_foreach_reply (check_recorded);
  g_assert_cmpuint (n_bodies, >, 25);
}

/* One listing of the same finished egress was recorded in both forms. */
static void
test_both_forms (void)
{
  g_autoptr (JsonArray) exchanges = lk_test_load_exchanges ();
  g_autoptr (ProtobufCMessage) from_json = NULL;
  g_autoptr (ProtobufCMessage) from_bytes = NULL;

  for (guint i = 0; i < json_array_get_length (exchanges); i++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, i);
      const char *name = json_object_get_string_member (exchange, "case");
      JsonObject *response = json_object_get_object_member (exchange, "response");

      if (g_str_equal (name, "v2_list_end"))
        {
          from_json = parse (&livekit__list_egress_response__descriptor,
                             json_object_get_string_member (response, "body"));
        }
      else if (g_str_equal (name, "v2_list_end_proto"))
        {
          g_autoptr (GBytes) bytes = lk_test_get_body (response, "body_base64");

          from_bytes
              = lk_egress_wire_unpack (&livekit__list_egress_response__descriptor, bytes, NULL);
        }
    }

  g_assert_nonnull (from_json);
  g_assert_nonnull (from_bytes);
  g_assert_true (lk_egress_wire_equal (from_json, from_bytes));
}

/* The parts of these messages that proto/ leaves out. */
static const char *const skipped_members[] = {
  "turnPassword",   "enabledCodecs",    "permission", "capabilities",
  "clientProtocol", "disconnectReason", NULL,
};

static void
drop_skipped_members (JsonObject *object)
{
  for (guint i = 0; skipped_members[i] != NULL; i++)
    {
      if (json_object_has_member (object, skipped_members[i]))
        json_object_remove_member (object, skipped_members[i]);
    }
}

static void
test_webhooks (void)
{
  g_autoptr (JsonArray) requests = lk_test_load_webhooks ();

  g_assert_cmpuint (json_array_get_length (requests), >, 40);
  for (guint i = 0; i < json_array_get_length (requests); i++)
    {
      const char *body
          = json_object_get_string_member (json_array_get_object_element (requests, i), "body");
      g_autoptr (ProtobufCMessage) event = parse (&livekit__webhook_event__descriptor, body);
      g_autofree char *printed = lk_egress_wire_to_json (event, LK_EGRESS_WIRE_JSON_NONE);
      g_autoptr (JsonNode) recorded = parse_tree (body);
      g_autoptr (JsonNode) tree = parse_tree (printed);
      JsonObject *root = json_node_get_object (recorded);

      if (json_object_has_member (root, "room"))
        drop_skipped_members (json_object_get_object_member (root, "room"));
      if (json_object_has_member (root, "participant"))
        drop_skipped_members (json_object_get_object_member (root, "participant"));
      g_assert_true (json_node_equal (tree, recorded));
    }
}

static void
assert_prints (const ProtobufCMessageDescriptor *descriptor,
               const char *json,
               LkEgressWireJsonFlags flags,
               const char *expected)
{
  g_autoptr (ProtobufCMessage) message = parse (descriptor, json);
  g_autofree char *printed = lk_egress_wire_to_json (message, flags);

  g_assert_cmpstr (printed, ==, expected);
}

static void
test_forms (void)
{
  const ProtobufCMessageDescriptor *start = &livekit__start_egress_request__descriptor;
  const ProtobufCMessageDescriptor *info = &livekit__egress_info__descriptor;
  const ProtobufCMessageDescriptor *encoding = &livekit__encoding_options__descriptor;
  const ProtobufCMessageDescriptor *s3 = &livekit__s3_upload__descriptor;
  const ProtobufCMessageDescriptor *storage = &livekit__storage_config__descriptor;

  /* names */
  assert_prints (start, "{\"room_name\":\"a\"}", 0, "{\"roomName\":\"a\"}");
  assert_prints (start, " { \"roomName\" : \"a\" } \n", LK_EGRESS_WIRE_JSON_PROTO_NAMES,
                 "{\"room_name\":\"a\"}");
  assert_prints (storage, "{\"aliOSS\":{\"accessKey\":\"k\"}}", LK_EGRESS_WIRE_JSON_PROTO_NAMES,
                 "{\"aliOSS\":{\"access_key\":\"k\"}}");

  /* 64 bits are text, either is taken */
  assert_prints (info, "{\"startedAt\":12}", 0, "{\"startedAt\":\"12\"}");
  assert_prints (info, "{\"startedAt\":\"-9223372036854775808\",\"endedAt\":9223372036854775807}",
                 0, "{\"startedAt\":\"-9223372036854775808\",\"endedAt\":\"9223372036854775807\"}");
  assert_prints (encoding, "{\"width\":\"640\",\"height\":4.8e2}", 0,
                 "{\"width\":640,\"height\":480}");
  assert_prints (encoding, "{\"width\":-2147483648}", 0, "{\"width\":-2147483648}");

  /* doubles */
  assert_prints (encoding, "{\"keyFrameInterval\":0.1}", 0,
                 "{\"keyFrameInterval\":0.10000000000000001}");
  assert_prints (encoding, "{\"keyFrameInterval\":4}", 0, "{\"keyFrameInterval\":4.0}");
  assert_prints (encoding, "{\"keyFrameInterval\":1e30}", 0, "{\"keyFrameInterval\":\"1e+30\"}");
  assert_prints (encoding, "{\"keyFrameInterval\":\"1e-10\"}", 0,
                 "{\"keyFrameInterval\":\"1e-10\"}");
  assert_prints (encoding, "{\"keyFrameInterval\":\"2.5\"}", 0, "{\"keyFrameInterval\":2.5}");
  assert_prints (encoding, "{\"keyFrameInterval\":0.30000000000000004}", 0,
                 "{\"keyFrameInterval\":0.30000000000000004}");
  assert_prints (encoding, "{\"keyFrameInterval\":\"NaN\"}", 0, "{\"keyFrameInterval\":\"NaN\"}");
  assert_prints (encoding, "{\"keyFrameInterval\":\"-Infinity\"}", 0,
                 "{\"keyFrameInterval\":\"-Infinity\"}");

  /* enums: names, numbers, numbers and names of a newer server */
  assert_prints (info, "{\"status\":\"EGRESS_ACTIVE\"}", 0, "{\"status\":\"EGRESS_ACTIVE\"}");
  assert_prints (info, "{\"status\":1}", 0, "{\"status\":\"EGRESS_ACTIVE\"}");
  assert_prints (info, "{\"status\":99}", 0, "{\"status\":99}");
  assert_prints (info, "{\"status\":\"EGRESS_PAUSED\",\"details\":\"x\"}", 0,
                 "{\"status\":-1,\"details\":\"x\"}");
  assert_prints (start, "{\"preset\":\"H266\"}", 0, "{\"preset\":-1}");

  /* presence */
  assert_prints (start, "{\"preset\":\"H264_720P_30\"}", 0, "{\"preset\":\"H264_720P_30\"}");
  assert_prints (start, "{\"web\":null,\"media\":{},\"storage\":null}", 0, "{\"media\":{}}");
  assert_prints (start, "{\"roomName\":\"\",\"outputs\":[]}", 0, "{}");

  /* maps */
  assert_prints (s3, "{\"metadata\":{\"b\":\"2\",\"a_key\":\"1\"}}", 0,
                 "{\"metadata\":{\"b\":\"2\",\"a_key\":\"1\"}}");
  assert_prints (s3, "{\"metadata\":{}}", 0, "{}");

  /* unknown members */
  assert_prints (start,
                 "{\"x\":[{\"y\":[1,-2.5e3,true,false,null,\"\\u00e9\"]}],\"roomName\":\"a\"}", 0,
                 "{\"roomName\":\"a\"}");

  /* text */
  assert_prints (start, "{\"roomName\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\\u0001\"}",
                 0, "{\"roomName\":\"\\\"\\\\/\\b\\f\\n\\r\\té😀\\u0001\"}");
}

static void
test_defaults (void)
{
  assert_prints (&livekit__start_egress_request__descriptor, "{}", LK_EGRESS_WIRE_JSON_DEFAULTS,
                 "{\"roomName\":\"\",\"outputs\":[],\"storage\":null,\"webhooks\":[]}");
  assert_prints (&livekit__stream_info__descriptor, "{}",
                 LK_EGRESS_WIRE_JSON_DEFAULTS | LK_EGRESS_WIRE_JSON_PROTO_NAMES,
                 "{\"url\":\"\",\"started_at\":\"0\",\"ended_at\":\"0\",\"duration\":\"0\","
                 "\"status\":\"ACTIVE\",\"error\":\"\",\"last_retry_at\":\"0\",\"retries\":0,"
                 "\"id\":\"\"}");
  assert_prints (&livekit__web_source__descriptor, "{}", LK_EGRESS_WIRE_JSON_DEFAULTS,
                 "{\"url\":\"\",\"audioOnly\":false,\"videoOnly\":false,"
                 "\"awaitStartSignal\":false}");
}

static void
test_pretty (void)
{
  assert_prints (&livekit__start_egress_request__descriptor,
                 "{\"outputs\":[{\"stream\":{\"urls\":[\"a\",\"b\"]}},{}]}",
                 LK_EGRESS_WIRE_JSON_PRETTY,
                 "{\n"
                 "  \"outputs\" : [\n"
                 "    {\n"
                 "      \"stream\" : {\n"
                 "        \"urls\" : [\n"
                 "          \"a\",\n"
                 "          \"b\"\n"
                 "        ]\n"
                 "      }\n"
                 "    },\n"
                 "    {    }\n"
                 "  ]\n"
                 "}");
}

static void
test_names (void)
{
  static const struct
  {
    const char *proto_name;
    const char *json_name;
  } names[] = {
    { "room_name", "roomName" },
    { "aliOSS", "aliOSS" },
    { "s3", "s3" },
    { "start_offset_ms", "startOffsetMs" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = lk_egress_wire_json_name (names[i].proto_name);

      g_assert_cmpstr (name, ==, names[i].json_name);
    }
}

static void
assert_fails (const char *json, gssize length, const char *text)
{
  g_autoptr (GError) error = NULL;
  ProtobufCMessage *message
      = lk_egress_wire_from_json (&livekit__start_egress_request__descriptor, json, length, &error);

  g_assert_null (message);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpstr (error->message, ==, text);
}

static void
test_wrong_values (void)
{
  static const struct
  {
    const char *json;
    const char *text;
  } cases[] = {
    { "[]", "expected an object, found an array" },
    { "null", "expected an object, found null" },
    { "{\"roomName\":1}", "room_name: expected a string, found a number" },
    { "{\"outputs\":{}}", "outputs: expected an array, found an object" },
    { "{\"outputs\":[{},null]}", "outputs[1]: expected an object, found null" },
    { "{\"outputs\":[{\"stream\":{\"urls\":[\"a\",2]}}]}",
      "outputs[0].stream.urls[1]: expected a string, found a number" },
    { "{\"outputs\":[{\"stream\":{\"protocol\":true}}]}",
      "outputs[0].stream.protocol: expected a string, found a boolean" },
    { "{\"template\":{\"audioOnly\":\"true\"}}",
      "template.audio_only: expected a boolean, found a string" },
    { "{\"advanced\":{\"width\":2147483648}}",
      "advanced.width: expected a whole number of 32 bits" },
    { "{\"advanced\":{\"width\":1.5}}", "advanced.width: expected a whole number of 32 bits" },
    { "{\"advanced\":{\"width\":\"12 \"}}", "advanced.width: expected a whole number of 32 bits" },
    { "{\"advanced\":{\"keyFrameInterval\":1e999}}",
      "advanced.key_frame_interval: the number is too large" },
    { "{\"advanced\":{\"keyFrameInterval\":\"inf\"}}",
      "advanced.key_frame_interval: expected a number" },
    { "{\"storage\":{\"s3\":{\"metadata\":{\"a\":1}}}}",
      "storage.s3.metadata: expected a string, found a number" },
    { "{\"storage\":{\"s3\":{\"metadata\":{\"a\":null}}}}",
      "storage.s3.metadata: expected a string, found null" },
    { "{\"web\":{},\"media\":{}}", "media: cannot be set together with web" },
    { "{\"roomName\":\"a\",\"room_name\":\"b\"}", "room_name: appears twice" },
    { "{\"roomName\":\"a\",\"roomName\":\"a\"}", "room_name: appears twice" },
    { "{\"roomName\":\"\",\"roomName\":\"a\"}", "room_name: appears twice" },
    { "{\"roomName\":\"a\",\"roomName\":null}", "room_name: appears twice" },
    { "{\"outputs\":[],\"outputs\":[{}]}", "outputs: appears twice" },
    { "{\"storage\":{\"s3\":{\"metadata\":{\"a\":\"1\",\"a\":\"2\"}}}}",
      "storage.s3.metadata: a key appears twice" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_fails (cases[i].json, -1, cases[i].text);
}

static void
test_wrong_unsigned (void)
{
  static const char *const values[]
      = { "-1", "\"-1\"", "4294967296", "\"18446744073709551616\"", "1e10", "0.5" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"retries\":%s}", values[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (
          lk_egress_wire_from_json (&livekit__stream_info__descriptor, json, -1, &error));
      g_assert_cmpstr (error->message, ==,
                       "retries: expected a whole number, not below zero, of 32 bits");
    }
  assert_prints (&livekit__stream_info__descriptor, "{\"retries\":4294967295}", 0,
                 "{\"retries\":4294967295}");
}

/* Numbers of 64 bits neither wrap nor lose digits. */
static void
test_wrong_wide (void)
{
  static const char *const values[] = { "\"9223372036854775808\"",
                                        "\"-9223372036854775809\"",
                                        "1e19",
                                        "\"1e17\"",
                                        "1.5",
                                        "\"\"",
                                        "\" 1\"",
                                        "\"0x1f\"",
                                        "\"inf\"" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"startedAt\":%s}", values[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (
          lk_egress_wire_from_json (&livekit__egress_info__descriptor, json, -1, &error));
      g_assert_cmpstr (error->message, ==, "started_at: expected a whole number of 64 bits");
    }
}

static void
test_wrong_syntax (void)
{
  static const char *const cases[] = {
    "",
    " \n",
    "{",
    "nonsense",
    "{a:1}",
    "{\"x\" 1}",
    "{\"x\":}",
    "{\"x\":1,}",
    "{\"x\":[1,]}",
    "{\"x\":[1 2]}",
    "{\"x\":1 \"y\":2}",
    "{\"x\":tru}",
    "{\"x\":-}",
    "{\"x\":1e}",
    "{\"x\":NaN}",
    "{\"x\":'a'}",
    "{} // end",
    "{}]",
    "{\"x\":\"a",
    "{\"x\":\"\\q\"}",
    "{\"x\":\"\\377\"}",
    "{\"x\":\"\\u12\"}",
    "{\"x\":\"\\u0000\"}",
    "{\"x\":\"\\ud83dx\"}",
    "{\"x\":\"\xff\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_egress_wire_from_json (&livekit__start_egress_request__descriptor, cases[i],
                                               -1, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_true (g_str_has_prefix (error->message, "Not valid JSON at line "));
    }

  assert_fails ("{\n\"x\": tru}", -1, "Not valid JSON at line 2, column 6: expected a value");

  /* The length counts, not a NUL. */
  assert_fails ("{}\0", 3, "Not valid JSON at line 1, column 3: there is more behind the value");
}

static char *
nest (guint depth)
{
  GString *json = g_string_new ("{\"x\":");

  for (guint i = 1; i < depth; i++)
    g_string_append_c (json, '[');
  for (guint i = 1; i < depth; i++)
    g_string_append_c (json, ']');
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

static void
test_depth (void)
{
  static const char too_deep[]
      = "Not valid JSON at line 1, column 69: objects and arrays are nested more than 64 deep";
  g_autofree char *deepest = nest (64);
  g_autofree char *deeper = nest (65);
  g_autofree char *absurd = nest (1000000);
  g_autoptr (ProtobufCMessage) message
      = parse (&livekit__start_egress_request__descriptor, deepest);

  assert_fails (deeper, -1, too_deep);
  assert_fails (absurd, -1, too_deep);
}

/* An error is read by people and logs: it quotes nothing that was sent. */
static void
test_errors_keep_secrets (void)
{
  static const char *const cases[] = {
    "{\"storage\":{\"s3\":{\"secret\":\"hunter2hunter2\"} \"hunter2hunter2\"",
    "{\"storage\":{\"s3\":\"hunter2hunter2\"}}",
    "{\"advanced\":{\"width\":\"hunter2hunter2\"}}",
    "{\"storage\":{\"s3\":{\"metadata\":{\"hunter2hunter2\":1}}}}",
    "{\"hunter2hunter2\":hunter2hunter2}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_egress_wire_from_json (&livekit__start_egress_request__descriptor, cases[i],
                                               -1, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static void
check_damaged (const char *name,
               const ProtobufCMethodDescriptor *method,
               JsonObject *request,
               JsonObject *response)
{
  static const char pieces[] = "{}[]\",:0e-.\\u\xff\n ntf";
  const char *text = json_object_get_string_member_with_default (response, "body", NULL);

  for (guint i = 0; text != NULL && i < 150; i++)
    {
      g_autofree char *json = g_strdup (text);
      gsize length = strlen (json);
      g_autoptr (ProtobufCMessage) message = NULL;
      g_autoptr (GError) error = NULL;
      guint n_changes = g_test_rand_int_range (1, 4);

      while (n_changes-- > 0)
        json[g_test_rand_int_range (0, length)]
            = pieces[g_test_rand_int_range (0, sizeof pieces - 1)];
      if (g_test_rand_int_range (0, 4) == 0)
        length = g_test_rand_int_range (0, length);

      message = lk_egress_wire_from_json (method->output, json, length, &error);
      if (message == NULL)
        {
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
        }
      else
        {
          g_autofree char *printed = lk_egress_wire_to_json (message, LK_EGRESS_WIRE_JSON_NONE);
          g_autoptr (ProtobufCMessage) again = parse (method->output, printed);

          g_assert_no_error (error);
          g_assert_true (lk_egress_wire_equal (message, again));
        }
    }
}

static void
test_damaged (void)
{
  lk_test_foreach_reply (check_damaged);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire-json/recorded", test_recorded);
  g_test_add_func ("/wire-json/both-forms", test_both_forms);
  g_test_add_func ("/wire-json/webhooks", test_webhooks);
  g_test_add_func ("/wire-json/forms", test_forms);
  g_test_add_func ("/wire-json/defaults", test_defaults);
  g_test_add_func ("/wire-json/pretty", test_pretty);
  g_test_add_func ("/wire-json/names", test_names);
  g_test_add_func ("/wire-json/wrong-values", test_wrong_values);
  g_test_add_func ("/wire-json/wrong-unsigned", test_wrong_unsigned);
  g_test_add_func ("/wire-json/wrong-wide", test_wrong_wide);
  g_test_add_func ("/wire-json/wrong-syntax", test_wrong_syntax);
  g_test_add_func ("/wire-json/depth", test_depth);
  g_test_add_func ("/wire-json/errors-keep-secrets", test_errors_keep_secrets);
  g_test_add_func ("/wire-json/damaged", test_damaged);

  return g_test_run ();
}
