/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-webhook-queue.h"

#include "dev-loopback.h"

/* As LiveKit's server does it: what is older is dropped. */
#define MAX_AGE (30 * G_TIME_SPAN_SECOND)
#define ATTEMPT_MS 10000
/* Before a request is sent again: from the first on twice as long each time. */
#define FIRST_PAUSE_MS 200
#define MAX_PAUSE_MS 5000
#define MAX_ANSWER (64 * 1024)
#define TOO_MANY_REQUESTS 429

typedef struct
{
  DevWebhookQueue *queue;
  GBytes *body;
  char *label;
  DevForgery forgery;
  gint64 deadline;
  gboolean until_next;
  guint timer; /* while it is held back */
} Item;

struct _DevWebhookQueue
{
  DevWebhookPost *post;
  char *url;
  char *key;
  void (*done) (DevWebhookQueue *queue, gpointer data);
  gpointer data;

  GQueue items;    /* the first is being sent */
  GPtrArray *held; /* back, of Item */

  SoupMessage *message; /* while it is under way */
  GCancellable *cancellable;
  gsize answer;  /* bytes that came of the answer to it */
  guint timer;   /* for its end, or for the next */
  guint retries; /* of the first item */
};

static void send_first (DevWebhookQueue *self);

static void
item_free (gpointer data)
{
  Item *item = data;

  item->queue->post->size -= g_bytes_get_size (item->body);
  item->queue->post->waiting--;
  g_clear_handle_id (&item->timer, g_source_remove);
  g_bytes_unref (item->body);
  g_free (item->label);
  g_free (item);
}

DevWebhookQueue *
dev_webhook_queue_new (DevWebhookPost *post,
                       const char *url,
                       const char *egress_id,
                       void (*done) (DevWebhookQueue *queue, gpointer data),
                       gpointer data)
{
  DevWebhookQueue *self = g_new0 (DevWebhookQueue, 1);

  self->post = post;
  self->url = g_strdup (url);
  self->key = dev_webhook_queue_make_key (url, egress_id);
  self->done = done;
  self->data = data;
  self->held = g_ptr_array_new_with_free_func (item_free);
  return self;
}

void
dev_webhook_queue_free (DevWebhookQueue *self)
{
  self->done = NULL;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  while (self->message != NULL)
    g_main_context_iteration (NULL, TRUE);

  g_ptr_array_unref (self->held);
  g_queue_clear_full (&self->items, item_free);
  g_free (self->url);
  g_free (self->key);
  g_free (self);
}

char *
dev_webhook_queue_make_key (const char *url, const char *egress_id)
{
  return g_strconcat (egress_id, " ", url, NULL);
}

const char *
dev_webhook_queue_get_key (DevWebhookQueue *self)
{
  return self->key;
}

/* The first item has ended like this. */
static void
end_first (DevWebhookQueue *self, guint64 *counter, const char *how)
{
  Item *item = g_queue_pop_head (&self->items);

  g_log (G_LOG_DOMAIN, counter == &self->post->delivered ? G_LOG_LEVEL_DEBUG : G_LOG_LEVEL_MESSAGE,
         "webhook %s: %s", item->label, how);
  (*counter)++;
  item_free (item);
  self->retries = 0;
  send_first (self);
}

static gboolean
pause_is_over (gpointer user_data)
{
  DevWebhookQueue *self = user_data;

  self->timer = 0;
  send_first (self);
  return G_SOURCE_REMOVE;
}

static void
take_answer (DevWebhookQueue *self, guint status, const GError *error)
{
  g_autofree char *how = error != NULL ? g_strdup (error->message) : g_strdup_printf ("%u", status);
  const Item *item = g_queue_peek_head (&self->items);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  if (self->done == NULL)
    return;

  if (error == NULL && SOUP_STATUS_IS_SUCCESSFUL (status))
    end_first (self, &self->post->delivered, how);
  else if (error == NULL && !SOUP_STATUS_IS_SERVER_ERROR (status) && status != TOO_MANY_REQUESTS)
    end_first (self, &self->post->refused, how);
  else
    {
      guint pause = MIN (FIRST_PAUSE_MS << MIN (self->retries, 8), MAX_PAUSE_MS);

      g_message ("webhook %s: %s, to be sent again", item->label, how);
      self->retries++;
      self->timer = g_timeout_add (pause, pause_is_over, self);
    }
}

static gboolean
attempt_is_over (gpointer user_data)
{
  DevWebhookQueue *self = user_data;

  self->timer = 0;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

/* What the answer says does not matter, but its end keeps the connection. */
static void
on_skipped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DevWebhookQueue *self = user_data;
  GInputStream *stream = G_INPUT_STREAM (source);
  gssize size = g_input_stream_skip_finish (stream, result, NULL);

  self->answer += MAX (size, 0);
  if (size > 0 && self->answer < MAX_ANSWER)
    g_input_stream_skip_async (stream, MAX_ANSWER, G_PRIORITY_DEFAULT, self->cancellable,
                               on_skipped, self);
  else
    take_answer (self, soup_message_get_status (self->message), NULL);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DevWebhookQueue *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream
      = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  self->answer = 0;
  if (stream != NULL)
    g_input_stream_skip_async (stream, MAX_ANSWER, G_PRIORITY_DEFAULT, self->cancellable,
                               on_skipped, self);
  else
    take_answer (self, 0, error);
}

static gboolean
accept_on_loopback (SoupMessage *message)
{
  return dev_loopback_is_host (g_uri_get_host (soup_message_get_uri (message)));
}

static SoupMessage *
new_message (DevWebhookQueue *self, const Item *item)
{
  SoupMessage *message = soup_message_new ("POST", self->url);
  g_autofree char *token
      = dev_webhook_token_sign (item->body, self->post->api_key, self->post->api_secret,
                                g_get_real_time () / G_USEC_PER_SEC, item->forgery);

  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", token);
  soup_message_set_request_body_from_bytes (message, "application/webhook+json", item->body);
  /* Without it libsoup makes a connection for each. */
  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_on_loopback), NULL);
  return message;
}

static void
drop_old (DevWebhookQueue *self)
{
  const gint64 now = g_get_monotonic_time ();
  Item *item;

  while ((item = g_queue_peek_head (&self->items)) != NULL && now > item->deadline)
    {
      g_message ("webhook %s: dropped, it is too old", item->label);
      self->post->dropped++;
      self->retries = 0;
      item_free (g_queue_pop_head (&self->items));
    }
}

static void
send_first (DevWebhookQueue *self)
{
  drop_old (self);
  if (!g_queue_is_empty (&self->items))
    {
      self->message = new_message (self, g_queue_peek_head (&self->items));
      self->cancellable = g_cancellable_new ();
      self->timer = g_timeout_add (ATTEMPT_MS, attempt_is_over, self);
      soup_session_send_async (self->post->session, self->message, G_PRIORITY_DEFAULT,
                               self->cancellable, on_sent, self);
    }
  else if (self->held->len == 0)
    self->done (self, self->data);
}

static void
enqueue (DevWebhookQueue *self, Item *item)
{
  item->deadline = g_get_monotonic_time () + MAX_AGE;
  g_queue_push_tail (&self->items, item);
  if (g_queue_get_length (&self->items) == 1)
    send_first (self);
}

static void
enqueue_held (DevWebhookQueue *self, guint index)
{
  Item *item = g_ptr_array_steal_index (self->held, index);

  g_clear_handle_id (&item->timer, g_source_remove);
  enqueue (self, item);
}

static gboolean
hold_is_over (gpointer user_data)
{
  Item *item = user_data;
  guint index;

  item->timer = 0;
  if (g_ptr_array_find (item->queue->held, item, &index))
    enqueue_held (item->queue, index);
  return G_SOURCE_REMOVE;
}

void
dev_webhook_queue_push (DevWebhookQueue *self,
                        GBytes *body,
                        const char *label,
                        DevForgery forgery,
                        guint hold,
                        gboolean until_next)
{
  Item *item = g_new0 (Item, 1);

  *item = (Item){ .queue = self,
                  .body = g_bytes_ref (body),
                  .label = g_strdup (label),
                  .forgery = forgery,
                  .until_next = until_next };
  self->post->size += g_bytes_get_size (body);
  self->post->waiting++;

  if (hold > 0)
    {
      item->timer = g_timeout_add (hold, hold_is_over, item);
      g_ptr_array_add (self->held, item);
      return;
    }

  enqueue (self, item);
  for (guint i = 0; i < self->held->len;)
    {
      const Item *held = g_ptr_array_index (self->held, i);

      if (held->until_next)
        enqueue_held (self, i);
      else
        i++;
    }
}
