/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where segments are read: what a server or a storage is asked for, and what its answers mean. */

#include <livekit-egress/livekit-egress.h>

#include "gstlivekitegresshlsorigin.h"
#include "gstlivekitegressplugin.h"
#include "lk-test-server.h"

#define MAX_SIZE 10

#define DENIED "<Error><Code>AccessDenied</Code></Error>"
#define NO_KEY "<Error><Code>InvalidAccessKeyId</Code></Error>"

typedef struct
{
  guint status;
  const char *body;
  const char *location; /* of a redirect */
  GQuark (*domain) (void);
  int code; /* -1 if it is read */
  gboolean is_final;
} Row;

/* The same answers mean the same of a playlist and of a segment. */
static const Row server_rows[] = {
  { 200, "segment", NULL, NULL, -1, FALSE },
  { 200, "more than ten bytes", NULL, g_io_error_quark, G_IO_ERROR_NOT_SUPPORTED, TRUE },
  { 404, "none", NULL, g_io_error_quark, G_IO_ERROR_NOT_FOUND, FALSE },
  { 403, "none", NULL, g_io_error_quark, G_IO_ERROR_NOT_FOUND, FALSE },
  { 401, "none", NULL, g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED, TRUE },
  { 503, "none", NULL, g_io_error_quark, G_IO_ERROR_FAILED, FALSE },
  { 302, "none", "/elsewhere", g_io_error_quark, G_IO_ERROR_NOT_SUPPORTED, TRUE },
  { 307, "none", "/elsewhere", g_io_error_quark, G_IO_ERROR_NOT_SUPPORTED, TRUE },
};

static const Row storage_rows[] = {
  { 200, "segment", NULL, NULL, -1, FALSE },
  { 200, "more than ten bytes", NULL, g_io_error_quark, G_IO_ERROR_NOT_SUPPORTED, TRUE },
  { 404, "", NULL, g_io_error_quark, G_IO_ERROR_NOT_FOUND, FALSE },
  /* Without the right to list, nobody is told that there is none. */
  { 403, DENIED, NULL, g_io_error_quark, G_IO_ERROR_NOT_FOUND, FALSE },
  { 403, NO_KEY, NULL, g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED, TRUE },
  { 307, "none", "/elsewhere", g_io_error_quark, G_IO_ERROR_NOT_SUPPORTED, TRUE },
};

typedef struct
{
  const Row *row;
  const char *path; /* that is to be asked for */
  gboolean is_signed;
} Expected;

static void
answer (LkTestRequest *request, gpointer user_data)
{
  const Expected *expected = user_data;
  const Row *row = expected->row;
  const char *authorization = soup_message_headers_get_one (request->headers, "Authorization");

  g_assert_cmpstr (request->method, ==, "GET");
  g_assert_cmpstr (request->path, ==, expected->path);
  g_assert_cmpint (authorization != NULL, ==, expected->is_signed);
  if (row->location != NULL)
    soup_message_headers_append (soup_server_message_get_response_headers (request->message),
                                 "Location", row->location);
  lk_test_request_reply (request, row->status, "text/plain", row->body, -1);
}

/* One request for each load, whatever comes of it. */
static void
check (GstLiveKitEgressHlsOrigin *origin, const Row *row)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes
      = gst_livekit_egress_hls_origin_load (origin, "seg 1.ts", MAX_SIZE, NULL, &error);

  g_assert_false (gst_livekit_egress_hls_origin_is_folder (origin));
  if (row->code < 0)
    {
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), row->body,
                       strlen (row->body));
      return;
    }

  g_assert_null (bytes);
  g_assert_error (error, row->domain (), row->code);
  g_assert_cmpint (gst_livekit_egress_hls_origin_is_final (error), ==, row->is_final);
  g_assert_nonnull (strstr (error->message, "seg%201.ts"));
}

static void
test_server (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (server_rows); i++)
    {
      Expected expected = { &server_rows[i], "/live/seg 1.ts", FALSE };
      g_autoptr (LkTestServer) server = lk_test_server_new (answer, &expected);
      g_autofree char *url = g_strconcat (lk_test_server_get_url (server), "/live/now.m3u8", NULL);
      g_autofree char *name = NULL;
      g_autoptr (GError) error = NULL;
      GstLiveKitEgressHlsOrigin *origin
          = gst_livekit_egress_hls_origin_new_url (url, &name, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (name, ==, "now.m3u8");
      check (origin, &server_rows[i]);
      g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 1);
      gst_livekit_egress_hls_origin_free (origin);
    }
}

static LkEgressStorage *
make_storage (const char *endpoint)
{
  g_autoptr (LkEgressS3Storage) s3 = g_object_new (
      LK_EGRESS_TYPE_S3_STORAGE, "bucket", "bucket", "region", "eu-central-1", "endpoint", endpoint,
      "force-path-style", TRUE, "access-key", "key", "secret", "hushhush", NULL);

  return g_object_new (LK_EGRESS_TYPE_STORAGE, "s3", s3, NULL);
}

static void
test_storage (gconstpointer folder)
{
  for (guint i = 0; i < G_N_ELEMENTS (storage_rows); i++)
    {
      g_autofree char *path = g_strconcat (
          "/bucket/", folder, *(const char *)folder != '\0' ? "/" : "", "seg 1.ts", NULL);
      Expected expected = { &storage_rows[i], path, TRUE };
      g_autoptr (LkTestServer) server = lk_test_server_new (answer, &expected);
      g_autoptr (LkEgressStorage) storage = make_storage (lk_test_server_get_url (server));
      GstLiveKitEgressHlsOrigin *origin = gst_livekit_egress_hls_origin_new_storage (
          storage, *(const char *)folder != '\0' ? folder : NULL);

      check (origin, &storage_rows[i]);
      g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 1);
      gst_livekit_egress_hls_origin_free (origin);
    }
}

/* One that says nothing of where it is. */
static void
test_no_storage (void)
{
  g_autoptr (LkEgressStorage) storage = g_object_new (LK_EGRESS_TYPE_STORAGE, NULL);
  GstLiveKitEgressHlsOrigin *origin = gst_livekit_egress_hls_origin_new_storage (storage, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (gst_livekit_egress_hls_origin_load (origin, "a.ts", MAX_SIZE, NULL, &error));
  g_assert_nonnull (error);
  gst_livekit_egress_hls_origin_free (origin);
}

/* A name that a playlist gives leads nowhere else, however it is written. */
static void
test_names (void)
{
  static const char *const names[] = { "../a.ts", "../../a.ts", "a/../../b.ts" };
  Expected expected = { &server_rows[0], "/", FALSE };
  g_autoptr (LkTestServer) server = lk_test_server_new (answer, &expected);
  g_autofree char *url = g_strconcat (lk_test_server_get_url (server), "/live/", NULL);
  g_autofree char *name = NULL;
  GstLiveKitEgressHlsOrigin *origin = gst_livekit_egress_hls_origin_new_url (url, &name, NULL);

  g_assert_null (name);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gst_livekit_egress_hls_origin_load (origin, names[i], MAX_SIZE, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
      g_assert_true (gst_livekit_egress_hls_origin_is_final (error));
    }
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 0);
  gst_livekit_egress_hls_origin_free (origin);
}

static void
test_wrong_url (void)
{
  static const char *const urls[]
      = { "rtmp://host/live/", "https:///live/", "live/now.m3u8", "https://user:hush@host/live/" };

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autofree char *name = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (gst_livekit_egress_hls_origin_new_url (urls[i], &name, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_null (strstr (error->message, "hush"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  g_test_add_func ("/hls-origin/server", test_server);
  g_test_add_data_func ("/hls-origin/storage/folder", "rec/live", test_storage);
  g_test_add_data_func ("/hls-origin/storage/top", "", test_storage);
  g_test_add_func ("/hls-origin/no-storage", test_no_storage);
  g_test_add_func ("/hls-origin/names", test_names);
  g_test_add_func ("/hls-origin/wrong-url", test_wrong_url);

  return g_test_run ();
}
