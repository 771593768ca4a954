/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-twirp-private.h"

#include "lk-egress-credentials-private.h"
#include "lk-egress-server-url-private.h"

/* Set on a message when a connection for it is there. */
#define SENT "lk-egress-sent"

struct _LkEgressTwirp
{
  GObject parent_instance;

  LkEgressSessions *sessions;
  LkEgressCredentials *credentials;
  char *base_url;
  char *service;
  char *video_grant;
  gsize max_reply;
};

G_DEFINE_FINAL_TYPE (LkEgressTwirp, lk_egress_twirp, G_TYPE_OBJECT)

static void
lk_egress_twirp_finalize (GObject *object)
{
  LkEgressTwirp *self = LK_EGRESS_TWIRP (object);

  g_clear_pointer (&self->sessions, lk_egress_sessions_free);
  g_clear_object (&self->credentials);
  g_free (self->base_url);
  g_free (self->service);
  g_free (self->video_grant);

  G_OBJECT_CLASS (lk_egress_twirp_parent_class)->finalize (object);
}

static void
lk_egress_twirp_class_init (LkEgressTwirpClass *class)
{
  G_OBJECT_CLASS (class)->finalize = lk_egress_twirp_finalize;
}

static void
lk_egress_twirp_init (LkEgressTwirp *self)
{
  self->sessions = lk_egress_sessions_new ();
  self->max_reply = LK_EGRESS_TWIRP_MAX_REPLY;
}

LkEgressTwirp *
lk_egress_twirp_new (const char *url,
                     const char *service,
                     LkEgressCredentials *credentials,
                     const char *video_grant,
                     GError **error)
{
  LkEgressTwirp *self;
  char *base_url;

  g_return_val_if_fail (url != NULL, NULL);
  g_return_val_if_fail (service != NULL, NULL);
  g_return_val_if_fail (LK_EGRESS_IS_CREDENTIALS (credentials), NULL);
  g_return_val_if_fail (video_grant != NULL, NULL);

  base_url = lk_egress_server_url_normalize (url, error);
  if (base_url == NULL)
    return NULL;

  self = g_object_new (LK_EGRESS_TYPE_TWIRP, NULL);
  self->base_url = base_url;
  self->service = g_strdup (service);
  self->credentials = g_object_ref (credentials);
  self->video_grant = g_strdup (video_grant);

  return self;
}

const char *
lk_egress_twirp_get_base_url (LkEgressTwirp *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_TWIRP (self), NULL);

  return self->base_url;
}

LkEgressSessions *
lk_egress_twirp_get_sessions (LkEgressTwirp *self)
{
  return self->sessions;
}

gsize
lk_egress_twirp_get_max_reply (LkEgressTwirp *self)
{
  return self->max_reply;
}

void
lk_egress_twirp_set_max_reply (LkEgressTwirp *self, gsize max_reply)
{
  g_return_if_fail (LK_EGRESS_IS_TWIRP (self));

  self->max_reply = max_reply;
}

static void
mark_sent (SoupMessage *message, gpointer user_data)
{
  g_object_set_data (G_OBJECT (message), SENT, message);
}

gboolean
lk_egress_twirp_was_sent (SoupMessage *message)
{
  g_return_val_if_fail (SOUP_IS_MESSAGE (message), FALSE);

  return g_object_get_data (G_OBJECT (message), SENT) != NULL;
}

/* HTTP/2 has nothing to give to calls that come one by one, each with a session of its own, and in
 * libsoup 3.2 its connections are bound to a thread and a main context. */
static void
offer_http1 (SoupMessage *message,
             GSocketClientEvent event,
             GIOStream *connection,
             gpointer user_data)
{
  static const char *const protocols[] = { "http/1.1", NULL };

  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), protocols);
}

/* With a new token. */
static SoupMessage *
new_message (LkEgressTwirp *self, const char *verb, const char *url, GError **error)
{
  g_autofree char *token
      = lk_egress_credentials_get_token (self->credentials, self->video_grant, error);
  g_autofree char *authorization = NULL;
  SoupMessage *message;

  if (token == NULL)
    return NULL;

  message = soup_message_new (verb, url);
  authorization = g_strconcat ("Bearer ", token, NULL);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                authorization);

  /* The token is for this address only. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  /* The token is all the authentication there is. With this feature on, libsoup would also read
   * the whole body of a 401 by itself, however large. */
  soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  g_signal_connect (message, "network-event", G_CALLBACK (offer_http1), NULL);

  return message;
}

SoupMessage *
lk_egress_twirp_build (LkEgressTwirp *self,
                       const char *method,
                       LkEgressTwirpFlags flags,
                       GBytes *body,
                       GError **error)
{
  g_autofree char *url = NULL;
  SoupMessage *message;

  g_return_val_if_fail (LK_EGRESS_IS_TWIRP (self), NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (body != NULL, NULL);

  url = g_strdup_printf ("%s/twirp/%s/%s", self->base_url, self->service, method);
  message = new_message (self, SOUP_METHOD_POST, url, error);
  if (message == NULL)
    return NULL;

  soup_message_set_request_body_from_bytes (
      message, (flags & LK_EGRESS_TWIRP_JSON) ? "application/json" : "application/protobuf", body);

  /* libsoup opens a new connection for any other POST. Those would pile up unused. */
  if (flags & LK_EGRESS_TWIRP_IDEMPOTENT)
    {
      soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT);
    }
  else
    {
      soup_message_headers_replace (soup_message_get_request_headers (message), "Connection",
                                    "close");
      g_signal_connect (message, "starting", G_CALLBACK (mark_sent), NULL);
    }

  return message;
}

SoupMessage *
lk_egress_twirp_build_get (LkEgressTwirp *self, const char *path, GError **error)
{
  g_autofree char *url = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_TWIRP (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  url = g_strconcat (self->base_url, path, NULL);

  return new_message (self, SOUP_METHOD_GET, url, error);
}
