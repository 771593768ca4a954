/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-info.h"
#include "lk-test-recorded.h"
#include "validation-rows.h"

/* What becomes of a start that was recorded. */
typedef enum
{
  TAKEN,   /* by the server, or refused for what nobody can know beforehand */
  REFUSED, /* with the words of the server */
} Verdict;

/* The cases by name. words are other words than those recorded, and why. */
typedef struct
{
  const char *name;
  Verdict verdict;
  const char *words;
  const char *why;
} Recorded;

static const Recorded recorded_starts[] = {
  { "start_participant_no_outputs", REFUSED, NULL, NULL },
  { "start_participant_no_identity", REFUSED, NULL, NULL },
  { "start_no_room", TAKEN, NULL, "which rooms there are is not known" },
  { "start_bad_rtmp_scheme", REFUSED, "invalid url http://{...}: invalid scheme",
    "what may be a stream key is not shown" },
  { "start_bad_rtmp_path", REFUSED,
    "invalid url rtmp://127.0.0.1/{...}: rtmp urls must be of format "
    "rtmp(s)://{host}(/{path})/{app}/{stream_key}( live=1)",
    "what may be a stream key is not shown" },
  { "start_two_files", REFUSED, NULL, NULL },
  { "start_live_playlist_same", REFUSED, NULL, NULL },
  { "start_odd_width", REFUSED, NULL, NULL },
  { "start_ogg_with_video", REFUSED, NULL, NULL },
  { "start_track_composite_no_tracks", REFUSED,
    "request has missing or invalid field: audio or video",
    "the unified API has one text for all tracks" },
  { "start_track_no_output", REFUSED, "request has missing or invalid field: passthrough outputs",
    "the unified API counts the outputs of a passthrough first" },
  { "start_v2_no_outputs", REFUSED, NULL, NULL },
  { "start_v2_no_source", REFUSED, NULL, NULL },
  { "start_web_bad_url", REFUSED, "request has missing or invalid field: web url",
    "no worker for pages was there, which would have said so" },
  { "start_room_composite_both_only", REFUSED, NULL, NULL },
  { "room_composite_no_worker", TAKEN, NULL, "which workers there are is not known" },
  { "v2_start", TAKEN, NULL, NULL },
  { "room_composite_start", TAKEN, NULL, NULL },
  { "track_composite_start", TAKEN, NULL, NULL },
  { "track_file_start", TAKEN, NULL, NULL },
  { "web_start", TAKEN, NULL, NULL },
  { "stop_while_starting_start", TAKEN, NULL, NULL },
  { "worker_lost_start", TAKEN, NULL, NULL },
};

/* The member of EgressInfo that repeats the request of a call. */
static const struct
{
  const char *method;
  const char *member;
} members[] = {
  { "StartEgress", "egress" },
  { "StartRoomCompositeEgress", "room_composite" },
  { "StartWebEgress", "web" },
  { "StartParticipantEgress", "participant" },
  { "StartTrackCompositeEgress", "track_composite" },
  { "StartTrackEgress", "track" },
};

static const char *
find_member (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (g_str_has_suffix (path, members[i].method)
          && path[strlen (path) - strlen (members[i].method) - 1] == '/')
        return members[i].member;
    }

  g_error ("%s starts an egress in a way that is not known here", path);
}

/* In the unified form, as an info gives it. */
static LkEgressRequest *
load_request (JsonObject *recorded)
{
  g_autoptr (GBytes) json = lk_test_get_body (recorded, "body");
  g_autoptr (GBytes) bytes = lk_test_get_body (recorded, "body_base64");
  g_autoptr (LkEgressMessage) info = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  LkEgressMessage *request;

  if (bytes != NULL)
    {
      request = lk_egress_message_new_from_bytes (LK_EGRESS_TYPE_REQUEST, bytes, &error);
      g_assert_no_error (error);
      return LK_EGRESS_REQUEST (request);
    }

  text = g_strdup_printf ("{\"%s\":%.*s}",
                          find_member (json_object_get_string_member (recorded, "path")),
                          (int)g_bytes_get_size (json), (char *)g_bytes_get_data (json, NULL));
  info = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, text, &error);
  g_assert_no_error (error);

  return lk_egress_info_dup_request (LK_EGRESS_INFO (info));
}

/* What the server said, without what its framework puts in front. */
static char *
get_words (JsonObject *response)
{
  g_autoptr (JsonNode) root
      = json_from_string (json_object_get_string_member (response, "body"), NULL);
  const char *said = json_object_get_string_member (json_node_get_object (root), "msg");
  const char *prefix = "twirp error unknown: ";

  g_assert_true (g_str_has_prefix (said, prefix));

  return g_strdup (said + strlen (prefix));
}

static void
check_recorded (const Recorded *row, JsonObject *exchange)
{
  JsonObject *response = json_object_get_object_member (exchange, "response");
  g_autoptr (LkEgressRequest) request
      = load_request (json_object_get_object_member (exchange, "request"));
  g_auto (GStrv) warnings = lk_egress_request_get_warnings (request);
  gint64 status = json_object_get_int_member (response, "status");
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  g_test_message ("%s", row->name);
  if (row->verdict == TAKEN)
    {
      g_assert_true (status == 200 || row->why != NULL);
      lk_egress_request_validate (request, &error);
      g_assert_no_error (error);
      g_assert_null (warnings[0]);
      return;
    }

  g_assert_cmpint (status, !=, 200);
  g_assert_true ((row->words == NULL) == (row->why == NULL));
  words = row->words != NULL ? g_strdup (row->words) : get_words (response);
  g_assert_false (lk_egress_request_validate (request, &error));
  validation_assert_said (error->message, words);
}

static const Recorded *
find_recorded (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (recorded_starts); i++)
    {
      if (g_str_equal (recorded_starts[i].name, name))
        return &recorded_starts[i];
    }

  g_error ("%s is recorded and has no row here", name);
}

/* What the server took is good; what it called invalid is not. */
static void
test_recorded (void)
{
  g_autoptr (JsonArray) exchanges = lk_test_load_exchanges ();
  guint n_starts = 0;

  for (guint i = 0; i < json_array_get_length (exchanges); i++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, i);
      JsonObject *request = json_object_get_object_member (exchange, "request");
      const char *path = json_object_get_string_member (request, "path");

      if (!g_str_has_prefix (strrchr (path, '/'), "/Start"))
        continue;

      check_recorded (find_recorded (json_object_get_string_member (exchange, "case")), exchange);
      n_starts++;
    }

  g_assert_cmpuint (n_starts, ==, G_N_ELEMENTS (recorded_starts));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/validation-recorded/starts", test_recorded);

  return g_test_run ();
}
