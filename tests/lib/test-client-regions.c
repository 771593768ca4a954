/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that go to another region of LiveKit Cloud. All names lead to the test server, which the
 * client takes for its HTTP proxy: nothing is resolved and nothing leaves the machine. */

#include "fake-egress.h"

#include "lk-egress-error.h"
#include "lk-egress-regions-private.h"
#include "lk-test-server.h"

#define HOME "project.livekit.cloud"
#define SECOND "second.production.livekit.cloud"
#define THIRD "third.production.livekit.cloud"
#define FOURTH "fourth.production.livekit.cloud:8443"
#define REGIONS(...) "{\"regions\":[" __VA_ARGS__ "]}"
#define REGION(url) "{\"region\":\"r\",\"url\":\"" url "\",\"distance\":\"1\"}"
#define ALL                                                                                        \
  REGIONS (REGION ("ws://" HOME) "," REGION ("ws://" SECOND) "," REGION (                          \
      "http://" THIRD "/") "," REGION ("ws://" FOURTH))

typedef enum
{
  WORKS,
  DROPS,       /* closes the connection */
  HOLDS,       /* never answers */
  BREAKS,      /* 500 */
  UNAVAILABLE, /* 503 */
  NO_WORKER,
  REFUSES, /* 404 */
  LACKS,   /* 501 */
} Behaviour;

typedef struct
{
  LkTestServer *server;
  LkEgressClient *client;
  gboolean async;

  GMutex lock;         /* all below */
  GHashTable *hosts;   /* "HOST" or "HOST METHOD" -> Behaviour */
  const char *regions; /* NULL for 404 */
  const char *cache_control;
  char *listing;
  GPtrArray *log; /* "HOST METHOD" */
  GPtrArray *request_ids;
} Fixture;

static Behaviour
get_behaviour (Fixture *fixture, const char *host, const char *visit)
{
  gpointer value;

  if (g_hash_table_lookup_extended (fixture->hosts, visit, NULL, &value)
      || g_hash_table_lookup_extended (fixture->hosts, host, NULL, &value))
    return GPOINTER_TO_INT (value);

  return WORKS;
}

static void
reply_json (LkTestRequest *request, guint status, const char *json)
{
  lk_test_request_reply (request, status, "application/json", json, -1);
}

static void
reply_regions (Fixture *fixture, LkTestRequest *request)
{
  g_assert_cmpstr (request->method, ==, "GET");
  g_assert_true (g_str_has_prefix (soup_message_headers_get_one (request->headers, "Authorization"),
                                   "Bearer "));
  if (fixture->cache_control != NULL)
    soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                  "Cache-Control", fixture->cache_control);
  reply_json (request, fixture->regions != NULL ? 200 : 404,
              fixture->regions != NULL ? fixture->regions : "none");
}

static void
reply_call (Fixture *fixture, LkTestRequest *request, const char *method, Behaviour behaviour)
{
  switch (behaviour)
    {
    case DROPS:
      lk_test_request_reply_raw (request, "", 0, LK_TEST_THEN_CLOSE);
      break;
    case HOLDS:
      lk_test_request_reply_raw (request, "", 0, LK_TEST_THEN_HOLD);
      break;
    case BREAKS:
      reply_json (request, 500, "{\"code\":\"internal\",\"msg\":\"oops\"}");
      break;
    case UNAVAILABLE:
      reply_json (request, 503, "{\"code\":\"unavailable\",\"msg\":\"restarting\"}");
      break;
    case NO_WORKER:
      reply_json (request, 503, "{\"code\":\"unavailable\",\"msg\":\"no response from servers\"}");
      break;
    case REFUSES:
      reply_json (request, 404, "{\"code\":\"not_found\",\"msg\":\"no\"}");
      break;
    case LACKS:
      reply_json (request, 501, "{\"code\":\"unimplemented\",\"msg\":\"no\"}");
      break;
    case WORKS:
    default:
      reply_json (request, 200,
                  g_str_equal (method, "ListEgress") ? fixture->listing
                                                     : "{\"egress_id\":\"EG_1\"}");
    }
}

static void
serve (LkTestRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->lock);
  const char *host = soup_message_headers_get_one (request->headers, "Host");
  g_autofree char *method = g_path_get_basename (request->path);
  char *visit = g_strdup_printf ("%s %s", host, method);
  const char *id = soup_message_headers_get_one (request->headers, "X-Livekit-Request-Id");

  g_ptr_array_add (fixture->log, visit);
  if (g_str_has_prefix (method, "Start"))
    g_ptr_array_add (fixture->request_ids, g_strdup (id));
  if (g_str_equal (request->path, "/settings/regions"))
    reply_regions (fixture, request);
  else
    reply_call (fixture, request, method, get_behaviour (fixture, host, visit));
}

static LkEgressClient *
new_client (Fixture *fixture, const char *url)
{
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");
  g_autoptr (GProxyResolver) resolver
      = g_simple_proxy_resolver_new (lk_test_server_get_url (fixture->server), NULL);
  LkEgressClient *client
      = g_object_new (LK_EGRESS_TYPE_CLIENT, "url", url, "credentials", credentials,
                      "proxy-resolver", resolver, "wire-format", LK_EGRESS_WIRE_FORMAT_JSON, NULL);

  lk_egress_client_set_time_scale (client, 0.002);

  return client;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_mutex_init (&fixture->lock);
  fixture->hosts = g_hash_table_new (g_str_hash, g_str_equal);
  fixture->regions = ALL;
  fixture->listing = g_strdup ("{}");
  fixture->log = g_ptr_array_new_with_free_func (g_free);
  fixture->request_ids = g_ptr_array_new_with_free_func (g_free);
  fixture->server = lk_test_server_new (serve, fixture);
  fixture->client = new_client (fixture, "ws://" HOME);
  fixture->async = GPOINTER_TO_INT (data);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->client);
  lk_test_server_free (fixture->server);
  g_ptr_array_unref (fixture->request_ids);
  g_ptr_array_unref (fixture->log);
  g_free (fixture->listing);
  g_hash_table_unref (fixture->hosts);
  g_mutex_clear (&fixture->lock);
}

/* visit: "HOST", or "HOST METHOD" */
static void
let (Fixture *fixture, const char *visit, Behaviour behaviour)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->lock);

  g_hash_table_insert (fixture->hosts, (gpointer)visit, GINT_TO_POINTER (behaviour));
}

/* What came since the last time, in order. Repetitions are counted. */
static void
assert_log (Fixture *fixture, const char *expected)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->lock);
  g_autoptr (GString) log = g_string_new (NULL);

  for (guint i = 0; i < fixture->log->len;)
    {
      const char *visit = g_ptr_array_index (fixture->log, i);
      guint count = 0;

      for (; i < fixture->log->len && g_str_equal (g_ptr_array_index (fixture->log, i), visit); i++)
        count++;
      g_string_append_printf (log, "%s%s", log->len > 0 ? ", " : "", visit);
      if (count > 1)
        g_string_append_printf (log, " x%u", count);
    }
  g_assert_cmpstr (log->str, ==, expected);
  g_ptr_array_set_size (fixture->log, 0);
}

static gboolean
list (Fixture *fixture, GError **error)
{
  return fake_wait_list (fixture->client, fixture->async, error);
}

static LkEgressInfo *
start (Fixture *fixture, GError **error)
{
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();

  if (!fixture->async)
    return lk_egress_client_start (fixture->client, request, NULL, error);

  lk_egress_client_start_async (fixture->client, request, NULL, fake_wait_done, &wait);

  return lk_egress_client_start_finish (fixture->client, fake_wait_for (&wait), error);
}

static void
test_read (Fixture *fixture, gconstpointer data)
{
  static const Behaviour faults[] = { DROPS, BREAKS, UNAVAILABLE };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;

      let (fixture, HOME, faults[i]);
      g_assert_true (list (fixture, &error));
      g_assert_no_error (error);
      assert_log (fixture, HOME " ListEgress, " HOME " regions, " SECOND " ListEgress");
    }
}

static void
test_slow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->client, "timeout", 500, NULL);
  let (fixture, HOME, HOLDS);
  g_assert_true (list (fixture, &error));
  g_assert_no_error (error);
  assert_log (fixture, HOME " ListEgress, " HOME " regions, " SECOND " ListEgress");

  /* Where there is no other, the time is over. */
  fixture->regions = REGIONS (REGION ("ws://" HOME));
  g_assert_false (list (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  assert_log (fixture, HOME " ListEgress, " HOME " regions");
}

/* Three in all, though there are more. */
static void
test_all_broken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->cache_control = "private, max-age=60";
  let (fixture, HOME, BREAKS);
  let (fixture, SECOND, DROPS);
  let (fixture, THIRD, UNAVAILABLE);
  g_assert_false (list (fixture, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  assert_log (fixture,
              HOME " ListEgress, " HOME " regions, " SECOND " ListEgress, " THIRD " ListEgress");
}

/* What another region would say as well. */
static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  static const Behaviour refusals[] = { REFUSES, LACKS };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      let (fixture, HOME, refusals[i]);
      g_assert_false (list (fixture, NULL));
      assert_log (fixture, HOME " ListEgress");
    }

  let (fixture, HOME, NO_WORKER);
  g_assert_null (lk_egress_client_update_layout (fixture->client, "EG_1", "grid", NULL, NULL));
  assert_log (fixture, HOME " UpdateLayout");
}

/* Without other regions it is as with any server. */
static void
test_no_regions (Fixture *fixture, gconstpointer data)
{
  static const char *const answers[] = {
    NULL,
    "",
    "[]",
    "{\"regions\":{}}",
    "{\"regions\":[1,null,{},{\"url\":2},{\"url\":\"\"},{\"url\":\"//\"},{\"url\":\"ws://\"}]}",
    REGIONS (REGION ("ws://" HOME)),
  };

  let (fixture, HOME, DROPS);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GError) error = NULL;

      fixture->regions = answers[i];
      g_assert_false (list (fixture, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
      assert_log (fixture, HOME " ListEgress, " HOME " regions, " HOME " ListEgress x2");
    }
}

/* Whoever is named, the token goes nowhere else. */
static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  static const char *const urls[] = {
    "wss://evil.example",
    "ws://livekit.cloud.evil.example",
    "ws://evil.livekit.cloud@evil.example",
    "ws://user:pass@evil.livekit.cloud",
    "ws://evil.example/.livekit.cloud",
    "ws://evil.example?.livekit.cloud",
    "ws://evil.example#.livekit.cloud",
    "ws://evil.example%2f.livekit.cloud",
    "ws://evil.example%00.livekit.cloud",
    "ws://evil.example:80.livekit.cloud",
    "ws://evillivekit.cloud",
    "ws://.livekit.cloud",
    "ws://other.livekit.run",
    "ws://127.0.0.1",
    "ftp://evil.livekit.cloud",
  };

  let (fixture, HOME, BREAKS);
  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autofree char *regions = g_strdup_printf (REGIONS (REGION ("%s")), urls[i]);

      fixture->regions = regions;
      g_assert_false (list (fixture, NULL));
      assert_log (fixture, HOME " ListEgress, " HOME " regions, " HOME " ListEgress x2");
    }
}

static void
test_cache (Fixture *fixture, gconstpointer data)
{
  let (fixture, HOME, BREAKS);

  /* Nothing is kept unless the server allows it. */
  for (guint i = 0; i < 2; i++)
    {
      fixture->cache_control = i == 0 ? NULL : "max-age=60, no-store";
      g_assert_true (list (fixture, NULL));
      assert_log (fixture, HOME " ListEgress, " HOME " regions, " SECOND " ListEgress");
    }

  /* What was known is better than nothing. */
  fixture->regions = NULL;
  g_assert_true (list (fixture, NULL));
  assert_log (fixture, HOME " ListEgress, " HOME " regions, " SECOND " ListEgress");

  fixture->regions = ALL;
  fixture->cache_control = "max-age=60";
  g_assert_true (list (fixture, NULL));
  assert_log (fixture, HOME " ListEgress, " HOME " regions, " SECOND " ListEgress");
  g_assert_true (list (fixture, NULL));
  assert_log (fixture, HOME " ListEgress, " SECOND " ListEgress");
}

static void
test_off (Fixture *fixture, gconstpointer data)
{
  let (fixture, HOME, BREAKS);
  g_object_set (fixture->client, "failover", FALSE, NULL);
  g_assert_false (list (fixture, NULL));
  assert_log (fixture, HOME " ListEgress x3");
}

static void
test_other_hosts (Fixture *fixture, gconstpointer data)
{
  static const char *const hosts[]
      = { "livekit.example.org", "livekit.cloud", "livekit.cloud.example.org", "notlivekit.cloud" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *url = g_strconcat ("ws://", hosts[i], NULL);
      g_autofree char *visits = g_strconcat (hosts[i], " ListEgress x3", NULL);

      g_object_unref (fixture->client);
      fixture->client = new_client (fixture, url);
      let (fixture, hosts[i], BREAKS);
      g_assert_false (list (fixture, NULL));
      assert_log (fixture, visits);
    }
}

static void
test_changes (Fixture *fixture, gconstpointer data)
{
  static const char *const urls[] = { "srt://127.0.0.1:9722", NULL };
  g_autoptr (LkEgressStreamUpdate) update
      = lk_egress_stream_update_new_for_urls ("EG_1", urls, NULL);
  g_autoptr (LkEgressInfo) stopped = NULL;
  g_autoptr (LkEgressInfo) updated = NULL;
  g_autoptr (GError) error = NULL;

  let (fixture, HOME, BREAKS);
  stopped = lk_egress_client_stop (fixture->client, "EG_1", NULL, &error);
  g_assert_no_error (error);
  assert_log (fixture, HOME " StopEgress, " HOME " regions, " SECOND " StopEgress");
  updated = lk_egress_client_update_layout (fixture->client, "EG_1", "grid", NULL, &error);
  g_assert_no_error (error);
  assert_log (fixture, HOME " UpdateLayout, " HOME " regions, " SECOND " UpdateLayout");

  let (fixture, HOME, DROPS);
  g_assert_null (lk_egress_client_update_stream (fixture->client, update, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  assert_log (fixture, HOME " UpdateStream");
}

static void
assert_starts (Fixture *fixture, const char *egress_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info = start (fixture, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, egress_id);
}

/* Only when its egress was not found, and under the same id. */
static void
test_start (Fixture *fixture, gconstpointer data)
{
  static const Behaviour faults[] = { DROPS, BREAKS, UNAVAILABLE };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      let (fixture, HOME " StartEgress", faults[i]);
      assert_starts (fixture, "EG_1");
      assert_log (fixture, HOME " StartEgress, " HOME " ListEgress x5, " HOME " regions, " SECOND
                                " StartEgress");
      g_assert_cmpstr (g_ptr_array_index (fixture->request_ids, 0), ==,
                       g_ptr_array_index (fixture->request_ids, 1));
      g_ptr_array_set_size (fixture->request_ids, 0);
    }

  /* The region is gone altogether. */
  let (fixture, HOME " StartEgress", DROPS);
  let (fixture, HOME " ListEgress", DROPS);
  assert_starts (fixture, "EG_1");
  assert_log (fixture, HOME " StartEgress, " HOME " ListEgress, " HOME " regions, " SECOND
                            " ListEgress x5, " SECOND " StartEgress");
}

static void
test_start_found (Fixture *fixture, gconstpointer data)
{
  let (fixture, HOME " StartEgress", BREAKS);
  g_free (fixture->listing);
  fixture->listing = g_strdup_printf (
      "{\"items\":[{\"egress_id\":\"EG_found\",\"started_at\":\"%" G_GINT64_FORMAT "\",\"egress\":"
      "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":\"alice\"},"
      "\"audio\":{\"routes\":[{\"participant_identity\":\"alice\"}]}},\"outputs\":[{\"stream\":"
      "{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9721\"]}}]}}]}",
      g_get_real_time () * 1000);
  assert_starts (fixture, "EG_found");
  assert_log (fixture, HOME " StartEgress, " HOME " ListEgress");
}

static void
test_start_refused (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    Behaviour behaviour;
    int code;
  } refusals[]
      = { { NO_WORKER, LK_EGRESS_ERROR_NO_WORKER }, { REFUSES, LK_EGRESS_ERROR_NOT_FOUND } };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;

      let (fixture, HOME, refusals[i].behaviour);
      g_assert_null (start (fixture, &error));
      g_assert_error (error, LK_EGRESS_ERROR, refusals[i].code);
      assert_log (fixture, HOME " StartEgress");
    }
}

/* The time of the call bounds all of it. */
static void
test_call_timeout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->client, "timeout", 10000, "call-timeout", 700, NULL);
  let (fixture, HOME, BREAKS);
  let (fixture, SECOND, HOLDS);
  g_assert_false (list (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "700 ms"));
  assert_log (fixture, HOME " ListEgress, " HOME " regions, " SECOND " ListEgress");
}

static void
reply_text (LkTestRequest *request, gpointer user_data)
{
  reply_json (request, 200, user_data);
}

/* An address with TLS has no regions without. */
static void
test_no_downgrade (void)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (
      reply_text, (gpointer)REGIONS (REGION ("ws://" SECOND) "," REGION ("wss://" THIRD)));
  g_autoptr (LkEgressRegions) regions = lk_egress_regions_new ("https://" HOME);
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message
      = soup_message_new (SOUP_METHOD_GET, lk_test_server_get_url (server));
  g_autoptr (GBytes) answer = soup_session_send_and_read (session, message, NULL, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GUri) found = NULL;

  lk_egress_regions_learn (regions, message, answer);
  found = lk_egress_regions_find (regions, names);
  g_assert_cmpstr (g_uri_get_scheme (found), ==, "https");
  g_assert_cmpstr (g_uri_get_host (found), ==, THIRD);

  g_hash_table_add (names, (gpointer)THIRD ":443");
  g_assert_null (lk_egress_regions_find (regions, names));
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *sync = g_strdup_printf ("/client-regions/%s/sync", name);
  g_autofree char *async = g_strdup_printf ("/client-regions/%s/async", name);

  g_test_add (sync, Fixture, GINT_TO_POINTER (FALSE), set_up, test, tear_down);
  g_test_add (async, Fixture, GINT_TO_POINTER (TRUE), set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* That the addresses here are without TLS is a warning, which shall not end the program. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);

  add ("read", test_read);
  add ("slow", test_slow);
  add ("all-broken", test_all_broken);
  add ("refusals", test_refusals);
  add ("no-regions", test_no_regions);
  add ("hostile", test_hostile);
  add ("cache", test_cache);
  add ("off", test_off);
  add ("other-hosts", test_other_hosts);
  add ("changes", test_changes);
  add ("start", test_start);
  add ("start-found", test_start_found);
  add ("start-refused", test_start_refused);
  add ("call-timeout", test_call_timeout);
  g_test_add_func ("/client-regions/no-downgrade", test_no_downgrade);

  return g_test_run ();
}
