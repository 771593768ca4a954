/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* MPEG transport streams of the test data, packet by packet. */

#define TRANSPORT_STREAM_PACKET 188
#define TRANSPORT_STREAM_VIDEO 0x41 /* PID */
#define TRANSPORT_STREAM_AUDIO 0x42 /* PID */

GByteArray *transport_stream_read (const char *name);

/* One whose program has sound from this packet on. */
#define TRANSPORT_STREAM_GROWN 350
GByteArray *transport_stream_read_growing (void);

/* From this packet on it gets another version of the map of the program, that of the other packet,
 * and with drop_audio its sound goes. Takes the stream. */
GByteArray *
transport_stream_change_map (GByteArray *ts, guint from, guint map_from, gboolean drop_audio);

/* How many pictures or pieces of sound begin from this packet on. */
guint transport_stream_count_units (GByteArray *ts, guint pid, guint from);

G_END_DECLS
