/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "e2e-player.h"

#include "e2e.h"

#define MESSAGE_TIMEOUT (60 * GST_SECOND)
#define WAIT_TIMEOUT (60 * G_TIME_SPAN_SECOND)

static GstClockTime
get_running_time (GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;

  g_assert_nonnull (event);
  gst_event_parse_segment (event, &segment);
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
}

static void
note_buffer (E2eStream *self, GstPad *pad, GstBuffer *buffer)
{
  GstClockTime time = get_running_time (pad, buffer);

  if (self->caps == NULL)
    self->caps = gst_pad_get_current_caps (pad);
  if (self->n_buffers++ > 0 && GST_BUFFER_IS_DISCONT (buffer))
    self->n_discont++;
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;
  if (!GST_CLOCK_TIME_IS_VALID (self->first))
    self->first = self->last = time;
  if (time > self->last)
    {
      self->largest_step = MAX (self->largest_step, time - self->last);
      self->last = time;
    }
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  E2ePlayer *self = user_data;
  E2eStream *stream = g_str_has_prefix (GST_PAD_NAME (pad), "video_") ? &self->video : &self->audio;

  g_mutex_lock (&self->lock);
  if (GST_IS_BUFFER (info->data))
    note_buffer (stream, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  else if (GST_EVENT_TYPE (info->data) == GST_EVENT_GAP)
    stream->n_gaps++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static void
on_picture (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  E2ePlayer *self = user_data;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    g_error ("a decoded picture cannot be read");
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->pictures,
                    g_compute_checksum_for_data (G_CHECKSUM_SHA256, map.data, map.size));
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static void
on_sound (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  E2ePlayer *self = user_data;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    g_error ("decoded sound cannot be read");
  g_mutex_lock (&self->lock);
  lk_test_tone_add (self->tone, (const gint16 *)map.data, map.size / sizeof (gint16));
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

#define TAKE_SOUND                                                                                 \
  "queue name=head ! decodebin ! audioconvert ! audioresample ! "                                  \
  "audio/x-raw,format=S16LE,channels=1,rate=" G_STRINGIFY (                                        \
      E2E_TONE_RATE) " ! fakesink name=sink sync=false async=false"
#define TAKE_PICTURES "queue name=head ! avdec_h264 ! fakesink name=sink sync=false async=false"

static void
on_pad_added (GstElement *src, GstPad *pad, gpointer user_data)
{
  E2ePlayer *self = user_data;
  gboolean is_video = g_str_has_prefix (GST_PAD_NAME (pad), "video_");
  g_autoptr (GError) error = NULL;
  GstElement *bin
      = gst_parse_bin_from_description (is_video ? TAKE_PICTURES : TAKE_SOUND, FALSE, &error);
  g_autoptr (GstElement) head = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) head_pad = NULL;
  GstPad *bin_pad;

  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (bin), "sink");
  g_object_set (sink, "signal-handoffs", TRUE, NULL);
  g_signal_connect (sink, "handoff", is_video ? G_CALLBACK (on_picture) : G_CALLBACK (on_sound),
                    self);
  head = gst_bin_get_by_name (GST_BIN (bin), "head");
  head_pad = gst_element_get_static_pad (head, "sink");
  bin_pad = gst_ghost_pad_new ("sink", head_pad);
  gst_element_add_pad (bin, bin_pad);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_data,
                     self, NULL);
  gst_bin_add (GST_BIN (self->pipeline), bin);
  gst_element_sync_state_with_parent (bin);
  g_assert_cmpint (gst_pad_link (pad, bin_pad), ==, GST_PAD_LINK_OK);
}

E2ePlayer *
e2e_player_new (void)
{
  E2ePlayer *self = g_new0 (E2ePlayer, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->pictures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->tone = lk_test_tone_new (E2E_TONE, E2E_TONE_RATE);
  self->video.first = self->audio.first = GST_CLOCK_TIME_NONE;
  self->pipeline = gst_pipeline_new (NULL);
  /* What is said on the way down counts too. */
  g_object_set (self->pipeline, "auto-flush-bus", FALSE, NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  self->src = gst_element_factory_make ("livekitegresssrc", NULL);
  g_assert_nonnull (self->src);
  /* Address and credentials are those of the environment. */
  g_object_set (self->src, "room-name", "demo", "participant-identity", "alice", NULL);
  gst_util_set_object_arg (
      G_OBJECT (self->src), "encoding",
      "encoding,width=320,height=180,framerate=" G_STRINGIFY (E2E_FRAMERATE) ",video-bitrate=400");
  g_signal_connect (self->src, "pad-added", G_CALLBACK (on_pad_added), self);
  gst_bin_add (GST_BIN (self->pipeline), self->src);
  return self;
}

void
e2e_player_free (E2ePlayer *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  gst_object_unref (self->bus);
  gst_clear_caps (&self->video.caps);
  gst_clear_caps (&self->audio.caps);
  g_hash_table_unref (self->pictures);
  lk_test_tone_free (self->tone);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
e2e_player_play (E2ePlayer *self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), !=,
                   GST_STATE_CHANGE_FAILURE);
}

static void
assert_no_error (E2ePlayer *self)
{
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;

  if (message == NULL)
    return;
  gst_message_parse_error (message, &error, &debug);
  g_error ("%s (%s)", error->message, debug);
}

void
e2e_player_come_down (E2ePlayer *self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_NULL), ==,
                   GST_STATE_CHANGE_SUCCESS);
  assert_no_error (self);
  e2e_assert_nothing_active ();
}

static gboolean
is_played (const E2eStream *stream, GstClockTime time)
{
  return GST_CLOCK_TIME_IS_VALID (stream->first) && stream->last - stream->first >= time;
}

/* Waits for data, with the lock, which is given up meanwhile. */
static void
wait_for_data (E2ePlayer *self, gint64 end)
{
  g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + G_TIME_SPAN_SECOND);
  assert_no_error (self);
  if (g_get_monotonic_time () > end)
    g_error ("what was waited for did not come: %u buffers of video and %u of audio did, with %u "
             "and %u gaps",
             self->video.n_buffers, self->audio.n_buffers, self->video.n_discont,
             self->audio.n_discont);
}

void
e2e_player_wait_played (E2ePlayer *self, E2eStream *stream, GstClockTime time)
{
  gint64 end = g_get_monotonic_time () + WAIT_TIMEOUT;

  g_mutex_lock (&self->lock);
  while (!is_played (stream, time))
    wait_for_data (self, end);
  g_mutex_unlock (&self->lock);
}

void
e2e_player_wait_until (E2ePlayer *self, E2eCondition holds)
{
  gint64 end = g_get_monotonic_time () + WAIT_TIMEOUT;

  g_mutex_lock (&self->lock);
  while (!holds (self))
    wait_for_data (self, end);
  g_mutex_unlock (&self->lock);
}

GstMessage *
e2e_player_pop (E2ePlayer *self, GstMessageType types)
{
  GstMessage *message = gst_bus_timed_pop_filtered (self->bus, MESSAGE_TIMEOUT, types);

  g_assert_nonnull (message);
  return message;
}

GstMessage *
e2e_player_pop_element (E2ePlayer *self, const char *name)
{
  for (;;)
    {
      GstMessage *message = e2e_player_pop (self, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

      g_assert_cmpstr (GST_MESSAGE_TYPE_NAME (message), !=, "error");
      if (gst_message_has_name (message, name))
        return message;
      gst_message_unref (message);
    }
}

void
e2e_player_wait_end (E2ePlayer *self)
{
  g_autoptr (GstMessage) message = e2e_player_pop (self, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  LkEgressJobState state;

  g_assert_cmpstr (GST_MESSAGE_TYPE_NAME (message), ==, "eos");
  g_object_get (self->src, "egress-state", &state, NULL);
  g_assert_cmpint (state, ==, LK_EGRESS_JOB_STATE_COMPLETE);
}
