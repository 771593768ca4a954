/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-gate.h"

typedef struct
{
  /* What is linked to the muxer. Not kept, for its probe keeps the gate: all of them live in the
   * bin of the muxer, as long as media flows there. */
  GstPad *pad;
  gulong probe;
  gboolean waits;
} Entry;

typedef struct
{
  gint references; /* one for each probe */
  GMutex lock;     /* of what follows */
  guint n_entries;
  guint n_waiting;
  Entry entries[];
} Gate;

static void
gate_unref (gpointer data)
{
  Gate *self = data;

  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* TRUE for the one that completes them. The caps of a stream went ahead of its first buffer. */
static gboolean
arrive (Gate *self, GstPad *pad)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < self->n_entries; i++)
    if (self->entries[i].pad == pad && !self->entries[i].waits)
      {
        self->entries[i].waits = TRUE;
        return ++self->n_waiting == self->n_entries;
      }
  return FALSE;
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Gate *self = user_data;

  if (!arrive (self, pad))
    return GST_PAD_PROBE_OK;
  for (guint i = 0; i < self->n_entries; i++)
    if (self->entries[i].pad != pad)
      gst_pad_remove_probe (self->entries[i].pad, self->entries[i].probe);
  return GST_PAD_PROBE_REMOVE;
}

void
dev_gate_add (GstElement *muxer)
{
  guint n_entries = muxer->numsinkpads;
  Gate *self = g_malloc0 (sizeof (Gate) + n_entries * sizeof (Entry));

  self->references = n_entries + 1;
  g_mutex_init (&self->lock);
  self->n_entries = n_entries;
  for (guint i = 0; i < n_entries; i++)
    {
      g_autoptr (GstPad) pad = gst_pad_get_peer (g_list_nth_data (muxer->sinkpads, i));

      self->entries[i].pad = pad;
    }
  for (guint i = 0; i < n_entries; i++)
    self->entries[i].probe = gst_pad_add_probe (
        self->entries[i].pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, on_buffer, self,
        gate_unref);
  gate_unref (self);
}
