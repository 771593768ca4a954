/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-webhooks.h"

#include <string.h>

#include "dev-id.h"
#include "dev-loopback.h"
#include "dev-message.h"
#include "dev-webhook-queue.h"
#include "livekit_webhook.pb-c.h"
#include "lk-egress-wire-json-private.h"

#define MAX_CONNECTIONS 64
/* Of all bodies that wait, whatever their number. */
#define MAX_SIZE (64 * 1024 * 1024)
/* An event that is to follow the next one does not wait for ever. */
#define SWAP_MS 2000
#define LATE_MS 1000

struct _DevWebhooks
{
  DevWebhookPost post;
  DevFaults *faults;
  GPtrArray *urls;    /* of the server */
  GHashTable *queues; /* by their keys; each is there while it has something to send */
  gboolean closed;
};

DevWebhooks *
dev_webhooks_new (const char *api_key, const char *api_secret, DevFaults *faults)
{
  DevWebhooks *self = g_new0 (DevWebhooks, 1);

  self->post.session = soup_session_new_with_options ("max-conns", MAX_CONNECTIONS,
                                                      "max-conns-per-host", MAX_CONNECTIONS, NULL);
  /* A receiver on this machine is behind no proxy. */
  soup_session_set_proxy_resolver (self->post.session, NULL);
  self->post.api_key = g_strdup (api_key);
  self->post.api_secret = g_strdup (api_secret);
  self->faults = faults;
  self->urls = g_ptr_array_new_with_free_func (g_free);
  self->queues = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                        (GDestroyNotify)dev_webhook_queue_free);
  return self;
}

void
dev_webhooks_free (DevWebhooks *self)
{
  self->closed = TRUE;
  g_hash_table_unref (self->queues);
  g_ptr_array_unref (self->urls);
  g_object_unref (self->post.session);
  g_free (self->post.api_key);
  g_free (self->post.api_secret);
  g_free (self);
}

static gboolean
is_http (GUri *uri)
{
  return uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0'
         && (g_str_equal (g_uri_get_scheme (uri), "http")
             || g_str_equal (g_uri_get_scheme (uri), "https"));
}

gboolean
dev_webhooks_add_url (DevWebhooks *self, const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);

  if (!is_http (uri))
    {
      /* It may have a secret in it. */
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "An address for webhooks is not an HTTP URL: write one such as "
                           "http://127.0.0.1:8080/webhooks");
      return FALSE;
    }
  g_ptr_array_add (self->urls, g_strdup (url));
  return TRUE;
}

/* One event to one address */

static void
on_queue_done (DevWebhookQueue *queue, gpointer data)
{
  DevWebhooks *self = data;

  g_hash_table_remove (self->queues, dev_webhook_queue_get_key (queue));
}

static DevWebhookQueue *
get_queue (DevWebhooks *self, const char *url, const char *egress_id)
{
  g_autofree char *key = dev_webhook_queue_make_key (url, egress_id);
  DevWebhookQueue *queue = g_hash_table_lookup (self->queues, key);

  if (queue == NULL)
    {
      queue = dev_webhook_queue_new (&self->post, url, egress_id, on_queue_done, self);
      g_hash_table_insert (self->queues, (gpointer)dev_webhook_queue_get_key (queue), queue);
    }
  return queue;
}

typedef struct
{
  GBytes *body;
  const char *egress_id;
  char *label;
  const DevFault *fault; /* NULL if all goes well */
} Event;

static void
send_to (DevWebhooks *self, const Event *event, const char *url)
{
  DevWebhookFault fault = event->fault != NULL ? event->fault->webhook : DEV_WEBHOOK_NORMAL;
  DevForgery forgery = event->fault != NULL ? event->fault->forgery : DEV_FORGERY_NONE;
  guint copies = fault == DEV_WEBHOOK_REPEAT ? 1 + event->fault->times : 1;
  guint hold = 0;

  if (fault == DEV_WEBHOOK_SWAP)
    hold = SWAP_MS;
  else if (fault == DEV_WEBHOOK_LATE)
    hold = event->fault->delay > 0 ? event->fault->delay : LATE_MS;

  for (guint i = 0; i < copies; i++)
    {
      if (fault == DEV_WEBHOOK_DROP || self->post.size + g_bytes_get_size (event->body) > MAX_SIZE)
        {
          self->post.dropped++;
          g_message ("webhook %s: dropped", event->label);
        }
      else
        dev_webhook_queue_push (get_queue (self, url, event->egress_id), event->body, event->label,
                                forgery, hold, fault == DEV_WEBHOOK_SWAP);
    }
}

/* The addresses in a request */

static gboolean
lists (char *const *names, size_t n_names, const char *name)
{
  for (size_t i = 0; i < n_names; i++)
    if (g_str_equal (names[i], name))
      return TRUE;
  return FALSE;
}

static gboolean
is_wanted (const Livekit__WebhookConfig *config, const char *name)
{
  const Livekit__FilterParams *filter = config->filter_params;

  if (filter == NULL || lists (filter->include_events, filter->n_include_events, name))
    return TRUE;
  return filter->n_include_events == 0
         && !lists (filter->exclude_events, filter->n_exclude_events, name);
}

/* Who may start an egress does not decide which other machines this one talks to. */
static gboolean
is_allowed (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);

  return is_http (uri) && dev_loopback_is_host (g_uri_get_host (uri));
}

static gboolean
knows_keys (DevWebhooks *self, Livekit__WebhookConfig *const *configs, guint n_configs)
{
  for (guint i = 0; i < n_configs; i++)
    if (*configs[i]->signing_key != '\0'
        && !g_str_equal (configs[i]->signing_key, self->post.api_key))
      return FALSE;
  return TRUE;
}

/* The event */

static GBytes *
make_body (const char *name, DevEgress *egress)
{
  Livekit__WebhookEvent *event
      = (Livekit__WebhookEvent *)lk_egress_wire_new (&livekit__webhook_event__descriptor);
  g_autofree char *id = dev_id_new ("EV_");
  char *json;

  dev_message_set_string (&event->event, name);
  dev_message_set_string (&event->id, id);
  event->created_at = g_get_real_time () / G_USEC_PER_SEC;
  event->egress_info = dev_egress_dup_info (egress);
  json = lk_egress_wire_to_json (&event->base, LK_EGRESS_WIRE_JSON_NONE);
  lk_egress_wire_free (&event->base);
  return g_bytes_new_take (json, strlen (json));
}

static void
tell (DevWebhooks *self, DevEgress *egress, const char *name)
{
  const ProtobufCMessage *request = dev_egress_get_request (egress);
  Livekit__WebhookConfig **configs = NULL;
  guint n_configs = dev_message_list (request, "webhooks", (gpointer **)&configs);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (DevFault) fault = NULL;
  Event event;
  g_autofree char *label = g_strdup_printf ("%s %s", name, dev_egress_get_id (egress));

  if (self->urls->len + n_configs == 0)
    return;
  /* One such key, and LiveKit's server tells nobody. */
  if (!knows_keys (self, configs, n_configs))
    {
      g_message ("webhook %s: not sent, signing_key names an unknown API key", label);
      return;
    }

  body = make_body (name, egress);
  fault = dev_faults_take_webhook (self->faults, name);
  event = (Event){ body, dev_egress_get_id (egress), label, fault };
  for (guint i = 0; i < self->urls->len; i++)
    send_to (self, &event, g_ptr_array_index (self->urls, i));
  for (guint i = 0; i < n_configs; i++)
    {
      if (!is_wanted (configs[i], name))
        continue;
      if (is_allowed (configs[i]->url))
        send_to (self, &event, configs[i]->url);
      else
        g_message ("webhook %s: not sent, webhooks[%u].url of the request is no HTTP URL of the "
                   "loopback interface",
                   label, i);
    }
}

static void
on_changed (DevEgress *egress, gpointer user_data)
{
  DevWebhooks *self = user_data;

  if (!self->closed)
    tell (self, egress, dev_egress_is_ended (egress) ? "egress_ended" : "egress_updated");
}

void
dev_webhooks_follow (DevWebhooks *self, DevEgress *egress)
{
  tell (self, egress, "egress_started");
  g_signal_connect (egress, "changed", G_CALLBACK (on_changed), self);
  if (dev_egress_is_ended (egress))
    on_changed (egress, self);
}

JsonObject *
dev_webhooks_count (DevWebhooks *self)
{
  const DevWebhookPost *post = &self->post;
  JsonObject *counts = json_object_new ();

  json_object_set_int_member (counts, "delivered", (gint64)post->delivered);
  json_object_set_int_member (counts, "refused", (gint64)post->refused);
  json_object_set_int_member (counts, "dropped", (gint64)post->dropped);
  json_object_set_int_member (counts, "waiting", (gint64)post->waiting);
  return counts;
}
