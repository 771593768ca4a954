/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gst-test.h"

G_BEGIN_DECLS

/* livekitegresssink with a dev server that stores into a folder of its own. */
typedef struct
{
  GstTestRun *run;
  char *folder;
} Recording;

Recording recording_new (const char *location);
void recording_clear (Recording *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Recording, recording_clear)

G_END_DECLS
