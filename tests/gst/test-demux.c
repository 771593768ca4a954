/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Programs that change: what a muxer of GStreamer 1.26 wrote, and what is made of it here. */

#include "gst-test.h"

#include "gstlivekitegressdemux.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceiver.h"
#include "transport-stream.h"

#define PLUGINS GST_TEST_PLUGINS " app x264 mpegtsmux videotestsrc"

/*** What comes out ***/

typedef struct
{
  GMutex lock;
  GCond cond;
  GString *log; /* + and - with the name of a pad, . for no more pads */
  guint n_video, n_audio;
  GstClockTime oldest, newest;      /* of the pictures */
  GString *pictures;                /* K: a key frame, d: another one, ! before each after a gap */
  GstCaps *video_caps, *audio_caps; /* when the pads appeared */
  GstElement *pipeline;
  gboolean is_gone; /* its demuxer */
  const char *filter;
  guint skip_at;          /* before this buffer the receiver has dropped something; 0: nothing */
  guint n_strangers;      /* events of others that came out beside it */
  guint n_buffers;        /* into the demuxer */
  gboolean blocks;        /* the pad of the video, until all sound has come */
  GstClockTime starts_at; /* running time */
  gulong block;
  gboolean is_over;      /* all went into the demuxer */
  GstClockTime duration; /* comes bit by bit, until the pads are shown; 0: all at once */
  const char *wanted;    /* the log that is waited for while it comes; NULL: more pads */
  guint n_pads_at_end;   /* just before it */
  gboolean leaves_sound; /* its pad is not linked */
  gboolean sleeps;       /* what is linked to the picture is down */
  guint link_at;         /* the picture, at this buffer; 0: when its pad comes */
  GstClockTime latency;  /* that the pipeline tells when the pads are there */
  guint n_ends;          /* that left a pad */
} Run;

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Run *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  g_mutex_lock (&self->lock);
  if (gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-h264"))
    {
      if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
        g_string_append_c (self->pictures, '!');
      g_string_append_c (self->pictures,
                         GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT) ? 'd' : 'K');
      self->newest = GST_BUFFER_PTS (buffer);
      if (self->n_video++ == 0)
        self->oldest = self->newest;
    }
  else
    {
      self->n_audio++;
    }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Run *self = user_data;

  if (gst_event_has_name (GST_PAD_PROBE_INFO_EVENT (info), "stranger"))
    {
      g_mutex_lock (&self->lock);
      self->n_strangers++;
      g_mutex_unlock (&self->lock);
    }
  else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    {
      g_mutex_lock (&self->lock);
      self->n_ends++;
      g_cond_broadcast (&self->cond);
      g_mutex_unlock (&self->lock);
    }
  else if (gst_event_has_name (GST_PAD_PROBE_INFO_EVENT (info),
                               GST_LIVEKIT_EGRESS_RECEIVER_SKIPPED))
    {
      g_error ("an event of ours came out");
    }

  return GST_PAD_PROBE_OK;
}

static void
link_element (Run *self, GstPad *pad, GstElement *element)
{
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (element, "sink");

  gst_bin_add (GST_BIN (self->pipeline), element);
  assert_equals_int (gst_pad_link (pad, sink_pad), GST_PAD_LINK_OK);
}

static GstElement *
make_sink (Run *self)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  g_object_set (sink, "signal-handoffs", TRUE, "async", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), self);
  return sink;
}

static void
on_pad_added (GstElement *demux, GstPad *pad, gpointer user_data)
{
  Run *self = user_data;
  gboolean is_video = g_str_has_prefix (GST_PAD_NAME (pad), "video");
  GstElement *sink;

  if (!GST_PAD_IS_SRC (pad))
    return;
  g_string_append_printf (self->log, "+%s", GST_PAD_NAME (pad));
  *(is_video ? &self->video_caps : &self->audio_caps) = gst_pad_get_current_caps (pad);
  if (is_video && self->blocks)
    self->block = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, NULL, NULL, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, self, NULL);
  if (is_video ? self->link_at != 0 : self->leaves_sound)
    return;
  if (is_video && self->sleeps)
    {
      sink = gst_element_factory_make ("queue", NULL);
      gst_element_set_locked_state (sink, TRUE);
      link_element (self, pad, sink);
      return;
    }
  sink = make_sink (self);
  if (is_video && self->filter != NULL)
    {
      g_autoptr (GstCaps) caps = gst_caps_from_string (self->filter);

      gst_bin_add (GST_BIN (self->pipeline), sink);
      fail_unless (gst_element_link_filtered (demux, sink, caps));
    }
  else
    {
      link_element (self, pad, sink);
    }
  gst_element_sync_state_with_parent (sink);
}

static void
on_pad_removed (GstElement *demux, GstPad *pad, gpointer user_data)
{
  Run *self = user_data;

  g_mutex_lock (&self->lock);
  g_string_append_printf (self->log, "-%s", GST_PAD_NAME (pad));
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
on_no_more_pads (GstElement *demux, gpointer user_data)
{
  Run *self = user_data;

  g_mutex_lock (&self->lock);
  g_string_append_c (self->log, '.');
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
run_init (Run *self, const char *filter)
{
  *self = (Run){ .log = g_string_new (NULL), .pictures = g_string_new (NULL), .filter = filter };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

static void
on_gone (gpointer user_data, GObject *demux)
{
  Run *self = user_data;

  g_mutex_lock (&self->lock);
  self->is_gone = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* The last pads may be taken away in another thread, which then is the last to know the demuxer. */
static void
run_clear (Run *self)
{
  gint64 until = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_mutex_lock (&self->lock);
  while (!self->is_gone)
    if (!g_cond_wait_until (&self->cond, &self->lock, until))
      g_error ("the demuxer has leaked");
  g_mutex_unlock (&self->lock);

  g_string_free (self->log, TRUE);
  g_string_free (self->pictures, TRUE);
  gst_clear_caps (&self->video_caps);
  gst_clear_caps (&self->audio_caps);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static GstPad *
get_video_pad (GstPad *src)
{
  g_autoptr (GstPad) sink = gst_pad_get_peer (src);
  g_autoptr (GstElement) demux = gst_pad_get_parent_element (sink);

  return gst_element_get_static_pad (demux, "video_0");
}

static void
tell_latency (Run *self, GstPad *src)
{
  g_autoptr (GstPad) pad = get_video_pad (src);

  if (pad == NULL)
    return;
  fail_unless (gst_pad_send_event (pad, gst_event_new_latency (self->latency)));
  self->latency = 0;
}

static void
link_late (Run *self, GstPad *src)
{
  g_autoptr (GstPad) pad = get_video_pad (src);
  GstElement *late = make_sink (self);

  link_element (self, pad, late);
  gst_element_sync_state_with_parent (late);
}

static GstPadProbeReturn
on_coming (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Run *self = user_data;

  if (++self->n_buffers == self->link_at)
    link_late (self, pad);
  if (self->latency != 0)
    tell_latency (self, pad);
  if (self->n_buffers != self->skip_at)
    return GST_PAD_PROBE_OK;
  gst_pad_push_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                                 gst_structure_new_empty ("stranger")));
  gst_pad_push_event (
      pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                 gst_structure_new_empty (GST_LIVEKIT_EGRESS_RECEIVER_SKIPPED)));
  GST_PAD_PROBE_INFO_DATA (info) = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_BUFFER_FLAG_SET (GST_PAD_PROBE_INFO_BUFFER (info), GST_BUFFER_FLAG_DISCONT);

  return GST_PAD_PROBE_OK;
}

/* While no picture can come. */
static void
wait_audio (Run *self, guint n)
{
  gint64 until = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->n_audio < n || !self->is_over)
    if (!g_cond_wait_until (&self->cond, &self->lock, until))
      g_error ("%u of %u came", self->n_audio, n);
  assert_equals_int (self->n_video, 0);
  g_mutex_unlock (&self->lock);
}

static void
unblock (Run *self, GstElement *demux)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (demux, "video_0");

  gst_pad_remove_probe (pad, self->block);
}

/* As the element does at the end of the receiver. */
static GstPadProbeReturn
on_end (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Run *self = user_data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    {
      g_autoptr (GstPad) sink = gst_pad_get_peer (pad);
      g_autoptr (GstElement) demux = gst_pad_get_parent_element (sink);

      gst_livekit_egress_demux_show (GST_LIVEKIT_EGRESS_DEMUX (demux));
      self->n_pads_at_end = demux->numsrcpads;
      g_mutex_lock (&self->lock);
      self->is_over = TRUE;
      g_cond_signal (&self->cond);
      g_mutex_unlock (&self->lock);
    }

  return GST_PAD_PROBE_OK;
}

static void
wait_log (Run *self, const char *end)
{
  gint64 until = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (!g_str_has_suffix (self->log->str, end))
    if (!g_cond_wait_until (&self->cond, &self->lock, until))
      g_error ("%s", self->log->str);
  g_mutex_unlock (&self->lock);
}

/* As long as the pads are not shown. */
static void
wait_a_bit (Run *self)
{
  gint64 until = g_get_monotonic_time () + 20 * G_TIME_SPAN_MILLISECOND;

  g_mutex_lock (&self->lock);
  while (strstr (self->log->str, self->wanted != NULL ? self->wanted : ".") == NULL
         && g_cond_wait_until (&self->cond, &self->lock, until))
    ;
  g_mutex_unlock (&self->lock);
}

/* Plays the stream to its end. */
static void
run (Run *self, GByteArray *ts)
{
  GstElement *src = gst_element_factory_make ("appsrc", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/mpegts,systemstream=true,packetsize=188");
  GstElement *demux = gst_livekit_egress_demux_new (caps);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (src, "src");
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  GstFlowReturn ret;

  self->pipeline = gst_pipeline_new (NULL);
  g_object_weak_ref (G_OBJECT (demux), on_gone, self);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_coming, self, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_end, self, NULL);
  bus = gst_element_get_bus (self->pipeline);
  g_object_set (src, "caps", caps, "format", GST_FORMAT_TIME, "max-bytes", (guint64)0, NULL);
  g_signal_connect (demux, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect (demux, "pad-removed", G_CALLBACK (on_pad_removed), self);
  g_signal_connect (demux, "no-more-pads", G_CALLBACK (on_no_more_pads), self);
  gst_bin_add_many (GST_BIN (self->pipeline), src, demux, NULL);
  fail_unless (gst_element_link (src, demux));
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  for (gsize offset = 0; offset < ts->len; offset += 7 * TRANSPORT_STREAM_PACKET)
    {
      GstBuffer *buffer = gst_buffer_new_memdup (
          ts->data + offset, MIN (7 * TRANSPORT_STREAM_PACKET, ts->len - offset));

      /* As it would come from a network. */
      if (self->duration > 0)
        GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (offset, self->duration, ts->len);
      else
        GST_BUFFER_PTS (buffer)
            = self->starts_at + offset / (7 * TRANSPORT_STREAM_PACKET) * 10 * GST_MSECOND;
      g_signal_emit_by_name (src, "push-buffer", buffer, &ret);
      gst_buffer_unref (buffer);
      if (self->duration > 0)
        wait_a_bit (self);
    }
  g_signal_emit_by_name (src, "end-of-stream", &ret);
  if (self->blocks)
    {
      wait_audio (
          self, transport_stream_count_units (ts, TRANSPORT_STREAM_AUDIO, TRANSPORT_STREAM_GROWN));
      unblock (self, demux);
    }
  message = gst_bus_timed_pop_filtered (bus, GST_TEST_TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%" GST_PTR_FORMAT, message);
}

/* Both pads are shown together, with complete caps, and no picture is lost. */
GST_START_TEST (test_grows)
{
  g_autoptr (GByteArray) ts = transport_stream_read_growing ();
  Run self;

  run_init (&self, NULL);
  run (&self, ts);
  assert_equals_string (self.log->str, "+video_0+audio_0.");
  assert_equals_int (self.n_video, transport_stream_count_units (ts, TRANSPORT_STREAM_VIDEO, 0));
  fail_unless (self.n_audio >= transport_stream_count_units (ts, TRANSPORT_STREAM_AUDIO,
                                                             TRANSPORT_STREAM_GROWN));
  fail_unless (gst_structure_has_field (gst_caps_get_structure (self.video_caps, 0), "width"));
  fail_unless (gst_structure_has_field (gst_caps_get_structure (self.video_caps, 0), "height"));
  fail_unless (gst_structure_has_field (gst_caps_get_structure (self.video_caps, 0), "framerate"));
  fail_unless (gst_structure_has_field (gst_caps_get_structure (self.audio_caps, 0), "rate"));
  fail_unless (gst_structure_has_field (gst_caps_get_structure (self.audio_caps, 0), "channels"));
  run_clear (&self);
}

GST_END_TEST;

/* The sound ends with all that came of it, the picture goes on. */
GST_START_TEST (test_shrinks)
{
  g_autoptr (GByteArray) ts = transport_stream_change_map (transport_stream_read_growing (),
                                                           2 * TRANSPORT_STREAM_GROWN, 0, TRUE);
  Run self;

  run_init (&self, NULL);
  run (&self, ts);
  wait_log (&self, "-audio_0");
  assert_equals_string (self.log->str, "+video_0+audio_0.-audio_0");
  assert_equals_int (self.n_video, transport_stream_count_units (ts, TRANSPORT_STREAM_VIDEO, 0));
  fail_unless (self.n_audio >= transport_stream_count_units (ts, TRANSPORT_STREAM_AUDIO,
                                                             TRANSPORT_STREAM_GROWN));
  run_clear (&self);
}

GST_END_TEST;

/* The same while the picture comes: the pad does not wait for the end of all. */
GST_START_TEST (test_shrinks_live)
{
  g_autoptr (GByteArray) ts = transport_stream_change_map (transport_stream_read_growing (),
                                                           TRANSPORT_STREAM_GROWN + 100, 0, TRUE);
  Run self;

  run_init (&self, NULL);
  self.duration = 10 * GST_SECOND;
  self.wanted = "-audio_0";
  run (&self, ts);
  wait_log (&self, "-audio_0");
  /* The sound came too late to be shown together. */
  assert_equals_string (self.log->str, "+video_0.+audio_0.-audio_0");
  assert_equals_int (self.n_pads_at_end, 1);
  run_clear (&self);
}

GST_END_TEST;

GST_START_TEST (test_nothing_new)
{
  g_autoptr (GByteArray) ts = transport_stream_change_map (
      transport_stream_read_growing (), 2 * TRANSPORT_STREAM_GROWN, TRANSPORT_STREAM_GROWN, FALSE);
  Run self;

  run_init (&self, NULL);
  run (&self, ts);
  assert_equals_string (self.log->str, "+video_0+audio_0.");
  assert_equals_int (self.n_video, transport_stream_count_units (ts, TRANSPORT_STREAM_VIDEO, 0));
  fail_unless (self.n_audio >= transport_stream_count_units (ts, TRANSPORT_STREAM_AUDIO,
                                                             TRANSPORT_STREAM_GROWN));
  run_clear (&self);
}

GST_END_TEST;

/* A program that stays without sound is shown all the same, at the latest when it ends. */
GST_START_TEST (test_picture_alone)
{
  g_autoptr (GByteArray) ts
      = transport_stream_change_map (transport_stream_read_growing (), 0, 0, TRUE);
  Run self;

  run_init (&self, NULL);
  run (&self, ts);
  assert_equals_string (self.log->str, "+video_0.");
  assert_equals_int (self.n_pads_at_end, 1);
  assert_equals_int (self.n_video, transport_stream_count_units (ts, TRANSPORT_STREAM_VIDEO, 0));
  run_clear (&self);
}

GST_END_TEST;

/* Who is linked decides the form of the stream. */
GST_START_TEST (test_forms)
{
  static const char *const forms[]
      = { "video/x-h264,stream-format=avc,alignment=au", "video/x-h264,stream-format=avc3",
          "video/x-h264,stream-format=byte-stream,alignment=au" };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GByteArray) ts = transport_stream_read_growing ();
      Run self;

      run_init (&self, forms[i]);
      run (&self, ts);
      assert_equals_int (self.n_video,
                         transport_stream_count_units (ts, TRANSPORT_STREAM_VIDEO, 0));
      run_clear (&self);
    }
}

GST_END_TEST;

/* A pad that is blocked holds up no other, and loses nothing. */
GST_START_TEST (test_blocked)
{
  g_autoptr (GByteArray) ts = transport_stream_read_growing ();
  Run self;

  run_init (&self, NULL);
  self.blocks = TRUE;
  run (&self, ts);
  assert_equals_int (self.n_video, transport_stream_count_units (ts, TRANSPORT_STREAM_VIDEO, 0));
  run_clear (&self);
}

GST_END_TEST;

/* Nor when the pipeline has run for longer than a pad that is not read from keeps. */
GST_START_TEST (test_blocked_late)
{
  g_autoptr (GByteArray) ts = transport_stream_read_growing ();
  Run self;

  run_init (&self, NULL);
  self.blocks = TRUE;
  self.starts_at = 60 * GST_SECOND;
  run (&self, ts);
  assert_equals_int (self.n_video, transport_stream_count_units (ts, TRANSPORT_STREAM_VIDEO, 0));
  run_clear (&self);
}

GST_END_TEST;

/* After a pause the picture goes on with a key frame, which tells that something is missing. */
GST_START_TEST (test_skipped)
{
  g_autoptr (GByteArray) ts = transport_stream_read ("srt-worker.ts");
  Run self;

  run_init (&self, NULL);
  self.skip_at = ts->len / (7 * TRANSPORT_STREAM_PACKET) / 2;
  run (&self, ts);
  fail_unless (self.n_video > 40
                   && self.n_video < transport_stream_count_units (ts, TRANSPORT_STREAM_VIDEO, 0),
               "%s", self.pictures->str);
  fail_unless (strstr (self.pictures->str, "d!Kd") != NULL, "%s", self.pictures->str);
  fail_unless (strstr (self.pictures->str, "!d") == NULL, "%s", self.pictures->str);
  /* One for each pad. */
  assert_equals_int (self.n_strangers, 2);
  run_clear (&self);
}

GST_END_TEST;

static void
wait_ends (Run *self, guint n)
{
  gint64 until = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->n_ends < n)
    if (!g_cond_wait_until (&self->cond, &self->lock, until))
      g_error ("%u of %u pads ended", self->n_ends, n);
  g_mutex_unlock (&self->lock);
}

/* A pad that nobody reads from ends, too: decodebin3 waits for the end of what it did not choose.
 */
GST_START_TEST (test_not_linked)
{
  g_autoptr (GByteArray) ts = transport_stream_read_growing ();
  Run self;

  run_init (&self, NULL);
  self.leaves_sound = TRUE;
  /* Slowly to the end, so that it is known before that nobody reads. */
  self.duration = 10 * GST_SECOND;
  self.wanted = "-video_0";
  run (&self, ts);
  wait_ends (&self, 2);
  assert_equals_int (self.n_ends, 2);
  run_clear (&self);
}

GST_END_TEST;

/* What is down takes nothing, and stops no other pad. */
GST_START_TEST (test_down)
{
  g_autoptr (GByteArray) ts = transport_stream_read_growing ();
  Run self;

  run_init (&self, NULL);
  self.sleeps = TRUE;
  self.duration = 10 * GST_SECOND;
  self.wanted = "-video_0";
  run (&self, ts);
  fail_unless (self.n_audio >= transport_stream_count_units (ts, TRANSPORT_STREAM_AUDIO,
                                                             TRANSPORT_STREAM_GROWN));
  run_clear (&self);
}

GST_END_TEST;

/* Who is linked in the midst begins with a key frame. */
GST_START_TEST (test_late)
{
  g_autoptr (GByteArray) ts = transport_stream_read ("srt-worker.ts");
  Run self;

  run_init (&self, NULL);
  self.link_at = ts->len / (7 * TRANSPORT_STREAM_PACKET) / 2;
  self.duration = 10 * GST_SECOND;
  self.wanted = "-video_0";
  run (&self, ts);
  fail_unless (g_str_has_prefix (self.pictures->str, "!Kd"), "%s", self.pictures->str);
  run_clear (&self);
}

GST_END_TEST;

static GByteArray *
make_stream (const char *line)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, NULL);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GByteArray *ts = g_byte_array_new ();
  GstSample *sample;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (;;)
    {
      GstMapInfo map;

      g_signal_emit_by_name (sink, "pull-sample", &sample);
      if (sample == NULL)
        break;
      fail_unless (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ));
      g_byte_array_append (ts, map.data, map.size);
      gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
      gst_sample_unref (sample);
    }
  gst_element_set_state (pipeline, GST_STATE_NULL);

  return ts;
}

/* A worker that cuts its pictures into several packets gets them put together. */
GST_START_TEST (test_unaligned)
{
  g_autoptr (GByteArray) ts
      = make_stream ("videotestsrc num-buffers=30 pattern=ball ! x264enc tune=zerolatency "
                     "sliced-threads=false ! h264parse ! "
                     "video/x-h264,stream-format=byte-stream,alignment=nal ! mpegtsmux ! "
                     "appsink name=sink sync=false");
  Run self;

  run_init (&self, NULL);
  run (&self, ts);
  fail_unless (transport_stream_count_units (ts, TRANSPORT_STREAM_VIDEO, 0) > 2 * 30);
  assert_equals_int (self.n_video, 30);
  run_clear (&self);
}

GST_END_TEST;

/* A stream that is neither picture nor sound has no pad, and holds up no other. */
GST_START_TEST (test_other_streams)
{
  g_autoptr (GByteArray) ts = make_stream (
      "videotestsrc num-buffers=30 ! x264enc tune=zerolatency ! mpegtsmux name=mux ! "
      "appsink name=sink sync=false fakesrc num-buffers=10 sizetype=fixed sizemax=100 format=time "
      "datarate=1000 ! meta/x-klv,parsed=true ! mux.");
  Run self;

  run_init (&self, NULL);
  run (&self, ts);
  assert_equals_string (self.log->str, "+video_0.");
  assert_equals_int (self.n_video, 30);
  run_clear (&self);
}

GST_END_TEST;

static GByteArray *
make_long_stream (void)
{
  return make_stream (
      "videotestsrc num-buffers=450 ! video/x-raw,width=64,height=48,framerate=30/1 ! x264enc "
      "tune=zerolatency speed-preset=ultrafast key-int-max=30 ! mpegtsmux ! appsink name=sink "
      "sync=false");
}

/* Of a pad that stays blocked no more is kept than the last five seconds. */
GST_START_TEST (test_full)
{
  g_autoptr (GByteArray) ts = make_long_stream ();
  Run self;

  run_init (&self, NULL);
  self.blocks = TRUE;
  self.duration = 15 * GST_SECOND;
  run (&self, ts);
  fail_unless (self.n_video >= 4 * 30 && self.n_video <= 6 * 30, "%s", self.pictures->str);
  fail_unless (self.newest - self.oldest <= 6 * GST_SECOND);
  fail_unless (self.newest >= 14 * GST_SECOND, "%" GST_TIME_FORMAT, GST_TIME_ARGS (self.newest));
  run_clear (&self);
}

GST_END_TEST;

/* When the pipeline plays later than that, those who wait for their time get all. */
GST_START_TEST (test_full_later)
{
  g_autoptr (GByteArray) ts = make_long_stream ();
  Run self;

  run_init (&self, NULL);
  self.blocks = TRUE;
  self.duration = 15 * GST_SECOND;
  self.latency = 15 * GST_SECOND;
  run (&self, ts);
  assert_equals_int (self.n_video, 450);
  run_clear (&self);
}

GST_END_TEST;

static Suite *
demux_suite (void)
{
  Suite *suite = suite_create ("demux");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 90);
  tcase_add_test (tcase, test_grows);
  tcase_add_test (tcase, test_shrinks);
  tcase_add_test (tcase, test_shrinks_live);
  tcase_add_test (tcase, test_other_streams);
  tcase_add_test (tcase, test_nothing_new);
  tcase_add_test (tcase, test_picture_alone);
  tcase_add_test (tcase, test_forms);
  tcase_add_test (tcase, test_unaligned);
  tcase_add_test (tcase, test_blocked);
  tcase_add_test (tcase, test_blocked_late);
  tcase_add_test (tcase, test_full);
  tcase_add_test (tcase, test_full_later);
  tcase_add_test (tcase, test_skipped);
  tcase_add_test (tcase, test_not_linked);
  tcase_add_test (tcase, test_down);
  tcase_add_test (tcase, test_late);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, PLUGINS);
  gst_livekit_egress_plugin_init ();
  return gst_check_run_suite (demux_suite (), "demux", __FILE__);
}
