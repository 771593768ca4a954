/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>

#include "lk-egress-validation-private.h"

static const Livekit__EncodingOptions *
get_options (const LkEgressValidation *self)
{
  if (self->request->encoding_case != LIVEKIT__START_EGRESS_REQUEST__ENCODING_ADVANCED)
    return NULL;

  return self->request->advanced;
}

/* R25 */
static void
check_picture_side (LkEgressValidation *self, const char *name, int value)
{
  g_autofree char *field = NULL;
  g_autofree char *server_word = NULL;

  if (value == 0 || (value >= 16 && value % 2 == 0))
    return;

  field = g_strconcat ("advanced.", name, NULL);
  if (value > 0)
    server_word = g_strconcat (LK_EGRESS_VALIDATION_FIELD (""), name, NULL);
  lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID, field, server_word,
                              "%d pixels cannot be encoded; give an even number of at least 16, or "
                              "0 for the default",
                              value);
}

static void
check_picture (LkEgressValidation *self)
{
  const Livekit__EncodingOptions *options = get_options (self);

  if (options == NULL)
    return;

  check_picture_side (self, "width", options->width);
  check_picture_side (self, "height", options->height);
}

static void
check_depth (LkEgressValidation *self)
{
  const Livekit__EncodingOptions *options = get_options (self);

  if (options == NULL || options->depth == 0 || options->depth == 8 || options->depth == 16
      || options->depth == 24)
    return;

  lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID, "advanced.depth",
                              LK_EGRESS_VALIDATION_FIELD ("depth"),
                              "%d bits per pixel do not exist; give 8, 16 or 24, or 0 for the "
                              "default",
                              options->depth);
}

/* The server takes these numbers unseen; the egress fails when the encoder is made. */
static void
check_range (LkEgressValidation *self,
             const char *field,
             int value,
             int least,
             int most,
             const char *unit)
{
  if (value == 0 || (value >= least && value <= most))
    return;

  if (most == G_MAXINT)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID, field, NULL,
                                "%d %s are out of range; give %d or more, or 0 for the default",
                                value, unit, least);
  else
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID, field, NULL,
                                "%d %s are out of range; give %d to %d, or 0 for the default",
                                value, unit, least, most);
}

static void
check_rates (LkEgressValidation *self)
{
  const Livekit__EncodingOptions *options = get_options (self);

  if (options == NULL)
    return;

  check_range (self, "advanced.framerate", options->framerate, 1, G_MAXINT, "frames per second");
  check_range (self, "advanced.video_bitrate", options->video_bitrate, 1, G_MAXINT, "kb/s");
  check_range (self, "advanced.audio_bitrate", options->audio_bitrate, 1, G_MAXINT, "kb/s");

  if (options->framerate > 60)
    lk_egress_validation_warn (
        self, "advanced.framerate",
        "%d frames per second are above 60, the most that any preset has and "
        "few sources give; lower it if the worker cannot keep up",
        options->framerate);
}

/* Each encoder has rates of its own, and that of Opus is fixed. */
static void
check_frequency (LkEgressValidation *self)
{
  const Livekit__EncodingOptions *options = get_options (self);
  gboolean is_mp3;

  if (options == NULL || options->audio_frequency == 0)
    return;

  is_mp3 = options->audio_codec == LIVEKIT__AUDIO_CODEC__AC_MP3;
  if (options->audio_codec != LIVEKIT__AUDIO_CODEC__OPUS)
    check_range (self, "advanced.audio_frequency", options->audio_frequency, 8000,
                 is_mp3 ? 48000 : 96000, "Hz");
  else if (options->audio_frequency != 48000)
    lk_egress_validation_warn (self, "advanced.audio_frequency",
                               "Opus is encoded at 48000 Hz, so %d is not used; leave it to the "
                               "default",
                               options->audio_frequency);
}

static void
check_key_frames (LkEgressValidation *self)
{
  const Livekit__EncodingOptions *options = get_options (self);

  if (options == NULL
      || (isfinite (options->key_frame_interval) && options->key_frame_interval >= 0))
    return;

  lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID,
                              "advanced.key_frame_interval", NULL,
                              "This is no number of seconds; give one above 0, or 0 for the "
                              "default");
}

/* R26: other codecs than H.264 are passed over in silence. */
static void
check_video_codec (LkEgressValidation *self)
{
  const Livekit__EncodingOptions *options = get_options (self);

  if (options == NULL)
    return;

  switch (options->video_codec)
    {
    case LIVEKIT__VIDEO_CODEC__DEFAULT_VC:
    case LIVEKIT__VIDEO_CODEC__H264_BASELINE:
    case LIVEKIT__VIDEO_CODEC__H264_MAIN:
    case LIVEKIT__VIDEO_CODEC__H264_HIGH:
      break;
    default:
      lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED,
                                  "advanced.video_codec", NULL,
                                  "The worker does not encode this codec and would take H.264 "
                                  "instead; give a profile of H.264, or store the track as it is "
                                  "with the preset PASSTHROUGH");
      break;
    }
}

static void
check_known_audio_codec (LkEgressValidation *self)
{
  const Livekit__EncodingOptions *options = get_options (self);

  if (options != NULL
      && protobuf_c_enum_descriptor_get_value (&livekit__audio_codec__descriptor,
                                               options->audio_codec)
             == NULL)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED,
                                "advanced.audio_codec", NULL,
                                "%d is no codec that is known here, and the worker would take the "
                                "default instead; give OPUS, AAC or AC_MP3",
                                (int)options->audio_codec);
}

/* R26: a stream decides the audio codec for all outputs, whatever is asked for. */
static void
check_audio_codec (LkEgressValidation *self)
{
  const Livekit__EncodingOptions *options = get_options (self);
  gboolean is_websocket = self->protocol == LIVEKIT__STREAM_PROTOCOL__WEBSOCKET;

  if (options == NULL || options->audio_codec == LIVEKIT__AUDIO_CODEC__DEFAULT_AC
      || self->stream == NULL
      || (options->audio_codec == LIVEKIT__AUDIO_CODEC__AAC && !is_websocket))
    return;

  lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "advanced.audio_codec",
                              NULL,
                              "The stream makes the worker use %s for all outputs; leave the codec "
                              "to the default, or start an egress of its own for the stream",
                              is_websocket ? "raw audio" : "AAC");
}

/* R30 */
static void
check_preset (LkEgressValidation *self)
{
  if (self->request->encoding_case != LIVEKIT__START_EGRESS_REQUEST__ENCODING_PRESET
      || protobuf_c_enum_descriptor_get_value (&livekit__encoding_options_preset__descriptor,
                                               self->request->preset)
             != NULL)
    return;

  lk_egress_validation_warn (self, "preset",
                             "%d is no preset that is known here, and a worker that does not know "
                             "it encodes as for H264_720P_30; give one by its name",
                             self->request->preset);
}

/* What the server checks, before all else. */
const LkEgressValidationRule lk_egress_validation_encoding_rules[] = {
  check_picture,
  check_depth,
  NULL,
};

/* What it leaves to the encoder. */
const LkEgressValidationRule lk_egress_validation_encoder_rules[] = {
  check_rates,
  check_frequency,
  check_key_frames,
  check_video_codec,
  check_known_audio_codec,
  check_audio_codec,
  check_preset,
  NULL,
};
