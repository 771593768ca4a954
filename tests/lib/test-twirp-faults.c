/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls that a server does not answer well, or at all. */

#include <string.h>

#include "lk-egress-error.h"
#include "lk-test-call.h"

#define NOT_SOON (1000 * 1000)

static const LkEgressTwirpFlags both[] = { LK_EGRESS_TWIRP_NONE, LK_EGRESS_TWIRP_IDEMPOTENT };

#define HEADERS "HTTP/1.1 200 OK\r\nContent-Type: application/protobuf\r\n"

static void
assert_call (LkTestSend send,
             LkEgressTwirp *twirp,
             LkEgressTwirpFlags flags,
             guint timeout,
             GCancellable *cancellable,
             GQuark domain,
             int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_test_call (send, twirp, flags, timeout, cancellable, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, "ListEgress at http://127.0.0.1:"));
}

static void
assert_works (LkTestSend send, LkEgressTwirp *twirp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) reply
      = lk_test_call (send, twirp, LK_EGRESS_TWIRP_IDEMPOTENT, NOT_SOON, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply), "ok", 2);
}

static void
reply_ok (LkTestRequest *request)
{
  lk_test_request_reply (request, 200, "application/protobuf", "ok", -1);
}

/* The first request of a server gets this, the following are answered well. */
typedef struct
{
  const char *bytes;
  LkTestThen then;
} RawReply;

static void
reply_raw_once (LkTestRequest *request, gpointer user_data)
{
  const RawReply *reply = user_data;

  if (request->index == 0)
    lk_test_request_reply_raw (request, reply->bytes, -1, reply->then);
  else
    reply_ok (request);
}

/* Ways not to get to an end. */
static const RawReply endless[] = {
  { "", LK_TEST_THEN_HOLD },
  { "HTTP/1.1 200 OK\r\nX-Slow: ", LK_TEST_THEN_DRIP },
  { HEADERS "Content-Length: 1000000\r\n\r\nab", LK_TEST_THEN_HOLD },
  { HEADERS "Content-Length: 1000000\r\n\r\n", LK_TEST_THEN_DRIP },
  { HEADERS "\r\n", LK_TEST_THEN_DRIP },
  { HEADERS "Transfer-Encoding: chunked\r\n\r\nfffff\r\n", LK_TEST_THEN_DRIP },
  { "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n", LK_TEST_THEN_DRIP },
  { "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1/\r\n\r\n", LK_TEST_THEN_DRIP },
};

typedef struct
{
  const RawReply *reply;
  int is_on;
} Switched;

static void
reply_raw_when_on (LkTestRequest *request, gpointer user_data)
{
  Switched *switched = user_data;

  if (g_atomic_int_get (&switched->is_on))
    lk_test_request_reply_raw (request, switched->reply->bytes, -1, switched->reply->then);
  else
    reply_ok (request);
}

static void
test_deadline (LkTestSend send)
{
  for (guint i = 0; i < G_N_ELEMENTS (endless); i++)
    {
      Switched switched = { .reply = &endless[i] };
      g_autoptr (LkTestServer) server = lk_test_server_new (reply_raw_when_on, &switched);
      g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;

      assert_works (send, twirp);
      g_atomic_int_set (&switched.is_on, TRUE);
      g_assert_null (
          lk_test_call (send, twirp, both[i % 2], 30, i % 2 ? cancellable : NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      g_assert_nonnull (strstr (error->message, "ListEgress"));
      g_assert_nonnull (strstr (error->message, " 30 ms"));
      g_assert_false (g_cancellable_is_cancelled (cancellable));
      g_atomic_int_set (&switched.is_on, FALSE);
      assert_works (send, twirp);
    }
}

static void
test_cancelled_before (LkTestSend send)
{
  const RawReply reply = { "", LK_TEST_THEN_HOLD };
  g_autoptr (LkTestServer) server = lk_test_server_new (reply_raw_once, (gpointer)&reply);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < 2; i++)
    {
      assert_call (send, twirp, both[i], 0, cancellable, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      assert_call (send, twirp, both[i], 1, cancellable, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 0);
}

typedef struct
{
  LkTestServer *server;
  GCancellable *cancellable;
} Cancel;

static gpointer
cancel_after_request (gpointer user_data)
{
  Cancel *cancel = user_data;

  lk_test_server_wait (cancel->server, 1);
  g_cancellable_cancel (cancel->cancellable);
  return NULL;
}

static void
test_cancelled_during (LkTestSend send)
{
  for (guint i = 0; i < G_N_ELEMENTS (endless); i++)
    {
      g_autoptr (LkTestServer) server = lk_test_server_new (reply_raw_once, (gpointer)&endless[i]);
      g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Cancel cancel = { server, cancellable };
      GThread *thread = g_thread_new ("cancel", cancel_after_request, &cancel);

      assert_call (send, twirp, both[i % 2], i % 4 < 2 ? NOT_SOON : 0, cancellable, G_IO_ERROR,
                   G_IO_ERROR_CANCELLED);
      g_thread_join (thread);
      assert_works (send, twirp);
      g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 2);
    }
}

static void
test_cut (LkTestSend send)
{
  static const RawReply cut[] = {
    { "", LK_TEST_THEN_CLOSE },
    { HEADERS "Content-Length: 4\r\n\r\n", LK_TEST_THEN_CLOSE },
    { HEADERS "Content-Length: 4\r\n\r\nabc", LK_TEST_THEN_CLOSE },
    { HEADERS "Content-Length: 4\r\nConnection: close\r\n\r\nabc", LK_TEST_THEN_CLOSE },
    { HEADERS "Transfer-Encoding: chunked\r\n\r\n4\r\nab", LK_TEST_THEN_CLOSE },
    { "HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\n{\"code\":", LK_TEST_THEN_CLOSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cut); i++)
    {
      for (guint f = 0; f < G_N_ELEMENTS (both); f++)
        {
          g_autoptr (LkTestServer) server = lk_test_server_new (reply_raw_once, (gpointer)&cut[i]);
          g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));

          assert_call (send, twirp, both[f], NOT_SOON, NULL, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
          g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 1);
          assert_works (send, twirp);
        }
    }
}

static void
test_garbage (LkTestSend send)
{
  static const RawReply garbage[] = {
    { "HTTP/1.1 200 OK\r\nContent-Ty", LK_TEST_THEN_CLOSE },
    { "SSH-2.0-OpenSSH_9.2\r\n\r\n", LK_TEST_THEN_CLOSE },
    { HEADERS "Transfer-Encoding: rot13\r\n\r\nabcd", LK_TEST_THEN_CLOSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autoptr (LkTestServer) server = lk_test_server_new (reply_raw_once, (gpointer)&garbage[i]);
      g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
      g_autoptr (GError) error = NULL;

      assert_call (send, twirp, LK_EGRESS_TWIRP_NONE, NOT_SOON, NULL, LK_EGRESS_ERROR,
                   LK_EGRESS_ERROR_BAD_REPLY);
      assert_works (send, twirp);
    }
}

/* Of the one length and the other, twice with its length announced, then in chunks. */
static void
reply_large (LkTestRequest *request, gpointer user_data)
{
  const gsize *lengths = user_data;
  g_autofree char *body = g_strnfill (lengths[request->index % 2], 'x');

  lk_test_request_reply (request, 200, "application/protobuf", body, -1);
  if (request->index >= 4)
    {
      soup_message_headers_set_encoding (
          soup_server_message_get_response_headers (request->message), SOUP_ENCODING_CHUNKED);
      soup_message_body_complete (soup_server_message_get_response_body (request->message));
    }
}

static void
test_size (LkTestSend send)
{
  static const gsize lengths[] = { 100 * 1000, 100 * 1000 + 1 };
  g_autoptr (LkTestServer) server = lk_test_server_new (reply_large, (gpointer)lengths);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));

  lk_egress_twirp_set_max_reply (twirp, lengths[0]);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (both); i++)
    {
      LkEgressTwirpFlags f = i % G_N_ELEMENTS (both);
      g_autofree char *body = g_strnfill (lengths[0], 'x');
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) reply = lk_test_call (send, twirp, both[f], NOT_SOON, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply), body, lengths[0]);
      assert_call (send, twirp, both[f], NOT_SOON, NULL, LK_EGRESS_ERROR,
                   LK_EGRESS_ERROR_BAD_REPLY);
    }
}

typedef struct
{
  gsize length; /* of the page, 0 for a reply without end */
  gsize written;
} ErrorPage;

static void
write_on (SoupServerMessage *message, gpointer user_data)
{
  ErrorPage *page = user_data;
  g_autofree char *chunk = g_strnfill (64 * 1024, 'x');

  page->written += 64 * 1024;
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY,
                            chunk, 64 * 1024);
  soup_server_message_unpause (message);
}

static void
reply_error_page (LkTestRequest *request, gpointer user_data)
{
  ErrorPage *page = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
  g_autofree char *body = g_strnfill (page->length, 'x');

  lk_test_request_reply (request, 503, "text/html", body, page->length);
  if (page->length > 0)
    return;

  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (request->message),
                                    FALSE);
  g_signal_connect (request->message, "wrote-headers", G_CALLBACK (write_on), page);
  g_signal_connect (request->message, "wrote-chunk", G_CALLBACK (write_on), page);
}

/* Of a page that tells of a failure a megabyte is read, and what its status says is told. */
static void
test_error_size (LkTestSend send)
{
  static const gsize lengths[]
      = { 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 60 * 1024 * 1024, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      ErrorPage page = { lengths[i], 0 };
      g_autoptr (LkTestServer) server = lk_test_server_new (reply_error_page, &page);
      g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
      g_autoptr (GBytes) body = g_bytes_new (NULL, 0);
      g_autoptr (SoupMessage) message
          = lk_egress_twirp_build (twirp, "ListEgress", LK_EGRESS_TWIRP_NONE, body, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) reply = send (twirp, message, NOT_SOON, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (reply), <=, 1024 * 1024 + 32 * 1024);
      g_assert_null (lk_egress_twirp_check (message, reply, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
    }
}

static void
reply_compressed (LkTestRequest *request, gpointer user_data)
{
  g_assert_null (soup_message_headers_get_one (request->headers, "Accept-Encoding"));
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                "Content-Encoding", "gzip");
  lk_test_request_reply (request, request->index == 0 ? 200 : 503, "application/protobuf",
                         "\x1f\x8b\x08", -1);
}

/* Nobody asked for that, so it is not unfolded, to whatever size. */
static void
test_compressed (LkTestSend send)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (reply_compressed, NULL);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_test_call (send, twirp, LK_EGRESS_TWIRP_NONE, NOT_SOON, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
  g_assert_nonnull (strstr (error->message, "gzip"));
  g_assert_null (lk_egress_error_get_server_text (error));
  g_clear_error (&error);

  g_assert_null (lk_test_call (send, twirp, LK_EGRESS_TWIRP_NONE, NOT_SOON, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_assert_null (lk_egress_error_get_server_text (error));
}

#define PROCESSING "HTTP/1.1 102 Processing\r\nX: y\r\n\r\n"
#define PROCESSING_4 PROCESSING PROCESSING PROCESSING PROCESSING
#define PROCESSING_16 PROCESSING_4 PROCESSING_4 PROCESSING_4 PROCESSING_4

/* libsoup reads such answers for as long as there are more, in the thread that is to end the call,
 * and the caller's main loop stands still. */
static void
test_informational (LkTestSend send)
{
  static const RawReply endless_answers[] = {
    { PROCESSING, LK_TEST_THEN_REPEAT },
    { "HTTP/1.1 100 Continue\r\n\r\n", LK_TEST_THEN_REPEAT },
    { "HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\n\r\n", LK_TEST_THEN_REPEAT },
    { PROCESSING_16 PROCESSING, LK_TEST_THEN_HOLD },
  };
  static const RawReply slow = { PROCESSING_16, LK_TEST_THEN_HOLD };
  static const RawReply few
      = { PROCESSING_16 HEADERS "Content-Length: 2\r\n\r\nok", LK_TEST_THEN_HOLD };

  for (guint i = 0; i < G_N_ELEMENTS (endless_answers); i++)
    {
      g_autoptr (LkTestServer) server
          = lk_test_server_new (reply_raw_once, (gpointer)&endless_answers[i]);
      g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));

      assert_call (send, twirp, both[i % 2], NOT_SOON, NULL, LK_EGRESS_ERROR,
                   LK_EGRESS_ERROR_BAD_REPLY);
      assert_works (send, twirp);
    }

  {
    g_autoptr (LkTestServer) server = lk_test_server_new (reply_raw_once, (gpointer)&slow);
    g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
    g_autoptr (GError) error = NULL;

    g_assert_null (lk_test_call (send, twirp, LK_EGRESS_TWIRP_NONE, 30, NULL, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  }

  {
    g_autoptr (LkTestServer) server = lk_test_server_new (reply_raw_once, (gpointer)&few);
    g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));

    assert_works (send, twirp);
  }
}

/* libsoup reads such bodies by itself, and sends again. */
static void
test_misdirected (LkTestSend send)
{
  const RawReply reply = { "HTTP/1.1 421 Misdirected Request\r\n\r\n", LK_TEST_THEN_DRIP };
  g_autoptr (LkTestServer) server = lk_test_server_new (reply_raw_once, (gpointer)&reply);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));

  assert_call (send, twirp, LK_EGRESS_TWIRP_NONE, NOT_SOON, NULL, LK_EGRESS_ERROR,
               LK_EGRESS_ERROR_BAD_REPLY);
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 1);
}

typedef struct
{
  guint ports[3];
  const RawReply *second;
} Stale;

static void
reply_stale (LkTestRequest *request, gpointer user_data)
{
  Stale *stale = user_data;

  stale->ports[request->index] = request->client_port;
  if (request->index == 1)
    lk_test_request_reply_raw (request, stale->second->bytes, -1, stale->second->then);
  else
    reply_ok (request);
}

/* The server closes a kept connection just when a call goes out on it: whether it acted on the call
 * is not known, so it must not be sent again by itself. */
static void
test_not_sent_twice (LkTestSend send)
{
  static const RawReply close_at_once = { "", LK_TEST_THEN_CLOSE };

  for (guint f = 0; f < G_N_ELEMENTS (both); f++)
    {
      Stale stale = { .second = &close_at_once };
      g_autoptr (LkTestServer) server = lk_test_server_new (reply_stale, &stale);
      g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));

      assert_works (send, twirp);
      assert_call (send, twirp, both[f], NOT_SOON, NULL, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
      g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 2);

      /* The case that this is about: a read did go out on the kept connection. */
      if (both[f] & LK_EGRESS_TWIRP_IDEMPOTENT)
        g_assert_cmpuint (stale.ports[1], ==, stale.ports[0]);
      else
        g_assert_cmpuint (stale.ports[1], !=, stale.ports[0]);

      assert_works (send, twirp);
      g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 3);
    }
}

/* A kept connection that has ended while nobody used it does no harm. */
static void
test_closed_while_idle (LkTestSend send)
{
  static const RawReply answer_and_close
      = { HEADERS "Content-Length: 2\r\n\r\nok", LK_TEST_THEN_CLOSE };

  for (guint f = 0; f < G_N_ELEMENTS (both); f++)
    {
      g_autoptr (LkTestServer) server
          = lk_test_server_new (reply_raw_once, (gpointer)&answer_and_close);
      g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) reply = NULL;

      assert_works (send, twirp);
      lk_test_server_wait (server, 1);
      reply = lk_test_call (send, twirp, both[f], NOT_SOON, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 2);
    }
}

static void
test_refused (LkTestSend send)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char *url = g_strdup_printf ("ws://127.0.0.1:%u", port);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (url);

  g_assert_no_error (error);
  g_socket_listener_close (listener);
  for (guint f = 0; f < G_N_ELEMENTS (both); f++)
    assert_call (send, twirp, both[f], NOT_SOON, NULL, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Whether the server may know of a call that failed. */
static void
test_was_sent (LkTestSend send)
{
  const RawReply reply = { "", LK_TEST_THEN_CLOSE };
  g_autoptr (LkTestServer) server = lk_test_server_new (reply_raw_once, (gpointer)&reply);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *refusing = g_strdup_printf ("ws://127.0.0.1:%u", port);
  const char *urls[] = { refusing, lk_test_server_get_url (server) };
  g_autoptr (GBytes) body = g_bytes_new (NULL, 0);

  g_socket_listener_close (listener);
  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (urls[i]);
      g_autoptr (SoupMessage) message
          = lk_egress_twirp_build (twirp, "StartEgress", LK_EGRESS_TWIRP_NONE, body, NULL);

      g_assert_false (lk_egress_twirp_was_sent (message));
      g_assert_null (send (twirp, message, NOT_SOON, NULL, NULL));
      g_assert_cmpint (lk_egress_twirp_was_sent (message), ==, i);
    }
}

static gpointer
answer_in_plain (gpointer listener)
{
  static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
  g_autoptr (GSocketConnection) connection = g_socket_listener_accept (listener, NULL, NULL, NULL);

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), answer,
                             sizeof answer - 1, NULL, NULL, NULL);
  return NULL;
}

/* https to a server that does not speak it. */
static void
test_no_tls (LkTestSend send)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char *url = g_strdup_printf ("wss://127.0.0.1:%u", port);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (url);
  GThread *thread;

  g_assert_no_error (error);
  thread = g_thread_new ("plain", answer_in_plain, listener);
  g_assert_null (lk_test_call (send, twirp, LK_EGRESS_TWIRP_NONE, NOT_SOON, NULL, &error));
  g_assert_true (error->domain == G_TLS_ERROR);
  g_assert_nonnull (strstr (error->message, "ListEgress at https://127.0.0.1:"));
  g_thread_join (thread);
}

/* 1xx without end, whatever is asked. */
static gpointer
inform_for_ever (gpointer listener)
{
  g_autoptr (GSocketConnection) connection = g_socket_listener_accept (listener, NULL, NULL, NULL);
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  while (
      g_output_stream_write_all (output, PROCESSING_16, strlen (PROCESSING_16), NULL, NULL, NULL))
    ;

  return NULL;
}

/* What a proxy answers to CONNECT is read by libsoup alone, on the way to the server. */
static void
test_informational_proxy (LkTestSend send)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char *proxy = g_strdup_printf ("http://127.0.0.1:%u", port);
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (proxy, NULL);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new ("wss://egress.example.org");
  GThread *thread;

  g_assert_no_error (error);
  lk_egress_sessions_set_proxy_resolver (lk_egress_twirp_get_sessions (twirp), resolver);
  thread = g_thread_new ("proxy", inform_for_ever, listener);
  g_assert_null (lk_test_call (send, twirp, LK_EGRESS_TWIRP_NONE, NOT_SOON, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
  g_clear_object (&twirp);
  g_thread_join (thread);
}

#define N_BLOCKED 100

static void
block (GTask *task, gpointer source_object, gpointer data, GCancellable *cancellable)
{
  GMutex *gate = data;

  g_mutex_lock (gate);
  g_mutex_unlock (gate);
}

static void
count (GObject *source_object, GAsyncResult *result, gpointer n)
{
  ++*(guint *)n;
}

/* GIO makes TLS connections in threads that it has a limited number of, and does not return before
 * it has one, whatever is cancelled meanwhile. */
static void
test_no_thread (void)
{
  g_autoptr (LkTestServer) server
      = lk_test_server_new_tls (reply_raw_once, (gpointer)&endless[0], "tls-server.pem");
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
  g_autoptr (GProxyResolver) none = g_simple_proxy_resolver_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  GMutex gate;
  guint n_done = 0;

  lk_egress_sessions_set_proxy_resolver (lk_egress_twirp_get_sessions (twirp), none);
  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  for (guint i = 0; i < N_BLOCKED; i++)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, count, &n_done);

      g_task_set_task_data (task, &gate, NULL);
      g_task_run_in_thread (task, block);
    }

  g_assert_null (lk_test_call (lk_test_send_async, twirp, LK_EGRESS_TWIRP_NONE, 30, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 0);

  g_mutex_unlock (&gate);
  while (n_done < N_BLOCKED)
    g_main_context_iteration (NULL, TRUE);
  g_mutex_clear (&gate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  lk_test_add ("/twirp-faults/deadline", test_deadline);
  lk_test_add ("/twirp-faults/cancelled-before", test_cancelled_before);
  lk_test_add ("/twirp-faults/cancelled-during", test_cancelled_during);
  lk_test_add ("/twirp-faults/cut", test_cut);
  lk_test_add ("/twirp-faults/garbage", test_garbage);
  lk_test_add ("/twirp-faults/size", test_size);
  lk_test_add ("/twirp-faults/error-size", test_error_size);
  lk_test_add ("/twirp-faults/compressed", test_compressed);
  lk_test_add ("/twirp-faults/informational", test_informational);
  lk_test_add ("/twirp-faults/informational-proxy", test_informational_proxy);
  lk_test_add ("/twirp-faults/misdirected", test_misdirected);
  lk_test_add ("/twirp-faults/not-sent-twice", test_not_sent_twice);
  lk_test_add ("/twirp-faults/closed-while-idle", test_closed_while_idle);
  lk_test_add ("/twirp-faults/refused", test_refused);
  lk_test_add ("/twirp-faults/was-sent", test_was_sent);
  lk_test_add ("/twirp-faults/no-tls", test_no_tls);
  g_test_add_func ("/twirp-faults/no-thread", test_no_thread);

  return g_test_run ();
}
