/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-tone.h"

#include <math.h>

#define BLOCKS_PER_SECOND 20
#define FIRST_BLOCKS 4
#define MAX_SHIFT 0.05    /* of a period */
#define MIN_AMPLITUDE 500 /* of 32768 */

struct _LkTestTone
{
  double step; /* periods a sample */
  guint block; /* samples */

  guint64 n_samples;
  double real, imaginary; /* of the block so far, against a tone that began with the first sample */
  double phase;           /* of the block before, in periods */
  guint n_breaks;
  guint64 last_break;
};

LkTestTone *
lk_test_tone_new (double frequency, guint rate)
{
  LkTestTone *self = g_new0 (LkTestTone, 1);

  self->step = frequency / rate;
  self->block = rate / BLOCKS_PER_SECOND;

  return self;
}

void
lk_test_tone_free (LkTestTone *self)
{
  g_free (self);
}

static void
end_block (LkTestTone *self)
{
  double amplitude = 2 * hypot (self->real, self->imaginary) / self->block;
  double phase = atan2 (self->imaginary, self->real) / (2 * G_PI);
  double shift = phase - self->phase;

  shift -= round (shift);
  if (self->n_samples > FIRST_BLOCKS * self->block
      && (amplitude < MIN_AMPLITUDE || fabs (shift) > MAX_SHIFT))
    {
      self->n_breaks++;
      self->last_break = self->n_samples;
    }
  self->phase = phase;
  self->real = self->imaginary = 0;
}

void
lk_test_tone_add (LkTestTone *self, const gint16 *samples, gsize n_samples)
{
  for (gsize i = 0; i < n_samples; i++)
    {
      double angle = 2 * G_PI * fmod (self->step * self->n_samples, 1);

      self->real += samples[i] * cos (angle);
      self->imaginary -= samples[i] * sin (angle);
      if (++self->n_samples % self->block == 0)
        end_block (self);
    }
}

guint
lk_test_tone_get_n_breaks (LkTestTone *self)
{
  return self->n_breaks;
}

guint64
lk_test_tone_get_last_break (LkTestTone *self)
{
  return self->last_break;
}

guint64
lk_test_tone_get_n_samples (LkTestTone *self)
{
  return self->n_samples;
}
