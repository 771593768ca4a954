/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One exchange with the server: the message goes out, the whole reply comes in. A synchronous call
 * could run the asynchronous one in a main context of its own, but that takes half as much time
 * again. */

#include "lk-egress-twirp-private.h"

#include "lk-egress-deadline-private.h"
#include "lk-egress-error-private.h"
#include "lk-egress-forked-private.h"
#include "lk-egress-twirp-tls-private.h"

#define READ_SIZE (16 * 1024)

/* Then other things have their turn. */
#define MAX_READS 16

/* What is read of a reply that tells of a failure. */
#define MAX_FAILURE (1024 * 1024)

/* What libsoup has come to goes before the deadline and the caller's cancellation, which are of the
 * default priority: libsoup 3.6.5 frees a message twice that is cancelled when the headers of its
 * answer have come and this was not reported yet. */
#define SEND_PRIORITY (G_PRIORITY_DEFAULT - 1)

/* libsoup reads answers of 1xx for as long as there are more, whatever else is to be done. */
#define MAX_INFORMATIONAL 16

typedef struct
{
  LkEgressSession *session;
  SoupMessage *message;
  LkEgressDeadline *deadline;
  GCancellable *cancellable; /* of the deadline */
  guint timeout;
  gsize max_reply;
  guint n_informational;

  GInputStream *stream;
  guint8 *body;
  gsize length; /* what was read of it */
  gboolean cut; /* nobody reads more of it */
  gsize size;   /* what there is room for */

  gboolean concluded; /* and there is one of these */
  GBytes *reply;
  GError *failure;
  gboolean unqueued; /* libsoup has done with the message, and the session is free */

  /* Of an asynchronous call. */
  GTask *task;
  GMainContext *context;
  GSource *readable;
} Exchange;

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
exchange_free (Exchange *self)
{
  g_clear_object (&self->stream);
  g_free (self->body);
  g_clear_pointer (&self->reply, g_bytes_unref);
  g_clear_error (&self->failure);
  g_object_unref (self->message);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

/* Gives the connection back, to be kept or, with more of the body to come, closed. */
static void
exchange_close (Exchange *self)
{
  clear_source (&self->readable);
  if (self->stream != NULL)
    g_input_stream_close (self->stream, NULL, NULL);
  g_clear_object (&self->stream);
}

/* Where the next bytes go, and how many may. */
static guint8 *
exchange_make_space (Exchange *self, gsize *space)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  gboolean good = soup_message_get_status (self->message) == SOUP_STATUS_OK;
  gsize max = good ? self->max_reply : MAX_FAILURE;

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

          self->size = MIN (announced, max) + 1;
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

/* Counts what was read. %FALSE when there must be no more, which is an error of a good reply. */
static gboolean
exchange_add (Exchange *self, gssize count, GError **error)
{
  g_autofree char *message = NULL;

  self->length += (gsize)count;
  self->cut
      = soup_message_get_status (self->message) != SOUP_STATUS_OK && self->length >= MAX_FAILURE;
  if (self->cut)
    return FALSE;
  if (self->length <= self->max_reply)
    return TRUE;

  message
      = g_strdup_printf ("the answer is larger than %" G_GSIZE_FORMAT " bytes", self->max_reply);
  g_propagate_error (error, exchange_bad_reply (self, message));
  return FALSE;
}

/* The whole body, when its end was reached. */
static GBytes *
exchange_take_body (Exchange *self, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  goffset announced = soup_message_headers_get_content_length (headers);

  /* libsoup takes the end of a connection that is not kept for the end of the body. */
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH && !self->cut
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

  if (lk_egress_deadline_has_passed (self->deadline))
    {
      g_clear_error (&error);
      error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no complete answer within %u ms",
                           self->timeout);
    }
  else if (self->n_informational > MAX_INFORMATIONAL)
    {
      g_clear_error (&error);
      error = exchange_bad_reply (self, "the server sends informational answers without end");
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

static void
exchange_conclude (Exchange *self, GError *failure)
{
  exchange_close (self);

  self->concluded = TRUE;
  if (failure == NULL)
    self->reply = exchange_take_body (self, &failure);
  if (failure != NULL)
    self->failure = exchange_explain (self, failure);
}

/* Lets go of what belongs to the call, with libsoup done or not. */
static void
exchange_end (Exchange *self, LkEgressTwirp *twirp)
{
  g_signal_handlers_disconnect_by_data (self->session->soup, self);
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_pointer (&self->deadline, lk_egress_deadline_free);

  if (self->unqueued)
    lk_egress_sessions_put (lk_egress_twirp_get_sessions (twirp), self->session);
  else
    lk_egress_session_free (self->session);
  self->session = NULL;
  lk_egress_forked_end_call ();
}

/* Ends an asynchronous call, and frees the exchange. */
static void
exchange_return (Exchange *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  /* First, for the callback may make the next call. */
  exchange_end (self, g_task_get_source_object (task));

  if (self->failure != NULL)
    g_task_return_error (task, g_steal_pointer (&self->failure));
  else
    g_task_return_pointer (task, g_steal_pointer (&self->reply), (GDestroyNotify)g_bytes_unref);
  exchange_free (self);
}

/* What libsoup says meanwhile */

static void
unqueued (SoupSession *session, SoupMessage *message, gpointer user_data)
{
  Exchange *self = user_data;

  if (message != self->message)
    return;

  self->unqueued = TRUE;
  if (self->task != NULL && self->concluded)
    exchange_return (self);
}

/* libsoup would read the body of this status by itself, however large, and send the call again. */
static void
misdirected (SoupMessage *message, gpointer user_data)
{
  Exchange *self = user_data;

  g_cancellable_cancel (self->cancellable);
}

static void
informed (SoupMessage *message, gpointer user_data)
{
  Exchange *self = user_data;

  self->n_informational++;
  if (self->n_informational > MAX_INFORMATIONAL)
    g_cancellable_cancel (self->cancellable);
  else
    lk_egress_deadline_check (self->deadline);
}

/* The message itself, or what libsoup first asks of a proxy. */
static void
queued (SoupSession *session, SoupMessage *message, gpointer user_data)
{
  g_signal_connect (message, "got-informational", G_CALLBACK (informed), user_data);
}

static Exchange *
exchange_new (LkEgressTwirp *twirp,
              SoupMessage *message,
              guint timeout,
              GCancellable *cancellable,
              GMainContext *context,
              GError **error)
{
  LkEgressSessions *sessions = lk_egress_twirp_get_sessions (twirp);
  LkEgressSession *session;
  LkEgressDeadline *deadline = NULL;
  Exchange *self;

  if (!lk_egress_forked_begin_call (timeout, error))
    return NULL;
  session = lk_egress_sessions_take (sessions, error);
  if (session != NULL)
    deadline = lk_egress_deadline_new (timeout, cancellable, context, error);
  if (deadline == NULL)
    {
      if (session != NULL)
        lk_egress_sessions_put (sessions, session);
      lk_egress_forked_end_call ();
      return NULL;
    }

  self = g_new0 (Exchange, 1);
  self->session = session;
  self->message = g_object_ref (message);
  self->max_reply = lk_egress_twirp_get_max_reply (twirp);
  self->timeout = timeout;
  self->deadline = deadline;
  self->cancellable = lk_egress_deadline_get_cancellable (deadline);

  soup_message_add_status_code_handler (message, "got-headers", SOUP_STATUS_MISDIRECTED_REQUEST,
                                        G_CALLBACK (misdirected), self);
  g_signal_connect (session->soup, "request-queued", G_CALLBACK (queued), self);
  g_signal_connect (session->soup, "request-unqueued", G_CALLBACK (unqueued), self);

  return self;
}

/* The two forms */

GBytes *
lk_egress_twirp_send (LkEgressTwirp *self,
                      SoupMessage *message,
                      guint timeout,
                      GCancellable *cancellable,
                      GError **error)
{
  Exchange *exchange;
  GError *failure = NULL;
  GBytes *reply;
  gssize count = -1;

  g_return_val_if_fail (LK_EGRESS_IS_TWIRP (self), NULL);
  g_return_val_if_fail (SOUP_IS_MESSAGE (message), NULL);

  exchange = exchange_new (self, message, timeout, cancellable, NULL, error);
  if (exchange == NULL)
    return NULL;

  g_main_context_push_thread_default (exchange->session->context);
  exchange->stream
      = soup_session_send (exchange->session->soup, message, exchange->cancellable, &failure);
  while (failure == NULL && count != 0)
    {
      gsize size;
      guint8 *space = exchange_make_space (exchange, &size);

      count = g_input_stream_read (exchange->stream, space, size, exchange->cancellable, &failure);
      if (count > 0 && !exchange_add (exchange, count, &failure))
        break;
    }
  exchange_conclude (exchange, failure);
  g_main_context_pop_thread_default (exchange->session->context);
  exchange_end (exchange, self);

  reply = g_steal_pointer (&exchange->reply);
  if (exchange->failure != NULL)
    g_propagate_error (error, g_steal_pointer (&exchange->failure));
  exchange_free (exchange);

  return reply;
}

static void
answer (Exchange *self, GError *failure)
{
  exchange_conclude (self, failure);
  if (self->unqueued)
    exchange_return (self);
}

static void read_on (Exchange *self);

static gboolean
readable (GObject *stream, gpointer user_data)
{
  read_on (user_data);

  return G_SOURCE_REMOVE;
}

static void
read_later (Exchange *self)
{
  clear_source (&self->readable);
  self->readable = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->stream),
                                                          self->cancellable);
  g_source_set_callback (self->readable, G_SOURCE_FUNC (readable), self, NULL);
  g_source_attach (self->readable, self->context);
}

static void
read_on (Exchange *self)
{
  for (guint i = 0; i < MAX_READS; i++)
    {
      GError *failure = NULL;
      gsize size;
      guint8 *space = exchange_make_space (self, &size);
      gssize count = g_pollable_input_stream_read_nonblocking (
          G_POLLABLE_INPUT_STREAM (self->stream), space, size, self->cancellable, &failure);

      if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_error_free (failure);
          break;
        }
      if (count <= 0 || !exchange_add (self, count, &failure))
        {
          answer (self, failure);
          return;
        }
    }

  read_later (self);
}

static void
sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exchange *self = user_data;
  GError *failure = NULL;

  self->stream = soup_session_send_finish (SOUP_SESSION (source), result, &failure);
  if (failure != NULL)
    answer (self, failure);
  else
    read_on (self);
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
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_TWIRP (self));
  g_return_if_fail (SOUP_IS_MESSAGE (message));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lk_egress_twirp_send_async);
  g_task_set_name (task, g_uri_get_path (soup_message_get_uri (message)));
  /* An answer that is there is not thrown away for a cancel that came too late. */
  g_task_set_check_cancellable (task, FALSE);

  exchange = exchange_new (self, message, timeout, cancellable, g_task_get_context (task), &error);
  if (exchange == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  exchange->task = task;
  exchange->context = g_main_context_ref (g_task_get_context (task));

  soup_session_send_async (exchange->session->soup, message, SEND_PRIORITY, exchange->cancellable,
                           sent, exchange);
}

GBytes *
lk_egress_twirp_send_finish (LkEgressTwirp *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
