/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Jobs of egresses that another process left behind. */

#include "lk-egress-error.h"
#include "lk-egress-job.h"
#include "lk-egress-store-entry-private.h"
#include "lost-start.h"

#define OWNER "studio"
#define KEY "0123456789abcdef"

static LkEgressStoreEntry *
new_entry (LostStart *fixture, const char *egress_id)
{
  return lk_egress_store_entry_new (OWNER, lk_egress_client_get_url (fixture->client),
                                    fixture->request, egress_id);
}

/* Of a start that was sent that many seconds ago. */
static LkEgressStoreEntry *
new_old_entry (LostStart *fixture, int seconds)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) then = g_date_time_add_seconds (now, -seconds);
  g_autofree char *time = g_date_time_format_iso8601 (then);
  g_autofree char *request
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (fixture->request), LK_EGRESS_JSON_REDACTED);
  g_autofree char *json
      = g_strdup_printf ("{\"owner\":\"" OWNER "\",\"server_url\":\"%s\",\"started_at\":\"%s\","
                         "\"request\":%s}",
                         lk_egress_client_get_url (fixture->client), time, request);
  g_autoptr (GError) error = NULL;
  LkEgressStoreEntry *entry = lk_egress_store_entry_new_from_json (OWNER, KEY, json, -1, &error);

  g_assert_no_error (error);
  return entry;
}

static gboolean
attach (LostStart *fixture, LkEgressJob *job, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  if (!fixture->async)
    return lk_egress_job_attach (job, NULL, error);

  lk_egress_job_attach_async (job, NULL, fake_wait_done, &wait);
  return lk_egress_job_attach_finish (job, fake_wait_for (&wait), error);
}

static void
assert_found (LostStart *fixture, LkEgressStoreEntry *entry, const char *egress_id)
{
  g_autoptr (LkEgressJob) job = lk_egress_job_new_for_entry (fixture->client, entry);
  g_autoptr (GError) error = NULL;

  g_assert_true (attach (fixture, job, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_job_get_egress_id (job), ==, egress_id);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_STARTING);
}

static void
assert_lost (LostStart *fixture, LkEgressStoreEntry *entry)
{
  g_autoptr (LkEgressJob) job = lk_egress_job_new_for_entry (fixture->client, entry);
  g_autoptr (GError) error = NULL;

  g_assert_false (attach (fixture, job, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_FAILED);
}

static void
test_known (LostStart *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry (fixture, LOST_START_ID);

  lost_start_list_decoys (fixture, TRUE);
  assert_found (fixture, entry, LOST_START_ID);
  fake_egress_assert_request (fixture->server, "ListEgress", 0,
                              "{\"egress_id\":\"" LOST_START_ID "\"}");
}

static void
test_found (LostStart *fixture, gconstpointer data)
{
  static const gint64 clocks[] = { 0, 3600, -3600 };

  for (guint i = 0; i < G_N_ELEMENTS (clocks); i++)
    {
      g_autoptr (LkEgressStoreEntry) entry = NULL;

      lost_start_tear_down (fixture, data);
      lost_start_set_up (fixture, data);
      fixture->clock = clocks[i];
      fake_egress_set_clock (fixture->server, clocks[i]);
      entry = new_old_entry (fixture, 0);
      lost_start_list (fixture, "egress", LOST_START_REQUEST, "");
      assert_found (fixture, entry, LOST_START_ID);
      lost_start_assert_count (fixture, "ListEgress", 1);
      lost_start_assert_count (fixture, "StartEgress", 0);
    }
}

/* An egress that is adopted by its id is none of another start; one that somebody watches may be.
 */
static void
test_owned (LostStart *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) lost = new_old_entry (fixture, 62);
  g_autoptr (LkEgressStoreEntry) known = new_entry (fixture, LOST_START_ID);
  g_autoptr (LkEgressJob) watching = lk_egress_job_new_for_id (fixture->client, LOST_START_ID);
  g_autoptr (LkEgressJob) adopting = NULL;

  lost_start_list (fixture, "egress", LOST_START_REQUEST, "");
  assert_found (fixture, lost, LOST_START_ID);

  g_clear_object (&watching);
  lost_start_tear_down (fixture, data);
  lost_start_set_up (fixture, data);
  lost_start_list (fixture, "egress", LOST_START_REQUEST, "");
  adopting = lk_egress_job_new_for_entry (fixture->client, known);
  assert_lost (fixture, lost);
}

static void
test_older_call (LostStart *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry (fixture, NULL);

  lost_start_list (fixture, "participant", LOST_START_V1_REQUEST, "");
  assert_found (fixture, entry, LOST_START_ID);
}

/* Of those that it may be, the oldest; two entries are never of the same egress. */
static void
test_two (LostStart *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) first = new_old_entry (fixture, 40);
  g_autoptr (LkEgressStoreEntry) second = new_old_entry (fixture, 20);
  g_autofree char *older = lost_start_make_egress (fixture, "EG_1", -39.5, LOST_START_REQUEST);
  g_autofree char *newer = lost_start_make_egress (fixture, "EG_2", -19.5, LOST_START_REQUEST);
  g_autofree char *list = fake_egress_list (newer, older, NULL);

  fake_egress_always (fixture->server, "ListEgress", 200, list);
  assert_found (fixture, second, "EG_2");
  assert_found (fixture, first, "EG_1");
}

/* What began before, or long after, or has ended, or is of another request, is somebody else's. */
static void
test_lost (LostStart *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_old_entry (fixture, 1000);
  g_autofree char *before = lost_start_make_egress (fixture, "EG_1", -1010, LOST_START_REQUEST);
  g_autofree char *after = lost_start_make_egress (fixture, "EG_2", -900, LOST_START_REQUEST);
  g_autofree char *other
      = lost_start_make_egress (fixture, "EG_3", -1000, LOST_START_OTHER_REQUEST);
  g_autofree char *ended = lost_start_make_egress_with (fixture, "EG_4", -1000, "egress",
                                                        LOST_START_REQUEST, ",\"ended_at\":\"7\"");
  g_autofree char *list = fake_egress_list (before, after, other, ended, NULL);

  fake_egress_always (fixture->server, "ListEgress", 200, list);
  assert_lost (fixture, entry);
  lost_start_assert_count (fixture, "ListEgress", 1);
}

/* The start may be on its way still. */
static void
test_late (LostStart *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry (fixture, NULL);

  fake_egress_reply (fixture->server, "ListEgress", 200, "{\"items\":[]}");
  fake_egress_drop (fixture->server, "ListEgress");
  lost_start_list (fixture, "egress", LOST_START_REQUEST, "");
  assert_found (fixture, entry, LOST_START_ID);
}

/* Without an answer nothing is said to be lost. */
static void
test_no_answer (LostStart *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry (fixture, NULL);
  g_autoptr (LkEgressJob) job = lk_egress_job_new_for_entry (fixture->client, entry);
  g_autoptr (GError) error = NULL;

  fake_egress_always (fixture->server, "ListEgress", 401,
                      "{\"code\":\"unauthenticated\",\"msg\":\"no\"}");
  g_assert_false (attach (fixture, job, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAUTHENTICATED);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_IDLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  lost_start_add ("/job-entry/known", test_known);
  lost_start_add ("/job-entry/found", test_found);
  lost_start_add ("/job-entry/owned", test_owned);
  lost_start_add ("/job-entry/older-call", test_older_call);
  lost_start_add ("/job-entry/two", test_two);
  lost_start_add ("/job-entry/lost", test_lost);
  lost_start_add ("/job-entry/late", test_late);
  lost_start_add ("/job-entry/no-answer", test_no_answer);

  return g_test_run ();
}
