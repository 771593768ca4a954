/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Hears whether a tone of a known frequency goes on: samples that are missing, repeated or silent
 * shift its phase. What is a whole number of periods cannot be heard. */
typedef struct _LkTestTone LkTestTone;

/* In Hz and in samples a second. */
LkTestTone *lk_test_tone_new (double frequency, guint rate);
void lk_test_tone_free (LkTestTone *self);

/* The next samples of one channel. */
void lk_test_tone_add (LkTestTone *self, const gint16 *samples, gsize n_samples);

/* How often the phase jumped or the tone was not there. What a decoder makes of the first moments
 * does not count. */
guint lk_test_tone_get_n_breaks (LkTestTone *self);

/* When the last break was, in samples from the beginning. */
guint64 lk_test_tone_get_last_break (LkTestTone *self);

/* All that were added. */
guint64 lk_test_tone_get_n_samples (LkTestTone *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkTestTone, lk_test_tone_free)

G_END_DECLS
