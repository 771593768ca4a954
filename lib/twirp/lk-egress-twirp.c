/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-twirp-private.h"

#include "lk-egress-credentials-private.h"
#include "lk-egress-deadline-private.h"
#include "lk-egress-error-private.h"
#include "lk-egress-server-url-private.h"
#include "lk-egress-twirp-tls-private.h"
#include "lk-egress-version.h"

#define READ_SIZE (16 * 1024)

/* Set on a message when a connection for it is there. */
#define SENT "lk-egress-sent"

struct _LkEgressTwirp
{
  GObject parent_instance;

  SoupSession *session;
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

  g_clear_object (&self->session);
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
  g_autofree char *user_agent
      = g_strdup_printf ("livekit-egress-c/%d.%d.%d", LK_EGRESS_MAJOR_VERSION,
                         LK_EGRESS_MINOR_VERSION, LK_EGRESS_MICRO_VERSION);

  self->max_reply = LK_EGRESS_TWIRP_MAX_REPLY;

  /* No limit on connections: a synchronous call that waits for a free one could not be cancelled,
   * so it would outlive its deadline. Nor a timeout of the socket: the deadline is the one clock.
   */
  self->session
      = soup_session_new_with_options ("user-agent", user_agent, "timeout", 0, "idle-timeout", 30,
                                       "max-conns", G_MAXINT, "max-conns-per-host", G_MAXINT, NULL);
  /* Replies are asked for as they are: compressed ones may grow to any size, and libsoup takes one
   * that is cut off for a whole one. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
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

SoupSession *
lk_egress_twirp_get_session (LkEgressTwirp *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_TWIRP (self), NULL);

  return self->session;
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

/* One exchange under way. */
typedef struct
{
  LkEgressTwirp *twirp;
  SoupMessage *message;
  LkEgressDeadline *deadline;
  GCancellable *cancellable; /* of the deadline */
  guint timeout;
  guint misdirected_handler;
  GInputStream *stream;
  guint8 *body;
  gsize length; /* what was read of it */
  gsize size;   /* what there is room for */
} Exchange;

/* libsoup would read the body of this status by itself, however large, and send the call again. */
static void
misdirected (SoupMessage *message, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

/* context is that of an asynchronous call. It must be cancelled by no other thread: were that done
 * just when libsoup 3.2 has the headers, libsoup would close the body's stream twice, and crash. */
static Exchange *
exchange_new (LkEgressTwirp *twirp,
              SoupMessage *message,
              guint timeout,
              GCancellable *cancellable,
              GMainContext *context)
{
  Exchange *self = g_new0 (Exchange, 1);

  self->twirp = g_object_ref (twirp);
  self->message = g_object_ref (message);
  self->deadline = lk_egress_deadline_new (timeout, cancellable, context);
  self->cancellable = lk_egress_deadline_get_cancellable (self->deadline);
  self->timeout = timeout;

  self->misdirected_handler = soup_message_add_status_code_handler (
      message, "got-headers", SOUP_STATUS_MISDIRECTED_REQUEST, G_CALLBACK (misdirected),
      self->cancellable);

  return self;
}

/* Gives the connection back, to be kept or, with more of the body to come, closed. */
static void
exchange_close (Exchange *self)
{
  if (self->stream != NULL)
    g_input_stream_close (self->stream, NULL, NULL);
  g_clear_object (&self->stream);
}

static void
exchange_free (Exchange *self)
{
  g_signal_handler_disconnect (self->message, self->misdirected_handler);
  exchange_close (self);
  g_free (self->body);
  lk_egress_deadline_free (self->deadline);
  g_object_unref (self->message);
  g_object_unref (self->twirp);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Exchange, exchange_free)

/* Where the next bytes go, and how many may. */
static guint8 *
exchange_make_space (Exchange *self, gsize *space)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  if (soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CONTENT_LENGTH)
    {
      /* Never for few bytes: libsoup 3.2 cannot read the end of chunks then. */
      if (self->size - self->length < READ_SIZE)
        {
          self->size = MAX (2 * self->size, 2 * READ_SIZE);
          self->body = g_realloc (self->body, self->size);
        }
      *space = READ_SIZE;
    }
  else
    {
      /* As long as announced, and one byte more that its end is read into. */
      if (self->body == NULL)
        {
          guint64 announced = soup_message_headers_get_content_length (headers);

          self->size = MIN (announced, self->twirp->max_reply) + 1;
          self->body = g_malloc (self->size);
        }
      *space = self->size - self->length;
    }

  return self->body + self->length;
}

static GError *
exchange_bad_reply (Exchange *self, const char *message)
{
  return lk_egress_error_new (LK_EGRESS_ERROR_BAD_REPLY, soup_message_get_status (self->message),
                              NULL, NULL, message);
}

/* Counts what was read. %FALSE when there must be no more. */
static gboolean
exchange_add (Exchange *self, gssize count, GError **error)
{
  g_autofree char *message = NULL;

  self->length += (gsize)count;
  if (self->length <= self->twirp->max_reply)
    return TRUE;

  message = g_strdup_printf ("the answer is larger than %" G_GSIZE_FORMAT " bytes",
                             self->twirp->max_reply);
  g_propagate_error (error, exchange_bad_reply (self, message));
  return FALSE;
}

/* The whole body, when its end was reached. */
static GBytes *
exchange_finish (Exchange *self, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  goffset announced = soup_message_headers_get_content_length (headers);

  exchange_close (self);

  /* libsoup takes the end of a connection that is not kept for the end of the body. */
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
      && (goffset)self->length < announced)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                   "the connection ended after %" G_GSIZE_FORMAT " of %" G_GOFFSET_FORMAT " bytes",
                   self->length, announced);
      return NULL;
    }

  return g_bytes_new_take (g_realloc (g_steal_pointer (&self->body), self->length), self->length);
}

/* Where the message goes, without the path that Twirp makes; the caller may have redirected it. */
static char *
get_address (SoupMessage *message)
{
  char *address = g_uri_to_string (soup_message_get_uri (message));
  char *path = strstr (address, "/twirp/");

  if (path != NULL)
    *path = '\0';

  return address;
}

/* Takes the error and gives what the caller is to see. */
static GError *
exchange_explain (Exchange *self, GError *error)
{
  g_autofree char *method
      = g_path_get_basename (g_uri_get_path (soup_message_get_uri (self->message)));
  g_autofree char *address = NULL;

  exchange_close (self);

  if (lk_egress_deadline_has_passed (self->deadline))
    {
      g_clear_error (&error);
      error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no complete answer within %u ms",
                           self->timeout);
    }
  else if (soup_message_get_status (self->message) == SOUP_STATUS_MISDIRECTED_REQUEST)
    {
      g_clear_error (&error);
      error = exchange_bad_reply (self, "the server says that the call is not for it (HTTP 421)");
    }
  else if (error->domain == SOUP_SESSION_ERROR
           || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    {
      GError *bad_reply = exchange_bad_reply (self, error->message);

      g_error_free (error);
      error = bad_reply;
    }

  lk_egress_twirp_explain_tls (self->message, &error);
  address = get_address (self->message);
  g_prefix_error (&error, "%s at %s: ", method, address);
  return error;
}

GBytes *
lk_egress_twirp_send (LkEgressTwirp *self,
                      SoupMessage *message,
                      guint timeout,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (Exchange) exchange = NULL;
  GError *failure = NULL;
  GBytes *reply = NULL;
  gssize count = -1;

  g_return_val_if_fail (LK_EGRESS_IS_TWIRP (self), NULL);
  g_return_val_if_fail (SOUP_IS_MESSAGE (message), NULL);

  exchange = exchange_new (self, message, timeout, cancellable, NULL);

  exchange->stream = soup_session_send (self->session, message, exchange->cancellable, &failure);
  while (failure == NULL && count != 0)
    {
      gsize size;
      guint8 *space = exchange_make_space (exchange, &size);

      count = g_input_stream_read (exchange->stream, space, size, exchange->cancellable, &failure);
      if (count > 0)
        exchange_add (exchange, count, &failure);
    }

  if (failure == NULL)
    reply = exchange_finish (exchange, &failure);
  if (failure != NULL)
    g_propagate_error (error, exchange_explain (exchange, failure));

  return reply;
}

static void
return_failure (GTask *task, GError *failure)
{
  g_task_return_error (task, exchange_explain (g_task_get_task_data (task), failure));
}

static void read_on (GTask *task);

static void
read_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *failure = NULL;
  GBytes *reply = NULL;
  gssize count;

  count = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &failure);
  if (count > 0 && exchange_add (exchange, count, &failure))
    {
      read_on (g_steal_pointer (&task));
      return;
    }

  if (failure == NULL)
    reply = exchange_finish (exchange, &failure);
  if (failure != NULL)
    return_failure (task, failure);
  else
    g_task_return_pointer (task, reply, (GDestroyNotify)g_bytes_unref);
}

static void
read_on (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  gsize size;
  guint8 *space = exchange_make_space (exchange, &size);

  g_input_stream_read_async (exchange->stream, space, size, g_task_get_priority (task),
                             exchange->cancellable, read_done, task);
}

static void
sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *failure = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &failure);
  if (failure != NULL)
    return_failure (task, failure);
  else
    read_on (g_steal_pointer (&task));
}

void
lk_egress_twirp_send_async (LkEgressTwirp *self,
                            SoupMessage *message,
                            guint timeout,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task;
  Exchange *exchange;

  g_return_if_fail (LK_EGRESS_IS_TWIRP (self));
  g_return_if_fail (SOUP_IS_MESSAGE (message));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lk_egress_twirp_send_async);
  g_task_set_name (task, g_uri_get_path (soup_message_get_uri (message)));
  /* An answer that is there is not thrown away for a cancel that came too late. */
  g_task_set_check_cancellable (task, FALSE);

  exchange = exchange_new (self, message, timeout, cancellable, g_task_get_context (task));
  g_task_set_task_data (task, exchange, (GDestroyNotify)exchange_free);

  soup_session_send_async (self->session, message, g_task_get_priority (task),
                           exchange->cancellable, sent, task);
}

GBytes *
lk_egress_twirp_send_finish (LkEgressTwirp *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
