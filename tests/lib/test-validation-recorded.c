/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-recorded.h"
#include "validation-rows.h"

/* What becomes of a start that was recorded. */
typedef enum
{
  TAKEN,   /* by the server, or refused for what nobody can know beforehand */
  REFUSED, /* with the words of the server */
} Verdict;

/* The cases by name. Requests of the older API are written in the form of the unified one; NULL
 * stands for the request as recorded. words are other words than those recorded, and why. */
typedef struct
{
  const char *name;
  Verdict verdict;
  const char *json;
  const char *words;
  const char *why;
} Recorded;

#define DEMO "\"room_name\":\"demo\""
#define ALICE                                                                                      \
  DEMO ",\"media\":{\"participant_video\":{\"identity\":\"alice\"},\"audio\":{\"routes\":["        \
       "{\"participant_identity\":\"alice\"}]}}"
#define TO_FILE(name) "\"outputs\":[{\"file\":{\"filepath\":\"/out/" name "\"}}]"
#define TO_RTMP(url) "\"outputs\":[{\"stream\":{\"protocol\":\"RTMP\",\"urls\":[\"" url "\"]}}]"

static const Recorded recorded_starts[] = {
  { "start_participant_no_outputs", REFUSED, "{" ALICE "}", NULL, NULL },
  { "start_participant_no_identity", REFUSED,
    "{" DEMO ",\"media\":{\"participant_video\":{},\"audio\":{\"routes\":["
    "{\"participant_identity\":\"\"}]}}," TO_FILE ("a.mp4") "}",
    NULL, NULL },
  { "start_no_room", TAKEN, "{" ALICE "," TO_FILE ("a.mp4") "}", NULL,
    "which rooms there are is not known" },
  { "start_bad_rtmp_scheme", REFUSED, "{" ALICE "," TO_RTMP ("http://127.0.0.1/x") "}", NULL,
    NULL },
  { "start_bad_rtmp_path", REFUSED, "{" ALICE "," TO_RTMP ("rtmp://127.0.0.1/x") "}",
    "invalid url rtmp://127.0.0.1/{...}: rtmp urls must be of format "
    "rtmp(s)://{host}(/{path})/{app}/{stream_key}( live=1)",
    "what may be a stream key is not shown" },
  { "start_two_files", REFUSED,
    "{" ALICE ",\"outputs\":[{\"file\":{\"filepath\":\"/out/a.mp4\"}},"
    "{\"file\":{\"filepath\":\"/out/b.mp4\"}}]}",
    NULL, NULL },
  { "start_live_playlist_same", REFUSED,
    "{" ALICE ",\"outputs\":[{\"segments\":{\"filename_prefix\":\"/out/s\","
    "\"playlist_name\":\"a.m3u8\",\"live_playlist_name\":\"a.m3u8\"}}]}",
    NULL, NULL },
  { "start_odd_width", REFUSED,
    "{" ALICE ",\"advanced\":{\"width\":641,\"height\":360}," TO_FILE ("a.mp4") "}", NULL, NULL },
  { "start_ogg_with_video", REFUSED,
    "{" ALICE ",\"outputs\":[{\"file\":{\"file_type\":\"OGG\",\"filepath\":\"/out/a.ogg\"}}]}",
    NULL, NULL },
  { "start_track_composite_no_tracks", REFUSED, "{" DEMO ",\"media\":{}," TO_FILE ("a.mp4") "}",
    "request has missing or invalid field: audio or video",
    "the unified API has one text for all tracks" },
  { "start_track_no_output", REFUSED,
    "{" DEMO ",\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"TR_x\"}]}},"
    "\"preset\":\"PASSTHROUGH\"}",
    "request has missing or invalid field: passthrough outputs",
    "the unified API counts the outputs of a passthrough first" },
  { "start_v2_no_outputs", REFUSED, NULL, NULL, NULL },
  { "start_v2_no_source", REFUSED, NULL, NULL, NULL },
  { "start_web_bad_url", REFUSED, "{\"web\":{\"url\":\"ftp://x/y\"}," TO_FILE ("x.mp4") "}",
    "request has missing or invalid field: web url",
    "no worker for pages was there, which would have said so" },
  { "start_room_composite_both_only", REFUSED,
    "{" DEMO ",\"template\":{\"audio_only\":true,\"video_only\":true}," TO_FILE ("x.mp4") "}", NULL,
    NULL },
  { "room_composite_no_worker", TAKEN,
    "{" DEMO ",\"template\":{\"layout\":\"grid\"}," TO_FILE ("x.mp4") "}", NULL,
    "which workers there are is not known" },
  { "v2_start", TAKEN, NULL, NULL, NULL },
  { "room_composite_start", TAKEN,
    "{" DEMO ",\"template\":{\"layout\":\"grid\"},\"preset\":\"H264_720P_30\","
    "\"outputs\":[{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9741\"]}}]}",
    NULL, NULL },
  { "track_composite_start", TAKEN,
    "{" DEMO ",\"media\":{\"video_track_id\":\"TR_VCb4wCpxnTCsGr\",\"audio\":{\"routes\":["
    "{\"track_id\":\"TR_AMBtyq4Mhryqz2\"}]}},\"preset\":\"H264_720P_30\","
    "\"outputs\":[{\"file\":{\"file_type\":\"MP4\",\"filepath\":\"/out/tc-{time}.mp4\"}}]}",
    NULL, NULL },
  { "track_file_start", TAKEN,
    "{" DEMO ",\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"TR_AMBtyq4Mhryqz2\"}]}},"
    "\"preset\":\"PASSTHROUGH\"," TO_FILE ("track-{track_id}-{time}.ogg") "}",
    NULL, NULL },
  { "web_start", TAKEN,
    "{\"web\":{\"url\":\"http://127.0.0.1:7980/\"}," TO_FILE ("web-{time}.mp4") "}", NULL, NULL },
  { "stop_while_starting_start", TAKEN,
    "{" DEMO ",\"media\":{\"participant_video\":{\"identity\":\"nobody\"},\"audio\":{\"routes\":["
    "{\"participant_identity\":\"nobody\"}]}}," TO_FILE ("n.mp4") "}",
    NULL, NULL },
  { "worker_lost_start", TAKEN, "{" ALICE "," TO_FILE ("lost-{time}.mp4") "}", NULL, NULL },
};

static LkEgressRequest *
load_request (JsonObject *recorded)
{
  g_autoptr (GBytes) json = lk_test_get_body (recorded, "body");
  g_autoptr (GBytes) bytes = lk_test_get_body (recorded, "body_base64");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  LkEgressMessage *request;

  if (bytes == NULL)
    {
      text = g_strndup (g_bytes_get_data (json, NULL), g_bytes_get_size (json));
      return validation_parse (text);
    }

  request = lk_egress_message_new_from_bytes (LK_EGRESS_TYPE_REQUEST, bytes, &error);
  g_assert_no_error (error);

  return LK_EGRESS_REQUEST (request);
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
      = row->json != NULL ? validation_parse (row->json)
                          : load_request (json_object_get_object_member (exchange, "request"));
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
