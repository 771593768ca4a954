/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One connection to a websocket, without a socket. */

#include <gst/gst.h>

#include "gstlivekitegresssecret.h"
#include "gstlivekitegresswebsocketsession.h"
#include "websocket-peer.h"

#define PATH "/0123456789abcdef0123456789abcdef"

/*** Secrets ***/

static void
test_secret (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *one = gst_livekit_egress_secret_new (16, &error);
  g_autofree char *other = gst_livekit_egress_secret_new (16, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (one), ==, 32);
  g_assert_cmpstr (one, !=, other);
  g_assert_true (gst_livekit_egress_secret_is (one, one, 32));
  g_assert_false (gst_livekit_egress_secret_is (one, other, 32));
  g_assert_false (gst_livekit_egress_secret_is (one, one, 31));
  g_assert_false (gst_livekit_egress_secret_is (one, one, 0));
}

/*** Sessions ***/

typedef struct
{
  GstLiveKitEgressWebsocketSession *session;
  GString *messages; /* "t:text;" or "b:size;" */
  GError *error;
} Peer;

static void
on_message (gboolean is_text, const guint8 *data, gsize size, gpointer user_data)
{
  GString *messages = user_data;

  g_assert_nonnull (data);
  if (is_text)
    g_string_append_printf (messages, "t:%.*s;", (int)size, data);
  else
    g_string_append_printf (messages, "b:%" G_GSIZE_FORMAT ";", size);
}

static void
peer_init (Peer *self)
{
  self->messages = g_string_new (NULL);
  self->session = gst_livekit_egress_websocket_session_new (PATH, on_message, self->messages);
  self->error = NULL;
}

static void
peer_clear (Peer *self)
{
  gst_livekit_egress_websocket_session_free (self->session);
  g_string_free (self->messages, TRUE);
  g_clear_error (&self->error);
}

static gboolean
peer_send (Peer *self, gconstpointer data, gsize size)
{
  g_assert_no_error (self->error);
  return gst_livekit_egress_websocket_session_feed (self->session, data, size, &self->error);
}

static void
peer_assert_state (Peer *self, GstLiveKitEgressWebsocketSessionState state)
{
  g_assert_cmpint (gst_livekit_egress_websocket_session_get_state (self->session), ==, state);
}

static GBytes *
peer_take_answer (Peer *self)
{
  return gst_livekit_egress_websocket_session_take_answer (self->session);
}

static void
peer_assert_answer (Peer *self, const char *expected, gsize size)
{
  g_autoptr (GBytes) answer = peer_take_answer (self);

  g_assert_nonnull (answer);
  g_assert_cmpmem (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer), expected, size);
}

static void
peer_open (Peer *self)
{
  g_autofree char *request = websocket_peer_dup_request (PATH);
  g_autoptr (GBytes) answer = NULL;

  peer_init (self);
  g_assert_true (peer_send (self, request, strlen (request)));
  peer_assert_state (self, GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_OPEN);
  answer = peer_take_answer (self);
  g_assert_nonnull (answer);
}

/* What the worker was seen to send is answered as RFC 6455 says, however its bytes are cut. */
static void
test_handshake (void)
{
  static const char expected[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                 "Upgrade: websocket\r\n"
                                 "Connection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  static const char request[] = "GET " PATH " HTTP/1.1\r\nHost: server.example.com\r\n"
                                "upgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\n"
                                "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                "Sec-WebSocket-Version:13\r\nContent-Length: 0\r\n\r\n";

  for (gsize step = 1; step <= strlen (request); step += 7)
    {
      Peer peer;

      peer_init (&peer);
      for (gsize at = 0; at < strlen (request); at += step)
        {
          peer_assert_state (&peer, GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_HANDSHAKE);
          g_assert_null (peer_take_answer (&peer));
          g_assert_true (peer_send (&peer, request + at, MIN (step, strlen (request) - at)));
        }
      peer_assert_state (&peer, GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_OPEN);
      peer_assert_answer (&peer, expected, strlen (expected));
      peer_clear (&peer);
    }
}

#define GOOD                                                                                       \
  "Host: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"          \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define TO_PATH "GET " PATH " HTTP/1.1\r\n"

static const struct
{
  const char *request;
  const char *status;
} refused[] = {
  /* Whoever does not know the path is told nothing more. */
  { "GET / HTTP/1.1\r\n" GOOD, "404" },
  { "GET /0123456789abcdef0123456789abcdee HTTP/1.1\r\n" GOOD, "404" },
  { "GET /0123456789abcdef0123456789abcde HTTP/1.1\r\n" GOOD, "404" },
  { "GET " PATH "/ HTTP/1.1\r\n" GOOD, "404" },
  { "GET " PATH "?x=1 HTTP/1.1\r\n" GOOD, "404" },
  { "GET http://h" PATH " HTTP/1.1\r\n" GOOD, "404" },
  { "GET " PATH " HTTP/1.0\r\n" GOOD, "404" },
  { "POST " PATH " HTTP/1.1\r\n" GOOD, "404" },
  { "GET  HTTP/1.1\r\n" GOOD, "404" },
  { "GET HTTP/1.1\r\n" GOOD, "404" },
  { "", "404" },
  { "\x16\x03\x01\x02 TLS\r\n", "404" },

  { TO_PATH, "400" },
  { TO_PATH "Upgrade: websocket\r\n", "400" },
  { TO_PATH GOOD "no colon\r\n", "400" },
  { TO_PATH GOOD " folded: line\r\n", "400" },
  { TO_PATH GOOD "X : y\r\n", "400" },
  { TO_PATH GOOD ": y\r\n", "400" },
  { TO_PATH GOOD "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "400" },
  /* the class of CVE-2026-2708 */
  { TO_PATH GOOD "Content-Length: 0\r\nContent-Length: 1\r\n", "400" },
  { TO_PATH GOOD "Content-Length: 0\r\nContent-Length: 0\r\n", "400" },
  { TO_PATH GOOD "Content-Length: 1\r\n", "400" },
  { TO_PATH GOOD "Content-Length: 00\r\n", "400" },
  { TO_PATH GOOD "Transfer-Encoding: chunked\r\n", "400" },
  { TO_PATH GOOD "Origin: https://evil.example\r\n", "403" },
  { TO_PATH "Host: h\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n", "426" },
  { TO_PATH "Host: h\r\nUpgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Version: 13\r\n",
    "426" },
  { TO_PATH "Host: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 8\r\n",
    "426" },
  { TO_PATH "Host: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: short\r\n",
    "400" },
  { TO_PATH "Host: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!\r\n",
    "400" },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *request = g_strconcat (refused[i].request, "\r\n\r\n", NULL);
      g_autofree char *status = g_strdup_printf ("HTTP/1.1 %s ", refused[i].status);
      g_autoptr (GByteArray) frame = g_byte_array_new ();
      g_autoptr (GBytes) answer = NULL;
      Peer peer;

      g_test_message ("%s", refused[i].request);
      peer_init (&peer);
      g_assert_false (peer_send (&peer, request, strlen (request)));
      g_assert_nonnull (peer.error);
      g_assert_null (strstr (peer.error->message, &PATH[1]));
      peer_assert_state (&peer, GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_FAILED);
      answer = peer_take_answer (&peer);
      g_assert_true (g_str_has_prefix (g_bytes_get_data (answer, NULL), status));
      g_assert_cmpuint (g_bytes_get_size (answer), <, 256);

      /* Nothing that comes afterwards is used. */
      g_clear_error (&peer.error);
      websocket_peer_append (frame, WEBSOCKET_FINAL | WEBSOCKET_TEXT, "x", 1);
      peer_send (&peer, frame->data, frame->len);
      g_assert_cmpstr (peer.messages->str, ==, "");
      g_assert_null (peer_take_answer (&peer));
      peer_clear (&peer);
    }
}

/* A request without an end is not kept for ever. */
static void
test_long_request (void)
{
  gsize sent = 0;
  Peer peer;

  peer_init (&peer);
  g_assert_true (peer_send (&peer, TO_PATH, strlen (TO_PATH)));
  while (peer_send (&peer, "X-More: of the same\r\n", 21))
    sent += 21;
  g_assert_cmpuint (sent, <=, 8192);
  g_assert_cmpuint (sent, >, 8000);
  peer_assert_state (&peer, GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_FAILED);
  peer_clear (&peer);
}

/* Whole messages, in parts, with others between the parts, cut at any place. */
static void
test_messages (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *samples = g_malloc0 (70000);

  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_BINARY, samples, 1920);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_TEXT, "{\"muted\":true}", 14);
  websocket_peer_append (out, WEBSOCKET_BINARY, samples, 100);
  websocket_peer_append (out, WEBSOCKET_CONTINUATION, samples, 0);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_PONG, "hush", 4);
  websocket_peer_append (out, WEBSOCKET_CONTINUATION, samples, 65000);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_CONTINUATION, samples, 436);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_BINARY, samples, 65536);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_BINARY, samples, 0);

  for (gsize step = 1; step < 4000; step = step * 3 + 1)
    {
      Peer peer;

      peer_open (&peer);
      for (gsize at = 0; at < out->len; at += step)
        g_assert_true (peer_send (&peer, out->data + at, MIN (step, out->len - at)));
      g_assert_cmpstr (peer.messages->str, ==, "b:1920;t:{\"muted\":true};b:65536;b:65536;b:0;");
      g_assert_null (peer_take_answer (&peer));
      peer_clear (&peer);
    }
}

/* A message without a byte has an address as well, also the first of all. */
static void
test_empty_message (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  Peer peer;

  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_TEXT, "", 0);
  peer_open (&peer);
  g_assert_true (peer_send (&peer, out->data, out->len));
  g_assert_cmpstr (peer.messages->str, ==, "t:;");
  peer_clear (&peer);
}

/* The last of many pings is answered, which is all that RFC 6455 asks for. */
static void
test_pings (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  Peer peer;

  for (guint i = 0; i < 100000; i++)
    websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_PING, "many", 4);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_PING, "ping", 4);
  peer_open (&peer);
  g_assert_true (peer_send (&peer, out->data, out->len));
  peer_assert_answer (&peer, "\x8a\x04ping", 6);
  g_assert_null (peer_take_answer (&peer));
  peer_clear (&peer);
}

static void
test_close (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  Peer peer;

  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_CLOSE, "\x03\xe8 bye", 6);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_BINARY, "late", 4);
  peer_open (&peer);
  g_assert_true (peer_send (&peer, out->data, out->len));
  peer_assert_state (&peer, GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_ENDED);
  g_assert_cmpstr (peer.messages->str, ==, "");
  peer_assert_answer (&peer, "\x88\x02\x03\xe8", 4);
  peer_clear (&peer);

  /* As the worker does it. */
  g_byte_array_set_size (out, 0);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_CLOSE, "", 0);
  peer_open (&peer);
  g_assert_true (peer_send (&peer, out->data, out->len));
  peer_assert_state (&peer, GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_ENDED);
  peer_assert_answer (&peer, "\x88\x00", 2);
  peer_clear (&peer);
}

#define MASKED "\x12\xab\x07\xf1"

static const struct
{
  const char *what;
  const char *bytes;
  gsize size;
  guint code;
} broken[] = {
  { "not masked", "\x82\x00", 2, 1002 },
  { "an extension", "\xc2\x80", 2, 1002 },
  { "an unknown kind", "\x83\x80", 2, 1002 },
  { "an unknown control frame", "\x8b\x80", 2, 1002 },
  { "a ping in parts", "\x09\x80", 2, 1002 },
  { "a ping with a length of two bytes", "\x89\xfe", 2, 1002 },
  { "a ping that is too long", "\x89\xff", 2, 1002 },
  { "a part of nothing", "\x80\x80", 2, 1002 },
  { "a message in another", "\x02\x80" MASKED "\x82\x80", 8, 1002 },
  { "one byte too long", "\x82\xff\0\0\0\0\0\x01\0\x01" MASKED, 14, 1009 },
  /* the class of CVE-2026-0716: lengths whose sums overflow */
  { "the longest length", "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" MASKED, 14, 1009 },
  { "a length beyond that", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" MASKED, 14, 1009 },
  { "no UTF-8", "\x81\x81\0\0\0\0\xff", 7, 1007 },
};

static void
test_broken (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      const char close[]
          = { '\x88', 2, (char)(broken[i].code >> 8), (char)(broken[i].code & 0xff) };
      Peer peer;

      g_test_message ("%s", broken[i].what);
      peer_open (&peer);
      g_assert_false (peer_send (&peer, broken[i].bytes, broken[i].size));
      g_assert_nonnull (peer.error);
      peer_assert_state (&peer, GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_FAILED);
      peer_assert_answer (&peer, close, sizeof close);
      g_assert_cmpstr (peer.messages->str, ==, "");
      peer_clear (&peer);
    }
}

/* Parts that are small but many make a message that is too long, too. */
static void
test_many_parts (void)
{
  g_autoptr (GByteArray) part = g_byte_array_new ();
  gsize n = 1;
  Peer peer;

  peer_open (&peer);
  websocket_peer_append (part, WEBSOCKET_BINARY, "0123456789abcdef", 16);
  g_assert_true (peer_send (&peer, part->data, part->len));
  g_byte_array_set_size (part, 0);
  websocket_peer_append (part, WEBSOCKET_CONTINUATION, "0123456789abcdef", 16);
  while (peer_send (&peer, part->data, part->len))
    n++;
  g_assert_cmpuint (n, ==, GST_LIVEKIT_EGRESS_WEBSOCKET_MAX_MESSAGE / 16);
  peer_assert_answer (&peer, "\x88\x02\x03\xf1", 4);
  peer_clear (&peer);
}

int
main (int argc, char **argv)
{
  /* No plugin is needed. */
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/websocket-session/secret", test_secret);
  g_test_add_func ("/websocket-session/handshake", test_handshake);
  g_test_add_func ("/websocket-session/refused", test_refused);
  g_test_add_func ("/websocket-session/long-request", test_long_request);
  g_test_add_func ("/websocket-session/messages", test_messages);
  g_test_add_func ("/websocket-session/empty-message", test_empty_message);
  g_test_add_func ("/websocket-session/pings", test_pings);
  g_test_add_func ("/websocket-session/close", test_close);
  g_test_add_func ("/websocket-session/broken", test_broken);
  g_test_add_func ("/websocket-session/many-parts", test_many_parts);

  return g_test_run ();
}
