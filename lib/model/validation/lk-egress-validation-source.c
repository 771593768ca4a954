/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

#define SOURCE_IS(request, NAME)                                                                   \
  ((request)->source_case == LIVEKIT__START_EGRESS_REQUEST__SOURCE_##NAME)

/* R3. Without a name no room is looked up, and the worker finds that it cannot join one. */
static void
check_room (LkEgressValidation *self)
{
  if (SOURCE_IS (self->request, WEB) || *self->request->room_name != '\0')
    return;

  lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING, "room_name",
                              LK_EGRESS_VALIDATION_FIELD ("token or api key/secret"),
                              "The source needs a room; name it");
}

/* R1 */
static void
check_source (LkEgressValidation *self)
{
  if (SOURCE_IS (self->request, _NOT_SET))
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING, "source",
                                LK_EGRESS_VALIDATION_FIELD ("source"),
                                "The request has no source; set one of template, web and media");
}

/* R4 */
static void
check_only (LkEgressValidation *self, const char *field, gboolean audio_only, gboolean video_only)
{
  if (audio_only && video_only)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, field,
                                LK_EGRESS_VALIDATION_FIELD ("audio_only and video_only"),
                                "Both audio_only and video_only are set; leave one of them out");
}

/* R5 */
static void
check_template (LkEgressValidation *self)
{
  const Livekit__TemplateSource *source = self->request->template_;

  if (!SOURCE_IS (self->request, TEMPLATE))
    return;

  if (*source->custom_base_url != '\0'
      && !lk_egress_validation_is_web_url (source->custom_base_url))
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID,
                                "template.custom_base_url",
                                LK_EGRESS_VALIDATION_FIELD ("template base url"),
                                "This is no http or https address; give one, or none for the page "
                                "that the server has");

  check_only (self, "template.audio_only", source->audio_only, source->video_only);
}

/* R28: the server mixes as usual in every other case, and does not say so. */
static void
check_audio_mixing (LkEgressValidation *self)
{
  const Livekit__TemplateSource *source = self->request->template_;
  const char *sentence;

  if (!SOURCE_IS (self->request, TEMPLATE)
      || source->audio_mixing == LIVEKIT__AUDIO_MIXING__DEFAULT_MIXING)
    return;

  if (!source->audio_only)
    sentence = "Channels can only be told apart without video; set audio_only";
  else if (*source->layout != '\0')
    sentence = "With a layout, a page is shown and mixes the audio itself; leave layout out";
  else if (*source->custom_base_url != '\0')
    sentence = "A page of your own mixes the audio itself; leave custom_base_url out";
  else
    return;

  lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "template.audio_mixing",
                              NULL, "%s", sentence);
}

/* R6 */
static void
check_web (LkEgressValidation *self)
{
  const Livekit__WebSource *source = self->request->web;

  if (!SOURCE_IS (self->request, WEB))
    return;

  if (*source->url == '\0')
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING, "web.url",
                                LK_EGRESS_VALIDATION_FIELD ("web url"),
                                "There is no address; give that of the page to record");
  else if (!lk_egress_validation_is_web_url (source->url))
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID, "web.url",
                                LK_EGRESS_VALIDATION_FIELD ("web url"),
                                "This is no http or https address; give one");

  check_only (self, "web.audio_only", source->audio_only, source->video_only);
}

/* R7 and R8: the unified API lets these pass and then waits for somebody without a name. */
static void
check_media_video (LkEgressValidation *self)
{
  const Livekit__MediaSource *media = self->request->media;

  if (!SOURCE_IS (self->request, MEDIA))
    return;

  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_PARTICIPANT_VIDEO
      && *media->participant_video->identity == '\0')
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING,
                                "media.participant_video.identity",
                                LK_EGRESS_VALIDATION_FIELD ("identity"),
                                "There is no identity; name the participant to record");

  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEO_TRACK_ID
      && *media->video_track_id == '\0')
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING, "media.video_track_id",
                                LK_EGRESS_VALIDATION_FIELD ("video_track_id"),
                                "The id is empty; give that of a video track, or clear it");
}

static void
check_route (LkEgressValidation *self, const Livekit__AudioRoute *route, size_t index)
{
  g_autofree char *path = g_strdup_printf ("media.audio.routes[%" G_GSIZE_FORMAT "]", index);
  g_autofree char *field = NULL;

  if (route->match_case == LIVEKIT__AUDIO_ROUTE__MATCH_TRACK_ID && *route->track_id == '\0')
    {
      field = g_strconcat (path, ".track_id", NULL);
      lk_egress_validation_fault (
          self, LK_EGRESS_VALIDATION_ERROR_MISSING, field,
          LK_EGRESS_VALIDATION_FIELD ("audio_track_id"),
          "The id is empty; give that of an audio track, or take the route out");
    }
  else if (route->match_case == LIVEKIT__AUDIO_ROUTE__MATCH_PARTICIPANT_IDENTITY
           && *route->participant_identity == '\0')
    {
      field = g_strconcat (path, ".participant_identity", NULL);
      lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING, field,
                                  LK_EGRESS_VALIDATION_FIELD ("identity"),
                                  "The identity is empty; name the participant, or take the route "
                                  "out");
    }
  else if (route->match_case == LIVEKIT__AUDIO_ROUTE__MATCH__NOT_SET && !route->exclude
           && *route->track_name == '\0')
    {
      lk_egress_validation_warn (self, path,
                                 "It names no tracks, so none will go this way; set track_id, "
                                 "participant_identity or participant_kind");
    }
}

static void
check_media_audio (LkEgressValidation *self)
{
  const Livekit__AudioConfig *audio
      = SOURCE_IS (self->request, MEDIA) ? self->request->media->audio : NULL;

  if (audio == NULL)
    return;

  for (size_t i = 0; i < audio->n_routes; i++)
    check_route (self, audio->routes[i], i);

  if (audio->capture_all && audio->n_routes > 0)
    lk_egress_validation_warn (self, "media.audio.routes",
                               "With capture_all the server does not look at routes, nor at the "
                               "channels they name; leave one of the two out");
  if (self->has_video && !self->has_audio)
    lk_egress_validation_warn (self, "media.audio",
                               "It names no audio and there will be none; give it a route or "
                               "capture_all, or leave it out");
}

/* R10 */
static void
check_media_is_chosen (LkEgressValidation *self)
{
  const Livekit__DataConfig *data;

  if (!SOURCE_IS (self->request, MEDIA) || self->has_video || self->has_audio)
    return;

  data = self->request->media->data;
  if (data != NULL && (data->capture_all || data->n_selectors > 0))
    return; /* a newer server may do with that */

  lk_egress_validation_fault (
      self, LK_EGRESS_VALIDATION_ERROR_MISSING, "media",
      LK_EGRESS_VALIDATION_FIELD ("audio or video"),
      "Neither audio nor video is chosen; set a video track or participant, or give the audio a "
      "route or capture_all");
}

/* Looked at by the server before it asks a worker. */
const LkEgressValidationRule lk_egress_validation_room_rules[] = { check_room, NULL };

const LkEgressValidationRule lk_egress_validation_source_rules[] = {
  check_source,      check_template,    check_audio_mixing,    check_web,
  check_media_video, check_media_audio, check_media_is_chosen, NULL,
};
