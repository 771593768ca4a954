/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a file has to be read again. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "gstlivekitegresshlsstamp.h"
#include "lk-test-folder.h"

#define NOW (1700000000 * G_TIME_SPAN_SECOND)
#define SECOND G_TIME_SPAN_SECOND

typedef struct
{
  const char *what;
  gint64 age;             /* of what is in the file, when it is read */
  glong nanoseconds;      /* of its time; 0 where the file system has none */
  gint64 later;           /* when it is looked at again */
  gint64 change;          /* of the time that stands at the file */
  gint64 metadata_change; /* of the other time */
  int size, inode, device;
  gboolean holds;
} Row;

static const Row rows[] = {
  { "unchanged", SECOND, 1000, SECOND / 2, 0, 0, 0, 0, 0, TRUE },
  { "written again", SECOND, 1000, SECOND / 2, SECOND, SECOND, 0, 0, 0, FALSE },
  { "grown, at the same time", SECOND, 1000, SECOND / 2, 0, 0, 1, 0, 0, FALSE },
  { "replaced, with the same time", SECOND, 1000, SECOND / 2, 0, 0, 0, 1, 0, FALSE },
  { "on another disk", SECOND, 1000, SECOND / 2, 0, 0, 0, 0, 1, FALSE },
  { "written, with its old time put back", SECOND, 1000, SECOND / 2, 0, SECOND, 0, 0, 0, FALSE },
  { "written just before it was read", 1000, 1000, SECOND / 2, 0, 0, 0, 0, 0, FALSE },
  { "the same, a moment later", 30000, 1000, SECOND / 2, 0, 0, 0, 0, 0, TRUE },
  { "whole seconds, written just before", SECOND, 0, SECOND / 2, 0, 0, 0, 0, 0, FALSE },
  { "whole seconds, settled", 3 * SECOND, 0, SECOND / 2, 0, 0, 0, 0, 0, TRUE },
  { "a file server that is ahead", -SECOND, 1000, SECOND / 2, 0, 0, 0, 0, 0, FALSE },
  { "too long ago", SECOND, 1000, SECOND, 0, 0, 0, 0, 0, FALSE },
  { "a clock that was set back", SECOND, 1000, -SECOND, 0, 0, 0, 0, 0, FALSE },
};

static struct timespec
get_time (gint64 microseconds, glong nanoseconds)
{
  return (struct timespec){ .tv_sec = microseconds / SECOND,
                            .tv_nsec
                            = nanoseconds == 0 ? 0 : microseconds % SECOND * 1000 + nanoseconds };
}

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      struct stat status = { .st_dev = 1, .st_ino = 1, .st_size = 100 };
      GstLiveKitEgressHlsStamp before, after;

      status.st_mtim = status.st_ctim = get_time (NOW - row->age, row->nanoseconds);
      gst_livekit_egress_hls_stamp_init (&before, &status, NOW);
      status.st_mtim = get_time (NOW - row->age + row->change, row->nanoseconds);
      status.st_ctim = get_time (NOW - row->age + row->metadata_change, row->nanoseconds);
      status.st_size += row->size;
      status.st_ino += row->inode;
      status.st_dev += row->device;
      gst_livekit_egress_hls_stamp_init (&after, &status, NOW + row->later);
      if (gst_livekit_egress_hls_stamp_holds (&before, &after, SECOND) != row->holds)
        g_error ("%s: %d expected", row->what, row->holds);
    }
}

/* Whatever the file system keeps, what is written in place at any time after the stamp was taken is
 * seen, though it is as long. */
static void
test_real_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("stamp-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  int file = open (path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  guint n_held = 0;

  for (guint i = 0; i < 80; i++)
    {
      GstLiveKitEgressHlsStamp before, after;
      struct stat status;

      g_assert_cmpint (pwrite (file, "a", 1, 0), ==, 1);
      g_usleep (i * 500);
      g_assert_cmpint (lstat (path, &status), ==, 0);
      gst_livekit_egress_hls_stamp_init (&before, &status, g_get_real_time ());
      gst_livekit_egress_hls_stamp_init (&after, &status, g_get_real_time ());
      n_held += gst_livekit_egress_hls_stamp_holds (&before, &after, SECOND);
      g_assert_cmpint (pwrite (file, "b", 1, 0), ==, 1);
      g_assert_cmpint (lstat (path, &status), ==, 0);
      gst_livekit_egress_hls_stamp_init (&after, &status, g_get_real_time ());
      g_assert_false (gst_livekit_egress_hls_stamp_holds (&before, &after, SECOND));
    }
  g_assert_cmpuint (n_held, >, 0);
  close (file);
  lk_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hls-stamp/rows", test_rows);
  g_test_add_func ("/hls-stamp/real-file", test_real_file);
  return g_test_run ();
}
