/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

/* R31, and with it R9, R14 and R29: a track that is stored as it was published is one track, by its
 * id, to one file. */

static void
check_source (LkEgressValidation *self)
{
  if (self->request->source_case != LIVEKIT__START_EGRESS_REQUEST__SOURCE_MEDIA)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "preset",
                                LK_EGRESS_VALIDATION_FIELD ("passthrough source"),
                                "PASSTHROUGH stores one track of a media source as it is; choose "
                                "another preset, or such a track");
}

static void
check_video (LkEgressValidation *self, const Livekit__MediaSource *media)
{
  switch (media->video_case)
    {
    case LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEO_TRACK_ID:
      if (*media->video_track_id == '\0')
        lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING,
                                    "media.video_track_id",
                                    LK_EGRESS_VALIDATION_FIELD ("passthrough video_track_id"),
                                    "The id is empty; give that of a video track, or clear it");
      break;
    case LIVEKIT__MEDIA_SOURCE__VIDEO_PARTICIPANT_VIDEO:
      lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT,
                                  "media.participant_video",
                                  LK_EGRESS_VALIDATION_FIELD ("passthrough participant_video"),
                                  "PASSTHROUGH does not follow a participant from track to track; "
                                  "name the track by video_track_id, or choose another preset");
      break;
    case LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEOS:
      lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "media.videos", NULL,
                                  "PASSTHROUGH stores a single track; name it by video_track_id");
      break;
    default:
      break;
    }
}

static void
check_route (LkEgressValidation *self, const Livekit__AudioRoute *route)
{
  if (route->match_case != LIVEKIT__AUDIO_ROUTE__MATCH_TRACK_ID)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "media.audio.routes[0]",
                                LK_EGRESS_VALIDATION_FIELD ("passthrough audio route match"),
                                "PASSTHROUGH needs the track itself; name it by track_id");
  else if (*route->track_id == '\0')
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING,
                                "media.audio.routes[0].track_id",
                                LK_EGRESS_VALIDATION_FIELD ("passthrough audio route track_id"),
                                "The id is empty; give that of an audio track, or take the route "
                                "out");
}

static void
check_audio (LkEgressValidation *self, const Livekit__AudioConfig *audio)
{
  if (audio->capture_all)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT,
                                "media.audio.capture_all",
                                LK_EGRESS_VALIDATION_FIELD ("passthrough capture_all"),
                                "PASSTHROUGH mixes nothing; give one route by track_id, or choose "
                                "another preset");
  else if (audio->n_routes > 1)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "media.audio.routes",
                                LK_EGRESS_VALIDATION_FIELD ("passthrough audio routes"),
                                "PASSTHROUGH mixes nothing; leave one route, or choose another "
                                "preset");
  else if (audio->n_routes == 1)
    check_route (self, audio->routes[0]);
}

static void
check_one_track (LkEgressValidation *self)
{
  if (self->has_audio != self->has_video)
    return;

  lk_egress_validation_fault (
      self,
      self->has_audio ? LK_EGRESS_VALIDATION_ERROR_CONFLICT : LK_EGRESS_VALIDATION_ERROR_MISSING,
      "media", LK_EGRESS_VALIDATION_FIELD ("passthrough track_id"),
      "PASSTHROUGH stores exactly one track and there are %s; name one, by video_track_id or by an "
      "audio route",
      self->has_audio ? "two" : "none");
}

static void
check_output (LkEgressValidation *self)
{
  const Livekit__StartEgressRequest *request = self->request;

  if (request->n_outputs != 1)
    lk_egress_validation_fault (
        self,
        request->n_outputs == 0 ? LK_EGRESS_VALIDATION_ERROR_MISSING
                                : LK_EGRESS_VALIDATION_ERROR_CONFLICT,
        "outputs", LK_EGRESS_VALIDATION_FIELD ("passthrough outputs"),
        "PASSTHROUGH has exactly one output, a file, and there are %" G_GSIZE_FORMAT "; leave one",
        request->n_outputs);
  else if (request->outputs[0]->config_case != LIVEKIT__OUTPUT__CONFIG_FILE)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "outputs[0]",
                                LK_EGRESS_VALIDATION_FIELD ("passthrough output"),
                                "PASSTHROUGH stores to a file; make it one, or choose no preset to "
                                "send the audio to a websocket");
  else if (request->outputs[0]->file->file_type != LIVEKIT__ENCODED_FILE_TYPE__DEFAULT_FILETYPE)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT,
                                "outputs[0].file.file_type",
                                LK_EGRESS_VALIDATION_FIELD ("passthrough file_type"),
                                "The codec of the track decides the type of the file; leave it to "
                                "the default");
}

static void
check_passthrough (LkEgressValidation *self)
{
  const Livekit__MediaSource *media = self->request->media;

  if (!self->is_passthrough)
    return;

  check_source (self);
  if (self->request->source_case != LIVEKIT__START_EGRESS_REQUEST__SOURCE_MEDIA)
    return;

  check_video (self, media);
  if (media->audio != NULL)
    check_audio (self, media->audio);
  check_one_track (self);
  check_output (self);
}

const LkEgressValidationRule lk_egress_validation_passthrough_rules[] = { check_passthrough, NULL };
