/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redact-message-private.h"
#include "lk-egress-request.h"
#include "lk-egress-validation-private.h"
#include "lk-egress-wire-field-private.h"
#include "lk-test-recorded.h"
#include "validation-rows.h"

static const ValidationRow *const row_lists[] = {
  validation_source_rows, validation_encoding_rows, validation_output_rows,
  validation_stream_rows, validation_storage_rows,
};

/* Every rule that can be checked without the server. */
static const char *const rules[] = {
  "R1",  "R3",  "R4",  "R5",  "R6",  "R7",  "R8",  "R9",  "R10", "R12", "R13", "R14", "R15",
  "R16", "R17", "R19", "R20", "R21", "R22", "R23", "R24", "R25", "R26", "R27", "R28", "R29",
  "R30", "R31", "R32", "R33", "R34", "R35", "R36", "R38", "W2",  "W3",  "W4",  "W5",  NULL,
};

#define PICK(values) values[g_test_rand_int_range (0, G_N_ELEMENTS (values))]

typedef void (*RowFunc) (const ValidationRow *row, gpointer user_data);

static void
foreach_row (RowFunc func, gpointer user_data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (row_lists); i++)
    {
      for (const ValidationRow *row = row_lists[i]; row->rule != NULL; row++)
        func (row, user_data);
    }
}

/* field: what is the matter; how to mend it */
static void
assert_form (const char *message, const char *field)
{
  g_autofree char *start = g_strconcat (field, ": ", NULL);

  g_assert_true (g_str_has_prefix (message, start));
  g_assert_nonnull (strstr (message, "; "));
  g_assert_true (g_utf8_validate (message, -1, NULL));
}

static void
check_row (const ValidationRow *row, gpointer user_data)
{
  g_autoptr (LkEgressRequest) request = validation_parse (row->json);
  g_auto (GStrv) warnings = lk_egress_request_get_warnings (request);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s %s", row->rule, row->json);
  if (row->outcome == VALIDATION_FAILS)
    {
      g_assert_false (lk_egress_request_validate (request, &error));
      validation_assert_said (error->message, row->words);
      g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, (int)row->code);
      assert_form (error->message, row->field);
      return;
    }

  lk_egress_request_validate (request, &error);
  g_assert_no_error (error);
  if (row->outcome == VALIDATION_GOOD)
    {
      g_assert_null (warnings[0]);
      return;
    }

  g_assert_cmpuint (g_strv_length (warnings), ==, 1);
  g_test_message ("%s", warnings[0]);
  assert_form (warnings[0], row->field);
  g_assert_nonnull (strstr (warnings[0], row->words));
}

static void
test_rules (void)
{
  foreach_row (check_row, NULL);
}

typedef struct
{
  const char *rule;
  guint n_good;
  guint n_bad;
} Count;

static void
count_row (const ValidationRow *row, gpointer user_data)
{
  Count *count = user_data;

  g_assert_true (g_strv_contains (rules, row->rule));
  if (!g_str_equal (row->rule, count->rule))
    return;

  if (row->outcome == VALIDATION_GOOD)
    count->n_good++;
  else
    count->n_bad++;
}

/* Each rule has its cases and its place in the reference. */
static void
test_coverage (void)
{
  g_autofree char *path = lk_test_data_path ("../../docs/reference/validation.md");
  g_autofree char *page = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &page, NULL, &error);
  g_assert_no_error (error);

  for (const char *const *rule = rules; *rule != NULL; rule++)
    {
      g_autofree char *line = g_strdup_printf ("\n| %s | ", *rule);
      Count count = { *rule, 0, 0 };

      foreach_row (count_row, &count);
      g_test_message ("%s: %u good, %u bad", *rule, count.n_good, count.n_bad);
      g_assert_cmpuint (count.n_good, >, 0);
      g_assert_cmpuint (count.n_bad, >, 0);
      g_assert_nonnull (strstr (page, line));
    }
}

static void
test_domain (void)
{
  g_assert_cmpstr (g_quark_to_string (LK_EGRESS_VALIDATION_ERROR), ==, "LkEgressValidationError");
}

/* A request may have several things that look odd beside its fault; the first fault is told. */
static void
test_all_warnings (void)
{
  g_autoptr (LkEgressRequest) request = validation_parse (
      "{\"room_name\":\"demo\",\"template\":{},\"advanced\":{\"width\":15,\"depth\":3},"
      "\"outputs\":[{\"stream\":{\"urls\":[\"rtmp://h/a/\",\"rtmp://h/b/\"]}},"
      "{\"file\":{\"filepath\":\"{x}.webm\"}}]}");
  g_auto (GStrv) warnings = lk_egress_request_get_warnings (request);
  g_autoptr (GError) error = NULL;

  g_assert_false (lk_egress_request_validate (request, &error));
  g_assert_true (g_str_has_prefix (error->message, "advanced.width: 15 pixels"));

  g_assert_cmpuint (g_strv_length (warnings), ==, 4);
  g_assert_true (g_str_has_prefix (warnings[0], "outputs[0].stream.urls[0]: "));
  g_assert_true (g_str_has_prefix (warnings[1], "outputs[0].stream.urls[1]: "));
  g_assert_true (g_str_has_prefix (warnings[2], "outputs[1].file.filepath: {x}"));
  g_assert_true (g_str_has_prefix (warnings[3], "outputs[1].file.filepath: The file"));
}

static gboolean
validate_rtmp (const char *url, GError **error)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_RTMP, url);

  return lk_egress_request_validate (request, error);
}

/* The pattern of the server and the code here agree on what an RTMP address is. */
static void
test_rtmp_form (void)
{
  static const char *const pieces[]
      = { "/", "/", "a", " ", " live=1", "?", "=", "\xc3\xa9", "rtmp" };
  g_autoptr (GRegex) pattern
      = g_regex_new ("^(rtmps?://)(.*/)(.*/)(\\S*)( live=1)?$", G_REGEX_DOLLAR_ENDONLY, 0, NULL);
  guint n_good = 0;

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GString) url = g_string_new (g_test_rand_bit () ? "rtmp://" : "rtmps://");
      g_autoptr (GError) error = NULL;
      gboolean is_good;

      for (int n_pieces = g_test_rand_int_range (0, 8); n_pieces > 0; n_pieces--)
        g_string_append (url, PICK (pieces));

      validate_rtmp (url->str, &error);
      is_good = error == NULL || strstr (error->message, "must be of format") == NULL;
      g_test_message ("%s", url->str);
      g_assert_cmpint (is_good, ==, g_regex_match (pattern, url->str, 0, NULL));
      n_good += is_good;
    }

  g_assert_cmpuint (n_good, >, 100);
  g_assert_cmpuint (n_good, <, 1900);
}

static void
test_long_urls (void)
{
  g_autofree char *slashes = g_strnfill (1 << 20, '/');
  g_autofree char *spaces = g_strnfill (1 << 20, ' ');
  g_autofree char *url = g_strconcat ("rtmp://h", slashes, spaces, NULL);
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  g_assert_false (validate_rtmp (url, &error));
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

/* Secrets of all kinds are called hush. */

static void
assert_no_secret (LkEgressRequest *request)
{
  g_auto (GStrv) warnings = lk_egress_request_get_warnings (request);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; warnings[i] != NULL; i++)
    g_assert_null (strstr (warnings[i], "hush"));
  if (!lk_egress_request_validate (request, &error))
    g_assert_null (strstr (error->message, "hush"));
}

static void
check_row_for_secrets (const ValidationRow *row, gpointer user_data)
{
  g_autoptr (LkEgressRequest) request = validation_parse (row->json);
  gboolean *has_any = user_data;

  *has_any |= strstr (row->json, "hush") != NULL;
  assert_no_secret (request);
}

static void
test_no_secrets (void)
{
  const char *const urls[] = {
    "srt://h:1?passphrase=hush",
    "srt://user:hush@h?latency=hush",
    "srt://h:1?streamid=hush#hush",
    "srt://h:hush",
    "srt://h:1/hush%zz?passphrase=hush",
    "srt://h:1?passphrase=hush\nhush",
    "rtmp://h/hushhush",
    "rtmp://h/app/hush hush",
    "rtmp://h/app/hushhush%zz",
    "RTMP://h/app/hushhush",
    "rtmp:///app/hushhush",
    "http://h/app/key?token=hush",
    "http://h/app/hush",
    "rtmpt://h/app/hush",
    "h/app/hush",
    "hush:hush",
    "hush",
  };
  gboolean has_any = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      LkEgressStreamProtocol protocol = g_ascii_strncasecmp (urls[i], "rtmp", 4) == 0
                                            ? LK_EGRESS_STREAM_PROTOCOL_RTMP
                                            : LK_EGRESS_STREAM_PROTOCOL_SRT;
      g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
      g_autoptr (GError) error = NULL;

      lk_egress_request_add_stream (request, protocol, urls[i]);
      g_assert_false (lk_egress_request_validate (request, &error));
      g_test_message ("%s", error->message);
      assert_no_secret (request);
    }

  foreach_row (check_row_for_secrets, &has_any);
  g_assert_true (has_any);
}

/* Requests with any fields filled, by the descriptors. */

#define MAX_DEPTH 6

static const char *
pick_text (const ProtobufCMessageDescriptor *descriptor, const ProtobufCFieldDescriptor *field)
{
  static const char *const plain[]
      = { "",  "a",  "{time}",  "{",          "../x/{y}.webm", "/a/b.m3u8", "a.",
          ".", "//", "x/../..", "\xc3\xa9}{", "https://h/",    "b.b" };
  static const char *const secrets[] = { "hush", "{\"type\":\"hush\"}", "hush/hush:hush==" };
  static const char *const urls[] = { "srt://h:1?passphrase=hush&mode=x",
                                      "rtmp://h/hushhushhush",
                                      "rtmp://h/a/",
                                      "ws://u:hush@h",
                                      "http://h/?t=hush",
                                      "mux://",
                                      "hush",
                                      "://",
                                      "srt://[::1",
                                      "rtmp:a/b" };

  switch (lk_egress_redact_kind (descriptor, field))
    {
    case LK_EGRESS_SECRET_NO:
      return PICK (plain);
    case LK_EGRESS_SECRET_VALUE:
      return PICK (secrets);
    default:
      return PICK (urls);
    }
}

static gint64
pick_number (const ProtobufCFieldDescriptor *field)
{
  static const int numbers[] = { 0, 1, 2, 3, 7, 16, 641, 48000, G_MAXINT32, -1 };

  if (field->type == PROTOBUF_C_TYPE_BOOL)
    return g_test_rand_bit ();
  if (field->type == PROTOBUF_C_TYPE_ENUM && g_test_rand_int_range (0, 8) > 0)
    {
      const ProtobufCEnumDescriptor *descriptor = field->descriptor;

      return descriptor->values[g_test_rand_int_range (0, descriptor->n_values)].value;
    }

  return PICK (numbers);
}

static ProtobufCMessage *make_random (const ProtobufCMessageDescriptor *descriptor, guint depth);

static void
set_random (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, guint depth)
{
  static const double doubles[] = { 0, 0.5, 1, 2.5, 1e300, -1, G_MAXDOUBLE * 10, -1e300 };
  gboolean is_repeated = lk_egress_wire_is_repeated (field);

  if (lk_egress_wire_is_map (field))
    lk_egress_wire_append_entry (message, field, "k", "hush");
  else if (field->type == PROTOBUF_C_TYPE_MESSAGE && is_repeated)
    lk_egress_wire_append_message (message, field, make_random (field->descriptor, depth + 1));
  else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    lk_egress_wire_take_message (message, field, make_random (field->descriptor, depth + 1));
  else if (field->type == PROTOBUF_C_TYPE_STRING && is_repeated)
    lk_egress_wire_append_string (message, field, pick_text (message->descriptor, field));
  else if (field->type == PROTOBUF_C_TYPE_STRING)
    lk_egress_wire_set_string (message, field, pick_text (message->descriptor, field));
  else if (field->type == PROTOBUF_C_TYPE_DOUBLE)
    lk_egress_wire_set_double (message, field, PICK (doubles));
  else
    lk_egress_wire_set_int (message, field, pick_number (field));
}

static ProtobufCMessage *
make_random (const ProtobufCMessageDescriptor *descriptor, guint depth)
{
  ProtobufCMessage *message = lk_egress_wire_new (descriptor);

  for (guint i = 0; i < descriptor->n_fields && depth < MAX_DEPTH; i++)
    {
      const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
      guint n_times = g_test_rand_int_range (0, lk_egress_wire_is_repeated (field) ? 4 : 2);

      for (guint j = 0; j < n_times; j++)
        set_random (message, field, depth);
    }

  return message;
}

/* Nothing is needed and nothing is impossible: each answer is a sentence of the usual form. */
static void
test_random (void)
{
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_requests = g_test_slow () ? 20000 : 400;

  for (guint i = 0; i < n_requests; i++)
    {
      ProtobufCMessage *message = make_random (&livekit__start_egress_request__descriptor, 0);
      g_autoptr (GBytes) bytes = lk_egress_wire_pack (message);
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressMessage) request
          = lk_egress_message_new_from_bytes (LK_EGRESS_TYPE_REQUEST, bytes, &error);
      g_auto (GStrv) warnings = NULL;

      lk_egress_wire_free (message);
      g_assert_no_error (error);
      assert_no_secret (LK_EGRESS_REQUEST (request));

      warnings = lk_egress_request_get_warnings (LK_EGRESS_REQUEST (request));
      for (guint j = 0; warnings[j] != NULL; j++)
        g_assert_nonnull (strstr (warnings[j], "; "));
      if (!lk_egress_request_validate (LK_EGRESS_REQUEST (request), &error))
        {
          g_assert_true (g_str_has_suffix (error->message, ")"));
          g_hash_table_add (told, g_strndup (error->message, strcspn (error->message, ":")));
        }
    }

  g_test_message ("faults in %u fields", g_hash_table_size (told));
  g_assert_cmpuint (g_hash_table_size (told), >, 10);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/validation/rules", test_rules);
  g_test_add_func ("/validation/coverage", test_coverage);
  g_test_add_func ("/validation/domain", test_domain);
  g_test_add_func ("/validation/all-warnings", test_all_warnings);
  g_test_add_func ("/validation/rtmp-form", test_rtmp_form);
  g_test_add_func ("/validation/long-urls", test_long_urls);
  g_test_add_func ("/validation/no-secrets", test_no_secrets);
  g_test_add_func ("/validation/random", test_random);

  return g_test_run ();
}
