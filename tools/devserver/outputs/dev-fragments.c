/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-fragments.h"

#include <gst/app/gstappsink.h>
#include <string.h>

/* Times of key frames are not exact multiples of anything. */
#define TOLERANCE (20 * GST_MSECOND)

/* In a box "moof" of one track: the types of the boxes that name the track and the time, and where
 * these are. */
#define TFHD_TYPE 36
#define TFHD_TRACK 44
#define TFDT_TYPE 64
#define TFDT_VERSION 68
#define TFDT_TIME 72
#define TIMESCALE 90000

/* A box "moof" and its "mdat". */
typedef struct
{
  GByteArray *data;
  gsize size; /* when it is complete; 0 as long as that is not known */
  guint32 track;
  gboolean is_key;
  GstClockTime time; /* of the first sample; NONE as long as there is none */
  GstClockTime pts;
  GstClockTime until; /* where the last one ends */
} Fragment;

typedef struct
{
  GstElement *sink; /* which owns this */
  GstClockTime target;
  char *init_path;
  DevFragmentsGetPath get_path;
  gpointer user_data;

  GByteArray *init;   /* until it is written */
  Fragment *fragment; /* what came of it so far; NULL if nothing */
  GQueue ahead;       /* those of the other track, until the first one is as far */
  GByteArray *segment;
  char *path; /* of the segment, NULL before its first key frame */
  guint number;
  GstClockTime origin; /* of the first segment */
  GstClockTime began;  /* of the segment */
  GstClockTime until;  /* of the first track */
} Fragments;

static void
fragment_free (gpointer data)
{
  Fragment *fragment = data;

  g_byte_array_unref (fragment->data);
  g_free (fragment);
}

static void
fragments_free (gpointer data)
{
  Fragments *self = data;

  g_byte_array_unref (self->init);
  g_clear_pointer (&self->fragment, fragment_free);
  g_queue_clear_full (&self->ahead, fragment_free);
  g_byte_array_unref (self->segment);
  g_free (self->init_path);
  g_free (self->path);
  g_free (self);
}

static void
post (Fragments *self, const char *name, GstClockTime running_time)
{
  GstStructure *structure
      = gst_structure_new (name, "location", G_TYPE_STRING, self->path, "running-time",
                           GST_TYPE_CLOCK_TIME, running_time, NULL);

  gst_element_post_message (self->sink,
                            gst_message_new_element (GST_OBJECT (self->sink), structure));
}

static gboolean
write_file (Fragments *self, const char *path, GByteArray *data)
{
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents (path, (const char *)data->data, data->len, &error))
    return TRUE;

  GST_ELEMENT_ERROR (self->sink, RESOURCE, WRITE, ("%s", error->message), (NULL));
  return FALSE;
}

static gboolean
close_segment (Fragments *self, GstClockTime running_time)
{
  static const guint8 styp[] = "\0\0\0\x18stypmsdh\0\0\0\0msdhmsix";

  if (self->path == NULL)
    return TRUE;

  g_byte_array_prepend (self->segment, styp, sizeof styp - 1);
  if (!write_file (self, self->path, self->segment))
    return FALSE;
  g_byte_array_set_size (self->segment, 0);
  post (self, "splitmuxsink-fragment-closed", running_time);
  g_clear_pointer (&self->path, g_free);
  return TRUE;
}

static void
open_segment (Fragments *self, const Fragment *first)
{
  self->began = first->time;
  if (self->number == 0)
    self->origin = self->began;
  self->path = self->get_path (self->number++, first->pts, self->user_data);
  post (self, "splitmuxsink-fragment-opened", self->began);
}

/* The muxer lets each track begin at zero, however far apart they are. */
static void
set_time (Fragments *self, Fragment *fragment)
{
  guint8 *data = fragment->data->data;

  if (fragment->data->len >= TFDT_TIME + 4 && memcmp (data + TFDT_TYPE, "tfdt", 4) == 0
      && data[TFDT_VERSION] == 0)
    GST_WRITE_UINT32_BE (data + TFDT_TIME,
                         (guint32)gst_util_uint64_scale_round (fragment->time - self->origin,
                                                               TIMESCALE, GST_SECOND));
}

/* What comes before the first key frame is left out. */
static void
append_fragment (Fragments *self, Fragment *fragment)
{
  if (self->path != NULL && fragment->time >= self->origin)
    {
      set_time (self, fragment);
      g_byte_array_append (self->segment, fragment->data->data, fragment->data->len);
    }
  fragment_free (fragment);
}

/* Sound is encoded sooner than the picture that belongs to it. */
static void
catch_up (Fragments *self, GstClockTime time)
{
  Fragment *first;

  while ((first = g_queue_peek_head (&self->ahead)) != NULL && first->time < time)
    append_fragment (self, g_queue_pop_head (&self->ahead));
}

static gboolean
end_fragment (Fragments *self)
{
  Fragment *fragment = g_steal_pointer (&self->fragment);

  if (fragment->track != 1)
    {
      g_queue_push_tail (&self->ahead, fragment);
      return TRUE;
    }
  catch_up (self, fragment->time);
  if (fragment->is_key
      && (self->path == NULL || fragment->time + TOLERANCE >= self->began + self->target))
    {
      if (!close_segment (self, fragment->time))
        {
          fragment_free (fragment);
          return FALSE;
        }
      open_segment (self, fragment);
    }
  self->until = fragment->until;
  append_fragment (self, fragment);
  return TRUE;
}

static gboolean
is_box (const GstMapInfo *map, const char *type)
{
  return map->size >= 8 && memcmp (map->data + 4, type, 4) == 0;
}

static gboolean
take_header (Fragments *self, const GstMapInfo *map)
{
  if (is_box (map, "ftyp") || is_box (map, "moov"))
    g_byte_array_append (self->init, map->data, (guint)map->size);
  if (!is_box (map, "moof"))
    return TRUE;

  g_clear_pointer (&self->fragment, fragment_free);
  self->fragment = g_new0 (Fragment, 1);
  self->fragment->data = g_byte_array_new ();
  self->fragment->time = GST_CLOCK_TIME_NONE;
  if (map->size >= TFHD_TRACK + 4 && memcmp (map->data + TFHD_TYPE, "tfhd", 4) == 0)
    self->fragment->track = GST_READ_UINT32_BE (map->data + TFHD_TRACK);
  g_byte_array_append (self->fragment->data, map->data, (guint)map->size);
  if (self->init->len == 0)
    return TRUE;
  if (!write_file (self, self->init_path, self->init))
    return FALSE;
  g_byte_array_set_size (self->init, 0);
  return TRUE;
}

/* The header of the "mdat", or a sample in it. */
static gboolean
take_data (Fragments *self, GstBuffer *buffer, const GstMapInfo *map)
{
  Fragment *fragment = self->fragment;
  GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);

  if (fragment == NULL)
    return TRUE;
  if (fragment->size == 0 && is_box (map, "mdat"))
    fragment->size = fragment->data->len + GST_READ_UINT32_BE (map->data);
  g_byte_array_append (fragment->data, map->data, (guint)map->size);
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return TRUE;

  if (!GST_CLOCK_TIME_IS_VALID (fragment->time))
    {
      fragment->time = time;
      fragment->pts = GST_BUFFER_PTS (buffer);
      fragment->is_key = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    }
  fragment->until = time;
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    fragment->until += GST_BUFFER_DURATION (buffer);
  return fragment->data->len < fragment->size || end_fragment (self);
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  Fragments *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample != NULL ? gst_sample_get_buffer (sample) : NULL;
  gboolean done;
  GstMapInfo map;

  if (buffer == NULL || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_FLOW_EOS;
  /* Samples have times, headers have none. */
  if (!GST_CLOCK_TIME_IS_VALID (GST_BUFFER_DTS_OR_PTS (buffer)) && !is_box (&map, "mdat"))
    done = take_header (self, &map);
  else
    done = take_data (self, buffer, &map);
  gst_buffer_unmap (buffer, &map);
  return done ? GST_FLOW_OK : GST_FLOW_ERROR;
}

static void
on_eos (GstAppSink *sink, gpointer user_data)
{
  Fragments *self = user_data;

  catch_up (self, GST_CLOCK_TIME_NONE);
  close_segment (self, self->until);
}

void
dev_fragments_attach (GstElement *muxer,
                      GstElement *sink,
                      GstClockTime target,
                      const char *init_path,
                      DevFragmentsGetPath get_path,
                      gpointer user_data)
{
  GstAppSinkCallbacks callbacks = { .eos = on_eos, .new_sample = on_sample };
  Fragments *self = g_new0 (Fragments, 1);

  for (GList *pad = muxer->sinkpads; pad != NULL; pad = pad->next)
    g_object_set (pad->data, "trak-timescale", TIMESCALE, NULL);
  self->sink = sink;
  self->target = target;
  self->init_path = g_strdup (init_path);
  self->get_path = get_path;
  self->user_data = user_data;
  self->init = g_byte_array_new ();
  g_queue_init (&self->ahead);
  self->segment = g_byte_array_new ();
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, fragments_free);
}
