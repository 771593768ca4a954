/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-call.h"

#include <string.h>

#include "dev-twirp.h"
#include "lk-egress-error.h"
#include "lk-egress-wire-json-private.h"

#define JSON "application/json"
#define PROTOBUF "application/protobuf"
/* Seconds without any byte taken. */
#define WRITE_TIMEOUT 10

struct _DevCall
{
  GObject parent_instance;

  SoupServerMessage *message;
  DevFault *fault;
  gulong finished_handler;
  gboolean answered;
};

G_DEFINE_FINAL_TYPE (DevCall, dev_call, G_TYPE_OBJECT)

enum
{
  SIGNAL_ANSWERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* TRUE for the first end of the call. */
static gboolean
finish (DevCall *self)
{
  if (self->answered)
    return FALSE;
  self->answered = TRUE;
  g_clear_signal_handler (&self->finished_handler, self->message);
  return TRUE;
}

static void
tell (DevCall *self)
{
  g_autoptr (DevCall) alive = g_object_ref (self);

  g_signal_emit (alive, signals[SIGNAL_ANSWERED], 0);
}

static void
on_finished (DevCall *self)
{
  if (finish (self))
    tell (self);
}

static void
dev_call_dispose (GObject *object)
{
  DevCall *self = DEV_CALL (object);

  if (self->message != NULL)
    g_clear_signal_handler (&self->finished_handler, self->message);
  g_clear_object (&self->message);
  g_clear_pointer (&self->fault, dev_fault_unref);
  G_OBJECT_CLASS (dev_call_parent_class)->dispose (object);
}

static void
dev_call_class_init (DevCallClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dev_call_dispose;
  signals[SIGNAL_ANSWERED] = g_signal_new ("answered", DEV_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 0);
}

static void
dev_call_init (DevCall *self)
{
}

DevCall *
dev_call_new (SoupServerMessage *message)
{
  DevCall *self = g_object_new (DEV_TYPE_CALL, NULL);

  self->message = g_object_ref (message);
  self->finished_handler
      = g_signal_connect_swapped (message, "finished", G_CALLBACK (on_finished), self);
  soup_server_message_pause (message);
  return self;
}

SoupServerMessage *
dev_call_get_message (DevCall *self)
{
  return self->message;
}

void
dev_call_set_fault (DevCall *self, DevFault *fault)
{
  self->fault = dev_fault_ref (fault);
}

static void
on_half_written (GObject *output, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GIOStream) stream = user_data;

  g_output_stream_write_all_finish (G_OUTPUT_STREAM (output), result, NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
}

/* The connection itself, with nothing of the server's in between. One who does not read it keeps
 * nobody waiting but itself. */
static void
write_half (DevCall *self, guint status, const char *content_type, GBytes *body)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (body, &size);
  g_autofree char *head = g_strdup_printf (
      "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n", status,
      soup_status_get_phrase (status), content_type, size);
  GByteArray *half = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  GIOStream *stream;
  GOutputStream *output;

  g_byte_array_append (half, (const guint8 *)head, strlen (head));
  g_byte_array_append (half, data, size / 2);
  bytes = g_byte_array_free_to_bytes (half);
  g_socket_set_timeout (soup_server_message_get_socket (self->message), WRITE_TIMEOUT);
  stream = soup_server_message_steal_connection (self->message);
  output = g_io_stream_get_output_stream (stream);
  g_object_set_data_full (G_OBJECT (output), "half", g_bytes_ref (bytes),
                          (GDestroyNotify)g_bytes_unref);
  g_output_stream_write_all_async (output, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                   G_PRIORITY_DEFAULT, NULL, on_half_written, stream);
}

/* libsoup's server loses the descriptor of a kept connection that its client closes: none is kept
 * unless a fault says so. */
static void
add_headers (DevCall *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  soup_message_headers_replace (headers, "Connection", "close");
  if (self->fault == NULL || self->fault->headers == NULL)
    return;
  json_object_iter_init (&iter, self->fault->headers);
  while (json_object_iter_next (&iter, &name, &value))
    soup_message_headers_replace (headers, name, json_node_get_string (value));
}

void
dev_call_answer (DevCall *self, guint status, const char *content_type, GBytes *body)
{
  DevCut cut = self->fault != NULL ? self->fault->cut : DEV_CUT_NONE;

  if (cut == DEV_CUT_AFTER)
    {
      dev_call_cut (self);
      return;
    }
  if (!finish (self))
    return;
  if (content_type == NULL)
    content_type = dev_call_is_json (self) ? JSON : PROTOBUF;
  if (cut == DEV_CUT_MIDDLE)
    write_half (self, status, content_type, body);
  else
    {
      soup_server_message_set_status (self->message, status, NULL);
      soup_message_headers_set_content_type (
          soup_server_message_get_response_headers (self->message), content_type, NULL);
      if (g_bytes_get_size (body) > 0)
        soup_message_body_append_bytes (soup_server_message_get_response_body (self->message),
                                        body);
      add_headers (self);
      soup_server_message_unpause (self->message);
    }
  tell (self);
}

void
dev_call_cut (DevCall *self)
{
  g_autoptr (GIOStream) stream = NULL;

  if (!finish (self))
    return;
  stream = soup_server_message_steal_connection (self->message);
  g_io_stream_close (stream, NULL, NULL);
  tell (self);
}

void
dev_call_answer_text (DevCall *self, guint status, const char *content_type, const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  dev_call_answer (self, status, content_type, body);
}

void
dev_call_answer_message (DevCall *self, const ProtobufCMessage *message)
{
  if (dev_call_is_json (self))
    {
      g_autofree char *json = lk_egress_wire_to_json (message, LK_EGRESS_WIRE_JSON_PROTO_NAMES
                                                                   | LK_EGRESS_WIRE_JSON_DEFAULTS);

      dev_call_answer_text (self, 200, JSON, json);
    }
  else
    {
      g_autoptr (GBytes) bytes = lk_egress_wire_pack (message);

      dev_call_answer (self, 200, PROTOBUF, bytes);
    }
}

void
dev_call_answer_twirp (DevCall *self,
                       const char *code,
                       const char *text,
                       const char *meta_key,
                       const char *meta)
{
  g_autofree char *body = dev_twirp_error_body (code, text, meta_key, meta);

  dev_call_answer_text (self, dev_twirp_status (code), JSON, body);
}

void
dev_call_answer_error (DevCall *self, const GError *error)
{
  dev_call_answer_twirp (self, lk_egress_error_to_code (error->code), error->message, NULL, NULL);
}

char *
dev_call_get_content_type (DevCall *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (self->message);
  const char *value = soup_message_headers_get_one (headers, "Content-Type");
  g_auto (GStrv) parts = g_strsplit (value != NULL ? value : "", ";", 2);

  return parts[0] != NULL ? g_ascii_strdown (g_strstrip (parts[0]), -1) : g_strdup ("");
}

gboolean
dev_call_is_json (DevCall *self)
{
  g_autofree char *type = dev_call_get_content_type (self);

  return g_str_equal (type, JSON);
}
