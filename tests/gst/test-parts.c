/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Parts of the plugin by themselves, as tables. */

#include <gst/gst.h>

#include "gstlivekitegressenums.h"
#include "gstlivekitegresserror.h"
#include "gstlivekitegressmedia.h"
#include "gstlivekitegressplugin.h"
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

static void
test_errors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (error_rows); i++)
    {
      const ErrorRow *row = &error_rows[i];
      g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
      g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
      g_autoptr (GError) error = g_error_new_literal (row->domain (), row->code, "What was wrong");
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
      g_assert_cmpstr (posted->message, ==, "What was wrong.");
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

  g_test_add_func ("/parts/enums", test_enums);
  g_test_add_func ("/parts/errors", test_errors);
  g_test_add_func ("/parts/media", test_media);
  g_test_add_func ("/parts/worker", test_worker);

  return g_test_run ();
}
