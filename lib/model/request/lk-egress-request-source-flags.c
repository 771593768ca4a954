/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-request.h"

static gboolean
has (gpointer message, const char *property_name)
{
  return lk_egress_message_has (LK_EGRESS_MESSAGE (message), property_name);
}

static LkEgressMessage *
dup_member (gpointer message, const char *property_name)
{
  LkEgressMessage *member;

  g_object_get (message, property_name, &member, NULL);
  return member;
}

static gboolean
check_flags (LkEgressSourceFlags flags, GError **error)
{
  if (!(flags & LK_EGRESS_SOURCE_AUDIO_ONLY))
    return TRUE;

  if (flags & LK_EGRESS_SOURCE_VIDEO_ONLY)
    g_set_error_literal (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_CONFLICT,
                         "audio-only and video-only exclude each other: choose one of them");
  else if (flags & LK_EGRESS_SOURCE_SCREEN_SHARE)
    g_set_error_literal (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_CONFLICT,
                         "audio-only leaves no screen to take: choose audio-only or screen-share");
  else
    return TRUE;
  return FALSE;
}

/* The pages know both switches themselves, and what they show of a screen is their own matter. */
static gboolean
apply_to_page (LkEgressMessage *page, const char *field, LkEgressSourceFlags flags, GError **error)
{
  if (flags & LK_EGRESS_SOURCE_SCREEN_SHARE)
    {
      g_set_error (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED,
                   "%s: a page chooses by itself what it shows of shared screens; only the source"
                   " of a participant knows screen-share",
                   field);
      return FALSE;
    }

  if (flags & LK_EGRESS_SOURCE_AUDIO_ONLY)
    g_object_set (page, "audio-only", TRUE, NULL);
  if (flags & LK_EGRESS_SOURCE_VIDEO_ONLY)
    g_object_set (page, "video-only", TRUE, NULL);
  return TRUE;
}

static gboolean
apply_to_media (LkEgressMessage *media, LkEgressSourceFlags flags, GError **error)
{
  static const char *const videos[] = { "video-track-id", "participant-video", "videos" };
  const char *missing = NULL;
  gboolean has_video = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (videos); i++)
    has_video |= has (media, videos[i]);

  if ((flags & LK_EGRESS_SOURCE_AUDIO_ONLY) && !has (media, "audio"))
    missing = "media.audio: the source has no audio, so it cannot be audio-only";
  else if ((flags & LK_EGRESS_SOURCE_VIDEO_ONLY) && !has_video)
    missing = "media.video: the source has no video, so it cannot be video-only";
  else if ((flags & LK_EGRESS_SOURCE_SCREEN_SHARE) && !has (media, "participant-video"))
    missing = "media.participant_video: only the video of a participant can be the shared screen;"
              " to take the track of a screen, name its id";
  if (missing != NULL)
    {
      g_set_error_literal (error, LK_EGRESS_VALIDATION_ERROR,
                           LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, missing);
      return FALSE;
    }

  if (flags & LK_EGRESS_SOURCE_AUDIO_ONLY)
    {
      for (guint i = 0; i < G_N_ELEMENTS (videos); i++)
        lk_egress_message_clear (media, videos[i]);
    }
  if (flags & LK_EGRESS_SOURCE_VIDEO_ONLY)
    lk_egress_message_clear (media, "audio");
  if (flags & LK_EGRESS_SOURCE_SCREEN_SHARE)
    {
      g_autoptr (LkEgressMessage) video = dup_member (media, "participant-video");

      g_object_set (video, "prefer-screen-share", TRUE, NULL);
    }
  return TRUE;
}

/**
 * lk_egress_request_apply_source_flags:
 * @self: a request that has its source
 * @flags: what to take of it
 * @error: return location for a [error@GLib.Error]
 *
 * Leaves out the audio or the video of the source, or takes the shared screen of a participant.
 *
 * It does what each kind of source needs: a page, [property@Request:template] or
 * [property@Request:web], has properties of these names, and of [property@Request:media] the part
 * that is not wanted is cleared. What was left out does not come back with other flags.
 *
 * ```c
 * g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
 *
 * lk_egress_request_apply_source_flags (request, LK_EGRESS_SOURCE_AUDIO_ONLY, &error);
 * ```
 *
 * An error of [error@ValidationError] says why the source cannot do it: it has no audio or no video
 * to be left with, it is not that of a participant, the flags exclude each other, or the request
 * has no source. The request is unchanged then.
 *
 * Returns: whether the source is now as the flags say
 * Since: 1.0
 */
gboolean
lk_egress_request_apply_source_flags (LkEgressRequest *self,
                                      LkEgressSourceFlags flags,
                                      GError **error)
{
  static const char *const pages[] = { "template", "web" };

  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_flags (flags, error))
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr (LkEgressMessage) page = dup_member (self, pages[i]);

      if (page != NULL)
        return apply_to_page (page, pages[i], flags, error);
    }

  if (has (self, "media"))
    {
      g_autoptr (LkEgressMessage) media = dup_member (self, "media");

      return apply_to_media (media, flags, error);
    }

  g_set_error_literal (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_MISSING,
                       "The request has no source to take a part of: set template, web or media"
                       " first");
  return FALSE;
}
