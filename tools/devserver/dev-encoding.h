/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the media of an egress looks like, whatever way the request said it. */
typedef struct
{
  gboolean video;
  gboolean audio;

  int width;
  int height;
  int framerate;
  int video_bitrate;         /* kb/s */
  double key_frame_interval; /* seconds */

  int audio_bitrate; /* kb/s */
  int audio_frequency;
} DevEncoding;

G_END_DECLS
