/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The shorthands for what is started most often: what they send, in both of their ways. */

#include "fake-egress.h"

#include "lk-egress-client-starts.h"
#include "lk-egress-validation.h"

#define ID "EG_JCK9YZeup5SB"

#define COMPOSITE                                                                                  \
  "{\"room_name\":\"demo\",\"template\":{\"layout\":\"grid\",\"audio_only\":true},"                \
  "\"outputs\":[{\"file\":{\"filepath\":\"a.ogg\"}},"                                              \
  "{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9721\"]}}]}"
#define TRACKS                                                                                     \
  "{\"room_name\":\"demo\",\"media\":{\"video_track_id\":\"TR_V\",\"audio\":{\"routes\":"          \
  "[{\"track_id\":\"TR_A\"}]}},\"outputs\":[{\"file\":{\"filepath\":\"a.ogg\"}}]}"
#define RTMP                                                                                       \
  "{\"room_name\":\"demo\",\"template\":{},\"outputs\":[{\"stream\":{\"protocol\":\"RTMP\","       \
  "\"urls\":[\"rtmp://127.0.0.1/live/one\",\"rtmp://127.0.0.1/live/two\"]}}]}"
#define HLS                                                                                        \
  "{\"room_name\":\"demo\",\"template\":{\"layout\":\"grid\"},\"outputs\":[{\"segments\":"         \
  "{\"filename_prefix\":\"hls/demo\",\"playlist_name\":\"hls/demo.m3u8\","                         \
  "\"live_playlist_name\":\"hls/demo-live.m3u8\"},"                                                \
  "\"storage\":{\"gcp\":{\"bucket\":\"recordings\"}}}]}"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

static void
expect_start (Fixture *fixture)
{
  fake_egress_reply_info (fixture->server, "StartEgress", ID, "STARTING", 1);
}

static void
assert_sent (Fixture *fixture, LkEgressInfo *info, const GError *error, const char *json)
{
  guint count = fake_egress_count (fixture->server, "StartEgress");

  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, ID);
  fake_egress_assert_request (fixture->server, "StartEgress", count - 1, json);
}

static LkEgressOutput *
new_file (void)
{
  g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new ("a.ogg");

  return lk_egress_output_new_file (file);
}

static LkEgressOutput *
new_stream (void)
{
  g_autoptr (LkEgressStreamOutput) stream
      = lk_egress_stream_output_new (LK_EGRESS_STREAM_PROTOCOL_SRT);

  lk_egress_stream_output_add_url (stream, "srt://127.0.0.1:9721");

  return lk_egress_output_new_stream (stream);
}

static void
test_room_composite (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressOutput) file = new_file ();
  g_autoptr (LkEgressOutput) stream = new_stream ();
  LkEgressOutput *const outputs[] = { file, stream };
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (LkEgressInfo) info_async = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (FakeWait) wait = { 0 };

  /* A file of audio does not go beside SRT; what is looked at here is what is sent. */
  g_object_set (fixture->client, "validate", FALSE, NULL);
  expect_start (fixture);
  info = lk_egress_client_start_room_composite (fixture->client, "demo", "grid",
                                                LK_EGRESS_SOURCE_AUDIO_ONLY, outputs,
                                                G_N_ELEMENTS (outputs), NULL, &error);
  assert_sent (fixture, info, error, COMPOSITE);

  expect_start (fixture);
  lk_egress_client_start_room_composite_async (fixture->client, "demo", "grid",
                                               LK_EGRESS_SOURCE_AUDIO_ONLY, outputs,
                                               G_N_ELEMENTS (outputs), NULL, fake_wait_done, &wait);
  info_async = lk_egress_client_start_room_composite_finish (fixture->client, fake_wait_for (&wait),
                                                             &error);
  assert_sent (fixture, info_async, error, COMPOSITE);
}

static void
test_track_composite (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressOutput) file = new_file ();
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (LkEgressInfo) info_async = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (FakeWait) wait = { 0 };

  expect_start (fixture);
  info = lk_egress_client_start_track_composite (fixture->client, "demo", "TR_A", "TR_V", &file, 1,
                                                 NULL, &error);
  assert_sent (fixture, info, error, TRACKS);

  expect_start (fixture);
  lk_egress_client_start_track_composite_async (fixture->client, "demo", "TR_A", "TR_V", &file, 1,
                                                NULL, fake_wait_done, &wait);
  info_async = lk_egress_client_start_track_composite_finish (fixture->client,
                                                              fake_wait_for (&wait), &error);
  assert_sent (fixture, info_async, error, TRACKS);
}

static void
test_room_rtmp (Fixture *fixture, gconstpointer data)
{
  static const char *const urls[]
      = { "rtmp://127.0.0.1/live/one", "rtmp://127.0.0.1/live/two", NULL };
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (LkEgressInfo) info_async = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (FakeWait) wait = { 0 };

  expect_start (fixture);
  info = lk_egress_client_start_room_rtmp (fixture->client, "demo", NULL, urls, NULL, &error);
  assert_sent (fixture, info, error, RTMP);

  expect_start (fixture);
  lk_egress_client_start_room_rtmp_async (fixture->client, "demo", NULL, urls, NULL, fake_wait_done,
                                          &wait);
  info_async
      = lk_egress_client_start_room_rtmp_finish (fixture->client, fake_wait_for (&wait), &error);
  assert_sent (fixture, info_async, error, RTMP);
}

static void
test_room_hls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressGcpStorage) gcp
      = g_object_new (LK_EGRESS_TYPE_GCP_STORAGE, "bucket", "recordings", NULL);
  g_autoptr (LkEgressStorage) storage = lk_egress_storage_new_gcp (gcp);
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (LkEgressInfo) info_async = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (FakeWait) wait = { 0 };

  expect_start (fixture);
  info = lk_egress_client_start_room_hls (fixture->client, "demo", "grid", "hls/demo", NULL,
                                          storage, NULL, &error);
  assert_sent (fixture, info, error, HLS);

  expect_start (fixture);
  lk_egress_client_start_room_hls_async (fixture->client, "demo", "grid", "hls/demo", NULL, storage,
                                         NULL, fake_wait_done, &wait);
  info_async
      = lk_egress_client_start_room_hls_finish (fixture->client, fake_wait_for (&wait), &error);
  assert_sent (fixture, info_async, error, HLS);
}

/* What excludes each other is an error of the caller that is told, in either way. */
static void
test_bad_flags (Fixture *fixture, gconstpointer data)
{
  const LkEgressSourceFlags flags = LK_EGRESS_SOURCE_AUDIO_ONLY | LK_EGRESS_SOURCE_VIDEO_ONLY;
  g_autoptr (LkEgressOutput) stream = new_stream ();
  GError *error = NULL;
  g_auto (FakeWait) wait = { 0 };

  g_assert_null (lk_egress_client_start_room_composite (fixture->client, "demo", NULL, flags,
                                                        &stream, 1, NULL, &error));
  g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_CONFLICT);
  g_clear_error (&error);

  lk_egress_client_start_room_composite_async (fixture->client, "demo", NULL, flags, &stream, 1,
                                               NULL, fake_wait_done, &wait);
  g_assert_null (lk_egress_client_start_room_composite_finish (fixture->client,
                                                               fake_wait_for (&wait), &error));
  g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
}

/* The live playlist is named after the other. */
static void
test_playlist_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[][2] = {
    { "play.m3u8", "play-live.m3u8" },
    { "other/index", "other/index-live.m3u8" },
    { ".m3u8", "-live.m3u8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (LkEgressInfo) info = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *wanted = g_strdup_printf (
          "\"playlist_name\":\"%s\",\"live_playlist_name\":\"%s\"", names[i][0], names[i][1]);
      g_autofree char *sent = NULL;

      expect_start (fixture);
      info = lk_egress_client_start_room_hls (fixture->client, "demo", NULL, "hls/demo",
                                              names[i][0], NULL, NULL, &error);
      g_assert_no_error (error);
      sent = fake_egress_dup_request (fixture->server, "StartEgress", i);
      g_assert_nonnull (strstr (sent, wanted));
    }
}

/* Nothing to do is an error of the caller that is told, in either way. */
static void
test_no_output (Fixture *fixture, gconstpointer data)
{
  static const char *const no_urls[] = { NULL };
  GError *error = NULL;
  g_auto (FakeWait) wait = { 0 };

  g_assert_null (lk_egress_client_start_track_composite (fixture->client, "demo", "TR_A", NULL,
                                                         NULL, 0, NULL, &error));
  g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_MISSING);
  g_clear_error (&error);

  lk_egress_client_start_room_rtmp_async (fixture->client, "demo", NULL, no_urls, NULL,
                                          fake_wait_done, &wait);
  g_assert_null (
      lk_egress_client_start_room_rtmp_finish (fixture->client, fake_wait_for (&wait), &error));
  g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_MISSING);
  g_clear_error (&error);

  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
}

#define ADD(PATH, TEST) g_test_add (PATH, Fixture, NULL, set_up, TEST, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/client-starts/room-composite", test_room_composite);
  ADD ("/client-starts/track-composite", test_track_composite);
  ADD ("/client-starts/room-rtmp", test_room_rtmp);
  ADD ("/client-starts/room-hls", test_room_hls);
  ADD ("/client-starts/bad-flags", test_bad_flags);
  ADD ("/client-starts/playlist-names", test_playlist_names);
  ADD ("/client-starts/no-output", test_no_output);

  return g_test_run ();
}
