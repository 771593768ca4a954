/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-audio-config.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressAudioConfig:
 *
 * A choice of audio tracks, and the channels they go to.
 *
 * Since: 1.0
 */

/**
 * LkEgressAudioConfig:capture-all:
 *
 * Whether all audio tracks are taken. Servers pay no attention to the routes then. Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressAudioConfig:routes:
 *
 * The rules, [class@AudioRoute]. Default: none.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressAudioConfig,
                          lk_egress_audio_config,
                          livekit__audio_config__descriptor)

/**
 * lk_egress_audio_config_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@AudioConfig]
 * Since: 1.0
 */
LkEgressAudioConfig *
lk_egress_audio_config_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_AUDIO_CONFIG, NULL);
}
