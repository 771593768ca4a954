/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

#include <math.h>
#include <string.h>

#define DEFAULT_SEGMENT_DURATION 4

/* Splits a name behind its last slash. */
static const char *
split_path (const char *path, char **folder)
{
  const char *slash = strrchr (path, '/');
  const char *base = slash != NULL ? slash + 1 : path;

  *folder = g_strndup (path, base - path);

  return base;
}

/* The worker takes off what is behind the last dot, whatever it is, and adds .m3u8. */
static char *
cut_extension (const char *base)
{
  const char *dot = strrchr (base, '.');

  return dot != NULL ? g_strndup (base, dot - base) : g_strdup (base);
}

static void
warn_of_cut (LkEgressValidation *self, const char *field, const char *base)
{
  const char *dot = strrchr (base, '.');

  if (dot == NULL || g_str_equal (dot, ".m3u8"))
    return;

  lk_egress_validation_warn (self, field,
                             "What follows the last dot is taken off, and .m3u8 takes its place; "
                             "end the name in .m3u8");
}

/* R32 */
static void
check_playlists (LkEgressValidation *self,
                 const Livekit__SegmentedFileOutput *segments,
                 size_t index)
{
  g_autofree char *field = lk_egress_validation_output_path (index, "segments.playlist_name");
  g_autofree char *live_field
      = lk_egress_validation_output_path (index, "segments.live_playlist_name");
  g_autofree char *path = lk_egress_validation_clean_path (segments->playlist_name);
  g_autofree char *live_path = lk_egress_validation_clean_path (segments->live_playlist_name);
  g_autofree char *prefix_path = lk_egress_validation_clean_path (segments->filename_prefix);
  g_autofree char *folder = NULL;
  g_autofree char *live_folder = NULL;
  g_autofree char *prefix_folder = NULL;
  const char *base = split_path (path, &folder);
  const char *live_base = split_path (live_path, &live_folder);
  const char *prefix_base = split_path (prefix_path, &prefix_folder);
  g_autofree char *name = cut_extension (base);
  g_autofree char *live_name = cut_extension (live_base);

  if (*live_folder != '\0' && !g_str_equal (live_folder, folder))
    lk_egress_validation_fault (
        self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, live_field,
        LK_EGRESS_VALIDATION_FIELD (
            "live_playlist_name must be in same directory as playlist_name"),
        "The two playlists would be in different folders; give live_playlist_name without one");

  /* Without a name of its own the playlist takes that of the segments. */
  if (*live_name != '\0' && g_str_equal (live_name, *name != '\0' ? name : prefix_base))
    lk_egress_validation_fault (
        self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, live_field,
        LK_EGRESS_VALIDATION_FIELD ("live_playlist_name cannot be identical to playlist_name"),
        "The two playlists would have the same name; give another one");

  warn_of_cut (self, field, base);
  warn_of_cut (self, live_field, live_base);
}

/* R33: beside a stream the interval of key frames sets the length of a segment, in whole seconds;
 * the worker divides by it. */
static void
check_durations (LkEgressValidation *self,
                 const Livekit__SegmentedFileOutput *segments,
                 size_t index)
{
  g_autofree char *field = lk_egress_validation_output_path (index, "segments.segment_duration");
  double interval = 0, duration = segments->segment_duration;

  if (self->request->encoding_case == LIVEKIT__START_EGRESS_REQUEST__ENCODING_ADVANCED)
    interval = self->request->advanced->key_frame_interval;
  if (!(interval > 0) || !isfinite (interval))
    return;

  if (duration == 0)
    duration = DEFAULT_SEGMENT_DURATION;

  if (self->stream != NULL && interval < 1)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT,
                                "advanced.key_frame_interval", NULL,
                                "With segments beside a stream this is the length of a segment in "
                                "whole seconds, and the worker fails below one; give 1 or more, or "
                                "0 for the default");
  else if (self->stream == NULL || trunc (interval) > duration)
    lk_egress_validation_warn (self, "advanced.key_frame_interval",
                               "With segments it is not used, as every segment begins with a key "
                               "frame; set segment_duration instead");
  else if (trunc (interval) < segments->segment_duration)
    lk_egress_validation_warn (self, field,
                               "Beside a stream a segment is no longer than the interval of key "
                               "frames, so it lasts %.0f s; set both to the same",
                               trunc (interval));
}

/* R34 */
static void
check_numbers (LkEgressValidation *self, const Livekit__SegmentedFileOutput *segments, size_t index)
{
  g_autofree char *protocol_field = lk_egress_validation_output_path (index, "segments.protocol");
  g_autofree char *suffix_field
      = lk_egress_validation_output_path (index, "segments.filename_suffix");

  if (protobuf_c_enum_descriptor_get_value (&livekit__segmented_file_protocol__descriptor,
                                            segments->protocol)
      == NULL)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID, protocol_field, NULL,
                                "%d is no kind of segments; give HLS_PROTOCOL",
                                (int)segments->protocol);

  if (protobuf_c_enum_descriptor_get_value (&livekit__segmented_file_suffix__descriptor,
                                            segments->filename_suffix)
      == NULL)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID, suffix_field, NULL,
                                "%d is no way to number segments; give INDEX or TIMESTAMP",
                                (int)segments->filename_suffix);
}

static void
check_segments (LkEgressValidation *self)
{
  size_t index;
  const Livekit__Output *output
      = lk_egress_validation_find_output (self, LIVEKIT__OUTPUT__CONFIG_SEGMENTS, &index);

  if (output == NULL)
    return;

  check_playlists (self, output->segments, index);
  check_durations (self, output->segments, index);
  check_numbers (self, output->segments, index);
}

const LkEgressValidationRule lk_egress_validation_segments_rules[] = { check_segments, NULL };
