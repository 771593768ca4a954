/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-webhook-receiver-private.h"

#include "lk-egress-http-listener-private.h"
#include "lk-egress-service-private.h"
#include "lk-egress-webhook.h"

/**
 * LkEgressWebhookReceiver:
 *
 * Takes the webhooks of a LiveKit server for an [class@Service]: verifies them, leaves out those
 * that come twice, and delivers the others.
 *
 * Behind the HTTP server of an application, [method@WebhookReceiver.receive] takes one request and
 * gives the status to answer with. [method@WebhookReceiver.listen] has a server of its own:
 *
 * | request             | answer                                                                |
 * |---------------------|-----------------------------------------------------------------------|
 * | `POST /webhook`     | 200 if it was taken, 401, 400 or 413 if not                           |
 * | `GET /metrics`      | [class@Metrics] in the format that the header `Accept` asks for       |
 * | `GET /health/live`  | 200 while the main context of the service runs                        |
 * | `GET /health/ready` | [class@Health] as JSON; 503 for an unhealthy service, 200 for others  |
 *
 * Create it in the thread of the service. The configuration of the LiveKit server has to name its
 * address, or the field [property@Request:webhooks] of each request.
 *
 * Since: 1.0
 */

/* So many ids of events are known, which is more than a server sends within the five minutes that a
 * token is good for; longer ones are none of a LiveKit server. */
#define MAX_IDS 8192
#define MAX_ID_LENGTH 128

struct _LkEgressWebhookReceiver
{
  GObject parent_instance;

  LkEgressService *service;
  LkEgressWebhookKeys *keys;

  GMutex lock;
  GHashTable *ids; /* of the events that came */
  GQueue order;    /* the same, oldest first */

  LkEgressHttpListener *listener;
  guint max_time;
};

enum
{
  PROP_0,
  PROP_SERVICE,
  PROP_KEYS,
  PROP_PORT,
  LAST_PROPERTY
};

static GParamSpec *properties[LAST_PROPERTY];

G_DEFINE_FINAL_TYPE (LkEgressWebhookReceiver, lk_egress_webhook_receiver, G_TYPE_OBJECT)

static void
lk_egress_webhook_receiver_constructed (GObject *object)
{
  LkEgressWebhookReceiver *self = LK_EGRESS_WEBHOOK_RECEIVER (object);

  G_OBJECT_CLASS (lk_egress_webhook_receiver_parent_class)->constructed (object);

  lk_egress_service_expect_webhooks (self->service);
}

static void
lk_egress_webhook_receiver_dispose (GObject *object)
{
  LkEgressWebhookReceiver *self = LK_EGRESS_WEBHOOK_RECEIVER (object);

  g_clear_pointer (&self->listener, lk_egress_http_listener_free);

  G_OBJECT_CLASS (lk_egress_webhook_receiver_parent_class)->dispose (object);
}

static void
lk_egress_webhook_receiver_finalize (GObject *object)
{
  LkEgressWebhookReceiver *self = LK_EGRESS_WEBHOOK_RECEIVER (object);

  g_clear_object (&self->service);
  g_clear_object (&self->keys);
  g_queue_clear (&self->order);
  g_hash_table_unref (self->ids);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (lk_egress_webhook_receiver_parent_class)->finalize (object);
}

static void
lk_egress_webhook_receiver_get_property (GObject *object,
                                         guint id,
                                         GValue *value,
                                         GParamSpec *pspec)
{
  LkEgressWebhookReceiver *self = LK_EGRESS_WEBHOOK_RECEIVER (object);

  switch (id)
    {
    case PROP_SERVICE:
      g_value_set_object (value, self->service);
      break;
    case PROP_KEYS:
      g_value_set_object (value, self->keys);
      break;
    case PROP_PORT:
      g_value_set_uint (value, lk_egress_webhook_receiver_get_port (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_webhook_receiver_set_property (GObject *object,
                                         guint id,
                                         const GValue *value,
                                         GParamSpec *pspec)
{
  LkEgressWebhookReceiver *self = LK_EGRESS_WEBHOOK_RECEIVER (object);

  switch (id)
    {
    case PROP_SERVICE:
      self->service = g_value_dup_object (value);
      break;
    case PROP_KEYS:
      self->keys = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_webhook_receiver_class_init (LkEgressWebhookReceiverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags given = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = lk_egress_webhook_receiver_constructed;
  object_class->dispose = lk_egress_webhook_receiver_dispose;
  object_class->finalize = lk_egress_webhook_receiver_finalize;
  object_class->get_property = lk_egress_webhook_receiver_get_property;
  object_class->set_property = lk_egress_webhook_receiver_set_property;

  /**
   * LkEgressWebhookReceiver:service: (getter get_service)
   *
   * The service that is told.
   *
   * Since: 1.0
   */
  properties[PROP_SERVICE]
      = g_param_spec_object ("service", NULL, NULL, LK_EGRESS_TYPE_SERVICE, given);

  /**
   * LkEgressWebhookReceiver:keys: (getter get_keys)
   *
   * Whom to believe.
   *
   * Since: 1.0
   */
  properties[PROP_KEYS]
      = g_param_spec_object ("keys", NULL, NULL, LK_EGRESS_TYPE_WEBHOOK_KEYS, given);

  /**
   * LkEgressWebhookReceiver:port: (getter get_port)
   *
   * The TCP port that it listens on; 0 while it does not. Default: 0.
   *
   * Since: 1.0
   */
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, LAST_PROPERTY, properties);
}

static void
lk_egress_webhook_receiver_init (LkEgressWebhookReceiver *self)
{
  g_mutex_init (&self->lock);
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->order);
  self->max_time = LK_EGRESS_HTTP_MAX_TIME;
}

/**
 * lk_egress_webhook_receiver_new:
 * @service: the service to tell
 * @keys: whom to believe; all keys are added
 *
 * Creates a receiver, which does not listen yet. From now on the service counts it as a problem
 * when its egresses change and no webhook comes.
 *
 * Returns: (transfer full): a new receiver
 * Since: 1.0
 */
LkEgressWebhookReceiver *
lk_egress_webhook_receiver_new (LkEgressService *service, LkEgressWebhookKeys *keys)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (service), NULL);
  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_KEYS (keys), NULL);

  return g_object_new (LK_EGRESS_TYPE_WEBHOOK_RECEIVER, "service", service, "keys", keys, NULL);
}

/**
 * lk_egress_webhook_receiver_get_service: (get-property service)
 * @self: a receiver
 *
 * Gets [property@WebhookReceiver:service].
 *
 * Returns: (transfer none): the service
 * Since: 1.0
 */
LkEgressService *
lk_egress_webhook_receiver_get_service (LkEgressWebhookReceiver *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_RECEIVER (self), NULL);

  return self->service;
}

/**
 * lk_egress_webhook_receiver_get_keys: (get-property keys)
 * @self: a receiver
 *
 * Gets [property@WebhookReceiver:keys].
 *
 * Returns: (transfer none): the keys
 * Since: 1.0
 */
LkEgressWebhookKeys *
lk_egress_webhook_receiver_get_keys (LkEgressWebhookReceiver *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_RECEIVER (self), NULL);

  return self->keys;
}

/* Remembers the event. FALSE if it came before. */
static gboolean
is_new (LkEgressWebhookReceiver *self, const char *id)
{
  g_autoptr (GMutexLocker) locker = NULL;
  char *copy;

  if (id == NULL || strlen (id) > MAX_ID_LENGTH)
    return TRUE;

  locker = g_mutex_locker_new (&self->lock);
  if (g_hash_table_contains (self->ids, id))
    return FALSE;

  copy = g_strdup (id);
  g_hash_table_add (self->ids, copy);
  g_queue_push_tail (&self->order, copy);
  if (g_queue_get_length (&self->order) > MAX_IDS)
    g_hash_table_remove (self->ids, g_queue_pop_head (&self->order));

  return TRUE;
}

static void
count (LkEgressWebhookReceiver *self, const char *result)
{
  lk_egress_metrics_add (lk_egress_service_get_metrics (self->service), LK_EGRESS_METRIC_WEBHOOKS,
                         1, result, NULL);
}

static guint
refuse (LkEgressWebhookReceiver *self, guint status, const char *reason)
{
  count (self, LK_EGRESS_METRIC_REFUSED);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_INFO, "CODE", "webhook_refused", "MESSAGE",
                    "A webhook was refused with %u: %s", status, reason);

  return status;
}

/**
 * lk_egress_webhook_receiver_receive:
 * @self: a receiver
 * @body: the bytes of the request as they came
 * @authorization: (nullable): the value of its header `Authorization`, %NULL if it has none
 *
 * Takes one request: verifies it as [func@webhook_verify] does, and tells the service what it says,
 * unless it came before. Answer with the status that this gives, at once: the server gives up after
 * ten seconds.
 *
 * Limit what is read before this is called, in size (1 MiB is enough for any body) and time. Why a
 * webhook is refused is in the log, at %G_LOG_LEVEL_INFO. Any thread may call this.
 *
 * Returns: the HTTP status: 200 if it was taken or came before, 401 if it is not signed by one of
 *   the keys or too old, 400 if it is no webhook, 413 if it is larger than 1 MiB
 * Since: 1.0
 */
guint
lk_egress_webhook_receiver_receive (LkEgressWebhookReceiver *self,
                                    GBytes *body,
                                    const char *authorization)
{
  g_autoptr (LkEgressWebhookEvent) event = NULL;
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_RECEIVER (self), SOUP_STATUS_INTERNAL_SERVER_ERROR);
  g_return_val_if_fail (body != NULL, SOUP_STATUS_INTERNAL_SERVER_ERROR);

  if (g_bytes_get_size (body) > LK_EGRESS_HTTP_MAX_BODY)
    return refuse (self, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "its body is too large");

  event = lk_egress_webhook_verify (body, authorization, self->keys, NULL, &error);
  if (event == NULL)
    return refuse (self,
                   g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA)
                       ? SOUP_STATUS_BAD_REQUEST
                       : SOUP_STATUS_UNAUTHORIZED,
                   error->message);

  if (!is_new (self, lk_egress_webhook_event_get_id (event)))
    {
      count (self, LK_EGRESS_METRIC_DUPLICATE);
      return SOUP_STATUS_OK;
    }

  /* Nobody else has the info when the thread of the service reads it. */
  g_set_object (&info, lk_egress_webhook_event_get_egress_info (event));
  g_clear_object (&event);
  lk_egress_service_take_webhook (self->service, g_steal_pointer (&info));

  return SOUP_STATUS_OK;
}

static void
answer_text (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
answer_webhook (LkEgressWebhookReceiver *self, SoupServerMessage *message)
{
  g_autoptr (GBytes) body
      = soup_message_body_flatten (soup_server_message_get_request_body (message));
  const char *authorization = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");

  soup_server_message_set_status (
      message, lk_egress_webhook_receiver_receive (self, body, authorization), NULL);
}

static void
answer_metrics (LkEgressWebhookReceiver *self, SoupServerMessage *message)
{
  const char *accept
      = soup_message_headers_get_list (soup_server_message_get_request_headers (message), "Accept");
  gboolean openmetrics = accept != NULL && strstr (accept, "application/openmetrics-text") != NULL;
  g_autofree char *text = lk_egress_metrics_to_text (
      lk_egress_service_get_metrics (self->service),
      openmetrics ? LK_EGRESS_METRICS_FORMAT_OPENMETRICS : LK_EGRESS_METRICS_FORMAT_PROMETHEUS);

  answer_text (message, SOUP_STATUS_OK,
               openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                           : "text/plain; version=0.0.4; charset=utf-8",
               text);
}

static void
answer_live (LkEgressWebhookReceiver *self, SoupServerMessage *message)
{
  answer_text (message, SOUP_STATUS_OK, "application/json", "{\"status\":\"live\"}");
}

static void
answer_ready (LkEgressWebhookReceiver *self, SoupServerMessage *message)
{
  g_autoptr (LkEgressHealth) health = lk_egress_service_get_health_status (self->service);
  g_autofree char *json = lk_egress_health_to_json (health);

  answer_text (message,
               lk_egress_health_get_status (health) == LK_EGRESS_HEALTH_STATUS_UNHEALTHY
                   ? SOUP_STATUS_SERVICE_UNAVAILABLE
                   : SOUP_STATUS_OK,
               "application/json", json);
}

static const struct
{
  const char *path;
  const char *method;
  void (*answer) (LkEgressWebhookReceiver *self, SoupServerMessage *message);
} routes[] = {
  { "/webhook", "POST", answer_webhook },
  { "/metrics", "GET", answer_metrics },
  { "/health/live", "GET", answer_live },
  { "/health/ready", "GET", answer_ready },
};

static void
on_request (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  const char *method = soup_server_message_get_method (message);

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (!g_str_equal (path, routes[i].path))
        continue;
      if (g_str_equal (method, routes[i].method)
          || (g_str_equal (method, "HEAD") && g_str_equal (routes[i].method, "GET")))
        {
          routes[i].answer (user_data, message);
          return;
        }
      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow",
                                    routes[i].method);
      soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
      return;
    }
  soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}

/**
 * lk_egress_webhook_receiver_listen:
 * @self: a receiver
 * @address: (nullable): the IP address to listen on, such as `0.0.0.0`; %NULL for 127.0.0.1
 * @port: the TCP port, 0 to 65535; 0 for one that is free, see
 *   [method@WebhookReceiver.get_port]
 * @certificate: (nullable): certificate and key for https; %NULL for http
 * @error: return location for an error
 *
 * Listens for webhooks, and for those who ask for metrics and health, in the main context that is
 * thread-default: that of the service.
 *
 * At most 64 connections are open at a time, each request has ten seconds and 1 MiB. That is no
 * protection against somebody who means harm: leave it on the loopback interface, behind a proxy
 * that passes on `/webhook` alone. Anybody who reaches the port can read metrics and health, which
 * have no secrets.
 *
 * Errors are %G_IO_ERROR_INVALID_ARGUMENT for what is no address, %G_IO_ERROR_EXISTS if it listens
 * already, and those of the system, such as %G_IO_ERROR_ADDRESS_IN_USE.
 *
 * Returns: %TRUE if it listens
 * Since: 1.0
 */
gboolean
lk_egress_webhook_receiver_listen (LkEgressWebhookReceiver *self,
                                   const char *address,
                                   guint port,
                                   GTlsCertificate *certificate,
                                   GError **error)
{
  g_autoptr (GInetAddress) inet = NULL;
  g_autoptr (SoupServer) soup = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_RECEIVER (self), FALSE);
  g_return_val_if_fail (port <= G_MAXUINT16, FALSE);
  g_return_val_if_fail (certificate == NULL || G_IS_TLS_CERTIFICATE (certificate), FALSE);

  if (self->listener != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                   "The receiver listens on port %u already; close it first",
                   lk_egress_webhook_receiver_get_port (self));
      return FALSE;
    }
  inet = address != NULL ? g_inet_address_new_from_string (address)
                         : g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  if (inet == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is no IP address to listen on; give one such as 127.0.0.1 or ::1",
                   address);
      return FALSE;
    }

  soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (soup, NULL, on_request, self, NULL);
  self->listener
      = lk_egress_http_listener_new (soup, inet, (guint16)port, certificate, self->max_time, error);
  if (self->listener == NULL)
    return FALSE;

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PORT]);
  return TRUE;
}

/**
 * lk_egress_webhook_receiver_get_port: (get-property port)
 * @self: a receiver
 *
 * Gets [property@WebhookReceiver:port].
 *
 * Returns: the port, 0 if it does not listen
 * Since: 1.0
 */
guint
lk_egress_webhook_receiver_get_port (LkEgressWebhookReceiver *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_RECEIVER (self), 0);

  return self->listener != NULL ? lk_egress_http_listener_get_port (self->listener) : 0;
}

/**
 * lk_egress_webhook_receiver_close:
 * @self: a receiver
 *
 * Listens no more, and closes the connections. It can listen again after that.
 *
 * Since: 1.0
 */
void
lk_egress_webhook_receiver_close (LkEgressWebhookReceiver *self)
{
  g_return_if_fail (LK_EGRESS_IS_WEBHOOK_RECEIVER (self));

  if (self->listener == NULL)
    return;

  g_clear_pointer (&self->listener, lk_egress_http_listener_free);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PORT]);
}

void
lk_egress_webhook_receiver_set_max_time (LkEgressWebhookReceiver *self, guint max_time)
{
  self->max_time = max_time;
}
