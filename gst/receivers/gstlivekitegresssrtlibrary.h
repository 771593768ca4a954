/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What is of libsrt once in a process. */

/* Starts libsrt, for good: its end waits for threads of its own, which may have gone for want of memory.
 * What it has to say goes into the log of GStreamer, one line each, and not more than so many. */
void gst_livekit_egress_srt_library_init (void);

/* For those that reach beyond this machine: warns unless libsrt was seen to have the mends of
 * CVE-2026-55868 and CVE-2026-55869, two overflows before the passphrase is checked. Its version does not
 * tell: distributions mend old ones. */
void gst_livekit_egress_srt_library_check (GstElement * element);

G_END_DECLS
