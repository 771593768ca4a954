/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

/* What came with the newest protocol: workers up to 1.14 pass over it in silence. Newer ones need
 * not, so these are warnings. */

#define TOO_NEW "Workers up to 1.14 do not know it and "

static void
check_source (LkEgressValidation *self)
{
  const Livekit__MediaSource *media = self->request->media;

  if (self->request->source_case != LIVEKIT__START_EGRESS_REQUEST__SOURCE_MEDIA)
    return;

  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEOS)
    lk_egress_validation_warn (self, "media.videos",
                               TOO_NEW
                               "record no video; use video_track_id or participant_video if "
                               "yours is one of them");
  if (media->data != NULL)
    lk_egress_validation_warn (self, "media.data",
                               TOO_NEW "record no data; leave it out if yours is one of them");

  for (size_t i = 0; media->audio != NULL && i < media->audio->n_routes; i++)
    {
      const Livekit__AudioRoute *route = media->audio->routes[i];
      g_autofree char *field = g_strdup_printf ("media.audio.routes[%" G_GSIZE_FORMAT "].%s", i,
                                                route->exclude ? "exclude" : "track_name");

      if (route->exclude)
        lk_egress_validation_warn (self, field,
                                   TOO_NEW "record what was to be left out; name what is to be "
                                           "recorded if yours is one of them");
      else if (*route->track_name != '\0')
        lk_egress_validation_warn (self, field,
                                   TOO_NEW
                                   "record tracks of any name; use track_id if yours is one "
                                   "of them");
    }
}

static void
check_output (LkEgressValidation *self, size_t index)
{
  const Livekit__Output *output = self->request->outputs[index];
  g_autofree char *file_field = lk_egress_validation_output_path (index, "file.file_type");
  g_autofree char *stream_field = lk_egress_validation_output_path (index, "stream.destinations");
  g_autofree char *segments_field = lk_egress_validation_output_path (index, "segments.protocol");

  if (output->config_case == LIVEKIT__OUTPUT__CONFIG_FILE
      && (guint)output->file->file_type > LIVEKIT__ENCODED_FILE_TYPE__MP3)
    lk_egress_validation_warn (self, file_field,
                               TOO_NEW "make MP4 or Ogg; choose another type if yours is one of "
                                       "them");

  if (output->config_case == LIVEKIT__OUTPUT__CONFIG_STREAM && output->stream->n_destinations > 0)
    lk_egress_validation_warn (self, stream_field,
                               TOO_NEW "send nothing there; list the addresses under urls if yours "
                                       "is one of them");

  if (output->config_case == LIVEKIT__OUTPUT__CONFIG_SEGMENTS
      && output->segments->protocol == LIVEKIT__SEGMENTED_FILE_PROTOCOL__HLS_FMP4_PROTOCOL)
    lk_egress_validation_warn (self, segments_field,
                               TOO_NEW
                               "make MPEG-TS, with playlists whose names have no extension; "
                               "choose HLS_PROTOCOL if yours is one of them");
}

static void
check_outputs (LkEgressValidation *self)
{
  for (size_t i = 0; i < self->request->n_outputs; i++)
    check_output (self, i);
}

const LkEgressValidationRule lk_egress_validation_newer_rules[] = {
  check_source,
  check_outputs,
  NULL,
};
