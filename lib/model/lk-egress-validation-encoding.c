/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>

#include "lk-egress-validation-private.h"

static const Livekit__EncodingOptions *
get_options (const Livekit__StartEgressRequest *request)
{
  if (request->encoding_case != LIVEKIT__START_EGRESS_REQUEST__ENCODING_ADVANCED)
    return NULL;

  return request->advanced;
}

static gboolean
check_picture_side (const char *name, int value, GError **error)
{
  g_autofree char *field = NULL;
  g_autofree char *server_word = NULL;

  if (value == 0 || (value >= 16 && value % 2 == 0))
    return TRUE;

  field = g_strconcat ("advanced.", name, NULL);
  server_word = g_strconcat ("request has missing or invalid field: ", name, NULL);
  return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_INVALID, field, server_word,
                                    "%d pixels cannot be encoded; give an even number of at least "
                                    "16, or 0 for the default",
                                    value);
}

static gboolean
check_picture (const Livekit__StartEgressRequest *request, GError **error)
{
  const Livekit__EncodingOptions *options = get_options (request);

  return options == NULL
         || (check_picture_side ("width", options->width, error)
             && check_picture_side ("height", options->height, error));
}

static gboolean
check_depth (const Livekit__StartEgressRequest *request, GError **error)
{
  const Livekit__EncodingOptions *options = get_options (request);

  if (options == NULL || options->depth == 0 || options->depth == 8 || options->depth == 16
      || options->depth == 24)
    return TRUE;

  return lk_egress_validation_fail (
      error, LK_EGRESS_VALIDATION_ERROR_INVALID, "advanced.depth",
      "request has missing or invalid field: depth",
      "%d bits per pixel do not exist; give 8, 16 or 24, or 0 for the "
      "default",
      options->depth);
}

/* The server takes these numbers unseen; the egress fails when the encoder is made. */
static gboolean
check_range (const char *field, int value, int least, int most, const char *unit, GError **error)
{
  if (value == 0 || (value >= least && value <= most))
    return TRUE;

  return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_INVALID, field, NULL,
                                    "%d %s are out of range; give %d to %d, or 0 for the default",
                                    value, unit, least, most);
}

static gboolean
check_rates (const Livekit__StartEgressRequest *request, GError **error)
{
  const Livekit__EncodingOptions *options = get_options (request);

  if (options == NULL)
    return TRUE;

  return check_range ("advanced.framerate", options->framerate, 1, 60, "frames per second", error)
         && check_range ("advanced.video_bitrate", options->video_bitrate, 1, G_MAXINT, "kb/s",
                         error)
         && check_range ("advanced.audio_bitrate", options->audio_bitrate, 1, G_MAXINT, "kb/s",
                         error)
         && check_range ("advanced.audio_frequency", options->audio_frequency, 8000, 48000, "Hz",
                         error);
}

static gboolean
check_opus_frequency (const Livekit__StartEgressRequest *request, GError **error)
{
  const Livekit__EncodingOptions *options = get_options (request);

  if (options == NULL || options->audio_codec != LIVEKIT__AUDIO_CODEC__OPUS
      || options->audio_frequency == 0 || options->audio_frequency == 48000)
    return TRUE;

  return lk_egress_validation_fail (
      error, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "advanced.audio_frequency", NULL,
      "Opus is encoded at 48000 Hz and not at %d; give 48000, or 0 for the "
      "default",
      options->audio_frequency);
}

static gboolean
check_key_frames (const Livekit__StartEgressRequest *request, GError **error)
{
  const Livekit__EncodingOptions *options = get_options (request);

  if (options == NULL
      || (isfinite (options->key_frame_interval) && options->key_frame_interval >= 0))
    return TRUE;

  return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_INVALID,
                                    "advanced.key_frame_interval", NULL,
                                    "This is no number of seconds; give one above 0, or 0 for the "
                                    "default");
}

const LkEgressValidationRule lk_egress_validation_encoding_rules[] = {
  check_picture, check_depth, check_rates, check_opus_frequency, check_key_frames, NULL,
};
