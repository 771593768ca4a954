/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Parts of the plugin by themselves, as tables. */

#include <gio/gio.h>
#include <gst/gst.h>

#include "gstlivekitegresscertificate.h"
#include "gstlivekitegressenums.h"
#include "gstlivekitegresserror.h"
#include "gstlivekitegressmedia.h"
#include "gstlivekitegressnews.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressresults.h"
#include "gstlivekitegressstreams.h"
#include "gstlivekitegressworker.h"

/* What the library has too is the same there, and told in words here. */
static void
assert_same_values (GType ours, GType theirs)
{
  GEnumClass *our_class = g_type_class_ref (ours);
  GEnumClass *their_class = g_type_class_ref (theirs);

  g_assert_cmpuint (our_class->n_values, ==, their_class->n_values);
  for (guint i = 0; i < their_class->n_values; i++)
    {
      const GEnumValue *theirs_value = &their_class->values[i];
      const GEnumValue *value = g_enum_get_value (our_class, theirs_value->value);

      g_assert_nonnull (value);
      g_assert_cmpstr (value->value_nick, ==, theirs_value->value_nick);
      g_assert_cmpstr (value->value_name, !=, theirs_value->value_name);
    }
  g_type_class_unref (our_class);
  g_type_class_unref (their_class);
}

static void
test_enums (void)
{
  assert_same_values (gst_livekit_egress_preset_get_type (), LK_EGRESS_TYPE_ENCODING_PRESET);
  assert_same_values (gst_livekit_egress_state_get_type (), LK_EGRESS_TYPE_JOB_STATE);
  g_assert_cmpstr (gst_livekit_egress_enum_get_nick (LK_EGRESS_TYPE_JOB_STATE, 2), ==, "active");
  g_assert_cmpstr (gst_livekit_egress_enum_get_nick (LK_EGRESS_TYPE_JOB_STATE, 99), ==, "unknown");
}

typedef struct
{
  GQuark (*domain) (void);
  int code;
  int worker_code;
  GstResourceError resource;
  const char *name;
} ErrorRow;

static const ErrorRow error_rows[] = {
  { lk_egress_error_quark, LK_EGRESS_ERROR_UNAUTHENTICATED, 0, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
    "unauthenticated" },
  { lk_egress_error_quark, LK_EGRESS_ERROR_PERMISSION_DENIED, 0, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
    "permission_denied" },
  { lk_egress_error_quark, LK_EGRESS_ERROR_NOT_FOUND, 0, GST_RESOURCE_ERROR_NOT_FOUND,
    "not_found" },
  { lk_egress_error_quark, LK_EGRESS_ERROR_RESOURCE_EXHAUSTED, 0, GST_RESOURCE_ERROR_BUSY,
    "resource_exhausted" },
  { lk_egress_error_quark, LK_EGRESS_ERROR_INVALID_ARGUMENT, 0, GST_RESOURCE_ERROR_SETTINGS,
    "invalid_argument" },
  { lk_egress_error_quark, LK_EGRESS_ERROR_INTERNAL, 0, GST_RESOURCE_ERROR_OPEN_READ, "internal" },
  { lk_egress_validation_error_quark, 0, 0, GST_RESOURCE_ERROR_SETTINGS, "invalid-request" },
  { g_io_error_quark, G_IO_ERROR_INVALID_ARGUMENT, 0, GST_RESOURCE_ERROR_SETTINGS,
    "invalid-argument" },
  { g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED, 0, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
    "permission-denied" },
  { g_io_error_quark, G_IO_ERROR_TIMED_OUT, 0, GST_RESOURCE_ERROR_READ, "timed-out" },
  { g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, 0, GST_RESOURCE_ERROR_OPEN_READ,
    "connection-refused" },
  { g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, 0, GST_RESOURCE_ERROR_OPEN_READ,
    "g-resolver-error-quark" },
  { gst_livekit_egress_error_quark, GST_LIVEKIT_EGRESS_ERROR_START_TIMEOUT, 0,
    GST_RESOURCE_ERROR_READ, "start-timeout" },
  { gst_livekit_egress_error_quark, GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED, 0,
    GST_RESOURCE_ERROR_READ, "egress-failed" },
  { gst_livekit_egress_error_quark, GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED, 400,
    GST_RESOURCE_ERROR_SETTINGS, "egress-failed" },
  { gst_livekit_egress_error_quark, GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED, 401,
    GST_RESOURCE_ERROR_NOT_AUTHORIZED, "egress-failed" },
  { gst_livekit_egress_error_quark, GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED, 403,
    GST_RESOURCE_ERROR_NOT_AUTHORIZED, "egress-failed" },
  { gst_livekit_egress_error_quark, GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED, 404,
    GST_RESOURCE_ERROR_NOT_FOUND, "egress-failed" },
  { gst_livekit_egress_error_quark, GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED, 500,
    GST_RESOURCE_ERROR_READ, "egress-failed" },
};

/* What is posted is a sentence. */
static const char *const ends[][2] = { { "What was wrong", "What was wrong." },
                                       { "What was wrong.", "What was wrong." },
                                       { "What is wrong?", "What is wrong?" } };

static void
test_errors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (error_rows); i++)
    {
      const ErrorRow *row = &error_rows[i];
      g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
      g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
      g_autoptr (GError) error
          = g_error_new_literal (row->domain (), row->code, ends[i % G_N_ELEMENTS (ends)][0]);
      g_autoptr (LkEgressInfo) info
          = g_object_new (LK_EGRESS_TYPE_INFO, "error-code", row->worker_code, NULL);
      g_autoptr (GstMessage) message = NULL;
      g_autoptr (GError) posted = NULL;
      const GstStructure *details;

      gst_livekit_egress_post_error (pipeline, error, i % 2 == 0 ? "EG_1" : NULL, info);
      message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
      g_assert_nonnull (message);
      gst_message_parse_error (message, &posted, NULL);
      gst_message_parse_error_details (message, &details);
      g_assert_error (posted, GST_RESOURCE_ERROR, (int)row->resource);
      g_assert_cmpstr (posted->message, ==, ends[i % G_N_ELEMENTS (ends)][1]);
      g_assert_cmpstr (gst_structure_get_string (details, "code"), ==, row->name);
      g_assert_cmpstr (gst_structure_get_string (details, "egress-id"), ==,
                       i % 2 == 0 ? "EG_1" : "");
    }
}

typedef struct
{
  GstLiveKitEgressMediaState media;
  LkEgressJobState egress;
  gboolean timed_out;
  int code; /* -1 for no error */
} MediaRow;

static const MediaRow media_rows[] = {
  { GST_LIVEKIT_EGRESS_MEDIA_NONE, LK_EGRESS_JOB_STATE_ACTIVE, FALSE, 0 },
  { GST_LIVEKIT_EGRESS_MEDIA_ARRIVED, LK_EGRESS_JOB_STATE_ACTIVE, FALSE, 0 },
  { GST_LIVEKIT_EGRESS_MEDIA_EXPECTED, LK_EGRESS_JOB_STATE_STARTING, FALSE, 0 },
  { GST_LIVEKIT_EGRESS_MEDIA_EXPECTED, LK_EGRESS_JOB_STATE_COMPLETE, FALSE, 0 },
  { GST_LIVEKIT_EGRESS_MEDIA_EXPECTED, LK_EGRESS_JOB_STATE_ACTIVE, TRUE,
    GST_LIVEKIT_EGRESS_ERROR_FIRST_DATA_TIMEOUT },
  { GST_LIVEKIT_EGRESS_MEDIA_EXPECTED, LK_EGRESS_JOB_STATE_ENDING, TRUE,
    GST_LIVEKIT_EGRESS_ERROR_FIRST_DATA_TIMEOUT },
  { GST_LIVEKIT_EGRESS_MEDIA_LOST, LK_EGRESS_JOB_STATE_ACTIVE, TRUE,
    GST_LIVEKIT_EGRESS_ERROR_CONNECTION_LOST },
  { GST_LIVEKIT_EGRESS_MEDIA_LOST, LK_EGRESS_JOB_STATE_ENDING, TRUE, -1 },
};

static gboolean timed_out;
static GError *timeout_error;

static void
on_timed_out (GstElement *owner, const GError *error)
{
  timed_out = TRUE;
  timeout_error = error != NULL ? g_error_copy (error) : NULL;
}

static gboolean
on_waited (gpointer waited)
{
  *(gboolean *)waited = TRUE;

  return G_SOURCE_REMOVE;
}

static void
test_media (void)
{
  g_autoptr (GstElement) owner = gst_object_ref_sink (gst_pipeline_new (NULL));

  for (guint i = 0; i < G_N_ELEMENTS (media_rows); i++)
    {
      const MediaRow *row = &media_rows[i];
      GstLiveKitEgressMedia media
          = { .first_data_timeout = 1, .reconnect_window = 1, .timed_out = on_timed_out };
      gboolean waited = FALSE;

      timed_out = FALSE;
      gst_livekit_egress_media_set_media (&media, owner, row->media);
      gst_livekit_egress_media_set_egress (&media, owner, row->egress);
      /* Long after it: what is due first comes first. */
      g_timeout_add (20, on_waited, &waited);
      while (!waited)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (timed_out, ==, row->timed_out);
      if (row->timed_out && row->code >= 0)
        g_assert_error (timeout_error, GST_LIVEKIT_EGRESS_ERROR, row->code);
      else if (row->timed_out)
        g_assert_no_error (timeout_error);
      g_clear_error (&timeout_error);
      gst_livekit_egress_media_reset (&media);
    }
}

/*** What a run tells ***/

static LkEgressInfo *
make_info (const char *json)
{
  g_autoptr (GError) error = NULL;
  LkEgressMessage *info = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, &error);

  g_assert_no_error (error);
  return LK_EGRESS_INFO (info);
}

typedef struct
{
  const char *streams; /* of one info after the other */
  gboolean begun;
  const char *told; /* the states of the messages */
} StreamsRow;

static const StreamsRow streams_rows[] = {
  { "{\"url\":\"srt://a\",\"started_at\":1}", FALSE, "" },
  { "{\"url\":\"srt://a\",\"started_at\":1}", TRUE, "srt://a active " },
  { "{\"url\":\"srt://a\",\"started_at\":1}", TRUE, "" },
  { "{\"url\":\"srt://a\",\"started_at\":1,\"status\":\"FINISHED\"},{\"started_at\":1}", FALSE,
    "srt://a finished " },
  { "{\"url\":\"srt://a\",\"started_at\":1,\"status\":\"FAILED\"},{\"started_at\":1}", TRUE,
    " active " },
  /* Not before it was over, and only if it is another than that which is over. */
  { "{\"url\":\"srt://a\",\"started_at\":1}", TRUE, "" },
  { "{\"url\":\"srt://a\",\"started_at\":2}", TRUE, "srt://a active " },
  { "{\"url\":\"srt://a\",\"started_at\":3}", TRUE, "" },
  { "{\"url\":\"srt://b\",\"status\":\"FAILED\"}", FALSE, "srt://b failed " },
  { "{\"url\":\"srt://b\",\"started_at\":4}", TRUE, "" },
};

static void
test_streams (void)
{
  GstLiveKitEgressStreams *streams = gst_livekit_egress_streams_new ();
  g_autoptr (GstElement) owner = gst_object_ref_sink (gst_pipeline_new (NULL));
  g_autoptr (GstBus) bus = gst_element_get_bus (owner);

  for (guint i = 0; i < G_N_ELEMENTS (streams_rows); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"egress_id\":\"EG_1\",\"stream_results\":[%s]}",
                                               streams_rows[i].streams);
      g_autoptr (LkEgressInfo) info = make_info (json);
      g_autoptr (GString) told = g_string_new (NULL);
      GstMessage *message;

      gst_livekit_egress_streams_tell (streams, owner, info, streams_rows[i].begun);
      while ((message = gst_bus_pop (bus)) != NULL)
        {
          const GstStructure *structure = gst_message_get_structure (message);

          g_string_append_printf (told, "%s %s ", gst_structure_get_string (structure, "url"),
                                  gst_structure_get_string (structure, "state"));
          gst_message_unref (message);
        }
      g_assert_cmpstr (told->str, ==, streams_rows[i].told);
    }
  gst_livekit_egress_streams_free (streams);
}

static void
on_news_state (GstElement *owner, LkEgressJobState state)
{
  g_assert_not_reached ();
}

static void
on_news_ended (GstElement *owner, const GError *error)
{
  ++*(guint *)g_object_get_data (G_OBJECT (owner), "n-ended");
}

/* An end is told once, and an owner that has gone is told nothing. */
static void
test_news (void)
{
  static const GstLiveKitEgressNewsFuncs funcs = { on_news_state, on_news_ended };
  GstElement *owner = gst_object_ref_sink (gst_pipeline_new (NULL));
  g_autoptr (LkEgressInfo) info = make_info ("{\"egress_id\":\"EG_1\"}");
  GstLiveKitEgressNews news = { .ended = FALSE };
  guint n_ended = 0;

  g_object_set_data (G_OBJECT (owner), "n-ended", &n_ended);
  gst_livekit_egress_news_init (&news, owner, &funcs);
  gst_livekit_egress_news_tell_ended (&news, NULL);
  gst_livekit_egress_news_tell_ended (&news, NULL);
  g_assert_cmpuint (n_ended, ==, 1);
  gst_livekit_egress_news_clear (&news);

  news = (GstLiveKitEgressNews){ .ended = FALSE };
  gst_livekit_egress_news_init (&news, owner, &funcs);
  gst_object_unref (owner);
  g_assert_false (gst_livekit_egress_news_is_heard (&news));
  gst_livekit_egress_news_begin (&news, &news.start, "Starting");
  gst_livekit_egress_news_end (&news, &news.start, GST_PROGRESS_TYPE_COMPLETE, "Started");
  gst_livekit_egress_news_tell_info (&news, info, LK_EGRESS_JOB_STATE_IDLE,
                                     LK_EGRESS_JOB_STATE_ACTIVE, TRUE);
  gst_livekit_egress_news_tell_state (&news, info, LK_EGRESS_JOB_STATE_ACTIVE,
                                      LK_EGRESS_JOB_STATE_IDLE, NULL);
  gst_livekit_egress_news_tell_ended (&news, NULL);
  gst_livekit_egress_news_warn (&news, GST_RESOURCE_ERROR_CLOSE, "Nobody hears it");
  g_assert_cmpuint (n_ended, ==, 1);
  gst_livekit_egress_news_clear (&news);
}

static void
test_results (void)
{
  g_autoptr (LkEgressInfo) none = make_info ("{\"egress_id\":\"EG_1\"}");
  g_autoptr (LkEgressInfo) all = make_info (
      "{\"egress_id\":\"EG_1\",\"file_results\":[{\"filename\":\"a.mp4\",\"size\":2000,"
      "\"duration\":1500000000},{\"size\":-1}],\"image_results\":[{\"filename_prefix\":"
      "\"shots/img\",\"image_count\":3}],\"segment_results\":[{\"playlist_name\":\"live.m3u8\","
      "\"size\":1000,\"duration\":4000000000,\"segment_count\":2}]}");
  g_autofree char *nothing = gst_livekit_egress_results_describe (none);
  g_autofree char *text = gst_livekit_egress_results_describe (all);
  g_autofree char *file_size = g_format_size (2000);
  g_autofree char *no_size = g_format_size (0);
  g_autofree char *live_size = g_format_size (1000);
  g_autofree char *expected = g_strdup_printf (
      "a.mp4 (%s, 1.5 s),  (%s, 0.0 s), live.m3u8 (%s, 4.0 s), shots/img (3 pictures)", file_size,
      no_size, live_size);

  g_assert_null (nothing);
  g_assert_cmpstr (text, ==, expected);
}

static void
count (gpointer data)
{
  g_atomic_int_inc ((int *)data);
}

static void
quit_and_run (gpointer data)
{
  g_assert_true (gst_livekit_egress_worker_is_current (data));
  gst_livekit_egress_worker_quit (data);
}

/* What is queued before the end is run, and all data is freed. */
static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (tasks) != NULL)
    n++;
  return n;
}

static void
test_worker (void)
{
  const guint n_threads = count_threads ();
  GstLiveKitEgressWorker *worker = gst_livekit_egress_worker_new ("test", NULL);
  int n_run = 0, n_freed = 0;

  g_assert_false (gst_livekit_egress_worker_is_current (worker));
  for (guint i = 0; i < 100; i++)
    gst_livekit_egress_worker_run (worker, count, &n_run, NULL);
  gst_livekit_egress_worker_run (worker, quit_and_run, worker, NULL);
  /* Before or after the end. */
  for (guint i = 0; i < 100; i++)
    {
      gst_livekit_egress_worker_run (worker, count, &n_run, NULL);
      gst_livekit_egress_worker_run (worker, count, &n_freed, count);
    }
  gst_livekit_egress_worker_unref (worker);
  while (g_atomic_int_get (&n_run) < 100 || g_atomic_int_get (&n_freed) < 100)
    g_thread_yield ();
  /* A process that exits beside a thread that ends may crash. */
  while (count_threads () > n_threads)
    g_thread_yield ();
}

/* The path of a PEM file is a certificate, as on the command line; anything else is refused. */
static void
test_certificate (void)
{
  g_autofree char *good = g_test_build_filename (G_TEST_DIST, "data", "tls-server.pem", NULL);
  g_autofree char *no_certificate
      = g_test_build_filename (G_TEST_DIST, "data", "webhooks.json", NULL);
  const struct
  {
    const char *text;
    gboolean read;
  } rows[] = { { good, TRUE }, { no_certificate, FALSE }, { "/nowhere", FALSE }, { "", FALSE } };

  gst_livekit_egress_certificate_register ();
  gst_livekit_egress_certificate_register ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, G_TYPE_TLS_CERTIFICATE);
      g_assert_cmpint (gst_value_deserialize (&value, rows[i].text), ==, rows[i].read);
      g_assert_cmpint (G_IS_TLS_CERTIFICATE (g_value_get_object (&value)), ==, rows[i].read);
    }
}

int
main (int argc, char **argv)
{
  /* No plugins are needed, and no registry that other tests write at the same time. */
  g_autofree char *registry
      = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "gst", "parts.registry", NULL);

  g_setenv ("GST_REGISTRY_1_0", registry, TRUE);
  g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/parts/certificate", test_certificate);
  g_test_add_func ("/parts/enums", test_enums);
  g_test_add_func ("/parts/errors", test_errors);
  g_test_add_func ("/parts/media", test_media);
  g_test_add_func ("/parts/news", test_news);
  g_test_add_func ("/parts/results", test_results);
  g_test_add_func ("/parts/streams", test_streams);
  g_test_add_func ("/parts/worker", test_worker);

  return g_test_run ();
}
