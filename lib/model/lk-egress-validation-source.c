/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

#define SOURCE_IS(request, NAME)                                                                   \
  ((request)->source_case == LIVEKIT__START_EGRESS_REQUEST__SOURCE_##NAME)

static gboolean
audio_is_chosen (const Livekit__AudioConfig *audio)
{
  return audio != NULL && (audio->capture_all || audio->n_routes > 0);
}

static gboolean
video_is_chosen (const Livekit__MediaSource *media)
{
  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEOS)
    return media->videos->capture_all || media->videos->n_selectors > 0;

  return media->video_case != LIVEKIT__MEDIA_SOURCE__VIDEO__NOT_SET;
}

gboolean
lk_egress_validation_has_audio (const Livekit__StartEgressRequest *request)
{
  if (SOURCE_IS (request, TEMPLATE))
    return !request->template_->video_only;
  if (SOURCE_IS (request, WEB))
    return !request->web->video_only;

  return SOURCE_IS (request, MEDIA) && audio_is_chosen (request->media->audio);
}

static gboolean
check_source (const Livekit__StartEgressRequest *request, GError **error)
{
  if (!SOURCE_IS (request, _NOT_SET))
    return TRUE;

  return lk_egress_validation_fail (
      error, LK_EGRESS_VALIDATION_ERROR_MISSING, "source",
      "request has missing or invalid field: source",
      "The request has no source; set one of template, web and media");
}

static gboolean
check_room (const Livekit__StartEgressRequest *request, GError **error)
{
  if (SOURCE_IS (request, WEB) || *request->room_name != '\0')
    return TRUE;

  return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_MISSING, "room_name",
                                    "requested room does not exist",
                                    "The source needs a room; name it");
}

static gboolean
check_only (const char *source, gboolean audio_only, gboolean video_only, GError **error)
{
  g_autofree char *field = NULL;

  if (!audio_only || !video_only)
    return TRUE;

  field = g_strconcat (source, ".audio_only", NULL);
  return lk_egress_validation_fail (
      error, LK_EGRESS_VALIDATION_ERROR_CONFLICT, field,
      "request has missing or invalid field: audio_only and video_only",
      "Both audio_only and video_only are set; leave one of them out");
}

static gboolean
check_template (const Livekit__StartEgressRequest *request, GError **error)
{
  const Livekit__TemplateSource *source = request->template_;

  if (!SOURCE_IS (request, TEMPLATE))
    return TRUE;

  if (*source->custom_base_url != '\0'
      && !lk_egress_validation_is_web_url (source->custom_base_url))
    return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_INVALID,
                                      "template.custom_base_url",
                                      "request has missing or invalid field: template base url",
                                      "This is no http or https address; give one, or none for the "
                                      "page that the server has");

  return check_only ("template", source->audio_only, source->video_only, error);
}

static gboolean
check_web (const Livekit__StartEgressRequest *request, GError **error)
{
  const Livekit__WebSource *source = request->web;
  const char *server_word = "request has missing or invalid field: web url";

  if (!SOURCE_IS (request, WEB))
    return TRUE;

  if (*source->url == '\0')
    return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_MISSING, "web.url",
                                      server_word,
                                      "There is no address; give that of the page to record");
  if (!lk_egress_validation_is_web_url (source->url))
    return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_INVALID, "web.url",
                                      server_word, "This is no http or https address; give one");

  return check_only ("web", source->audio_only, source->video_only, error);
}

static gboolean
check_media_video (const Livekit__StartEgressRequest *request, GError **error)
{
  const Livekit__MediaSource *media = request->media;

  if (!SOURCE_IS (request, MEDIA))
    return TRUE;

  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_PARTICIPANT_VIDEO
      && *media->participant_video->identity == '\0')
    return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_MISSING,
                                      "media.participant_video.identity",
                                      "request has missing or invalid field: identity",
                                      "There is no identity; name the participant to record");

  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEO_TRACK_ID
      && *media->video_track_id == '\0')
    return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_MISSING,
                                      "media.video_track_id",
                                      "request has missing or invalid field: video_track_id",
                                      "The id is empty; give that of a video track, or clear it");

  return TRUE;
}

static gboolean
check_media_routes (const Livekit__StartEgressRequest *request, GError **error)
{
  const Livekit__AudioConfig *audio = SOURCE_IS (request, MEDIA) ? request->media->audio : NULL;

  for (size_t i = 0; audio != NULL && i < audio->n_routes; i++)
    {
      const Livekit__AudioRoute *route = audio->routes[i];
      g_autofree char *field = NULL;

      if (route->match_case == LIVEKIT__AUDIO_ROUTE__MATCH_TRACK_ID && *route->track_id == '\0')
        {
          field = g_strdup_printf ("media.audio.routes[%" G_GSIZE_FORMAT "].track_id", i);
          return lk_egress_validation_fail (
              error, LK_EGRESS_VALIDATION_ERROR_MISSING, field,
              "request has missing or invalid field: audio_track_id",
              "The id is empty; give that of an audio track, or take the route out");
        }

      if (route->match_case == LIVEKIT__AUDIO_ROUTE__MATCH_PARTICIPANT_IDENTITY
          && *route->participant_identity == '\0')
        {
          field
              = g_strdup_printf ("media.audio.routes[%" G_GSIZE_FORMAT "].participant_identity", i);
          return lk_egress_validation_fail (
              error, LK_EGRESS_VALIDATION_ERROR_MISSING, field,
              "request has missing or invalid field: identity",
              "The identity is empty; name the participant, or take the route out");
        }
    }

  return TRUE;
}

static gboolean
check_media_is_chosen (const Livekit__StartEgressRequest *request, GError **error)
{
  if (!SOURCE_IS (request, MEDIA) || video_is_chosen (request->media)
      || audio_is_chosen (request->media->audio))
    return TRUE;

  return lk_egress_validation_fail (
      error, LK_EGRESS_VALIDATION_ERROR_MISSING, "media",
      "request has missing or invalid field: audio or video",
      "Neither audio nor video is chosen; set a video track or participant, or give the audio a "
      "route or capture_all");
}

const LkEgressValidationRule lk_egress_validation_source_rules[] = {
  check_source,      check_room,         check_template,        check_web,
  check_media_video, check_media_routes, check_media_is_chosen, NULL,
};
