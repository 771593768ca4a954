/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-stream.h"

#include "dev-checks.h"
#include "dev-gate.h"
#include "dev-info.h"
#include "dev-message.h"

/* What a receiver may be late before it loses data. */
#define LEG_QUEUE_TIME (2 * GST_SECOND)
#define LEG_QUEUE_BYTES (8 * 1024 * 1024)
/* A receiver that went away is called again so often and so long. */
#define RETRY_DELAY_MS 500
#define RETRY_WINDOW (30 * G_USEC_PER_SEC)
/* Beyond the latency of the protocol, for the last packets to be played. */
#define LINGER_MARGIN_MS 100

/* The way to one address: tee -> queue -> guard -> sink. The queue drops what a slow receiver does
 * not take and the guard keeps the flow error of a dead one away from the others. */
typedef struct
{
  GstElement *bin;
  GstElement *queue;
  GstElement *guard;
  GstElement *sink;
  GstPad *tee_pad;
} Leg;

typedef struct
{
  DevOutputStream *output; /* owns this */
  char *url;               /* as the request has it */
  Livekit__StreamInfo *info;
  Leg *leg;       /* NULL when nothing is sent */
  guint retry;    /* a timer */
  gint64 lost_at; /* monotonic time; 0 while all is well */
} Stream;

typedef struct
{
  gboolean started;
  GPtrArray *streams; /* all that there ever were */
} DevOutputStreamPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (DevOutputStream, dev_output_stream, DEV_TYPE_OUTPUT)

/* Legs */

static void
leg_free (Leg *leg)
{
  g_clear_object (&leg->tee_pad);
  g_clear_object (&leg->bin);
  g_free (leg);
}

/* In the main context, when nothing flows into the leg any more. */
static gboolean
leg_dismantle (gpointer user_data)
{
  Leg *leg = user_data;
  g_autoptr (GstElement) tee = gst_pad_get_parent_element (leg->tee_pad);
  GstElement *elements[] = { leg->sink, leg->guard, leg->queue };

  if (tee != NULL)
    gst_element_release_request_pad (tee, leg->tee_pad);
  for (guint i = 0; i < G_N_ELEMENTS (elements); i++)
    {
      gst_element_set_state (elements[i], GST_STATE_NULL);
      gst_bin_remove (GST_BIN (leg->bin), elements[i]);
    }
  return G_SOURCE_REMOVE;
}

static GstPadProbeReturn
leg_unlink (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Leg *leg = user_data;
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  if (peer != NULL)
    gst_pad_unlink (pad, peer);
  g_idle_add_full (G_PRIORITY_HIGH, leg_dismantle, leg, (GDestroyNotify)leg_free);
  return GST_PAD_PROBE_REMOVE;
}

/* Takes the leg. */
static void
leg_close (Leg *leg)
{
  gst_pad_add_probe (leg->tee_pad, GST_PAD_PROBE_TYPE_IDLE, leg_unlink, leg, NULL);
}

/* Takes the sink. */
static Leg *
leg_new (GstElement *bin, GstElement *sink)
{
  g_autoptr (GstElement) tee = gst_bin_get_by_name (GST_BIN (bin), "container");
  g_autoptr (GstPad) queue_pad = NULL;
  Leg *leg = g_new0 (Leg, 1);

  leg->bin = gst_object_ref (bin);
  leg->queue = gst_element_factory_make ("queue", NULL);
  leg->guard = gst_element_factory_make ("errorignore", NULL);
  leg->sink = sink;
  gst_util_set_object_arg (G_OBJECT (leg->queue), "leaky", "downstream");
  g_object_set (leg->queue, "max-size-buffers", 0, "max-size-bytes", LEG_QUEUE_BYTES,
                "max-size-time", (guint64)LEG_QUEUE_TIME, NULL);
  gst_util_set_object_arg (G_OBJECT (leg->guard), "convert-to", "ok");
  g_object_set (leg->sink, "async", FALSE, "sync", FALSE, NULL);

  gst_bin_add_many (GST_BIN (bin), leg->queue, leg->guard, leg->sink, NULL);
  gst_element_link_many (leg->queue, leg->guard, leg->sink, NULL);
  leg->tee_pad = gst_element_request_pad_simple (tee, "src_%u");
  gst_element_sync_state_with_parent (leg->sink);
  gst_element_sync_state_with_parent (leg->guard);
  gst_element_sync_state_with_parent (leg->queue);
  queue_pad = gst_element_get_static_pad (leg->queue, "sink");
  gst_pad_link (leg->tee_pad, queue_pad);
  return leg;
}

/* Streams */

static Stream *
stream_new (DevOutputStream *output, const char *id, const char *url)
{
  DevOutputStreamClass *klass = DEV_OUTPUT_STREAM_GET_CLASS (output);
  g_autofree char *shown = klass->show_url != NULL ? klass->show_url (url) : g_strdup (url);
  Stream *stream = g_new0 (Stream, 1);

  stream->output = output;
  stream->url = g_strdup (url);
  stream->info = (Livekit__StreamInfo *)lk_egress_wire_new (&livekit__stream_info__descriptor);
  dev_message_set_string (&stream->info->url, shown);
  dev_message_set_string (&stream->info->id, id);
  stream->info->started_at = dev_info_now ();
  return stream;
}

static void
stream_free (Stream *stream)
{
  g_clear_handle_id (&stream->retry, g_source_remove);
  g_clear_pointer (&stream->leg, leg_free);
  lk_egress_wire_free (&stream->info->base);
  g_free (stream->url);
  g_free (stream);
}

static gboolean
stream_is_active (const Stream *stream)
{
  return stream->info->status == LIVEKIT__STREAM_INFO__STATUS__ACTIVE;
}

/* error is NULL for one that ends well. */
static void
stream_end (Stream *stream, gint64 began, const char *error)
{
  Livekit__StreamInfo *info = stream->info;

  info->status = error != NULL ? LIVEKIT__STREAM_INFO__STATUS__FAILED
                               : LIVEKIT__STREAM_INFO__STATUS__FINISHED;
  info->started_at = MAX (info->started_at, began);
  info->ended_at = dev_info_now ();
  info->duration = info->ended_at - info->started_at;
  if (error != NULL)
    dev_message_set_string (&info->error, error);
}

static void
stream_close (Stream *stream)
{
  g_clear_handle_id (&stream->retry, g_source_remove);
  if (stream->leg != NULL)
    leg_close (g_steal_pointer (&stream->leg));
}

static Stream *
find (DevOutputStream *self, const char *url)
{
  DevOutputStreamPrivate *priv = dev_output_stream_get_instance_private (self);

  for (guint i = 0; i < priv->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (priv->streams, i);

      if (stream_is_active (stream) && g_str_equal (stream->url, url))
        return stream;
    }
  return NULL;
}

static void
fail (DevOutputStream *self, Stream *stream, const char *text)
{
  stream_end (stream, dev_output_get_began (DEV_OUTPUT (self)), text);
  stream_close (stream);
  dev_output_emit_failed (DEV_OUTPUT (self), DEV_OUTPUT_UNAVAILABLE, text);
}

static gboolean retry (gpointer user_data);

/* Closes the connection and opens it again a little later. */
static void
reopen (Stream *stream)
{
  stream->info->retries++;
  stream->info->last_retry_at = dev_info_now ();
  stream_close (stream);
  stream->retry = g_timeout_add (RETRY_DELAY_MS, retry, stream);
}

/* As the worker does it: who never took anything is a mistake, who did will be back. */
static void
lose (DevOutputStream *self, Stream *stream, const char *text)
{
  DevOutputStreamClass *klass = DEV_OUTPUT_STREAM_GET_CLASS (self);
  gint64 now = g_get_monotonic_time ();

  if (klass->has_sent != NULL && klass->has_sent (stream->leg->sink))
    stream->lost_at = now;
  if (stream->lost_at != 0 && now - stream->lost_at < RETRY_WINDOW)
    reopen (stream);
  else
    fail (self, stream, text);
}

static void
open (DevOutputStream *self, Stream *stream)
{
  g_autoptr (GError) error = NULL;
  GstElement *sink = DEV_OUTPUT_STREAM_GET_CLASS (self)->create_sink (stream->url, &error);

  if (sink != NULL)
    stream->leg = leg_new (dev_output_get_bin (DEV_OUTPUT (self)), sink);
  else
    fail (self, stream, error->message);
}

static gboolean
retry (gpointer user_data)
{
  Stream *stream = user_data;

  stream->retry = 0;
  open (stream->output, stream);
  return G_SOURCE_REMOVE;
}

/* The output */

static gboolean
dev_output_stream_check (const DevOutputContext *context,
                         const DevDestination *destination,
                         GError **error)
{
  return TRUE;
}

static void
dev_output_stream_set_up (DevOutput *output)
{
  DevOutputStream *self = DEV_OUTPUT_STREAM (output);
  DevOutputStreamPrivate *priv = dev_output_stream_get_instance_private (self);
  const GPtrArray *streams = dev_output_get_destination (output)->streams;

  for (guint i = 0; i < streams->len; i++)
    {
      const DevStream *stream = g_ptr_array_index (streams, i);

      if (find (self, stream->url) == NULL)
        g_ptr_array_add (priv->streams, stream_new (self, stream->id, stream->url));
    }
}

static GstElement *
dev_output_stream_create (DevOutput *output, GError **error)
{
  DevOutputStreamClass *klass = DEV_OUTPUT_STREAM_GET_CLASS (output);
  const DevEncoding *encoding = &dev_output_get_context (output)->plan->encoding;
  g_autoptr (GString) line = g_string_new (klass->muxer);
  g_autoptr (GstElement) muxer = NULL;
  GstElement *bin;

  g_string_append (line, " name=mux ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 "
                         "! tee name=container allow-not-linked=true ");
  if (encoding->video)
    g_string_append_printf (line, "%s ! mux. ", klass->video);
  if (encoding->audio)
    g_string_append_printf (line,
                            "queue name=audio-in ! audioconvert ! avenc_aac bitrate=%d ! aacparse "
                            "! queue ! mux. ",
                            encoding->audio_bitrate * 1000);
  bin = gst_parse_bin_from_description (line->str, FALSE, error);
  if (bin == NULL)
    return NULL;
  muxer = gst_bin_get_by_name (GST_BIN (bin), "mux");
  dev_gate_add (muxer);
  dev_output_add_pads (bin);
  return bin;
}

static void
dev_output_stream_started (DevOutput *output)
{
  DevOutputStreamPrivate *priv
      = dev_output_stream_get_instance_private (DEV_OUTPUT_STREAM (output));
  /* One that fails may be the end of the egress. */
  g_autoptr (DevOutput) alive = g_object_ref (output);

  priv->started = TRUE;
  for (guint i = 0; priv->started && i < priv->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (priv->streams, i);

      if (stream_is_active (stream))
        open (DEV_OUTPUT_STREAM (output), stream);
    }
}

static void
dev_output_stream_close (DevOutput *output)
{
  DevOutputStreamPrivate *priv
      = dev_output_stream_get_instance_private (DEV_OUTPUT_STREAM (output));

  priv->started = FALSE;
  for (guint i = 0; i < priv->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (priv->streams, i);

      g_clear_handle_id (&stream->retry, g_source_remove);
      g_clear_pointer (&stream->leg, leg_free);
    }
}

static void
dev_output_stream_cut (DevOutput *output)
{
  DevOutputStreamPrivate *priv
      = dev_output_stream_get_instance_private (DEV_OUTPUT_STREAM (output));

  for (guint i = 0; i < priv->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (priv->streams, i);

      if (!stream_is_active (stream) || stream->leg == NULL)
        continue;
      if (DEV_OUTPUT_STREAM_GET_CLASS (output)->has_sent != NULL)
        stream->lost_at = g_get_monotonic_time ();
      reopen (stream);
    }
}

static gboolean
dev_output_stream_add (DevOutput *output, const char *id, const char *url, GError **error)
{
  DevOutputStream *self = DEV_OUTPUT_STREAM (output);
  DevOutputStreamPrivate *priv = dev_output_stream_get_instance_private (self);
  Livekit__StreamProtocol protocol
      = dev_destination_get_protocol (dev_output_get_destination (output));
  Stream *stream;

  if (!dev_checks_stream_url (protocol, url, error))
    return FALSE;
  if (find (self, url) != NULL)
    return TRUE;
  stream = stream_new (self, id, url);
  g_ptr_array_add (priv->streams, stream);
  if (priv->started)
    open (self, stream);
  return TRUE;
}

static gboolean
dev_output_stream_remove (DevOutput *output, const char *url)
{
  Stream *stream = find (DEV_OUTPUT_STREAM (output), url);

  if (stream == NULL)
    return FALSE;
  stream_end (stream, dev_output_get_began (output), NULL);
  stream_close (stream);
  return TRUE;
}

static gboolean
dev_output_stream_is_used (DevOutput *output)
{
  DevOutputStreamPrivate *priv
      = dev_output_stream_get_instance_private (DEV_OUTPUT_STREAM (output));

  for (guint i = 0; i < priv->streams->len; i++)
    if (stream_is_active (g_ptr_array_index (priv->streams, i)))
      return TRUE;
  return FALSE;
}

/* Their results end; what is sent goes on until the pipeline is through. */
static void
dev_output_stream_end (DevOutput *output, const char *error)
{
  DevOutputStreamPrivate *priv
      = dev_output_stream_get_instance_private (DEV_OUTPUT_STREAM (output));

  for (guint i = 0; i < priv->streams->len; i++)
    if (stream_is_active (g_ptr_array_index (priv->streams, i)))
      stream_end (g_ptr_array_index (priv->streams, i), dev_output_get_began (output), error);
}

static void
dev_output_stream_element_failed (DevOutput *output, GstObject *element, const char *text)
{
  DevOutputStream *self = DEV_OUTPUT_STREAM (output);
  DevOutputStreamPrivate *priv = dev_output_stream_get_instance_private (self);

  for (guint i = 0; i < priv->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (priv->streams, i);

      if (stream->leg == NULL || element != GST_OBJECT (stream->leg->sink))
        continue;
      if (stream_is_active (stream))
        lose (self, stream, text);
      return;
    }
  /* A sink that was removed may have its last word on the bus; anything else is the end. */
  if (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SINK))
    return;
  dev_output_stream_end (output, text);
  dev_output_emit_failed (output, DEV_OUTPUT_UNAVAILABLE, text);
}

static guint
dev_output_stream_get_linger (DevOutput *output)
{
  DevOutputStreamPrivate *priv
      = dev_output_stream_get_instance_private (DEV_OUTPUT_STREAM (output));
  DevOutputStreamClass *klass = DEV_OUTPUT_STREAM_GET_CLASS (output);
  guint longest = 0;

  for (guint i = 0; klass->get_latency != NULL && i < priv->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (priv->streams, i);

      if (stream->leg != NULL)
        longest = MAX (longest, klass->get_latency (stream->leg->sink));
    }
  return longest + LINGER_MARGIN_MS;
}

static void
dev_output_stream_fill_result (DevOutput *output, Livekit__EgressInfo *info)
{
  DevOutputStreamPrivate *priv
      = dev_output_stream_get_instance_private (DEV_OUTPUT_STREAM (output));

  for (guint i = 0; i < priv->streams->len; i++)
    {
      Stream *stream = g_ptr_array_index (priv->streams, i);
      Livekit__StreamInfo *copy = (Livekit__StreamInfo *)lk_egress_wire_copy (&stream->info->base);

      copy->started_at = MAX (copy->started_at, dev_output_get_began (output));
      dev_message_append (&info->stream_results, &info->n_stream_results, copy);
    }
}

static void
dev_output_stream_finalize (GObject *object)
{
  DevOutputStreamPrivate *priv
      = dev_output_stream_get_instance_private (DEV_OUTPUT_STREAM (object));

  g_ptr_array_unref (priv->streams);
  G_OBJECT_CLASS (dev_output_stream_parent_class)->finalize (object);
}

static void
dev_output_stream_class_init (DevOutputStreamClass *klass)
{
  DevOutputClass *output_class = DEV_OUTPUT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = dev_output_stream_finalize;
  output_class->check = dev_output_stream_check;
  output_class->set_up = dev_output_stream_set_up;
  output_class->create = dev_output_stream_create;
  output_class->started = dev_output_stream_started;
  output_class->cut = dev_output_stream_cut;
  output_class->close = dev_output_stream_close;
  output_class->add = dev_output_stream_add;
  output_class->remove = dev_output_stream_remove;
  output_class->is_used = dev_output_stream_is_used;
  output_class->end = dev_output_stream_end;
  output_class->element_failed = dev_output_stream_element_failed;
  output_class->get_linger = dev_output_stream_get_linger;
  output_class->fill_result = dev_output_stream_fill_result;
}

static void
dev_output_stream_init (DevOutputStream *self)
{
  DevOutputStreamPrivate *priv = dev_output_stream_get_instance_private (self);

  priv->streams = g_ptr_array_new_with_free_func ((GDestroyNotify)stream_free);
}
