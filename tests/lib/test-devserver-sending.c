/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts and stops whose answers are lost, against the dev server in a process of its own: whatever
 * happens on the way, there is one egress for each start. */

#include <json-glib/json-glib.h>

#include "lk-egress-client-private.h"
#include "lk-test-devserver.h"

/* Nobody listens there, and no media is made for it: what counts here are the calls. */
#define DEAD_URL "srt://127.0.0.1:9"

/* How many egresses a server is left to remember: each listing and each look at its state is of all
 * of them, which takes long in a sanitized build. */
#define RUNS 10
#define SERVERS 10

static const char *const cuts[] = { "after", "middle", "before" };

typedef struct
{
  LkTestDevserver *server;
  GHashTable *ids; /* of the egresses so far */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const char *const arguments[] = { "--start-delay", "0", NULL };

  fixture->server = lk_test_devserver_new (arguments);
  fixture->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lk_test_devserver_free (fixture->server);
  g_hash_table_unref (fixture->ids);
}

static void
next_server (Fixture *fixture)
{
  tear_down (fixture, NULL);
  set_up (fixture, NULL);
}

static LkEgressClient *
new_client (Fixture *fixture)
{
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_key (LK_TEST_API_KEY, LK_TEST_API_SECRET);
  g_autoptr (GError) error = NULL;
  LkEgressClient *client
      = lk_egress_client_new (lk_test_devserver_get_url (fixture->server), credentials, &error);

  g_assert_no_error (error);
  lk_egress_client_set_time_scale (client, 0.002);

  return client;
}

static void
add_cut (Fixture *fixture, const char *method, const char *cut)
{
  g_autofree char *fault = g_strdup_printf ("{\"method\":\"%s\",\"cut\":\"%s\"}", method, cut);

  lk_test_devserver_add_fault (fixture->server, fault);
}

/* Each call in one of its two forms. */

static void
keep_result (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

static LkEgressInfo *
start (LkEgressClient *client, gboolean async, LkEgressRequest *request)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  LkEgressInfo *info;

  if (async)
    {
      lk_egress_client_start_async (client, request, NULL, keep_result, &result);
      info = lk_egress_client_start_finish (client, wait_for (&result), &error);
    }
  else
    {
      info = lk_egress_client_start (client, request, NULL, &error);
    }
  g_assert_no_error (error);
  g_assert_nonnull (info);

  return info;
}

static void
stop (LkEgressClient *client, gboolean async, const char *egress_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info = NULL;

  if (async)
    {
      lk_egress_client_stop_async (client, egress_id, NULL, keep_result, &result);
      info = lk_egress_client_stop_finish (client, wait_for (&result), &error);
    }
  else
    {
      info = lk_egress_client_stop (client, egress_id, NULL, &error);
    }
  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, egress_id);
}

/* The server has just one egress more than before, and it is this one. */
static void
assert_one_more (Fixture *fixture, const char *egress_id)
{
  g_autofree char *state = lk_test_devserver_get_state (fixture->server);
  g_autoptr (JsonNode) root = json_from_string (state, NULL);
  JsonArray *egresses = json_object_get_array_member (json_node_get_object (root), "egresses");
  gboolean found = FALSE;

  g_assert_true (g_hash_table_add (fixture->ids, g_strdup (egress_id)));
  g_assert_cmpuint (json_array_get_length (egresses), ==, g_hash_table_size (fixture->ids));
  for (guint i = 0; i < json_array_get_length (egresses); i++)
    found |= g_str_equal (
        json_object_get_string_member (json_array_get_object_element (egresses, i), "egress_id"),
        egress_id);
  g_assert_true (found);
}

static void
run (Fixture *fixture,
     LkEgressClient *client,
     guint i,
     const char *method,
     const char *cut,
     const char *url)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (LkEgressInfo) info = NULL;
  const char *egress_id;

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, url);
  lk_test_devserver_add_fault (fixture->server, "{\"life\":\"never-active\"}");
  add_cut (fixture, method, cut);

  info = start (client, i % 2, request);
  egress_id = lk_egress_info_get_egress_id (info);
  assert_one_more (fixture, egress_id);

  if (i % 5 == 0)
    add_cut (fixture, "StopEgress", cuts[i / 5 % G_N_ELEMENTS (cuts)]);
  stop (client, i % 2, egress_id);
  stop (client, i % 2, egress_id);
}

/* The same request again and again from one client. */
static void
test_equal (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < SERVERS; i++)
    {
      g_autoptr (LkEgressClient) client = new_client (fixture);

      for (guint j = 0; j < RUNS; j++)
        run (fixture, client, i + j, "StartEgress", cuts[j % 3], DEAD_URL);
      next_server (fixture);
    }
}

/* Clients that know nothing of each other. What differs is a secret. */
static void
test_clients (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < SERVERS; i++)
    {
      for (guint j = 0; j < RUNS; j++)
        {
          g_autoptr (LkEgressClient) client = new_client (fixture);
          g_autofree char *url = g_strdup_printf (DEAD_URL "?passphrase=secret-of-%08u", j);

          run (fixture, client, i + j, "StartEgress", cuts[j % 3], url);
        }
      next_server (fixture);
    }
}

static void
test_v1 (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressClient) client = new_client (fixture);

  g_object_set (client, "api-level", LK_EGRESS_API_LEVEL_V1, NULL);
  for (guint i = 0; i < 12; i++)
    {
      g_object_set (client, "wire-format", i / 6 % 2, NULL);
      run (fixture, client, i, "StartParticipantEgress", cuts[i % 3], DEAD_URL);
    }
}

/* All three answers are lost; the last request was heard. */
static void
test_three_cuts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressClient) client = new_client (fixture);

  for (guint i = 0; i < 6; i++)
    {
      add_cut (fixture, "StartEgress", "before");
      add_cut (fixture, "StartEgress", "before");
      run (fixture, client, i, "StartEgress", cuts[i % 2], DEAD_URL);
    }
}

#define ADD(name, test)                                                                            \
  g_test_add ("/devserver-sending/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("equal", test_equal);
  ADD ("clients", test_clients);
  ADD ("v1", test_v1);
  ADD ("three-cuts", test_three_cuts);

  return g_test_run ();
}
