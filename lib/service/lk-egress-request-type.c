/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-request-type-private.h"

#include "lk-egress-message-private.h"

static gboolean
has_child (gpointer message, const char *name)
{
  return lk_egress_message_get_child (LK_EGRESS_MESSAGE (message), name) != NULL;
}

static gboolean
names_tracks (LkEgressMessage *media)
{
  LkEgressMessage *audio = lk_egress_message_get_child (media, "audio");
  g_autofree char *video_id = NULL;
  g_autofree char *audio_id = NULL;

  g_object_get (media, "video-track-id", &video_id, NULL);
  if (audio != NULL)
    {
      g_autoptr (LkEgressMessage) route
          = g_list_model_get_item (lk_egress_message_get_list (audio, "routes"), 0);

      if (route != NULL)
        g_object_get (route, "track-id", &audio_id, NULL);
    }

  return video_id != NULL || audio_id != NULL;
}

const char *
lk_egress_request_type_of (LkEgressRequest *request)
{
  LkEgressMessage *media = lk_egress_message_get_child (LK_EGRESS_MESSAGE (request), "media");
  LkEgressEncodingPreset preset;

  if (has_child (request, "template"))
    return "room_composite";
  if (has_child (request, "web"))
    return "web";
  if (media == NULL)
    return "other";

  if (has_child (media, "participant-video"))
    return "participant";
  if (!names_tracks (media))
    return "media";
  g_object_get (request, "preset", &preset, NULL);
  return preset == LK_EGRESS_ENCODING_PRESET_PASSTHROUGH ? "track" : "track_composite";
}

const char *
lk_egress_request_type_of_info (LkEgressInfo *info)
{
  g_autoptr (LkEgressRequest) request = lk_egress_info_dup_request (info);

  if (lk_egress_info_get_replay (info) != NULL)
    return "replay";
  return request != NULL ? lk_egress_request_type_of (request) : "other";
}
