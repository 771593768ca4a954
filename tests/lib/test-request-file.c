/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests in the JSON that other tools take: as text, and in a file. */

#include <glib/gstdio.h>

#include "lk-egress-request.h"

#define OUTPUTS "\"file_outputs\":[{\"filepath\":\"a.mp4\",\"s3\":{\"bucket\":\"b\"}}]"
#define UNIFIED                                                                                    \
  "\"outputs\":[{\"file\":{\"filepath\":\"a.mp4\"},\"storage\":{\"s3\":{\"bucket\":\"b\"}}}]"

static const struct
{
  const char *json, *read;
} kinds[] = {
  { "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"v\"}," UNIFIED "}",
    "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"v\"}," UNIFIED "}" },
  { "{\"room_name\":\"r\",\"web\":{\"url\":\"http://p\"}}",
    "{\"room_name\":\"r\",\"web\":{\"url\":\"http://p\"}}" },
  { "{\"roomName\":\"r\",\"template\":{\"audioOnly\":true}}",
    "{\"room_name\":\"r\",\"template\":{\"audio_only\":true}}" },
  { "{\"room_name\":\"r\",\"layout\":\"grid\"," OUTPUTS "}",
    "{\"room_name\":\"r\",\"template\":{\"layout\":\"grid\"}," UNIFIED "}" },
  { "{\"room_name\":\"r\"}", "{\"room_name\":\"r\",\"template\":{}}" },
  { "{\"url\":\"http://p\"," OUTPUTS "}", "{\"web\":{\"url\":\"http://p\"}," UNIFIED "}" },
  { "{\"roomName\":\"r\",\"identity\":\"i\"}",
    "{\"room_name\":\"r\",\"media\":{\"participant_video\":{\"identity\":\"i\"},"
    "\"audio\":{\"routes\":[{\"participant_identity\":\"i\"}]}}}" },
  { "{\"room_name\":\"r\",\"audioTrackId\":\"a\",\"videoTrackId\":\"v\"}",
    "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"v\","
    "\"audio\":{\"routes\":[{\"track_id\":\"a\"}]}}}" },
  { "{\"room_name\":\"r\",\"track_id\":\"a\",\"websocket_url\":\"ws://h\"}",
    "{\"room_name\":\"r\",\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"a\"}]}},"
    "\"outputs\":[{\"stream\":{\"protocol\":\"WEBSOCKET\",\"urls\":[\"ws://h\"]}}]}" },
};

static void
test_kinds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressRequest) request = lk_egress_request_new_from_json (kinds[i].json, &error);
      g_autofree char *json = NULL;

      g_assert_no_error (error);
      json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_PROTO_NAMES);
      g_assert_cmpstr (json, ==, kinds[i].read);
    }
}

/* A mistake is told by its field, and what is there is not quoted. */
static const struct
{
  const char *json, *said;
} mistakes[] = {
  { "", "Not valid JSON at line 1, column 1: the text ends where a value should be" },
  { "{\"room_name\":\"r\"", "Not valid JSON at line 1, column 17: expected a comma or }" },
  { "[]", "A request is a JSON object, in braces" },
  { "{\"room_name\":\"r\",\"file_output\":[]}", "there is no field file_output" },
  { "{\"room_name\":\"r\",\"file_outputs\":[{\"path\":\"a.mp4\"}]}",
    "file_outputs[0]: there is no field path" },
  { "{\"room_name\":\"r\",\"file_outputs\":[{\"filepath\":7}]}",
    "file_outputs[0].filepath: expected a string, found a number" },
  { "{\"identity\":\"i\",\"layout\":\"grid\"}", "there is no field layout" },
  { "{\"identity\":\"i\",\"screen_share\":1}", "screen_share: expected a boolean, found a number" },
  { "{\"room_name\":\"r\",\"stream_outputs\":[{\"protocol\":\"SRTP\"}]}",
    "stream_outputs[0].protocol: expected one of DEFAULT_PROTOCOL, RTMP, SRT, WEBSOCKET" },
  { "{\"room_name\":\"r\",\"file\":{},\"segments\":{}}",
    "segments: cannot be set together with file" },
};

static void
test_mistakes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_egress_request_new_from_json (mistakes[i].json, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_true (g_str_has_prefix (error->message, mistakes[i].said));
    }
}

static void
assert_no_file (const char *path, GIOErrorEnum code, const char *said)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_request_new_from_file (path, &error));
  g_assert_error (error, G_IO_ERROR, (int)code);
  if (strstr (error->message, path) == NULL || strstr (error->message, said) == NULL)
    g_error ("%s", error->message);
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("request-file-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "request.json", NULL);
  g_autofree char *big = g_strnfill (1024 * 1024 + 1, ' ');
  g_autoptr (LkEgressRequest) request = NULL;

  assert_no_file (path, G_IO_ERROR_NOT_FOUND, "No such file");
  assert_no_file (folder, G_IO_ERROR_NOT_REGULAR_FILE, "It is no regular file");
  assert_no_file ("/dev/zero", G_IO_ERROR_NOT_REGULAR_FILE, "It is no regular file");

  g_assert_true (g_file_set_contents (path, big, -1, NULL));
  assert_no_file (path, G_IO_ERROR_INVALID_DATA, "more than 1048576 bytes");
  g_assert_true (g_file_set_contents (path, "{\"url\":\"http://p\",\"outputs\":[]}", -1, NULL));
  assert_no_file (path, G_IO_ERROR_INVALID_DATA, "request.json: there is no field outputs");
  /* As editors of other systems write it. */
  g_assert_true (g_file_set_contents (path, "\xef\xbb\xbf{\"url\":\"http://p\"}\r\n", -1, NULL));
  request = lk_egress_request_new_from_file (path, NULL);
  g_assert_nonnull (request);

  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/request-file/kinds", test_kinds);
  g_test_add_func ("/request-file/mistakes", test_mistakes);
  g_test_add_func ("/request-file/file", test_file);

  return g_test_run ();
}
