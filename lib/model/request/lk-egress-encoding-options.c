/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-encoding-options.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressEncodingOptions:
 *
 * Encoder settings in full, in place of a preset. What is left at zero is chosen by the server:
 * 1280x720 at 30 frames per second with 3000 kb/s, and audio of 128 kb/s at 44100 Hz.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:width:
 *
 * Width of the picture in pixels, 0 for the default, else even and at least 16. Default: 0.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:height:
 *
 * Height of the picture in pixels, 0 for the default, else even and at least 16. Default: 0.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:depth:
 *
 * Bits per pixel: 0 for the default, 8, 16 or 24. Default: 0.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:framerate:
 *
 * Frames per second, 0 for the default. More than 60 is rarely of use. Default: 0.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:audio-codec:
 *
 * How audio is encoded. Streams get AAC whatever is set here. Default:
 * %LK_EGRESS_AUDIO_CODEC_DEFAULT.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:audio-bitrate:
 *
 * Bit rate of the audio in kb/s, 0 for the default. Default: 0.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:audio-frequency:
 *
 * Sampling rate of the audio in Hz, 0 for the default, else from 8000 to 96000, with MP3 to 48000.
 * Opus is always 48000. Default: 0.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:video-codec:
 *
 * How video is encoded. Default: %LK_EGRESS_VIDEO_CODEC_DEFAULT.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:video-bitrate:
 *
 * Bit rate of the video in kb/s, 0 for the default. Default: 0.
 *
 * Since: 1.0
 */

/**
 * LkEgressEncodingOptions:key-frame-interval:
 *
 * Seconds from one key frame to the next, 0 for the default of 4 with streams. With segments the
 * length of the segments decides; if there is a stream too, an interval shorter than the segments
 * shortens them to its whole seconds, so it must not be below 1 then. Default: 0.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressEncodingOptions,
                          lk_egress_encoding_options,
                          livekit__encoding_options__descriptor)

/**
 * lk_egress_encoding_options_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@EncodingOptions]
 * Since: 1.0
 */
LkEgressEncodingOptions *
lk_egress_encoding_options_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_ENCODING_OPTIONS, NULL);
}
