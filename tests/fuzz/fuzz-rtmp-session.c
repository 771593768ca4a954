/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes of a publisher, from its first or after it was let in: what comes out is whole FLV and
 * has bounds, an error does not tell the key, and it makes no difference how the bytes were cut. */

#include "fuzz.h"

#include "rtmp-peer.h"

#define MAX_SIZE 4096
#define MAX_ANSWER (64 * 1024 + 4096)

typedef struct
{
  GByteArray *media;
  GError *error;
  GstLiveKitEgressRtmpSessionState state;
} Result;

static void
init_gst (void)
{
  if (gst_is_initialized ())
    return;

  /* No plugin is needed. */
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  gst_init (NULL, NULL);
}

static void
check_media (GByteArray *media)
{
  g_autofree char *text = rtmp_print_media (media);

  g_assert_nonnull (text);
}

/* Sends what a publisher sends before, and then the data in pieces of this size. */
static Result
run (GByteArray *before, const guint8 *data, gsize size, gsize piece)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  Result result = { NULL };
  gboolean fine = rtmp_feed (session, before, NULL);

  g_assert_true (fine);
  for (gsize at = 0; fine && at < size; at += piece)
    {
      g_autoptr (GBytes) answer = NULL;

      fine = gst_livekit_egress_rtmp_session_feed (session, data + at, MIN (piece, size - at),
                                                   &result.error);
      answer = gst_livekit_egress_rtmp_session_take_answer (session);
      if (answer != NULL)
        g_assert_cmpuint (g_bytes_get_size (answer), <, MAX_ANSWER);
    }

  result.state = gst_livekit_egress_rtmp_session_get_state (session);
  result.media = rtmp_take_media (session);
  check_media (result.media);
  g_assert_true (fine == (result.error == NULL));
  g_assert_true (fine == (result.state != GST_LIVEKIT_EGRESS_RTMP_SESSION_FAILED));
  if (!fine)
    {
      g_assert_nonnull (result.error->message);
      g_assert_null (strstr (result.error->message, RTMP_SECRET));
    }
  return result;
}

static void
clear (Result *self)
{
  g_byte_array_unref (self->media);
  g_clear_error (&self->error);
}

/* The last byte says how large the pieces are, and what came before them: nothing, the handshake,
 * all but publish, or all up to the publisher's start. */
int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (GByteArray) before = g_byte_array_new ();
  Result whole, pieces;
  guint8 last, stage;

  if (size < 1 || size > MAX_SIZE)
    return 0;
  init_gst ();
  last = data[--size];
  stage = last & 3;
  if (stage >= 1)
    rtmp_add_handshake (before);
  if (stage >= 2)
    {
      rtmp_add_command (before, "connect", 1, RTMP_APP, NULL);
      rtmp_add_command (before, "createStream", 2, NULL, NULL);
    }
  if (stage >= 3)
    rtmp_add_command (before, "publish", 0, NULL, RTMP_SECRET);

  whole = run (before, data, size, MAX_SIZE);
  pieces = run (before, data, size, 1 + (last >> 2));
  g_assert_cmpint (pieces.state, ==, whole.state);
  g_assert_cmpmem (pieces.media->data, pieces.media->len, whole.media->data, whole.media->len);
  if (whole.error != NULL)
    g_assert_cmpstr (pieces.error->message, ==, whole.error->message);
  clear (&whole);
  clear (&pieces);
  return 0;
}
