/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-websocket.h"

#include <gst/app/gstappsink.h>
#include <libsoup/soup.h>

#include "dev-info.h"
#include "dev-loopback.h"
#include "dev-message.h"

/* Two seconds of messages wait for a receiver that does not read, then the oldest is dropped. */
#define MAX_MESSAGES 200
#define CONNECT_TIMEOUT 5
#define RETRY_DELAY_MS 500

struct _DevOutputWebsocket
{
  DevOutput parent_instance;

  char *error; /* NULL if it did not fail */
  guint retries;
  gint64 last_retry;

  SoupSession *session;
  GCancellable *cancellable;           /* while it connects */
  SoupWebsocketConnection *connection; /* NULL while there is none */
  guint retry;                         /* a timer */
  GstElement *sink;
  GSource *flush; /* wakes the main context when there are samples */
};

G_DEFINE_FINAL_TYPE (DevOutputWebsocket, dev_output_websocket, DEV_TYPE_OUTPUT)

static const char *const elements[]
    = { "appsink", "audiobuffersplit", "audioconvert", "audioresample", "queue", NULL };

static const char *
get_url (DevOutputWebsocket *self)
{
  const DevStream *stream
      = g_ptr_array_index (dev_output_get_destination (DEV_OUTPUT (self))->streams, 0);

  return stream->url;
}

static gboolean
dev_output_websocket_check (const DevOutputContext *context,
                            const DevDestination *destination,
                            GError **error)
{
  return destination->streams->len == 1
         || dev_output_refuse (error, "this development server sends to one websocket only");
}

/* The connection */

static void connect (DevOutputWebsocket *self);

static void
disconnect (DevOutputWebsocket *self)
{
  g_clear_handle_id (&self->retry, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
}

static void
fail (DevOutputWebsocket *self, int code, const char *text)
{
  disconnect (self);
  g_free (self->error);
  self->error = g_strdup (text);
  dev_output_emit_failed (DEV_OUTPUT (self), code, text);
}

static void
on_closed (DevOutputWebsocket *self)
{
  fail (self, DEV_OUTPUT_UNAVAILABLE, "websocket: the receiver closed the connection");
}

static gboolean
is_writable (DevOutputWebsocket *self)
{
  GIOStream *stream = soup_websocket_connection_get_io_stream (self->connection);
  GOutputStream *output = g_io_stream_get_output_stream (stream);

  return !G_IS_POLLABLE_OUTPUT_STREAM (output)
         || g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (output));
}

/* What the network does not take now waits in the sink, which has a bound. */
static gboolean
flush (gpointer user_data)
{
  DevOutputWebsocket *self = user_data;

  g_source_set_ready_time (self->flush, -1);
  while (self->connection != NULL && is_writable (self))
    {
      g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (GST_APP_SINK (self->sink), 0);
      g_autoptr (GBytes) bytes = NULL;
      GstMapInfo map;

      if (sample == NULL)
        break;
      if (!gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ))
        continue;
      bytes = g_bytes_new (map.data, map.size);
      gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
      soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_BINARY, bytes);
    }
  return G_SOURCE_CONTINUE;
}

/* In a streaming thread. */
static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  g_source_set_ready_time (user_data, 0);
  return GST_FLOW_OK;
}

static gboolean
accept_certificate (SoupMessage *message,
                    GTlsCertificate *certificate,
                    GTlsCertificateFlags errors,
                    gpointer user_data)
{
  return dev_loopback_is_host (g_uri_get_host (soup_message_get_uri (message)));
}

static void
on_connected (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DevOutputWebsocket) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection
      = soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  if (connection == NULL)
    {
      g_autofree char *text = g_strdup_printf ("websocket: %s", error->message);

      fail (self, DEV_OUTPUT_INVALID, text);
      return;
    }
  self->connection = g_steal_pointer (&connection);
  g_signal_connect_swapped (self->connection, "closed", G_CALLBACK (on_closed), self);
}

static void
connect (DevOutputWebsocket *self)
{
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, get_url (self));

  if (message == NULL)
    {
      fail (self, DEV_OUTPUT_INVALID, "websocket: invalid URL");
      return;
    }
  soup_message_headers_replace (soup_message_get_request_headers (message), "Content-Type",
                                "audio/x-raw");
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate), NULL);
  self->cancellable = g_cancellable_new ();
  soup_session_websocket_connect_async (self->session, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                        self->cancellable, on_connected, g_object_ref (self));
}

/* The pipeline */

static GstElement *
dev_output_websocket_create (DevOutput *output, GError **error)
{
  DevOutputWebsocket *self = DEV_OUTPUT_WEBSOCKET (output);
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
  GstElement *bin = gst_parse_bin_from_description (
      "queue name=audio-in ! audioconvert ! audioresample "
      "! audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved "
      "! audiobuffersplit output-buffer-duration=1/100 "
      "! appsink name=sink sync=false async=false drop=true max-buffers=" G_STRINGIFY (
          MAX_MESSAGES),
      FALSE, error);

  if (bin == NULL)
    return NULL;
  self->sink = gst_bin_get_by_name (GST_BIN (bin), "sink");
  gst_app_sink_set_callbacks (GST_APP_SINK (self->sink), &callbacks, g_source_ref (self->flush),
                              (GDestroyNotify)g_source_unref);
  dev_output_add_pads (bin);
  return bin;
}

static void
dev_output_websocket_started (DevOutput *output)
{
  connect (DEV_OUTPUT_WEBSOCKET (output));
}

static void
dev_output_websocket_close (DevOutput *output)
{
  DevOutputWebsocket *self = DEV_OUTPUT_WEBSOCKET (output);

  if (self->connection != NULL
      && soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    {
      flush (self);
      g_signal_handlers_disconnect_by_data (self->connection, self);
      /* It stays until the other end has answered, or for some seconds. */
      g_signal_connect (g_object_ref (self->connection), "closed", G_CALLBACK (g_object_unref),
                        NULL);
      soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_NO_STATUS, NULL);
    }
  disconnect (self);
  gst_clear_object (&self->sink);
}

static gboolean
retry (gpointer user_data)
{
  DevOutputWebsocket *self = user_data;

  self->retry = 0;
  connect (self);
  return G_SOURCE_REMOVE;
}

static void
dev_output_websocket_cut (DevOutput *output)
{
  DevOutputWebsocket *self = DEV_OUTPUT_WEBSOCKET (output);

  if (self->connection == NULL)
    return;
  g_io_stream_close (soup_websocket_connection_get_io_stream (self->connection), NULL, NULL);
  disconnect (self);
  self->retries++;
  self->last_retry = dev_info_now ();
  self->retry = g_timeout_add (RETRY_DELAY_MS, retry, self);
}

static void
dev_output_websocket_set_silent (DevOutput *output, gboolean silent)
{
  DevOutputWebsocket *self = DEV_OUTPUT_WEBSOCKET (output);

  if (self->connection != NULL)
    soup_websocket_connection_send_text (self->connection,
                                         silent ? "{\"muted\":true}" : "{\"muted\":false}");
}

static void
dev_output_websocket_element_failed (DevOutput *output, GstObject *element, const char *text)
{
  fail (DEV_OUTPUT_WEBSOCKET (output), DEV_OUTPUT_UNAVAILABLE, text);
}

static void
dev_output_websocket_fill_result (DevOutput *output, Livekit__EgressInfo *info)
{
  DevOutputWebsocket *self = DEV_OUTPUT_WEBSOCKET (output);
  Livekit__StreamInfo *stream
      = (Livekit__StreamInfo *)lk_egress_wire_new (&livekit__stream_info__descriptor);

  dev_message_set_string (&stream->url, get_url (self));
  stream->started_at = MAX (info->started_at, dev_output_get_began (output));
  stream->retries = self->retries;
  stream->last_retry_at = self->last_retry;
  if (self->error != NULL)
    dev_message_set_string (&stream->error, self->error);
  if (dev_output_get_ended (output) != 0)
    {
      stream->status = self->error != NULL ? LIVEKIT__STREAM_INFO__STATUS__FAILED
                                           : LIVEKIT__STREAM_INFO__STATUS__FINISHED;
      stream->ended_at = dev_output_get_ended (output);
      stream->duration = stream->ended_at - stream->started_at;
    }
  dev_message_append (&info->stream_results, &info->n_stream_results, stream);
}

static void
dev_output_websocket_end (DevOutput *output, const char *error)
{
  DevOutputWebsocket *self = DEV_OUTPUT_WEBSOCKET (output);

  if (error != NULL && self->error == NULL)
    self->error = g_strdup (error);
}

static void
dev_output_websocket_finalize (GObject *object)
{
  DevOutputWebsocket *self = DEV_OUTPUT_WEBSOCKET (object);

  g_source_destroy (self->flush);
  g_source_unref (self->flush);
  g_object_unref (self->session);
  g_free (self->error);
  G_OBJECT_CLASS (dev_output_websocket_parent_class)->finalize (object);
}

static void
dev_output_websocket_class_init (DevOutputWebsocketClass *klass)
{
  DevOutputClass *output_class = DEV_OUTPUT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = dev_output_websocket_finalize;
  output_class->elements = elements;
  output_class->check = dev_output_websocket_check;
  output_class->create = dev_output_websocket_create;
  output_class->started = dev_output_websocket_started;
  output_class->close = dev_output_websocket_close;
  output_class->cut = dev_output_websocket_cut;
  output_class->set_silent = dev_output_websocket_set_silent;
  output_class->element_failed = dev_output_websocket_element_failed;
  output_class->end = dev_output_websocket_end;
  output_class->fill_result = dev_output_websocket_fill_result;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs flush_funcs = { .dispatch = dispatch };

static void
dev_output_websocket_init (DevOutputWebsocket *self)
{
  self->session = soup_session_new ();
  soup_session_set_timeout (self->session, CONNECT_TIMEOUT);
  /* The worker offers none. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  self->flush = g_source_new (&flush_funcs, sizeof (GSource));
  g_source_set_callback (self->flush, flush, self, NULL);
  g_source_attach (self->flush, NULL);
}
