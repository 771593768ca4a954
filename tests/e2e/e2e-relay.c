/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "e2e-relay.h"

#include <string.h>

#include "lk-test-server.h"

/* Of a start, beside those that every request has. */
static const char *const passed_headers[]
    = { "Authorization", "Content-Type", "X-Livekit-Request-Id" };

struct _E2eRelay
{
  LkTestServer *server;
  SoupSession *session; /* of the server's thread */
  int left;             /* answers to lose */
  int n_starts;
};

static SoupMessage *
copy_request (const LkTestRequest *request)
{
  g_autofree char *url = g_strconcat (g_getenv ("LIVEKIT_URL"), request->path, NULL);
  SoupMessage *message = soup_message_new (request->method, url);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_set_request_body_from_bytes (message, NULL, request->body);
  for (guint i = 0; i < G_N_ELEMENTS (passed_headers); i++)
    {
      const char *value = soup_message_headers_get_one (request->headers, passed_headers[i]);

      if (value != NULL)
        soup_message_headers_replace (headers, passed_headers[i], value);
    }

  return message;
}

static gboolean
is_lost (E2eRelay *self, const char *path)
{
  if (strstr (path, "/Start") == NULL)
    return FALSE;

  g_atomic_int_inc (&self->n_starts);
  if (g_atomic_int_get (&self->left) == 0)
    return FALSE;

  g_atomic_int_add (&self->left, -1);

  return TRUE;
}

static void
pass_on (LkTestRequest *request, gpointer user_data)
{
  E2eRelay *self = user_data;
  g_autoptr (SoupMessage) message = copy_request (request);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) reply = soup_session_send_and_read (self->session, message, NULL, &error);

  g_assert_no_error (error);
  if (is_lost (self, request->path))
    lk_test_request_reply_raw (request, "", 0, LK_TEST_THEN_CLOSE);
  else
    lk_test_request_reply (
        request, soup_message_get_status (message),
        soup_message_headers_get_one (soup_message_get_response_headers (message), "Content-Type"),
        g_bytes_get_data (reply, NULL), (gssize)g_bytes_get_size (reply));
}

E2eRelay *
e2e_relay_new (void)
{
  E2eRelay *self = g_new0 (E2eRelay, 1);

  self->session = soup_session_new ();
  self->server = lk_test_server_new (pass_on, self);

  return self;
}

void
e2e_relay_free (E2eRelay *self)
{
  lk_test_server_free (self->server);
  g_object_unref (self->session);
  g_free (self);
}

LkEgressClient *
e2e_relay_new_client (E2eRelay *self)
{
  g_autoptr (GError) error = NULL;
  LkEgressClient *client
      = lk_egress_client_new (lk_test_server_get_url (self->server), NULL, &error);

  g_assert_no_error (error);

  return client;
}

void
e2e_relay_lose_starts (E2eRelay *self, guint count)
{
  g_atomic_int_set (&self->left, (int)count);
}

guint
e2e_relay_count_starts (E2eRelay *self)
{
  return (guint)g_atomic_int_get (&self->n_starts);
}
