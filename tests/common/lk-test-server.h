/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* An HTTP server on a port of its own of 127.0.0.1, in a thread of its own, that answers as the
 * test says, or misbehaves. */

typedef struct _LkTestServer LkTestServer;

typedef struct
{
  guint index; /* 0 for the first request to this server */
  const char *method;
  const char *path;
  SoupMessageHeaders *headers;
  GBytes *body;
  guint client_port; /* tells connections apart */

  LkTestServer *server;
  SoupServerMessage *message; /* for what the functions below do not cover */
} LkTestRequest;

/* Answers one request by one of the lk_test_request functions. Runs in the server's thread, never
 * twice at a time. The request is gone when it returns. */
typedef void (*LkTestServerFunc) (LkTestRequest *request, gpointer user_data);

typedef enum
{
  LK_TEST_THEN_CLOSE,  /* the connection ends */
  LK_TEST_THEN_RESET,  /* it breaks */
  LK_TEST_THEN_HOLD,   /* nothing more ever comes */
  LK_TEST_THEN_DRIP,   /* a byte 'x' every few milliseconds, without end */
  LK_TEST_THEN_REPEAT, /* the same again as fast as it is read, without end */
} LkTestThen;

LkTestServer *lk_test_server_new (LkTestServerFunc func, gpointer user_data);

/* The same over TLS, with the certificate and key in a PEM file of the test data. */
LkTestServer *
lk_test_server_new_tls (LkTestServerFunc func, gpointer user_data, const char *certificate);

/* Ends all connections and waits for the thread. */
void lk_test_server_free (LkTestServer *self);

/* http://127.0.0.1:PORT, or https */
const char *lk_test_server_get_url (LkTestServer *self);

/* FALSE: all connections end, and nobody can connect. TRUE: everybody can again, at the same port.
 */
void lk_test_server_set_listening (LkTestServer *self, gboolean listening);

/* How many requests have come. */
guint lk_test_server_get_n_requests (LkTestServer *self);

/* Blocks until the function is done with so many requests. A connection that it closed is then
 * known to be closed on the other side too. */
void lk_test_server_wait (LkTestServer *self, guint n_requests);

/* A whole reply. length may be -1 for text. More headers: add them to
 * soup_server_message_get_response_headers (request->message). */
void lk_test_request_reply (LkTestRequest *request,
                            guint status,
                            const char *content_type,
                            const char *body,
                            gssize length);

/* Writes exactly these bytes on the connection, maybe none, and does no more HTTP on it. */
void lk_test_request_reply_raw (LkTestRequest *request,
                                const char *bytes,
                                gssize length,
                                LkTestThen then);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkTestServer, lk_test_server_free)

G_END_DECLS
