/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "recording.h"

#include "lk-test-folder.h"

Recording
recording_new (const char *location)
{
  Recording self = { NULL, g_dir_make_tmp ("livekitegresssink-XXXXXX", NULL) };

  fail_unless (self.folder != NULL);
  self.run
      = gst_test_run_new_for ("livekitegresssink", (const char *[]){ "--out", self.folder, NULL });
  g_object_set (self.run->src, "location", location, NULL);
  return self;
}

void
recording_clear (Recording *self)
{
  gst_test_run_free (self->run);
  lk_test_remove_folder (self->folder);
  g_free (self->folder);
}
