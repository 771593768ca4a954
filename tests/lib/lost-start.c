/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lost-start.h"

#define SECOND ((gint64)1000 * 1000 * 1000)

void
lost_start_set_up (LostStart *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->request = fake_egress_new_request ();
  fixture->async = GPOINTER_TO_INT (data);
  fixture->clock = 0;
  fake_egress_set_clock (fixture->server, 0);
}

void
lost_start_tear_down (LostStart *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->request);
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

LkEgressInfo *
lost_start_run (LostStart *fixture, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  if (!fixture->async)
    return lk_egress_client_start (fixture->client, fixture->request, NULL, error);

  lk_egress_client_start_async (fixture->client, fixture->request, NULL, fake_wait_done, &wait);

  return lk_egress_client_start_finish (fixture->client, fake_wait_for (&wait), error);
}

void
lost_start_assert_id (LostStart *fixture, const char *egress_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info = lost_start_run (fixture, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, egress_id);
}

void
lost_start_assert_fails (LostStart *fixture, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lost_start_run (fixture, &error));
  g_assert_error (error, domain, code);
}

void
lost_start_assert_count (LostStart *fixture, const char *method, guint count)
{
  g_assert_cmpuint (fake_egress_count (fixture->server, method), ==, count);
}

/* An egress as the server lists it. seconds: when it began, from now; more: further members. */
char *
lost_start_make_egress_with (LostStart *fixture,
                             const char *egress_id,
                             double seconds,
                             const char *kind,
                             const char *request,
                             const char *more)
{
  gint64 now = g_get_real_time () * 1000 + fixture->clock * SECOND;

  return g_strdup_printf ("{\"egress_id\":\"%s\",\"room_name\":\"demo\","
                          "\"status\":\"EGRESS_STARTING\",\"started_at\":\"%" G_GINT64_FORMAT "\","
                          "\"%s\":%s%s}",
                          egress_id, now + (gint64)(seconds * SECOND), kind, request, more);
}

char *
lost_start_make_egress (LostStart *fixture,
                        const char *egress_id,
                        double seconds,
                        const char *request)
{
  return lost_start_make_egress_with (fixture, egress_id, seconds, "egress", request, "");
}

/* Listings from now on show just this egress. */
void
lost_start_list (LostStart *fixture, const char *kind, const char *request, const char *more)
{
  g_autofree char *egress
      = lost_start_make_egress_with (fixture, LOST_START_ID, 0, kind, request, more);
  g_autofree char *list = fake_egress_list (egress, NULL);

  fake_egress_always (fixture->server, "ListEgress", 200, list);
}

/* Among others that are not the one, or just those. */
void
lost_start_list_decoys (LostStart *fixture, gboolean with_ours)
{
  g_autofree char *older = lost_start_make_egress (fixture, "EG_older", -10, LOST_START_REQUEST);
  g_autofree char *other
      = lost_start_make_egress (fixture, "EG_other", 0.2, LOST_START_OTHER_REQUEST);
  g_autofree char *silent
      = lost_start_make_egress_with (fixture, "EG_silent", 0.3, "details", "\"no request\"", "");
  g_autofree char *replay
      = lost_start_make_egress_with (fixture, "EG_replay", 0.4, "replay", "{}", "");
  g_autofree char *v1 = lost_start_make_egress_with (fixture, "EG_v1", 0.5, "participant",
                                                     LOST_START_V1_REQUEST, "");
  g_autofree char *timeless = g_strdup_printf (
      "{\"egress_id\":\"EG_timeless\",\"room_name\":\"demo\",\"egress\":%s}", LOST_START_REQUEST);
  g_autofree char *ours = lost_start_make_egress (fixture, LOST_START_ID, 0, LOST_START_REQUEST);
  g_autofree char *list = fake_egress_list (older, other, silent, replay, v1, timeless,
                                            with_ours ? ours : NULL, NULL);

  fake_egress_always (fixture->server, "ListEgress", 200, list);
}

void
lost_start_add (const char *path, void (*test) (LostStart *, gconstpointer))
{
  g_autofree char *sync = g_strconcat (path, "/sync", NULL);
  g_autofree char *async = g_strconcat (path, "/async", NULL);

  g_test_add (sync, LostStart, GINT_TO_POINTER (FALSE), lost_start_set_up, test,
              lost_start_tear_down);
  g_test_add (async, LostStart, GINT_TO_POINTER (TRUE), lost_start_set_up, test,
              lost_start_tear_down);
}
