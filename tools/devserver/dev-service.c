/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-service.h"

#include "dev-checks.h"
#include "dev-message.h"
#include "lk-egress-error.h"
#include "lk-egress-wire-check-private.h"
#include "lk-egress-wire-json-private.h"

typedef void (*Handler) (DevService *self, DevCall *call, const ProtobufCMessage *request);

/* Start and list */

static void
answer_info (DevCall *call, DevEgress *egress)
{
  Livekit__EgressInfo *info = dev_egress_dup_info (egress);

  dev_call_answer_message (call, &info->base);
  lk_egress_wire_free (&info->base);
}

static DevEgress *
start (DevService *self, const ProtobufCMessage *request, GError **error)
{
  g_autoptr (DevPlan) plan = dev_plan_new (request);
  const char *room_id = dev_registry_get_room_id (self->registry, plan->room_name);
  g_autofree char *missing = NULL;
  g_autoptr (DevFault) fault = NULL;
  DevEgress *egress;

  if (plan->source != DEV_SOURCE_WEB && room_id == NULL)
    {
      g_set_error_literal (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND,
                           DEV_TEXT_PREFIX "requested room does not exist");
      return NULL;
    }
  if (!dev_checks_run (plan, error))
    return NULL;
  missing = dev_registry_find_missing (self->registry, plan);
  fault = dev_faults_take_life (self->faults);
  egress = dev_egress_new (g_steal_pointer (&plan), room_id != NULL ? room_id : "", missing, fault,
                           &self->egress, error);
  if (egress != NULL)
    {
      dev_registry_add (self->registry, egress);
      dev_webhooks_follow (self->webhooks, egress);
    }
  return egress;
}

static void
handle_start (DevService *self, DevCall *call, const ProtobufCMessage *request)
{
  g_autoptr (GError) error = NULL;
  DevEgress *egress = start (self, request, &error);

  if (egress != NULL)
    answer_info (call, egress);
  else
    dev_call_answer_error (call, error);
}

static gboolean
is_listed (DevEgress *egress, const Livekit__ListEgressRequest *request)
{
  return (*request->room_name == '\0'
          || g_str_equal (request->room_name, dev_egress_get_room_name (egress)))
         && (*request->egress_id == '\0'
             || g_str_equal (request->egress_id, dev_egress_get_id (egress)))
         && (!request->active || !dev_egress_is_ended (egress));
}

/* The egress that a request is about; answers if there is none. */
static DevEgress *
find (DevService *self, DevCall *call, const char *egress_id)
{
  DevEgress *egress = dev_registry_get (self->registry, egress_id);

  if (egress == NULL)
    dev_call_answer_twirp (call, "not_found", DEV_TEXT_PREFIX "egress does not exist", NULL, NULL);
  return egress;
}

static void
handle_list (DevService *self, DevCall *call, const ProtobufCMessage *message)
{
  const Livekit__ListEgressRequest *request = (const Livekit__ListEgressRequest *)message;
  const GPtrArray *all = dev_registry_get_all (self->registry);
  Livekit__ListEgressResponse *response;

  if (*request->egress_id != '\0' && find (self, call, request->egress_id) == NULL)
    return;
  response = (Livekit__ListEgressResponse *)lk_egress_wire_new (
      &livekit__list_egress_response__descriptor);
  for (guint i = 0; i < all->len; i++)
    if (is_listed (g_ptr_array_index (all, i), request))
      dev_message_append (&response->items, &response->n_items,
                          dev_egress_dup_info (g_ptr_array_index (all, i)));
  dev_call_answer_message (call, &response->base);
  lk_egress_wire_free (&response->base);
}

/* Calls that the worker of an egress answers */

typedef struct _WorkerCall WorkerCall;

struct _WorkerCall
{
  DevCall *call; /* owns this */
  DevEgress *egress;
  ProtobufCMessage *request;
  void (*handle) (WorkerCall *self);
  const char *timeout_code;
  const char *timeout_text;
  gboolean waited; /* for the egress to be reachable */
  gulong handler;
  guint timer;
};

static void
worker_call_free (WorkerCall *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_signal_handler (&self->handler, self->egress);
  g_object_unref (self->egress);
  lk_egress_wire_free (self->request);
  g_free (self);
}

static gboolean
worker_call_time_out (gpointer user_data)
{
  WorkerCall *self = user_data;

  self->timer = 0;
  dev_call_answer_twirp (self->call, self->timeout_code, self->timeout_text, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
worker_call_try (WorkerCall *self)
{
  if (!dev_egress_is_reachable (self->egress))
    return;
  g_clear_signal_handler (&self->handler, self->egress);
  g_clear_handle_id (&self->timer, g_source_remove);
  self->handle (self);
}

/* Runs at once, or when the egress gets reachable, or never: then the time-out is the answer. */
static void
worker_call_run (DevService *service,
                 DevCall *call,
                 DevEgress *egress,
                 const ProtobufCMessage *request,
                 void (*handle) (WorkerCall *self),
                 const char *timeout_code,
                 const char *timeout_text)
{
  WorkerCall *self = g_new0 (WorkerCall, 1);

  self->call = call;
  self->egress = g_object_ref (egress);
  self->request = lk_egress_wire_copy (request);
  self->handle = handle;
  self->timeout_code = timeout_code;
  self->timeout_text = timeout_text;
  self->waited = !dev_egress_is_reachable (egress);
  self->timer = g_timeout_add_seconds (service->rpc_timeout, worker_call_time_out, self);
  self->handler = g_signal_connect_swapped (egress, "changed", G_CALLBACK (worker_call_try), self);
  g_object_set_data_full (G_OBJECT (call), "worker-call", self, (GDestroyNotify)worker_call_free);
  worker_call_try (self);
}

static void
answer_ended (WorkerCall *self, const char *verb)
{
  g_autofree char *text = g_strdup_printf ("egress with status %s cannot be %s",
                                           dev_egress_get_status_name (self->egress), verb);

  /* The server knows of an egress that has ended; a worker that never ran it does not. */
  if (self->waited)
    dev_call_answer_twirp (self->call, "not_found", DEV_TEXT_PREFIX "egress not found", NULL, NULL);
  else
    dev_call_answer_twirp (self->call, "failed_precondition", text, NULL, NULL);
}

static void
do_stop (WorkerCall *self)
{
  if (dev_egress_is_ended (self->egress))
    {
      answer_ended (self, "stopped");
      return;
    }
  dev_egress_stop (self->egress);
  answer_info (self->call, self->egress);
}

static void
do_update_stream (WorkerCall *self)
{
  g_autoptr (GError) error = NULL;

  if (dev_egress_get_status (self->egress) != LIVEKIT__EGRESS_STATUS__EGRESS_ACTIVE)
    answer_ended (self, "updated");
  else if (dev_egress_update_stream (self->egress,
                                     (const Livekit__UpdateStreamRequest *)self->request, &error))
    answer_info (self->call, self->egress);
  else
    dev_call_answer_error (self->call, error);
}

static void
handle_stop (DevService *self, DevCall *call, const ProtobufCMessage *request)
{
  DevEgress *egress = find (self, call, dev_message_string (request, "egress_id"));

  if (egress != NULL)
    worker_call_run (self, call, egress, request, do_stop, "deadline_exceeded",
                     DEV_TEXT_PREFIX "request timed out");
}

static void
handle_update_stream (DevService *self, DevCall *call, const ProtobufCMessage *request)
{
  DevEgress *egress = find (self, call, dev_message_string (request, "egress_id"));

  if (egress != NULL)
    worker_call_run (self, call, egress, request, do_update_stream, "unavailable",
                     DEV_TEXT_PREFIX "no response from servers");
}

/* Not the worker but the room is told, so nobody notices when nothing comes of it. */
static void
handle_update_layout (DevService *self, DevCall *call, const ProtobufCMessage *request)
{
  DevEgress *egress = find (self, call, dev_message_string (request, "egress_id"));

  if (egress == NULL)
    return;
  dev_egress_set_layout (egress, dev_message_string (request, "layout"));
  answer_info (call, egress);
}

static const struct
{
  const char *name;
  const ProtobufCMessageDescriptor *request;
  Handler handle;
} methods[] = {
  { "StartEgress", &livekit__start_egress_request__descriptor, handle_start },
  { "UpdateLayout", &livekit__update_layout_request__descriptor, handle_update_layout },
  { "UpdateStream", &livekit__update_stream_request__descriptor, handle_update_stream },
  { "ListEgress", &livekit__list_egress_request__descriptor, handle_list },
  { "StopEgress", &livekit__stop_egress_request__descriptor, handle_stop },
  { "StartRoomCompositeEgress", &livekit__room_composite_egress_request__descriptor, handle_start },
  { "StartWebEgress", &livekit__web_egress_request__descriptor, handle_start },
  { "StartParticipantEgress", &livekit__participant_egress_request__descriptor, handle_start },
  { "StartTrackCompositeEgress", &livekit__track_composite_egress_request__descriptor,
    handle_start },
  { "StartTrackEgress", &livekit__track_egress_request__descriptor, handle_start },
};

static guint
find_method (const char *name)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (methods) && !g_str_equal (methods[i].name, name))
    i++;
  return i;
}

gboolean
dev_service_has_method (const char *method)
{
  return find_method (method) < G_N_ELEMENTS (methods);
}

static ProtobufCMessage *
decode (DevCall *call, const ProtobufCMessageDescriptor *descriptor)
{
  SoupMessageBody *body = soup_server_message_get_request_body (dev_call_get_message (call));
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (dev_call_is_json (call))
    return lk_egress_wire_from_json (descriptor, data != NULL ? data : "", size, NULL);
  return lk_egress_wire_unpack (descriptor, bytes, NULL);
}

void
dev_service_handle (DevService *self, const char *method, gboolean may_record, DevCall *call)
{
  guint index = find_method (method);
  ProtobufCMessage *request = decode (call, methods[index].request);

  if (request == NULL)
    dev_call_answer_twirp (call, "malformed",
                           dev_call_is_json (call) ? "the json request could not be decoded"
                                                   : "the protobuf request could not be decoded",
                           NULL, NULL);
  else if (!may_record)
    dev_call_answer_twirp (call, "unauthenticated", "permissions denied", NULL, NULL);
  else
    methods[index].handle (self, call, request);
  if (request != NULL)
    lk_egress_wire_free (request);
}
