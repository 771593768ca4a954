/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-participant-video.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressParticipantVideo:
 *
 * The video of one participant, followed from track to track.
 *
 * Since: 1.0
 */

/**
 * LkEgressParticipantVideo:identity:
 *
 * The identity of the participant. It is required.
 *
 * Since: 1.0
 */

/**
 * LkEgressParticipantVideo:prefer-screen-share:
 *
 * Whether the shared screen is taken, and not the camera. In spite of its name, workers up to 1.14
 * do not fall back to the camera as long as no screen is shared. Default: %FALSE.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressParticipantVideo,
                          lk_egress_participant_video,
                          livekit__participant_video__descriptor)

/**
 * lk_egress_participant_video_new:
 * @identity: the identity of the participant
 *
 * Creates a choice of the video of a participant.
 *
 * Returns: (transfer full): a new [class@ParticipantVideo]
 * Since: 1.0
 */
LkEgressParticipantVideo *
lk_egress_participant_video_new (const char *identity)
{
  return g_object_new (LK_EGRESS_TYPE_PARTICIPANT_VIDEO, "identity", identity, NULL);
}
