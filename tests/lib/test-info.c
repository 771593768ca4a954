/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-info.h"
#include "lk-egress-message-private.h"
#include "lk-egress-wire-check-private.h"
#include "lk-test-recorded.h"

/* What the recordings are known to hold; each row is checked in JSON or protobuf, as recorded. */
typedef struct
{
  const char *name;
  const char *egress_id;
  LkEgressStatus status;
  LkEgressEndReason end_reason;
  gint64 started_at;
  gint64 ended_at;
  const char *error;
  int error_code;
  guint n_streams;
  guint n_files;
  guint n_segments;
} Expected;

static const Expected expectations[] = {
  { "v2_start", "EG_JCK9YZeup5SB", LK_EGRESS_STATUS_STARTING, LK_EGRESS_END_REASON_NONE,
    1795430246769009084, 0, NULL, 0, 1, 0, 1 },
  { "v2_list_active", "EG_JCK9YZeup5SB", LK_EGRESS_STATUS_ACTIVE, LK_EGRESS_END_REASON_NONE,
    1795430246813835995, 0, NULL, 0, 1, 0, 1 },
  { "v2_list_active_proto", "EG_JCK9YZeup5SB", LK_EGRESS_STATUS_ACTIVE, LK_EGRESS_END_REASON_NONE,
    1795430246813835995, 0, NULL, 0, 1, 0, 1 },
  { "v2_add_stream", "EG_JCK9YZeup5SB", LK_EGRESS_STATUS_ACTIVE, LK_EGRESS_END_REASON_NONE,
    1795430246813835995, 0, NULL, 0, 2, 0, 1 },
  { "v2_stop", "EG_JCK9YZeup5SB", LK_EGRESS_STATUS_ENDING, LK_EGRESS_END_REASON_STOP_API,
    1795430246813835995, 0, NULL, 0, 2, 0, 1 },
  { "v2_list_end", "EG_JCK9YZeup5SB", LK_EGRESS_STATUS_COMPLETE, LK_EGRESS_END_REASON_STOP_API,
    1795430246813835995, 1795430259075574646, NULL, 0, 2, 0, 1 },
  { "v2_list_end_proto", "EG_JCK9YZeup5SB", LK_EGRESS_STATUS_COMPLETE,
    LK_EGRESS_END_REASON_STOP_API, 1795430246813835995, 1795430259075574646, NULL, 0, 2, 0, 1 },
  { "room_composite_start", "EG_eNMB2KR57sLa", LK_EGRESS_STATUS_STARTING, LK_EGRESS_END_REASON_NONE,
    1795431437125804631, 0, NULL, 0, 1, 0, 0 },
  { "track_composite_end", "EG_jjUr8ihh3qCh", LK_EGRESS_STATUS_COMPLETE,
    LK_EGRESS_END_REASON_STOP_API, 1795431448777493833, 1795431454163220532, NULL, 0, 0, 1, 0 },
  { "web_start", "EG_xC8mpVTSoHsV", LK_EGRESS_STATUS_STARTING, LK_EGRESS_END_REASON_NONE,
    1795431466072760111, 0, NULL, 0, 0, 1, 0 },
  { "participant_missing_end", "EG_GhynAHVQX65J", LK_EGRESS_STATUS_FAILED,
    LK_EGRESS_END_REASON_FAILURE, 1795431477808003422, 1795431507870531459,
    "participant nobody not found", 404, 0, 1, 0 },
};

static guint n_infos;
static guint n_expected;
static guint n_fields;

static void
check_expected (const char *name, LkEgressInfo *info)
{
  for (gsize i = 0; i < G_N_ELEMENTS (expectations); i++)
    {
      const Expected *expected = &expectations[i];

      if (!g_str_equal (expected->name, name))
        continue;

      n_expected++;
      g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, expected->egress_id);
      g_assert_cmpint (lk_egress_info_get_status (info), ==, expected->status);
      g_assert_cmpint (lk_egress_info_is_final (info), ==,
                       expected->status >= LK_EGRESS_STATUS_COMPLETE);
      g_assert_cmpint (lk_egress_info_get_end_reason (info), ==, expected->end_reason);
      g_assert_cmpint (lk_egress_info_get_started_at (info), ==, expected->started_at);
      g_assert_cmpint (lk_egress_info_get_ended_at (info), ==, expected->ended_at);
      g_assert_cmpint (lk_egress_info_get_updated_at (info), >=, expected->started_at);
      g_assert_cmpstr (lk_egress_info_get_error (info), ==, expected->error);
      g_assert_cmpint (lk_egress_info_get_error_code (info), ==, expected->error_code);
      g_assert_cmpuint (g_list_model_get_n_items (lk_egress_info_get_stream_results (info)), ==,
                        expected->n_streams);
      g_assert_cmpuint (g_list_model_get_n_items (lk_egress_info_get_file_results (info)), ==,
                        expected->n_files);
      g_assert_cmpuint (g_list_model_get_n_items (lk_egress_info_get_segment_results (info)), ==,
                        expected->n_segments);
      g_assert_cmpuint (g_list_model_get_n_items (lk_egress_info_get_image_results (info)), ==, 0);
    }
}

static char *
node_to_text (JsonNode *node)
{
  if (json_node_is_null (node))
    return g_strdup ("");
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "TRUE" : "FALSE");

  return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
}

/* Enum values are named in the recording as in the .proto file; our nicks are the ends of those. */
static void
assert_enum (GValue *value, const char *recorded)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (G_VALUE_TYPE (value));
  GEnumValue *ours = g_enum_get_value (klass, g_value_get_enum (value));
  g_autofree char *theirs = g_ascii_strdown (recorded, -1);

  g_assert_nonnull (ours);
  g_strdelimit (theirs, "_", '-');
  g_assert_nonnull (strstr (theirs, ours->value_nick));
}

static void check_object (LkEgressMessage *message, JsonObject *recorded);

static void
check_list (GListModel *list, JsonArray *recorded)
{
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, json_array_get_length (recorded));

  for (guint i = 0; i < json_array_get_length (recorded); i++)
    {
      g_autoptr (LkEgressMessage) item = g_list_model_get_item (list, i);

      check_object (item, json_array_get_object_element (recorded, i));
    }
}

static void
check_texts (const char *const *texts, JsonArray *recorded)
{
  guint n_texts = json_array_get_length (recorded);

  g_assert_cmpuint (g_strv_length ((char **)texts), ==, n_texts);
  for (guint i = 0; i < n_texts; i++)
    g_assert_cmpstr (texts[i], ==, json_array_get_string_element (recorded, i));
}

static void
check_member (LkEgressMessage *message, GParamSpec *pspec, JsonNode *recorded)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) text = G_VALUE_INIT;
  g_autofree char *expected = NULL;

  g_value_init (&value, pspec->value_type);
  g_object_get_property (G_OBJECT (message), pspec->name, &value);
  n_fields++;

  if (G_VALUE_HOLDS (&value, G_TYPE_LIST_MODEL))
    {
      check_list (g_value_get_object (&value), json_node_get_array (recorded));
      return;
    }
  if (G_VALUE_HOLDS_OBJECT (&value))
    {
      if (json_node_is_null (recorded))
        g_assert_null (g_value_get_object (&value));
      else
        check_object (g_value_get_object (&value), json_node_get_object (recorded));
      return;
    }
  if (G_VALUE_HOLDS (&value, G_TYPE_STRV))
    {
      check_texts (g_value_get_boxed (&value), json_node_get_array (recorded));
      return;
    }

  expected = node_to_text (recorded);
  if (G_VALUE_HOLDS_ENUM (&value))
    {
      assert_enum (&value, expected);
      return;
    }

  g_value_init (&text, G_TYPE_STRING);
  g_assert_true (g_value_transform (&value, &text));
  if (*expected == '\0')
    g_assert_null (g_value_get_string (&text));
  else
    g_assert_cmpstr (g_value_get_string (&text), ==, expected);
}

/* Every recorded member that is a property has the recorded value. */
static void
check_object (LkEgressMessage *message, JsonObject *recorded)
{
  g_autoptr (GList) members = json_object_get_members (recorded);

  for (GList *member = members; member != NULL; member = member->next)
    {
      g_autofree char *name = g_strdelimit (g_strdup (member->data), "_", '-');
      GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (message), name);

      if (pspec != NULL)
        check_member (message, pspec, json_object_get_member (recorded, member->data));
    }
}

static void
check_json_info (const char *name, JsonNode *recorded)
{
  g_autofree char *json = json_to_string (recorded, FALSE);
  g_autoptr (LkEgressMessage) info = NULL;
  g_autoptr (LkEgressMessage) again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", name);
  info = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, &error);
  g_assert_no_error (error);
  check_object (info, json_node_get_object (recorded));
  check_expected (name, LK_EGRESS_INFO (info));
  n_infos++;

  /* Through all wrappers that the checks made. */
  bytes = lk_egress_message_to_bytes (info);
  again = lk_egress_message_new_from_bytes (LK_EGRESS_TYPE_INFO, bytes, &error);
  g_assert_no_error (error);
  g_assert_true (lk_egress_message_equal (info, again));
  check_object (again, json_node_get_object (recorded));
}

static void
check_json_reply (const char *name, const ProtobufCMethodDescriptor *method, const char *body)
{
  g_autoptr (JsonNode) root = json_from_string (body, NULL);
  JsonArray *items;

  if (method->output == &livekit__egress_info__descriptor)
    {
      check_json_info (name, root);
      return;
    }

  items = json_object_get_array_member (json_node_get_object (root), "items");
  for (guint i = 0; i < json_array_get_length (items); i++)
    check_json_info (name, json_array_get_element (items, i));
}

static void
check_bytes_info (const char *name, ProtobufCMessage *message)
{
  g_autoptr (LkEgressMessage) info = lk_egress_message_take (LK_EGRESS_TYPE_INFO, message);
  g_autoptr (JsonNode) printed = NULL;
  g_autofree char *json = NULL;

  g_test_message ("%s", name);
  json = lk_egress_message_to_json (info, LK_EGRESS_JSON_PROTO_NAMES | LK_EGRESS_JSON_DEFAULTS);
  printed = json_from_string (json, NULL);
  check_object (info, json_node_get_object (printed));
  check_expected (name, LK_EGRESS_INFO (info));
  n_infos++;
}

static void
check_reply (const char *name,
             const ProtobufCMethodDescriptor *method,
             JsonObject *request,
             JsonObject *response)
{
  g_autoptr (GBytes) bytes = lk_test_get_body (response, "body_base64");
  g_autoptr (GError) error = NULL;
  ProtobufCMessage *message;
  Livekit__ListEgressResponse *list;

  if (bytes == NULL)
    {
      check_json_reply (name, method, json_object_get_string_member (response, "body"));
      return;
    }

  message = lk_egress_wire_unpack (method->output, bytes, &error);
  g_assert_no_error (error);
  if (method->output == &livekit__egress_info__descriptor)
    {
      check_bytes_info (name, message);
      return;
    }

  list = (Livekit__ListEgressResponse *)message;
  for (size_t i = 0; i < list->n_items; i++)
    check_bytes_info (name, lk_egress_wire_copy (&list->items[i]->base));
  lk_egress_wire_free (message);
}

static void
test_replies (void)
{
  n_infos = n_expected = n_fields = 0;
  lk_test_foreach_reply (check_reply);

  g_assert_cmpuint (n_infos, >=, 30);
  g_assert_cmpuint (n_expected, ==, G_N_ELEMENTS (expectations));
  g_assert_cmpuint (n_fields, >, 30 * 15);
}

/* Webhooks write lowerCamelCase and leave defaults out. */
static void
test_webhooks (void)
{
  g_autoptr (JsonArray) webhooks = lk_test_load_webhooks ();
  guint n_checked = 0;

  for (guint i = 0; i < json_array_get_length (webhooks); i++)
    {
      JsonObject *webhook = json_array_get_object_element (webhooks, i);
      g_autoptr (JsonNode) root
          = json_from_string (json_object_get_string_member (webhook, "body"), NULL);
      JsonObject *event = json_node_get_object (root);
      JsonObject *recorded;
      const char *name, *status;
      g_autofree char *json = NULL;
      g_autoptr (LkEgressMessage) message = NULL;
      g_autoptr (GError) error = NULL;
      LkEgressInfo *info;

      if (!json_object_has_member (event, "egressInfo"))
        continue;

      recorded = json_object_get_object_member (event, "egressInfo");
      name = json_object_get_string_member (event, "event");
      json = json_to_string (json_object_get_member (event, "egressInfo"), FALSE);
      message = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, &error);
      g_assert_no_error (error);
      info = LK_EGRESS_INFO (message);

      g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==,
                       json_object_get_string_member (recorded, "egressId"));
      status = json_object_get_string_member_with_default (recorded, "status", "EGRESS_STARTING");
      if (g_str_equal (name, "egress_started"))
        g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_STARTING);
      g_assert_cmpint (
          lk_egress_info_get_status (info), ==,
          protobuf_c_enum_descriptor_get_value_by_name (&livekit__egress_status__descriptor, status)
              ->value);
      g_assert_cmpint (lk_egress_info_is_final (info), ==, g_str_equal (name, "egress_ended"));
      g_assert_cmpstr (lk_egress_info_get_error (info), ==,
                       json_object_get_string_member_with_default (recorded, "error", NULL));
      n_checked++;
    }

  g_assert_cmpuint (n_checked, >=, 20);
}

static void
test_end_reasons (void)
{
  const struct
  {
    const char *details;
    LkEgressEndReason reason;
  } rows[] = {
    { NULL, LK_EGRESS_END_REASON_NONE },
    { "something else", LK_EGRESS_END_REASON_NONE },
    { "End reason: StopEgress API", LK_EGRESS_END_REASON_STOP_API },
    { "End reason: Process killed", LK_EGRESS_END_REASON_KILLED },
    { "End reason: Source closed", LK_EGRESS_END_REASON_SOURCE_CLOSED },
    { "End reason: Session limit reached", LK_EGRESS_END_REASON_LIMIT_REACHED },
    { "End reason: All streams stopped", LK_EGRESS_END_REASON_STREAMS_STOPPED },
    { "End reason: CPU exhausted", LK_EGRESS_END_REASON_CPU_EXHAUSTED },
    { "End reason: Failure", LK_EGRESS_END_REASON_FAILURE },
    { "End reason: Moon too bright", LK_EGRESS_END_REASON_UNKNOWN },
    { "End reason: ", LK_EGRESS_END_REASON_UNKNOWN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LkEgressInfo) info = lk_egress_info_new ();

      g_object_set (info, "details", rows[i].details, NULL);
      g_assert_cmpint (lk_egress_info_get_end_reason (info), ==, rows[i].reason);
      g_assert_cmpstr (lk_egress_info_get_details (info), ==, rows[i].details);
    }
}

/* An info as a listing has it: still packed, whoever looks at it first. */
static gpointer
read_packed (gpointer data)
{
  LkEgressInfo *info = data;
  g_autofree char *json = NULL;

  for (guint i = 0; i < 100; i++)
    {
      g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, "EG_1");
      g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_FAILED);
      g_assert_cmpint (lk_egress_info_get_ended_at (info), ==, 7);
    }
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (info), LK_EGRESS_JSON_PROTO_NAMES);
  g_assert_nonnull (strstr (json, "srt://h:1"));
  g_assert_cmpstr (lk_egress_info_get_error (info), ==, "broken");

  return NULL;
}

static void
test_packed (void)
{
  g_autoptr (LkEgressMessage) model = lk_egress_message_new_from_json (
      LK_EGRESS_TYPE_INFO,
      "{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_FAILED\",\"ended_at\":7,\"error\":\"broken\","
      "\"stream_results\":[{\"url\":\"srt://h:1\"}]}",
      NULL);
  g_autoptr (GBytes) bytes = lk_egress_message_to_bytes (model);

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (LkEgressMessage) info
          = lk_egress_message_new_packed (LK_EGRESS_TYPE_INFO, lk_egress_wire_span (bytes));
      const char *id = lk_egress_info_get_egress_id (LK_EGRESS_INFO (info));
      GThread *threads[4];

      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("reader", read_packed, info);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);

      /* What was lent lives as long as the info, and changes show. */
      g_assert_true (lk_egress_message_equal (info, model));
      g_object_set (info, "egress-id", "EG_2", NULL);
      g_assert_cmpstr (id, ==, "EG_1");
      g_assert_cmpstr (lk_egress_info_get_egress_id (LK_EGRESS_INFO (info)), ==, "EG_2");
      g_assert_false (lk_egress_message_equal (info, model));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/info/replies", test_replies);
  g_test_add_func ("/info/webhooks", test_webhooks);
  g_test_add_func ("/info/end-reasons", test_end_reasons);
  g_test_add_func ("/info/packed", test_packed);

  return g_test_run ();
}
