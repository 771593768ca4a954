/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that a server answers. */

#include <string.h>

#include "lk-egress-error.h"
#include "lk-test-call.h"

static void
assert_reply (GBytes *taken, const char *text, GError *error)
{
  g_autoptr (GBytes) reply = taken;

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply), text, strlen (text));
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *url;
    const char *base;
  } cases[] = {
    { "ws://host:7880", "http://host:7880" },
    { "wss://host", "https://host" },
    { "http://host/", "http://host" },
    { "https://host/a/b//", "https://host/a/b" },
    { "WSS://Host.Example", "https://Host.Example" },
    { "ws://user:password@host:1/p", "http://host:1/p" },
    { "ws://[::1]:7880", "http://[::1]:7880" },
    { "", NULL },
    { "host", NULL },
    { "host:7880", NULL },
    { "ftp://host", NULL },
    { "ws://", NULL },
    { "ws:///path", NULL },
    { "ws://host:port", NULL },
    { "ws://host:99999", NULL },
    { "ws://host?access_token=s3cret", NULL },
    { "ws://host#s", NULL },
    { "ws://user:s3cret@host?x", NULL },
    { "ws://ho st", NULL },
    { "ws://host%0d%0aX-Injected:1", NULL },
    { "ws://h\xff", NULL },
  };
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressTwirp) twirp
          = lk_egress_twirp_new (cases[i].url, "livekit.Egress", credentials, "{}", &error);

      if (cases[i].base != NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (lk_egress_twirp_get_base_url (twirp), ==, cases[i].base);
        }
      else
        {
          g_assert_cmpstr (twirp ? cases[i].url : NULL, ==, NULL);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
          g_assert_null (strstr (error->message, "s3cret"));
        }
    }
}

static void
test_build (void)
{
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new ("wss://host/prefix/");
  g_autoptr (GBytes) body = g_bytes_new_static ("abc", 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupMessage) start
      = lk_egress_twirp_build (twirp, "StartEgress", LK_EGRESS_TWIRP_NONE, body, &error);
  g_autoptr (SoupMessage) list = lk_egress_twirp_build (
      twirp, "ListEgress", LK_EGRESS_TWIRP_JSON | LK_EGRESS_TWIRP_IDEMPOTENT, body, &error);
  g_autofree char *url = g_uri_to_string (soup_message_get_uri (start));
  SoupMessageHeaders *headers = soup_message_get_request_headers (start);

  g_assert_no_error (error);
  g_assert_cmpstr (soup_message_get_method (start), ==, "POST");
  g_assert_cmpstr (url, ==, "https://host/prefix/twirp/livekit.Egress/StartEgress");
  g_assert_cmpstr (soup_message_headers_get_one (headers, "Content-Type"), ==,
                   "application/protobuf");
  g_assert_cmpstr (soup_message_headers_get_one (headers, "Authorization"), ==,
                   "Bearer " LK_TEST_TOKEN);
  g_assert_true (soup_message_query_flags (start, SOUP_MESSAGE_NO_REDIRECT));
  g_assert_false (soup_message_query_flags (start, SOUP_MESSAGE_IDEMPOTENT));

  g_assert_cmpstr (
      soup_message_headers_get_one (soup_message_get_request_headers (list), "Content-Type"), ==,
      "application/json");
  g_assert_true (soup_message_query_flags (list, SOUP_MESSAGE_IDEMPOTENT));
}

static void
test_build_without_token (void)
{
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_key ("", "");
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressTwirp) twirp
      = lk_egress_twirp_new ("ws://host", "livekit.Egress", credentials, "{}", &error);
  g_autoptr (GBytes) body = g_bytes_new (NULL, 0);

  g_assert_no_error (error);
  g_assert_null (lk_egress_twirp_build (twirp, "ListEgress", LK_EGRESS_TWIRP_NONE, body, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

/* Says back what came, byte for byte. */
static void
echo (LkTestRequest *request, gpointer user_data)
{
  gsize length;
  const char *data = g_bytes_get_data (request->body, &length);

  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_cmpstr (request->path, ==, "/twirp/livekit.Egress/ListEgress");
  g_assert_cmpstr (soup_message_headers_get_one (request->headers, "Authorization"), ==,
                   "Bearer " LK_TEST_TOKEN);
  g_assert_true (g_str_has_prefix (soup_message_headers_get_one (request->headers, "User-Agent"),
                                   "livekit-egress-c/1."));
  lk_test_request_reply (request, 200,
                         soup_message_headers_get_one (request->headers, "Content-Type"), data,
                         (gssize)length);
}

static void
test_echo (LkTestSend send)
{
  static const gsize lengths[] = { 0, 1, 16 * 1024, 16 * 1024 + 1, 3 * 1000 * 1000 };
  static const LkEgressTwirpFlags flags[] = {
    LK_EGRESS_TWIRP_NONE,
    LK_EGRESS_TWIRP_JSON,
    LK_EGRESS_TWIRP_IDEMPOTENT,
    LK_EGRESS_TWIRP_JSON | LK_EGRESS_TWIRP_IDEMPOTENT,
  };
  g_autoptr (LkTestServer) server = lk_test_server_new (echo, NULL);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));

  for (guint l = 0; l < G_N_ELEMENTS (lengths); l++)
    {
      guint8 *data = g_malloc (lengths[l] + 1);
      g_autoptr (GBytes) body = NULL;

      for (gsize i = 0; i < lengths[l]; i++)
        data[i] = (guint8)(i * 7 + i / 256);
      body = g_bytes_new_take (data, lengths[l]);

      for (guint f = 0; f < G_N_ELEMENTS (flags); f++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (SoupMessage) message
              = lk_egress_twirp_build (twirp, "ListEgress", flags[f], body, &error);
          g_autoptr (GBytes) reply = send (twirp, message, 60 * 1000, NULL, &error);
          g_autoptr (GBytes) checked = NULL;

          g_assert_no_error (error);
          checked = lk_egress_twirp_check (message, reply, &error);
          g_assert_no_error (error);
          g_assert_true (g_bytes_equal (checked, body));
        }
    }
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 20);
}

static void
reply_with_type (LkTestRequest *request, gpointer user_data)
{
  const char *const *types = user_data;

  lk_test_request_reply (request, 200, types[request->index], "<p>hello " LK_TEST_TOKEN "</p>", -1);
}

static void
test_content_type (LkTestSend send)
{
  static const char *const good[]
      = { "application/json", "application/json; charset=utf-8", "Application/JSON", NULL };
  static const char *const bad[]
      = { "text/html", "application/protobuf", "application/jsonp", "application/js", NULL };
  g_autoptr (LkTestServer) good_server = lk_test_server_new (reply_with_type, (gpointer)good);
  g_autoptr (LkTestServer) bad_server = lk_test_server_new (reply_with_type, (gpointer)bad);
  g_autoptr (LkEgressTwirp) good_twirp = lk_test_twirp_new (lk_test_server_get_url (good_server));
  g_autoptr (LkEgressTwirp) bad_twirp = lk_test_twirp_new (lk_test_server_get_url (bad_server));

  for (guint i = 0; good[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      GBytes *reply = lk_test_call (send, good_twirp, LK_EGRESS_TWIRP_JSON, 0, NULL, &error);

      assert_reply (reply, "<p>hello " LK_TEST_TOKEN "</p>", error);
    }

  for (guint i = 0; bad[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_test_call (send, bad_twirp, LK_EGRESS_TWIRP_JSON, 0, NULL, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
      g_assert_nonnull (strstr (error->message, bad[i]));
      g_assert_nonnull (strstr (error->message, "application/json"));
      g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, 200);
      g_assert_cmpstr (lk_egress_error_get_server_text (error), ==, "<p>hello {token}</p>");
    }
}

static void
redirect (LkTestRequest *request, gpointer user_data)
{
  static const guint statuses[] = { 301, 302, 303, 307, 308 };

  soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                "Location", user_data);
  lk_test_request_reply (request, statuses[request->index], "text/plain", "", 0);
}

static void
refuse (LkTestRequest *request, gpointer user_data)
{
  g_assert_not_reached ();
}

/* The token goes nowhere else. */
static void
test_redirect (LkTestSend send)
{
  g_autoptr (LkTestServer) other = lk_test_server_new (refuse, NULL);
  g_autofree char *location
      = g_strconcat (lk_test_server_get_url (other), "/?key=" LK_TEST_TOKEN, NULL);
  g_autoptr (LkTestServer) server = lk_test_server_new (redirect, location);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_test_call (send, twirp, LK_EGRESS_TWIRP_NONE, 0, NULL, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_INTERNAL);
      g_assert_nonnull (strstr (error->message, lk_test_server_get_url (other)));
      g_assert_nonnull (strstr (error->message, "Redirects are not followed"));
      g_assert_null (strstr (error->message, "eyJ"));
    }
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 5);
}

static void
ask_for_password (LkTestRequest *request, gpointer user_data)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                "WWW-Authenticate", "Basic realm=\"x\"");
  lk_test_request_reply (request, 401, "text/plain", "who are you?", -1);
}

static void
test_password_asked (LkTestSend send)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (ask_for_password, NULL);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_test_call (send, twirp, LK_EGRESS_TWIRP_NONE, 0, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAUTHENTICATED);
  g_assert_cmpstr (lk_egress_error_get_server_text (error), ==, "who are you?");
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 1);
}

static void
repeat_token (LkTestRequest *request, gpointer user_data)
{
  lk_test_request_reply (request, 401, "text/plain",
                         soup_message_headers_get_one (request->headers, "Authorization"), -1);
}

/* A token that does not look like one. */
static void
test_token_repeated (LkTestSend send)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (repeat_token, NULL);
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("hunter2");
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressTwirp) twirp = lk_egress_twirp_new (
      lk_test_server_get_url (server), "livekit.Egress", credentials, "{}", &error);

  g_assert_no_error (error);
  g_assert_null (lk_test_call (send, twirp, LK_EGRESS_TWIRP_NONE, 0, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAUTHENTICATED);
  g_assert_cmpstr (lk_egress_error_get_server_text (error), ==, "Bearer {token}");
  g_assert_null (strstr (error->message, "hunter2"));
}

static void
note_port (LkTestRequest *request, gpointer user_data)
{
  guint *ports = user_data;

  ports[request->index] = request->client_port;
  lk_test_request_reply (request, 200, "application/protobuf", "ok", -1);
}

/* Reads share a connection; what changes something gets a new one, which is not left behind. */
static void
test_connections (LkTestSend send)
{
  guint ports[6] = { 0 };
  static const LkEgressTwirpFlags flags[G_N_ELEMENTS (ports)] = {
    LK_EGRESS_TWIRP_IDEMPOTENT, LK_EGRESS_TWIRP_IDEMPOTENT, LK_EGRESS_TWIRP_NONE,
    LK_EGRESS_TWIRP_NONE,       LK_EGRESS_TWIRP_IDEMPOTENT, LK_EGRESS_TWIRP_IDEMPOTENT,
  };
  g_autoptr (LkTestServer) server = lk_test_server_new (note_port, ports);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));

  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      g_autoptr (GError) error = NULL;

      assert_reply (lk_test_call (send, twirp, flags[i], 1000 * 1000, NULL, &error), "ok", error);
    }

  g_assert_cmpuint (ports[1], ==, ports[0]);
  g_assert_cmpuint (ports[2], !=, ports[0]);
  g_assert_cmpuint (ports[3], !=, ports[0]);
  g_assert_cmpuint (ports[3], !=, ports[2]);
  g_assert_cmpuint (ports[4], ==, ports[0]);
  g_assert_cmpuint (ports[5], ==, ports[0]);
}

static gpointer
call_often (gpointer data)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GError) error = NULL;
      LkEgressTwirpFlags flags = i % 3 ? LK_EGRESS_TWIRP_IDEMPOTENT : LK_EGRESS_TWIRP_NONE;
      LkTestSend send = i % 2 ? lk_egress_twirp_send : lk_test_send_async;

      assert_reply (lk_test_call (send, data, flags, 60 * 1000, NULL, &error), "", error);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (echo, NULL);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_often, twirp);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 8 * 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/twirp/addresses", test_addresses);
  g_test_add_func ("/twirp/build", test_build);
  g_test_add_func ("/twirp/build-without-token", test_build_without_token);
  lk_test_add ("/twirp/echo", test_echo);
  lk_test_add ("/twirp/content-type", test_content_type);
  lk_test_add ("/twirp/redirect", test_redirect);
  lk_test_add ("/twirp/password-asked", test_password_asked);
  lk_test_add ("/twirp/token-repeated", test_token_repeated);
  lk_test_add ("/twirp/connections", test_connections);
  g_test_add_func ("/twirp/threads", test_threads);

  return g_test_run ();
}
