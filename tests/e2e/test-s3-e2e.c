/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A private bucket of a real S3 server: what the library signs, what the dev server puts there, and
 * what the element plays from there. */

#include <libsoup/soup.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "e2e-player.h"
#include "e2e.h"
#include "lk-test-devserver.h"

#define PLAY_TIME (5 * GST_SECOND)
#define MAX_SKEW (100 * GST_MSECOND)

/* By how many seconds the clock of this process is wrong. */
static int clock_error;

int
clock_gettime (clockid_t clock, struct timespec *time)
{
  long result = syscall (SYS_clock_gettime, clock, time);

  if (result == 0 && clock == CLOCK_REALTIME)
    time->tv_sec += g_atomic_int_get (&clock_error);
  return (int)result;
}

/* What GLib 2.74 asks. */
int
gettimeofday (struct timeval *restrict time, void *restrict zone)
{
  struct timespec now;
  int result = clock_gettime (CLOCK_REALTIME, &now);

  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

static LkEgressStorage *
new_storage (void)
{
  g_autofree char *uri = g_strdup_printf ("s3://%s", g_getenv ("LK_E2E_S3_BUCKET"));
  g_autoptr (GError) error = NULL;
  LkEgressStorage *storage = lk_egress_storage_new_from_uri (uri, NULL, &error);

  g_assert_no_error (error);
  return storage;
}

/* Gives the status. */
static guint
get (LkEgressStorage *storage, const char *key, GDateTime *now, GBytes **body)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *url = lk_egress_storage_get_object_url (storage, key, &error);
  g_auto (GStrv) headers = NULL;
  g_autoptr (SoupMessage) message = NULL;

  g_assert_no_error (error);
  headers = lk_egress_storage_sign_get (storage, url, now, &error);
  g_assert_no_error (error);
  message = soup_message_new ("GET", url);
  for (guint i = 0; headers[i] != NULL; i += 2)
    soup_message_headers_append (soup_message_get_request_headers (message), headers[i],
                                 headers[i + 1]);
  *body = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);

  return soup_message_get_status (message);
}

static void
write_object (const char *key)
{
  g_autofree char *path = g_build_filename (g_getenv ("LK_E2E_S3_FOLDER"), key, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, key, -1, &error);
  g_assert_no_error (error);
}

static void
test_names (void)
{
  static const char *const keys[] = {
    "plain.m3u8",
    "folder/play.m3u8",
    "a b",
    "a+b",
    "\xc3\xa4/\xe8\xaa\x9e.ts",
    "100%",
    "%41",
    "%2F%",
    "d//b",
    "..two..dots..",
    ".hidden",
    "~x",
    "a*b",
    "it's",
    "a&b=c",
    "a?b",
    "a#b",
    "(x)!",
    "a;b,c",
    "@:$",
    "\"quoted\"",
    "back\\slash",
    "[1]",
    "{room}",
    "a|b",
    "^`",
    "<tag>",
    "_-.",
    "a=b=c&d&&",
    "%e4",
    "\xf0\x9f\x8e\xa5",
    "x.ts?X-Amz",
    "tab\there",
  };
  g_autoptr (LkEgressStorage) storage = new_storage ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GBytes) body = NULL;
      g_autofree char *text = NULL;
      guint status;

      write_object (keys[i]);
      status = get (storage, keys[i], NULL, &body);
      text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
      g_assert_cmpstr (text, ==, keys[i]);
      g_assert_cmpuint (status, ==, SOUP_STATUS_OK);
    }
}

static void
assert_refused (LkEgressStorage *storage,
                const char *key,
                GDateTime *now,
                int code,
                const char *word)
{
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) error = NULL;
  guint status = get (storage, key, now, &body);
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));

  g_assert_false (lk_egress_storage_check_answer (status, text, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

/* The storage with one thing wrong. */
static LkEgressStorage *
new_wrong_storage (const char *property, const char *value)
{
  g_autoptr (LkEgressStorage) storage = new_storage ();
  g_autoptr (LkEgressS3Storage) s3 = NULL;

  g_object_get (storage, "s3", &s3, NULL);
  g_object_set (s3, property, value, NULL);
  return g_steal_pointer (&storage);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *property;
    const char *value;
    int code;
    const char *word;
  } rows[] = {
    { "secret", "wrong", G_IO_ERROR_PERMISSION_DENIED, " SignatureDoesNotMatch: " },
    { "access-key", "AKIAUNKNOWN", G_IO_ERROR_PERMISSION_DENIED,
      "it does not know the access key" },
    { "access-key", NULL, G_IO_ERROR_PERMISSION_DENIED, " AccessDenied: " },
    { "bucket", "nowhere", G_IO_ERROR_INVALID_ARGUMENT, " NoSuchBucket: " },
    { "region", "us-west-2", G_IO_ERROR_INVALID_ARGUMENT, "set the region" },
  };
  g_autoptr (LkEgressStorage) storage = new_storage ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) earlier = g_date_time_add_hours (now, -1);
  g_autoptr (GDateTime) later = g_date_time_add_hours (now, 1);

  write_object ("there");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LkEgressStorage) wrong = new_wrong_storage (rows[i].property, rows[i].value);

      assert_refused (wrong, "there", NULL, rows[i].code, rows[i].word);
    }
  assert_refused (storage, "not-there", NULL, G_IO_ERROR_NOT_FOUND, " NoSuchKey: ");
  assert_refused (storage, "there", earlier, G_IO_ERROR_PERMISSION_DENIED,
                  " RequestTimeTooSkewed: ");
  assert_refused (storage, "there", later, G_IO_ERROR_PERMISSION_DENIED, " RequestTimeTooSkewed: ");
}

static E2ePlayer *
new_player (const char *location)
{
  E2ePlayer *player = e2e_player_new ();

  gst_util_set_object_arg (G_OBJECT (player->src), "protocol", "hls");
  g_object_set (player->src, "location", location, "stop-timeout", 60000, NULL);
  return player;
}

static char *
make_location (const char *name)
{
  return g_strdup_printf ("s3://%s/%s/play.m3u8", g_getenv ("LK_E2E_S3_BUCKET"), name);
}

static void
test_plays (void)
{
  g_autofree char *location = make_location ("folder%20of/it's");
  g_autoptr (E2ePlayer) player = new_player (location);

  e2e_player_play (player);
  e2e_player_wait_played (player, &player->audio, PLAY_TIME);
  g_signal_emit_by_name (player->src, "stop");
  e2e_player_wait_end (player);
  g_assert_cmpuint (player->video.n_discont, ==, 0);
  g_assert_cmpuint (lk_test_tone_get_n_breaks (player->tone), ==, 0);
  g_assert_cmpuint (player->video.n_buffers, >, PLAY_TIME / GST_SECOND * E2E_FRAMERATE * 9 / 10);
  g_assert_cmpint (ABS (GST_CLOCK_DIFF (player->video.first, player->audio.first)), <, MAX_SKEW);
  e2e_player_come_down (player);
}

static void
assert_error (E2ePlayer *player, GstResourceError code, const char *word)
{
  g_autoptr (GstMessage) message = e2e_player_pop (player, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_error (error, GST_RESOURCE_ERROR, (int)code);
  g_assert_null (strstr (error->message, g_getenv ("AWS_SECRET_ACCESS_KEY")));
}

static void
assert_fails (const char *location, GstResourceError code, const char *word)
{
  g_autoptr (E2ePlayer) player = new_player (location);

  e2e_player_play (player);
  assert_error (player, code, word);
}

static void
test_player_refused (void)
{
  g_autofree char *location = make_location ("refused");
  g_autofree char *secret = g_strdup (g_getenv ("AWS_SECRET_ACCESS_KEY"));

  assert_fails ("s3://nowhere/live/play.m3u8", GST_RESOURCE_ERROR_SETTINGS, "NoSuchBucket");
  g_setenv ("AWS_SECRET_ACCESS_KEY", "of-another", TRUE);
  assert_fails (location, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "SignatureDoesNotMatch");
  g_setenv ("AWS_SECRET_ACCESS_KEY", secret, TRUE);
}

/* A signature is good for 15 minutes. The clock of this machine goes wrong while the element plays:
 * the worker's is right, and a token that was made before is too. */
static void
test_player_signature_expired (void)
{
  g_autofree char *location = make_location ("expired");
  g_autofree char *token
      = lk_test_make_token (g_getenv ("LIVEKIT_API_KEY"), g_getenv ("LIVEKIT_API_SECRET"));
  g_autoptr (E2ePlayer) player = new_player (location);

  g_object_set (player->src, "auth-token", token, NULL);
  e2e_player_play (player);
  e2e_player_wait_played (player, &player->audio, GST_SECOND);
  g_atomic_int_set (&clock_error, -20 * 60);
  assert_error (player, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
                "RequestTimeTooSkewed: the clocks differ by more than 15 minutes");
  g_atomic_int_set (&clock_error, 0);
}

/* Runs an egress to its end. */
static LkEgressInfo *
record (LkEgressOutput *output, const char *secret)
{
  g_autoptr (LkEgressClient) client = e2e_new_client ();
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (LkEgressStorage) storage = new_wrong_storage ("secret", secret);
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (GError) error = NULL;
  LkEgressInfo *info;

  e2e_make_small (request);
  g_object_set (output, "storage", storage, NULL);
  lk_egress_request_add_output (request, output);
  job = lk_egress_job_new (client, request);
  lk_egress_job_start (job, NULL, &error);
  g_assert_no_error (error);
  lk_egress_job_wait (job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, &error);
  g_assert_no_error (error);
  lk_egress_job_stop (job, NULL, &error);
  g_assert_no_error (error);
  /* What it ends with is in the info. */
  lk_egress_job_wait (job, LK_EGRESS_JOB_STATE_COMPLETE, NULL, NULL);
  g_object_get (job, "info", &info, NULL);
  return info;
}

static void
test_file (void)
{
  g_autoptr (LkEgressOutput) output
      = lk_egress_output_new_for_format (LK_EGRESS_OUTPUT_FORMAT_MP4, "files/a b.mp4");
  g_autoptr (LkEgressInfo) info = record (output, g_getenv ("AWS_SECRET_ACCESS_KEY"));
  g_autoptr (LkEgressInfo) failed = record (output, "wrong");
  g_autoptr (LkEgressStorage) storage = new_storage ();
  g_autoptr (GBytes) body = NULL;

  g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_COMPLETE);
  g_assert_cmpuint (get (storage, "files/a b.mp4", NULL, &body), ==, SOUP_STATUS_OK);
  g_assert_cmpuint (g_bytes_get_size (body), >, 1000);
  g_assert_cmpint (memcmp ((const char *)g_bytes_get_data (body, NULL) + 4, "ftyp", 4), ==, 0);

  g_assert_cmpint (lk_egress_info_get_status (failed), ==, LK_EGRESS_STATUS_FAILED);
  g_assert_nonnull (strstr (lk_egress_info_get_error (failed), "SignatureDoesNotMatch"));
}

static void
assert_box (LkEgressStorage *storage, const char *key, const char *type)
{
  g_autoptr (GBytes) body = NULL;

  g_assert_cmpuint (get (storage, key, NULL, &body), ==, SOUP_STATUS_OK);
  g_assert_cmpuint (g_bytes_get_size (body), >, 8);
  g_assert_cmpint (memcmp ((const char *)g_bytes_get_data (body, NULL) + 4, type, 4), ==, 0);
}

static void
test_segments_mp4 (void)
{
  g_autoptr (LkEgressSegmentedFileOutput) segments
      = lk_egress_segmented_file_output_new ("mp4/seg", "mp4/play.m3u8");
  g_autoptr (LkEgressOutput) output = NULL;
  g_autoptr (LkEgressStorage) storage = new_storage ();
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GBytes) playlist = NULL;
  g_autofree char *text = NULL;

  gst_util_set_object_arg (G_OBJECT (segments), "protocol", "hls-fmp4");
  output = lk_egress_output_new_segments (segments);
  info = record (output, g_getenv ("AWS_SECRET_ACCESS_KEY"));
  g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_COMPLETE);
  g_assert_cmpuint (get (storage, "mp4/play.m3u8", NULL, &playlist), ==, SOUP_STATUS_OK);
  text = g_strndup (g_bytes_get_data (playlist, NULL), g_bytes_get_size (playlist));
  g_assert_nonnull (strstr (text, "#EXT-X-MAP:URI=\"seg_init.mp4\"\n"));
  g_assert_nonnull (strstr (text, "\nseg_00000.m4s\n"));
  g_assert_true (g_str_has_suffix (text, "#EXT-X-ENDLIST\n"));
  assert_box (storage, "mp4/seg_init.mp4", "ftyp");
  assert_box (storage, "mp4/seg_00000.m4s", "styp");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/e2e/s3/names", test_names);
  g_test_add_func ("/e2e/s3/refused", test_refused);
  g_test_add_func ("/e2e/s3/file", test_file);
  g_test_add_func ("/e2e/s3/segments-mp4", test_segments_mp4);
  g_test_add_func ("/e2e/s3/plays", test_plays);
  g_test_add_func ("/e2e/s3/player-refused", test_player_refused);
  g_test_add_func ("/e2e/s3/player-signature-expired", test_player_signature_expired);

  return g_test_run ();
}
