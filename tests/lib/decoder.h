/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* ffmpeg as a receiver that shares no code with the sender: it decodes what it gets, and is asked
 * what that was. Tests that need it are skipped where it is not installed. */

typedef struct _Decoder Decoder;

/* FALSE after g_test_skip() if there is no ffmpeg. */
gboolean decoder_is_here (void);

/* Reads an address with further options in front of it (NULL-terminated). */
Decoder *decoder_new (const char *const *options, const char *url);

/* Waits for one RTMP publisher at an address of the loopback interface, and is ready for it. */
Decoder *decoder_new_rtmp_server (guint port, const char *url);

/* Kills it if it still runs. */
void decoder_free (Decoder *self);

/* Until that many more pictures and sounds came than before. */
void decoder_wait (Decoder *self, guint pictures, guint sounds);

/* Until what it reads has ended. */
void decoder_wait_for_end (Decoder *self);

guint decoder_get_pictures (Decoder *self);
guint decoder_get_sounds (Decoder *self);
/* Pictures that differ from the one before. */
guint decoder_get_changes (Decoder *self);
/* The longest time from the beginning of one picture to that of the next, in seconds. */
double decoder_get_gap (Decoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decoder, decoder_free)

G_END_DECLS
