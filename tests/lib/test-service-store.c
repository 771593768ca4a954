/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A service that remembers its egresses, goes, and comes back. */

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-file-store.h"
#include "lk-egress-service.h"
#include "lk-test-folder.h"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  /* With these pauses nothing is asked that the test does not ask. */
  lk_egress_client_set_time_scale (fixture->client, 1e6);
  fixture->folder = g_dir_make_tmp ("store-XXXXXX", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
  lk_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static LkEgressService *
new_service_with_store (Fixture *fixture, const char *folder)
{
  g_autoptr (LkEgressFileStore) store = lk_egress_file_store_new (folder);

  return g_object_new (LK_EGRESS_TYPE_SERVICE, "client", fixture->client, "name", "recorder",
                       "store", store, NULL);
}

/* A start that does not block ends before all that came of it is stored. */
static void
wait_stored (LkEgressService *service, guint n_entries)
{
  guint n_found = G_MAXUINT;

  for (guint i = 0; n_found != n_entries; i++)
    {
      g_autoptr (GPtrArray) entries
          = lk_egress_store_list (lk_egress_service_get_store (service), "recorder", NULL, NULL);

      n_found = entries->len;
      g_assert_cmpuint (i, <, 3000);
      if (n_found != n_entries && !g_main_context_iteration (NULL, FALSE))
        g_usleep (10000);
    }
}

static guint
count_stored (LkEgressService *service)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) entries
      = lk_egress_store_list (lk_egress_service_get_store (service), "recorder", NULL, &error);

  g_assert_no_error (error);
  return entries->len;
}

/* A service starts three: one is refused, one ends, and one is there when the service goes. The
 * next one of its name finds that, and so does another when it is left. */
static void
test_store (Fixture *fixture, gconstpointer async)
{
  g_autoptr (LkEgressService) service = new_service_with_store (fixture, fixture->folder);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autofree char *missing = fake_egress_error ("not_found", "requested room does not exist");
  GError *error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_auto (FakeWait) wait = { NULL };
      g_autoptr (LkEgressJob) job = NULL;

      if (i == 0)
        fake_egress_reply (fixture->server, "StartEgress", 404, missing);
      else if (i == 1)
        fake_egress_reply_info (fixture->server, "StartEgress", "EG_1", "FAILED", 1);
      else
        fake_egress_reply_info (fixture->server, "StartEgress", "EG_2", "STARTING", 1);
      if (async == NULL)
        {
          job = lk_egress_service_start (service, request, NULL, NULL);
        }
      else
        {
          lk_egress_service_start_async (service, request, NULL, fake_wait_done, &wait);
          job = lk_egress_service_start_finish (service, fake_wait_for (&wait), NULL);
        }
      g_assert_cmpint (job != NULL, ==, i == 2);
      if (async != NULL)
        wait_stored (service, i == 2 ? 1 : 0);
      g_assert_cmpuint (count_stored (service), ==, i == 2 ? 1 : 0);
    }

  for (guint i = 0; i < 2; i++)
    {
      g_auto (FakeWait) wait = { NULL };
      g_auto (FakeWait) left = { NULL };
      LkEgressJob *job;
      gboolean good;

      if (i == 0)
        {
          g_clear_object (&service);
        }
      else
        {
          lk_egress_service_shutdown_async (service, LK_EGRESS_SHUTDOWN_LEAVE, 60000, NULL,
                                            fake_wait_done, &left);
          g_assert_true (lk_egress_service_shutdown_finish (service, fake_wait_for (&left), NULL));
          g_clear_object (&service);
        }
      service = new_service_with_store (fixture, fixture->folder);
      fake_egress_reply_list (fixture->server, "EG_2", "ACTIVE", 1);
      if (async == NULL)
        {
          good = lk_egress_service_recover (service, NULL, NULL, &error);
        }
      else
        {
          lk_egress_service_recover_async (service, NULL, NULL, fake_wait_done, &wait);
          good = lk_egress_service_recover_finish (service, fake_wait_for (&wait), &error);
        }
      g_assert_no_error (error);
      g_assert_true (good);
      job = lk_egress_service_get_job (service, "EG_2");
      g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_ACTIVE);
      g_assert_cmpuint (count_stored (service), ==, 1);
    }

  fake_egress_reply_info (fixture->server, "StopEgress", "EG_2", "COMPLETE", 2);
  g_assert_true (lk_egress_service_stop_all (service, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_stored (service), ==, 0);
}

/* One that is attached to and then found in the store as well is remembered until it ends; one that
 * has ended by then is forgotten. */
static void
test_attached (Fixture *fixture, gconstpointer ended)
{
  g_autoptr (LkEgressService) service = new_service_with_store (fixture, fixture->folder);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (LkEgressJob) same = NULL;
  GError *error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", "EG_1", "STARTING", 1);
  job = lk_egress_service_start (service, request, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&job);
  g_clear_object (&service);

  service = new_service_with_store (fixture, fixture->folder);
  fake_egress_always_list (fixture->server, "EG_1", ended != NULL ? "COMPLETE" : "ACTIVE", 2);
  same = lk_egress_service_attach (service, "EG_1", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (lk_egress_service_recover (service, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (lk_egress_service_get_job (service, "EG_1") == same);
  g_assert_cmpuint (count_stored (service), ==, ended != NULL ? 0 : 1);

  if (ended == NULL)
    {
      fake_egress_reply_info (fixture->server, "StopEgress", "EG_1", "COMPLETE", 3);
      g_assert_true (lk_egress_service_stop_all (service, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (count_stored (service), ==, 0);
    }
  g_assert_cmpfloat (
      lk_egress_metrics_get_value (lk_egress_service_get_metrics (service), "egress_stopped_total"),
      ==, 1);
}

/* An egress of a service that is gone, which the server says to run for an hour. */
static char *
hour_old_info (const char *egress_id)
{
  return g_strdup_printf ("{\"egress_id\":\"%s\",\"status\":\"EGRESS_ACTIVE\","
                          "\"started_at\":\"%" G_GINT64_FORMAT "\",\"updated_at\":\"1\"}",
                          egress_id, (g_get_real_time () - G_TIME_SPAN_HOUR) * 1000);
}

static void
start_under (Fixture *fixture, LkEgressService *service, const char *egress_id, gint64 max_duration)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
  g_autoptr (LkEgressJob) job = NULL;
  GError *error = NULL;

  if (max_duration >= 0)
    g_object_set (policy, "max-duration", (guint)max_duration, NULL);
  fake_egress_reply_info (fixture->server, "StartEgress", egress_id, "STARTING", 1);
  job = lk_egress_service_start_with_policy (service, request, max_duration >= 0 ? policy : NULL,
                                             NULL, &error);
  g_assert_no_error (error);
}

/* The limit of an egress goes with it to the next service; the time that it has run counts. What
 * has no limit by its own policy is not held to that of the service. */
static void
test_limits (Fixture *fixture, gconstpointer attached)
{
  g_autoptr (LkEgressService) service = new_service_with_store (fixture, fixture->folder);
  g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
  g_autofree char *one = hour_old_info ("EG_1");
  g_autofree char *two = hour_old_info ("EG_2");
  g_autofree char *three = hour_old_info ("EG_3");
  g_autofree char *four = hour_old_info ("EG_4");
  g_autofree char *list = fake_egress_list (one, two, three, four, NULL);
  g_autofree char *list_of_one = fake_egress_list (one, NULL);
  GListModel *active;
  GError *error = NULL;

  start_under (fixture, service, "EG_1", 30 * 60 * 1000);
  start_under (fixture, service, "EG_2", 2 * 60 * 60 * 1000);
  start_under (fixture, service, "EG_3", 0);
  start_under (fixture, service, "EG_4", -1);
  g_clear_object (&service);

  service = new_service_with_store (fixture, fixture->folder);
  active = lk_egress_service_get_active_jobs (service);
  if (attached != NULL)
    {
      g_autoptr (LkEgressJob) job = NULL;

      fake_egress_reply (fixture->server, "ListEgress", 200, list_of_one);
      job = lk_egress_service_attach (service, "EG_1", NULL, &error);
      g_assert_no_error (error);
    }
  fake_egress_always (fixture->server, "ListEgress", 200, list);
  g_assert_true (lk_egress_service_recover (service, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (active), ==, 4);

  fake_egress_reply_info (fixture->server, "StopEgress", "EG_1", "COMPLETE", 2);
  while (g_list_model_get_n_items (active) > 3)
    g_main_context_iteration (NULL, TRUE);
  fake_egress_assert_sample (service, "end_reason=\"max_duration\"} 1\n");

  g_object_set (policy, "max-duration", 1, NULL);
  fake_egress_reply_info (fixture->server, "StopEgress", "EG_4", "COMPLETE", 2);
  lk_egress_service_set_start_policy (service, policy);
  while (g_list_model_get_n_items (active) > 2)
    g_main_context_iteration (NULL, TRUE);
  fake_egress_assert_request (fixture->server, "StopEgress", 0, "{\"egress_id\":\"EG_1\"}");
  fake_egress_assert_request (fixture->server, "StopEgress", 1, "{\"egress_id\":\"EG_4\"}");
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 2);
}

/* What cannot be stored is not started, and without a store nothing is found. */
static void
test_store_fails (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressService) service = new_service_with_store (fixture, "/dev/null/store");
  g_autoptr (LkEgressService) without = lk_egress_service_new (fixture->client);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  g_assert_null (lk_egress_service_start (service, request, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  lk_egress_service_start_async (service, request, NULL, fake_wait_done, &wait);
  g_assert_null (lk_egress_service_start_finish (service, fake_wait_for (&wait), &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_service_get_jobs (service)), ==, 0);

  g_assert_false (lk_egress_service_recover (without, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
}

/* A start that may have led to an egress stays in the store, so that the next service looks for it;
 * one that was refused does not. */
static void
test_uncertain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressService) service = new_service_with_store (fixture, fixture->folder);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autofree char *refusal = fake_egress_error ("unavailable", "not now");
  GError *error = NULL;

  lk_egress_client_set_time_scale (fixture->client, 0);
  fake_egress_always (fixture->server, "ListEgress", 502, "a proxy's page");

  fake_egress_always (fixture->server, "StartEgress", 503, refusal);
  g_assert_null (lk_egress_service_start (service, request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_cmpuint (count_stored (service), ==, 0);

  fake_egress_always (fixture->server, "StartEgress", 502, "a proxy's page");
  g_assert_null (lk_egress_service_start (service, request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_cmpuint (count_stored (service), ==, 1);
}

/* What was warned of last. */
static char *warning;

static GLogWriterOutput
take_warning (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING)
    return g_log_writer_default (level, fields, n_fields, data);

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "MESSAGE"))
        {
          g_free (warning);
          warning = g_strdup (fields[i].value);
        }
    }
  return G_LOG_WRITER_HANDLED;
}

/* Until it is emptied, nothing more can be written. */
static void
fill (Fixture *fixture, gconstpointer disk)
{
  const struct rlimit none = { 16, RLIM_INFINITY };
  g_autofree char *ballast = g_build_filename (fixture->folder, "ballast", NULL);
  g_autofree char *block = g_malloc0 (4096);
  FILE *file;

  if (disk == NULL)
    {
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
      return;
    }
  file = g_fopen (ballast, "w");
  while (fwrite (block, 4096, 1, file) == 1 && fflush (file) == 0)
    ;
  fclose (file);
}

static void
empty (Fixture *fixture, gconstpointer disk)
{
  const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
  g_autofree char *ballast = g_build_filename (fixture->folder, "ballast", NULL);

  if (disk == NULL)
    g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &all), ==, 0);
  else
    g_assert_cmpint (g_unlink (ballast), ==, 0);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The ids that are stored, in their order, a start without one as a dash. */
static char *
dup_stored (LkEgressService *service)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) entries
      = lk_egress_store_list (lk_egress_service_get_store (service), "recorder", NULL, &error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  g_assert_no_error (error);
  for (guint i = 0; i < entries->len; i++)
    {
      LkEgressStoreEntry *entry = g_ptr_array_index (entries, i);
      const char *id = lk_egress_store_entry_get_egress_id (entry);

      g_assert_no_error (lk_egress_store_entry_get_error (entry));
      g_assert_nonnull (lk_egress_store_entry_get_request (entry));
      g_ptr_array_add (ids, (gpointer)(id != NULL ? id : "-"));
    }
  g_ptr_array_sort (ids, compare_texts);
  g_ptr_array_add (ids, NULL);

  return g_strjoinv (" ", (char **)ids->pdata);
}

/* The store is asked in another thread. */
static void
go_on (guint i)
{
  g_assert_cmpuint (i, <, 3000);
  if (!g_main_context_iteration (NULL, FALSE))
    g_usleep (10000);
}

static void
assert_stored (LkEgressService *service, const char *expected)
{
  for (guint i = 0;; i++)
    {
      g_autofree char *text = dup_stored (service);

      if (g_str_equal (text, expected))
        return;
      go_on (i);
    }
}

static void
assert_problem (LkEgressService *service, LkEgressHealthProblem problem)
{
  g_autoptr (LkEgressHealth) health = lk_egress_service_get_health_status (service);

  for (guint i = 0; lk_egress_health_get_problem (health) != problem; i++)
    {
      go_on (i);
      g_object_unref (health);
      health = lk_egress_service_get_health_status (service);
    }
  if (problem == LK_EGRESS_HEALTH_PROBLEM_STORE_FAILED)
    {
      g_assert_cmpint (lk_egress_health_get_status (health), ==, LK_EGRESS_HEALTH_STATUS_DEGRADED);
      g_assert_nonnull (strstr (lk_egress_health_get_reason (health), "store"));
    }
}

static LkEgressJob *
start (Fixture *fixture, LkEgressService *service, const char *egress_id, GError **error)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_auto (FakeWait) wait = { NULL };

  fake_egress_reply_info (fixture->server, "StartEgress", egress_id, "STARTING", 1);
  lk_egress_service_start_async (service, request, NULL, fake_wait_done, &wait);

  return lk_egress_service_start_finish (service, fake_wait_for (&wait), error);
}

/* A disk that is full: what is stored stays as it is, what is new is not started, and an egress
 * whose id cannot be stored goes on. */
static void
test_full (Fixture *fixture, gconstpointer disk)
{
  g_autoptr (LkEgressService) service = NULL;
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressJob) one = NULL;
  g_autoptr (LkEgressJob) two = NULL;
  g_autoptr (LkEgressJob) three = NULL;
  g_autofree char *info = fake_egress_info ("EG_3", "STARTING", 1);
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  if (disk != NULL && mount ("tmpfs", fixture->folder, "tmpfs", 0, "size=64k,mode=0700") != 0)
    {
      g_autofree char *reason = g_strdup_printf ("no tmpfs may be mounted: %s", g_strerror (errno));

      g_test_skip (reason);
      return;
    }

  service = new_service_with_store (fixture, fixture->folder);
  one = start (fixture, service, "EG_1", &error);
  g_assert_no_error (error);
  two = start (fixture, service, "EG_2", &error);
  g_assert_no_error (error);
  assert_stored (service, "EG_1 EG_2");
  fill (fixture, disk);
  lk_egress_service_start_async (service, request, NULL, fake_wait_done, &wait);
  g_assert_null (lk_egress_service_start_finish (service, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, (disk != NULL ? G_IO_ERROR_NO_SPACE : G_IO_ERROR_FAILED));
  g_assert_nonnull (strstr (error->message, "not started"));
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 2);
  assert_stored (service, "EG_1 EG_2");
  assert_problem (service, LK_EGRESS_HEALTH_PROBLEM_STORE_FAILED);

  /* What is forgotten needs no room. */
  fake_egress_reply_info (fixture->server, "StopEgress", "EG_1", "COMPLETE", 2);
  g_assert_true (lk_egress_job_stop (one, NULL, &error));
  g_assert_no_error (error);
  assert_stored (service, "EG_2");
  empty (fixture, disk);

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_wait_clear (&wait);
  wait = (FakeWait){ NULL };
  lk_egress_service_start_async (service, request, NULL, fake_wait_done, &wait);
  while (fake_egress_count (fixture->server, "StartEgress") < 3)
    g_main_context_iteration (NULL, FALSE);
  assert_problem (service, LK_EGRESS_HEALTH_PROBLEM_NONE);
  fill (fixture, disk);
  fake_egress_open_gate (fixture->server);
  three = lk_egress_service_start_finish (service, fake_wait_for (&wait), &error);
  g_assert_no_error (error);
  assert_problem (service, LK_EGRESS_HEALTH_PROBLEM_STORE_FAILED);
  g_assert_nonnull (strstr (warning, "The id of egress EG_3 is not stored"));
  g_clear_pointer (&warning, g_free);
  assert_stored (service, "- EG_2");

  empty (fixture, disk);
  g_clear_object (&one);
  one = start (fixture, service, "EG_4", &error);
  g_assert_no_error (error);
  assert_stored (service, "- EG_2 EG_4");
  assert_problem (service, LK_EGRESS_HEALTH_PROBLEM_NONE);

  g_clear_object (&service);
  if (disk != NULL)
    g_assert_cmpint (umount2 (fixture->folder, MNT_DETACH), ==, 0);
}

/* A request is used again while the start that it was for is being stored. */
static void
test_reused (Fixture *fixture, gconstpointer data)
{
  static const char *const rooms[] = { "first", "second" };
  g_autoptr (LkEgressService) service = new_service_with_store (fixture, fixture->folder);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_auto (FakeWait) wait_0 = { NULL };
  g_auto (FakeWait) wait_1 = { NULL };
  FakeWait *waits[] = { &wait_0, &wait_1 };
  g_autoptr (GString) sent = g_string_new (NULL);

  fake_egress_reply_info (fixture->server, "StartEgress", "EG_1", "COMPLETE", 1);
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_2", "COMPLETE", 1);
  for (guint i = 0; i < G_N_ELEMENTS (rooms); i++)
    {
      g_object_set (request, "room-name", rooms[i], NULL);
      lk_egress_service_start_async (service, request, NULL, fake_wait_done, waits[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rooms); i++)
    {
      g_autoptr (LkEgressJob) job
          = lk_egress_service_start_finish (service, fake_wait_for (waits[i]), NULL);
      g_autofree char *one = fake_egress_dup_request (fixture->server, "StartEgress", i);

      g_assert_cmpstr (lk_egress_request_get_room_name (lk_egress_job_get_request (job)), ==,
                       rooms[i]);
      g_string_append (sent, one);
    }
  g_assert_nonnull (strstr (sent->str, "\"first\""));
  g_assert_nonnull (strstr (sent->str, "\"second\""));
  wait_stored (service, 0);
}

#define ADD(name, data, test)                                                                      \
  g_test_add ("/service-store/" name, Fixture, data, set_up, test, tear_down)

static void
stop_all (GListModel *jobs, guint position, guint removed, guint added, LkEgressService *service)
{
  if (added > 0)
    g_assert_true (lk_egress_service_stop_all (service, NULL, NULL));
}

/* Whoever hears of a new job stops all: its start is neither sent nor stored. */
static void
test_stopped_at_once (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressService) service = new_service_with_store (fixture, fixture->folder);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  GListModel *active = lk_egress_service_get_active_jobs (service);
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  g_signal_connect (active, "items-changed", G_CALLBACK (stop_all), service);
  g_assert_null (lk_egress_service_start (service, request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  lk_egress_service_start_async (service, request, NULL, fake_wait_done, &wait);
  g_assert_null (lk_egress_service_start_finish (service, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_assert_cmpuint (count_stored (service), ==, 0);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_service_get_jobs (service)), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (take_warning, NULL, NULL);
  /* A file that may not grow is as good as a disk that is full, and needs no rights. */
  signal (SIGXFSZ, SIG_IGN);

  ADD ("blocking", NULL, test_store);
  ADD ("async", "async", test_store);
  ADD ("attached", NULL, test_attached);
  ADD ("attached-ended", "ended", test_attached);
  ADD ("limits", NULL, test_limits);
  ADD ("limits-attached", "attached", test_limits);
  ADD ("reused", NULL, test_reused);
  ADD ("fails", NULL, test_store_fails);
  ADD ("uncertain", NULL, test_uncertain);
  ADD ("full-limit", NULL, test_full);
  ADD ("full-disk", "disk", test_full);
  ADD ("stopped-at-once", NULL, test_stopped_at_once);

  return g_test_run ();
}
