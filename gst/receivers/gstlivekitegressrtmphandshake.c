/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrtmphandshake.h"

#include <string.h>

#define VERSION 3
#define PART_SIZE 1536          /* of C1, C2, S1, S2 each */
#define REQUEST_SIZE (1 + PART_SIZE)
#define WHOLE_SIZE (REQUEST_SIZE + PART_SIZE)

/* What the first byte is when somebody came to the wrong door. */
#define TLS_HANDSHAKE 0x16
#define RTMPE_VERSION 6

static gboolean
check_version (guint8 version, GError ** error)
{
  if (version == VERSION)
    return TRUE;

  if (version == TLS_HANDSHAKE)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
        "The peer speaks TLS to a port for plain RTMP: it has to use rtmp://, not rtmps://");
  else if (version == RTMPE_VERSION)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
        "The peer wants RTMPE, which is broken: it has to use rtmp:// or rtmps://");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "The peer does not speak RTMP: its first byte is 0x%02x, not 0x03",
        version);
  return FALSE;
}

/* S0, S1 and S2: S1 has the time 0, the version 0 and random bytes, S2 is C1 again. */
static void
write_answer (const guint8 * c1, GByteArray * answer)
{
  const guint8 version = VERSION;
  guint8 s1[PART_SIZE] = { 0 };
  guint i;

  for (i = 8; i < PART_SIZE; i += 4) {
    const guint32 random = g_random_int ();

    memcpy (s1 + i, &random, 4);
  }
  g_byte_array_append (answer, &version, 1);
  g_byte_array_append (answer, s1, PART_SIZE);
  g_byte_array_append (answer, c1, PART_SIZE);
}

gboolean
gst_livekit_egress_rtmp_handshake_feed (GstLiveKitEgressRtmpHandshake * self,
    const guint8 ** data, gsize * size, GByteArray * answer, GError ** error)
{
  const gsize before = self->size;
  const gsize n = MIN (*size, WHOLE_SIZE - before);

  if (n == 0)
    return TRUE;
  if (before == 0 && !check_version (**data, error))
    return FALSE;

  /* C2 has nothing that is needed: it repeats S1, or has a digest of it. */
  if (before < REQUEST_SIZE)
    memcpy (self->request + before, *data, MIN (n, REQUEST_SIZE - before));
  self->size += n;
  *data += n;
  *size -= n;

  if (before < REQUEST_SIZE && self->size >= REQUEST_SIZE)
    write_answer (self->request + 1, answer);
  return TRUE;
}

gboolean
gst_livekit_egress_rtmp_handshake_is_done (const GstLiveKitEgressRtmpHandshake *
    self)
{
  return self->size == WHOLE_SIZE;
}
