/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes on a connection to the websocket, in pieces of any size: what comes of them has bounds,
 * and the time of the samples never goes back. */

#include "fuzz.h"

#include "gstlivekitegresswebsocketaudio.h"
#include "gstlivekitegresswebsocketsession.h"

#define PATH "/0123456789abcdef"
#define REQUEST                                                                                    \
  "GET " PATH " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"              \
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: rRevCJcPlRrKoCaYZLv4vg==\r\n\r\n"
#define MAX_ANSWER 512

typedef struct
{
  GstLiveKitEgressWebsocketAudio *audio;
  GstClockTime now;
  GstClockTime end;
} Receiver;

static void
on_message (gboolean is_text, const guint8 *data, gsize size, gpointer user_data)
{
  Receiver *self = user_data;

  g_assert_cmpuint (size, <=, GST_LIVEKIT_EGRESS_WEBSOCKET_MAX_MESSAGE);
  if (is_text)
    gst_livekit_egress_websocket_audio_take_text (self->audio, (const char *)data, size);
  else
    gst_livekit_egress_websocket_audio_take_samples (self->audio, data, size, self->now);
}

static void
take_all (Receiver *self)
{
  GstClockTime start, duration;
  GstBuffer *buffer;

  while ((buffer = gst_livekit_egress_websocket_audio_pop (self->audio, self->now)) != NULL)
    {
      g_assert_cmpuint (gst_buffer_get_size (buffer) % 4, ==, 0);
      g_assert_cmpuint (GST_BUFFER_PTS (buffer), >=, self->end);
      self->end = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
      gst_buffer_unref (buffer);
    }
  if (gst_livekit_egress_websocket_audio_pop_gap (self->audio, self->now, &start, &duration))
    {
      g_assert_cmpuint (start, >=, self->end);
      self->end = start + duration;
    }
}

static void
take_answer (GstLiveKitEgressWebsocketSession *session)
{
  g_autoptr (GBytes) answer = gst_livekit_egress_websocket_session_take_answer (session);

  if (answer != NULL)
    g_assert_cmpuint (g_bytes_get_size (answer), <=, MAX_ANSWER);
}

static void
init_gst (void)
{
  if (gst_is_initialized ())
    return;

  /* No plugin is needed. */
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  gst_init (NULL, NULL);
}

/* The first byte says how large the pieces are, and whether they come after a good request. */
int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  Receiver receiver = { NULL, 0, 0 };
  GstLiveKitEgressWebsocketSession *session;
  const gsize step = size > 0 ? 1 + (data[0] >> 1) * 4 : 1;

  init_gst ();
  receiver.audio = gst_livekit_egress_websocket_audio_new ();
  session = gst_livekit_egress_websocket_session_new (PATH, on_message, &receiver);
  if (size > 0 && (data[0] & 1) != 0)
    g_assert_true (gst_livekit_egress_websocket_session_feed (session, (const guint8 *)REQUEST,
                                                              strlen (REQUEST), NULL));
  for (gsize at = 1; at < size; at += step)
    {
      g_autoptr (GError) error = NULL;

      gst_livekit_egress_websocket_session_feed (session, data + at, MIN (step, size - at), &error);
      take_answer (session);
      receiver.now += data[at] * 4 * GST_MSECOND;
      take_all (&receiver);
    }

  gst_livekit_egress_websocket_session_free (session);
  gst_livekit_egress_websocket_audio_free (receiver.audio);
  return 0;
}
