/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "decoder.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lk-test-child.h"

#define POLL_INTERVAL_US 20000
#define MAX_STREAMS 4
/* States of a socket, as /proc/net/tcp has them. */
#define ESTABLISHED 0x01
#define LISTENS 0x0a

struct _Decoder
{
  GSubprocess *process;
  GDataInputStream *lines;
  gboolean is_video[MAX_STREAMS];
  double unit[MAX_STREAMS]; /* seconds */

  guint pictures;
  guint sounds;
  guint changes;
  char *checksum; /* of the last picture */
  double time;    /* of the last picture */
  double gap;
};

gboolean
decoder_is_here (void)
{
  g_autofree char *path = g_find_program_in_path ("ffmpeg");

  if (path == NULL)
    g_test_skip ("ffmpeg is not installed");
  return path != NULL;
}

Decoder *
decoder_new (const char *const *options, const char *url)
{
  static const char *const before[]
      = { "ffmpeg", "-nostdin", "-loglevel", "error", "-analyzeduration", "500000" };
  /* A line for each picture and sound, as they come. */
  static const char *const after[]
      = { "-map",           "0:v?", "-map", "0:a?",     "-vsync", "passthrough",
          "-flush_packets", "1",    "-f",   "framecrc", "-" };
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Decoder *self = g_new0 (Decoder, 1);

  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    g_ptr_array_add (argv, (gpointer)before[i]);
  for (; *options != NULL; options++)
    g_ptr_array_add (argv, (gpointer)*options);
  g_ptr_array_add (argv, (gpointer) "-i");
  g_ptr_array_add (argv, (gpointer)url);
  for (guint i = 0; i < G_N_ELEMENTS (after); i++)
    g_ptr_array_add (argv, (gpointer)after[i]);
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_child_setup (launcher, lk_test_die_with_parent,
                                         GINT_TO_POINTER (SIGKILL), NULL);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv->pdata, &error);
  g_assert_no_error (error);
  self->lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  return self;
}

/* To connect would be to take the place of the one publisher, who may be there already. */
static gboolean
is_ready (guint port)
{
  g_autofree char *table = NULL;
  g_auto (GStrv) rows = NULL;

  g_assert_true (g_file_get_contents ("/proc/net/tcp", &table, NULL, NULL));
  rows = g_strsplit (table, "\n", -1);
  for (guint i = 0; rows[i] != NULL; i++)
    {
      guint local, state;

      if (sscanf (rows[i], " %*u: %*x:%x %*x:%*x %x", &local, &state) == 2 && local == port
          && (state == LISTENS || state == ESTABLISHED))
        return TRUE;
    }
  return FALSE;
}

Decoder *
decoder_new_rtmp_server (guint port, const char *url)
{
  static const char *const options[] = { "-listen", "1", "-f", "flv", NULL };
  Decoder *self = decoder_new (options, url);

  while (!is_ready (port))
    g_usleep (POLL_INTERVAL_US);
  return self;
}

void
decoder_free (Decoder *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->lines);
  g_object_unref (self->process);
  g_free (self->checksum);
  g_free (self);
}

static void
take_picture (Decoder *self, double time, const char *checksum)
{
  if (self->checksum != NULL)
    {
      self->gap = MAX (self->gap, time - self->time);
      self->changes += !g_str_equal (self->checksum, checksum);
    }
  g_free (self->checksum);
  self->checksum = g_strdup (checksum);
  self->time = time;
  self->pictures++;
}

/* FALSE at the end. */
static gboolean
read_line (Decoder *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_utf8 (self->lines, NULL, NULL, &error);
  guint stream, numerator, denominator;
  gint64 time;
  char text[32];

  g_assert_no_error (error);
  if (line == NULL)
    return FALSE;
  if (sscanf (line, "#media_type %u: %31s", &stream, text) == 2)
    {
      g_assert_cmpuint (stream, <, MAX_STREAMS);
      self->is_video[stream] = g_str_equal (text, "video");
    }
  else if (sscanf (line, "#tb %u: %u/%u", &stream, &numerator, &denominator) == 3)
    {
      g_assert_cmpuint (stream, <, MAX_STREAMS);
      self->unit[stream] = (double)numerator / denominator;
    }
  else if (*line != '#')
    {
      g_assert_cmpint (
          sscanf (line, "%u, %*d, %" G_GINT64_FORMAT ", %*d, %*d, %31s", &stream, &time, text), ==,
          3);
      g_assert_cmpuint (stream, <, MAX_STREAMS);
      if (self->is_video[stream])
        take_picture (self, time * self->unit[stream], text);
      else
        self->sounds++;
    }
  return TRUE;
}

void
decoder_wait (Decoder *self, guint pictures, guint sounds)
{
  guint last_picture = self->pictures + pictures;
  guint last_sound = self->sounds + sounds;

  while (self->pictures < last_picture || self->sounds < last_sound)
    g_assert_true (read_line (self));
}

void
decoder_wait_for_end (Decoder *self)
{
  while (read_line (self))
    continue;
}

guint
decoder_get_pictures (Decoder *self)
{
  return self->pictures;
}

guint
decoder_get_sounds (Decoder *self)
{
  return self->sounds;
}

guint
decoder_get_changes (Decoder *self)
{
  return self->changes;
}

double
decoder_get_gap (Decoder *self)
{
  return self->gap;
}
