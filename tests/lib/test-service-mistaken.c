/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A service looks for the egress of a start that nobody has answered, and finds that of another
 * start with the same request, which is answered a little later. */

#include "lk-egress-file-store.h"
#include "lk-egress-service.h"
#include "lk-egress-store-entry-private.h"
#include "lk-test-folder.h"
#include "lost-start.h"

#define OWNER "recorder"
#define HOUR (60 * 60 * 1000)

static void
list (LostStart *fixture, const char *first_id, const char *second_id)
{
  g_autofree char *first = lost_start_make_egress (fixture, first_id, 0, LOST_START_REQUEST);
  g_autofree char *second = second_id != NULL
                                ? lost_start_make_egress (fixture, second_id, 0, LOST_START_REQUEST)
                                : NULL;
  g_autofree char *all = fake_egress_list (first, second, NULL);

  fake_egress_always (fixture->server, "ListEgress", 200, all);
}

static LkEgressJob *
await_job (LkEgressService *service, const char *egress_id)
{
  while (lk_egress_service_get_job (service, egress_id) == NULL)
    g_main_context_iteration (NULL, TRUE);

  return lk_egress_service_get_job (service, egress_id);
}

/* The limit of the entry with the id, -1 for none; -2 if there is no such entry, or not so many. */
static gint64
get_limit (LkEgressStore *store, const char *egress_id, guint n_entries)
{
  g_autoptr (GPtrArray) entries = lk_egress_store_list (store, OWNER, NULL, NULL);

  for (guint i = 0; i < entries->len && entries->len == n_entries; i++)
    {
      LkEgressStoreEntry *entry = g_ptr_array_index (entries, i);
      guint limit;

      if (g_strcmp0 (lk_egress_store_entry_get_egress_id (entry), egress_id) == 0)
        return lk_egress_store_entry_get_max_duration (entry, &limit) ? (gint64)limit : -1;
    }

  return -2;
}

static void
await_limit (LkEgressStore *store, const char *egress_id, guint n_entries, gint64 limit)
{
  while (get_limit (store, egress_id, n_entries) != limit)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
    }
}

static void
stop (LostStart *fixture, LkEgressService *service, const char *egress_id)
{
  g_autoptr (GError) error = NULL;

  fake_egress_reply_info (fixture->server, "StopEgress", egress_id, "COMPLETE", G_MAXINT64);
  g_assert_true (lk_egress_service_stop (service, egress_id, NULL, &error));
  g_assert_no_error (error);
}

/* Each start has its own egress in the end, with its limit, and each is counted once. */
static void
test_mistaken (LostStart *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("store-XXXXXX", NULL);
  g_autoptr (LkEgressStore) store = LK_EGRESS_STORE (lk_egress_file_store_new (folder));
  g_autoptr (LkEgressStoreEntry) lost = lk_egress_store_entry_new (
      OWNER, lk_egress_client_get_url (fixture->client), fixture->request, NULL);
  g_autoptr (LkEgressStartPolicy) policy
      = g_object_new (LK_EGRESS_TYPE_START_POLICY, "max-duration", HOUR, "max-tries", 1000000,
                      "retry-delay", 1, "max-retry-delay", 1, "retry-timeout", 0, NULL);
  g_autofree char *refusal = fake_egress_error ("unavailable", "not now");
  g_autoptr (LkEgressService) service = NULL;
  g_autoptr (LkEgressJob) job = NULL;
  g_autofree char *answer = lost_start_make_egress (fixture, "EG_1", 0, LOST_START_REQUEST);
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (GError) error = NULL;
  GListModel *active;

  g_assert_true (lk_egress_store_put (store, lost, NULL, NULL));
  lk_egress_store_release (store, lost);
  service = g_object_new (LK_EGRESS_TYPE_SERVICE, "client", fixture->client, "name", OWNER, "store",
                          store, NULL);
  active = lk_egress_service_get_active_jobs (service);

  list (fixture, "EG_1", NULL);
  fake_egress_always (fixture->server, "StartEgress", 503, refusal);
  lk_egress_service_start_with_policy_async (service, fixture->request, policy, NULL,
                                             fake_wait_done, &wait);
  while (fake_egress_count (fixture->server, "StartEgress") == 0)
    g_main_context_iteration (NULL, FALSE);
  lk_egress_service_recover_async (service, NULL, NULL, NULL, NULL);
  await_job (service, "EG_1");

  fake_egress_always (fixture->server, "StartEgress", 200, answer);
  job = lk_egress_service_start_with_policy_finish (service, fake_wait_for (&wait), &error);
  g_assert_no_error (error);
  g_assert_true (lk_egress_service_get_job (service, "EG_1") == job);
  g_assert_cmpuint (g_list_model_get_n_items (active), ==, 1);
  await_limit (store, "EG_1", 2, HOUR);
  g_assert_cmpint (get_limit (store, NULL, 2), !=, -2);

  list (fixture, "EG_1", "EG_2");
  await_job (service, "EG_2");
  await_limit (store, "EG_2", 2, -1);
  g_assert_cmpint (get_limit (store, "EG_1", 2), ==, HOUR);

  stop (fixture, service, "EG_1");
  stop (fixture, service, "EG_2");
  g_assert_cmpuint (g_list_model_get_n_items (active), ==, 0);
  g_assert_cmpfloat (
      lk_egress_metrics_get_value (lk_egress_service_get_metrics (service), "egress_stopped_total"),
      ==, 2);
  g_clear_object (&service);
  await_limit (store, NULL, 0, -2);
  lk_test_remove_folder (folder);
}

/* Another service was first to find the egress of a start, before that was answered here. It has
 * the egress then, and counts its end; here it is counted as started, and what that service looked
 * for is looked for. */
static void
test_found_elsewhere (LostStart *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("store-XXXXXX", NULL);
  g_autoptr (LkEgressStore) store = LK_EGRESS_STORE (lk_egress_file_store_new (folder));
  g_autoptr (LkEgressStore) other = LK_EGRESS_STORE (lk_egress_file_store_new (folder));
  g_autoptr (LkEgressStoreEntry) found = lk_egress_store_entry_new (
      OWNER, lk_egress_client_get_url (fixture->client), fixture->request, "EG_1");
  g_autofree char *answer = lost_start_make_egress (fixture, "EG_1", 0, LOST_START_REQUEST);
  g_autoptr (LkEgressService) service = NULL;
  g_autoptr (LkEgressJob) job = NULL;
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (GError) error = NULL;
  LkEgressMetrics *metrics;

  service = g_object_new (LK_EGRESS_TYPE_SERVICE, "client", fixture->client, "name", OWNER, "store",
                          store, NULL);
  metrics = lk_egress_service_get_metrics (service);
  g_assert_true (lk_egress_store_put (other, found, NULL, NULL));
  list (fixture, "EG_1", NULL);
  fake_egress_reply (fixture->server, "StartEgress", 200, answer);
  lk_egress_service_start_async (service, fixture->request, NULL, fake_wait_done, &wait);
  job = lk_egress_service_start_finish (service, fake_wait_for (&wait), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_job_get_egress_id (job), ==, "EG_1");

  while (lk_egress_service_get_job (service, "EG_1") != NULL)
    g_main_context_iteration (NULL, TRUE);
  list (fixture, "EG_1", "EG_2");
  await_job (service, "EG_2");
  await_limit (store, "EG_2", 2, -1);
  stop (fixture, service, "EG_2");
  g_assert_cmpfloat (lk_egress_metrics_get_value (metrics, "egress_started_total"), ==, 1);
  g_assert_cmpfloat (lk_egress_metrics_get_value (metrics, "egress_stopped_total"), ==, 1);
  g_assert_cmpfloat (lk_egress_metrics_get_value (metrics, "egress_active_count"), ==, 0);
  await_limit (store, "EG_1", 1, -1);

  g_clear_object (&service);
  lk_test_remove_folder (folder);
}

/* The last questions to the server are still to be answered. */
static void
tear_down (LostStart *fixture, gconstpointer data)
{
  gpointer client = fixture->client;

  g_object_add_weak_pointer (G_OBJECT (client), &client);
  g_object_unref (fixture->client);
  while (client != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (fixture->request);
  fake_egress_free (fixture->server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/service-mistaken/answered", LostStart, NULL, lost_start_set_up, test_mistaken,
              tear_down);

  g_test_add ("/service-mistaken/found-elsewhere", LostStart, NULL, lost_start_set_up,
              test_found_elsewhere, tear_down);

  return g_test_run ();
}
