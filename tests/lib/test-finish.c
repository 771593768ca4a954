/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every _finish takes the result of its own _async, and of no other. */

#include "fake-egress.h"

#include "lk-egress-client-starts.h"
#include "lk-egress-job.h"
#include "lk-egress-listing.h"

#define ID "EG_1"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressListing *listing;
  LkEgressJob *job;
  LkEgressRequest *request;
  LkEgressStreamUpdate *update;
  GCancellable *cancelled;
} Fixture;

#define BEGIN fixture->cancelled, fake_wait_done, wait

#define CALL(type, name, ...)                                                                      \
  static GAsyncResult *begin_##type##_##name (Fixture *fixture, FakeWait *wait)                    \
  {                                                                                                \
    lk_egress_##type##_##name##_async (fixture->type, __VA_ARGS__ BEGIN);                          \
    return fake_wait_for (wait);                                                                   \
  }                                                                                                \
  static gboolean finish_##type##_##name (Fixture *fixture, GAsyncResult *result, GError **error)  \
  {                                                                                                \
    return lk_egress_##type##_##name##_finish (fixture->type, result, error) != 0;                 \
  }

static const char *const urls[] = { "rtmp://127.0.0.1/app/key", NULL };

CALL (client, start, fixture->request, )
CALL (client, start_room_composite, "demo", NULL, LK_EGRESS_SOURCE_ALL, NULL, 0, )
CALL (client, start_track_composite, "demo", "TR_A", NULL, NULL, 0, )
CALL (client, start_room_rtmp, "demo", NULL, urls, )
CALL (client, start_room_hls, "demo", NULL, "hls/demo", NULL, NULL, )
CALL (client, list, NULL, FALSE, )
CALL (client, get, ID, )
CALL (client, stop, ID, )
CALL (client, update_layout, ID, "grid", )
CALL (client, update_stream, fixture->update, )
CALL (listing, load_more, )
CALL (job, start, )
CALL (job, attach, )
CALL (job, wait, LK_EGRESS_JOB_STATE_COMPLETE, )
CALL (job, stop, )
CALL (job, update_layout, "grid", )
CALL (job, update_streams, fixture->update, )

typedef struct
{
  const char *name;
  GAsyncResult *(*begin) (Fixture *fixture, FakeWait *wait);
  gboolean (*finish) (Fixture *fixture, GAsyncResult *result, GError **error);
} Row;

#define ROW(type, name)                                                                            \
  {                                                                                                \
#type "/" #name, begin_##type##_##name, finish_##type##_##name                                 \
  }

static const Row rows[] = {
  ROW (client, start),
  ROW (client, start_room_composite),
  ROW (client, start_track_composite),
  ROW (client, start_room_rtmp),
  ROW (client, start_room_hls),
  ROW (client, list),
  ROW (client, get),
  ROW (client, stop),
  ROW (client, update_layout),
  ROW (client, update_stream),
  ROW (listing, load_more),
  ROW (job, start),
  ROW (job, attach),
  ROW (job, wait),
  ROW (job, stop),
  ROW (job, update_layout),
  ROW (job, update_streams),
};

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->listing = lk_egress_listing_new (fixture->client, NULL, NULL, FALSE);
  fixture->job = lk_egress_job_new_for_id (fixture->client, ID);
  fixture->request = fake_egress_new_request ();
  fixture->update = lk_egress_stream_update_new_for_urls (ID, urls, NULL);
  fixture->cancelled = g_cancellable_new ();
  g_cancellable_cancel (fixture->cancelled);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->cancelled);
  g_assert_finalize_object (fixture->update);
  g_assert_finalize_object (fixture->request);
  g_assert_finalize_object (fixture->job);
  g_assert_finalize_object (fixture->listing);
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

static void
assert_refused (const Row *row, Fixture *fixture, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  g_test_expect_message ("LiveKitEgress", G_LOG_LEVEL_CRITICAL, "*assertion*failed*");
  g_assert_false (row->finish (fixture, result, &error));
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
}

static void
test_row (Fixture *fixture, gconstpointer data)
{
  const Row *row = data;
  g_auto (FakeWait) wait = { 0 };
  GAsyncResult *result = row->begin (fixture, &wait);
  Fixture other;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (&rows[i] != row)
        assert_refused (&rows[i], fixture, result);
    }

  /* Nor one of another object. */
  set_up (&other, NULL);
  assert_refused (row, &other, result);
  tear_down (&other, NULL);

  g_assert_false (row->finish (fixture, result, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/finish/", rows[i].name, NULL);

      g_test_add (path, Fixture, &rows[i], set_up, test_row, tear_down);
    }

  return g_test_run ();
}
