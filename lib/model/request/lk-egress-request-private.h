/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* LiveKit begins the ids of video tracks with TR_V, of audio tracks with TR_A, of data tracks with
 * DTR_. */
static inline gboolean
lk_egress_request_is_video_id (const char *track_id)
{
  return g_str_has_prefix (track_id, "TR_V");
}

G_END_DECLS
