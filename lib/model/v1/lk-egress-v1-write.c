/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-v1-write-private.h"

#include "lk-egress-v1-outputs-private.h"
#include "lk-egress-wire-field-private.h"

static gboolean
is_passthrough (const LkEgressV1Writer *self)
{
  return self->request->encoding_case == LIVEKIT__START_EGRESS_REQUEST__ENCODING_PRESET
         && self->request->preset == LIVEKIT__ENCODING_OPTIONS_PRESET__PASSTHROUGH;
}

static gboolean
write_named (const LkEgressV1Writer *self, const char *name, ProtobufCMessage *to)
{
  const ProtobufCMessage *from = &self->request->base;

  return lk_egress_v1_writer_field (self, from, lk_egress_wire_find (from, name), "", to);
}

/* What every request with encoding has: room, encoding, outputs and webhooks. */
static gboolean
write_encoded (const LkEgressV1Writer *self, ProtobufCMessage *to)
{
  if (is_passthrough (self) && self->reason != LK_EGRESS_V1_ASKED)
    return lk_egress_v1_writer_refuse (self, "", "preset",
                                       "PASSTHROUGH is for one track, named by its id");

  return write_named (self, "room_name", to) && write_named (self, "preset", to)
         && write_named (self, "advanced", to) && write_named (self, "webhooks", to)
         && lk_egress_v1_outputs_write (self, to);
}

static gboolean
has_audio (const Livekit__MediaSource *media)
{
  return media->audio != NULL && (media->audio->capture_all || media->audio->n_routes > 0);
}

/* The one route that says where audio comes from and nothing else. */
static const Livekit__AudioRoute *
get_plain_route (const Livekit__MediaSource *media)
{
  const Livekit__AudioRoute *route;

  if (!has_audio (media) || media->audio->capture_all || media->audio->n_routes != 1)
    return NULL;

  route = media->audio->routes[0];
  if (route->exclude || *route->track_name != '\0'
      || route->channel != LIVEKIT__AUDIO_CHANNEL__AUDIO_CHANNEL_BOTH)
    return NULL;

  return route;
}

static gboolean
write_participant (const LkEgressV1Writer *self, ProtobufCMessage *to)
{
  const Livekit__MediaSource *media = self->request->media;
  const Livekit__ParticipantVideo *video = media->participant_video;
  const Livekit__AudioRoute *route = get_plain_route (media);

  if (route == NULL || route->match_case != LIVEKIT__AUDIO_ROUTE__MATCH_PARTICIPANT_IDENTITY
      || !g_str_equal (route->participant_identity, video->identity))
    return lk_egress_v1_writer_refuse (
        self, "media", "audio",
        "it always takes the audio of the participant whose video it takes, and no "
        "other; give one route with the identity of participant_video");

  lk_egress_wire_set_string (to, lk_egress_wire_find (to, "identity"), video->identity);
  lk_egress_wire_set_int (to, lk_egress_wire_find (to, "screen_share"), video->prefer_screen_share);

  return TRUE;
}

/* The id of the audio track, "" without audio. */
static const char *
get_audio_track (const LkEgressV1Writer *self)
{
  const Livekit__AudioRoute *route = get_plain_route (self->request->media);

  if (route != NULL && route->match_case == LIVEKIT__AUDIO_ROUTE__MATCH_TRACK_ID)
    return route->track_id;
  if (!has_audio (self->request->media))
    return "";

  lk_egress_v1_writer_refuse (self, "media", "audio",
                              "beside a track it takes one audio track, by track_id");

  return NULL;
}

static const char *
get_video_track (const Livekit__MediaSource *media)
{
  return media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEO_TRACK_ID ? media->video_track_id
                                                                          : "";
}

static gboolean
write_tracks (const LkEgressV1Writer *self,
              const char *audio,
              const char *video,
              ProtobufCMessage *to)
{
  lk_egress_wire_set_string (to, lk_egress_wire_find (to, "audio_track_id"), audio);
  lk_egress_wire_set_string (to, lk_egress_wire_find (to, "video_track_id"), video);

  return write_encoded (self, to);
}

/* One track as it is: to a file, or as raw audio to a websocket. */
static gboolean
write_track (const LkEgressV1Writer *self,
             const char *audio,
             const char *video,
             ProtobufCMessage *to)
{
  const Livekit__Output *output;

  if ((*audio == '\0') == (*video == '\0'))
    return lk_egress_v1_writer_refuse (self, "", "media",
                                       "without encoding it takes exactly one track, by its id");
  if (self->request->n_outputs != 1)
    return lk_egress_v1_writer_refuse (self, "", "outputs",
                                       "a track that is not encoded has exactly one output");

  lk_egress_wire_set_string (to, lk_egress_wire_find (to, "track_id"),
                             *audio != '\0' ? audio : video);

  output = self->request->outputs[0];
  if (output->config_case == LIVEKIT__OUTPUT__CONFIG_FILE)
    {
      ProtobufCMessage *file = lk_egress_wire_new (&livekit__direct_file_output__descriptor);

      lk_egress_wire_take_message (to, lk_egress_wire_find (to, "file"), file);
      if (!lk_egress_v1_outputs_write_file (self, output, "outputs[0]", file))
        return FALSE;
    }
  else if (lk_egress_v1_outputs_is_websocket (output) && output->stream->n_urls == 1
           && output->stream->n_destinations == 0 && *video == '\0')
    {
      lk_egress_wire_set_string (to, lk_egress_wire_find (to, "websocket_url"),
                                 output->stream->urls[0]);
    }
  else
    {
      return lk_egress_v1_writer_refuse (
          self, "", "outputs[0]",
          "a track that is not encoded goes to a file, or audio to one websocket");
    }

  return write_named (self, "room_name", to) && write_named (self, "webhooks", to);
}

/* Whether there is nothing to encode, which is a request of its own: for PASSTHROUGH, and for the
 * raw audio that a websocket gets. */
static gboolean
is_track (const LkEgressV1Writer *self, const char *audio, const char *video)
{
  const Livekit__StartEgressRequest *request = self->request;

  if (is_passthrough (self))
    return self->reason != LK_EGRESS_V1_ASKED
           || (request->n_outputs == 1 && (*audio == '\0') != (*video == '\0'));

  return request->n_outputs == 1 && lk_egress_v1_outputs_is_websocket (request->outputs[0])
         && *video == '\0' && *audio != '\0'
         && request->encoding_case != LIVEKIT__START_EGRESS_REQUEST__ENCODING_ADVANCED;
}

static ProtobufCMessage *
write_media (const LkEgressV1Writer *self, const char **method)
{
  const Livekit__MediaSource *media = self->request->media;
  const char *audio, *video;
  ProtobufCMessage *to;
  gboolean good;

  if (media->data != NULL)
    {
      lk_egress_v1_writer_refuse (self, "media", "data", "it records no data tracks");
      return NULL;
    }
  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEOS)
    {
      lk_egress_v1_writer_refuse (self, "media", "videos",
                                  "it takes one video: video_track_id or participant_video");
      return NULL;
    }

  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_PARTICIPANT_VIDEO)
    {
      *method = "StartParticipantEgress";
      to = lk_egress_wire_new (&livekit__participant_egress_request__descriptor);
      good = write_participant (self, to) && write_encoded (self, to);
    }
  else
    {
      audio = get_audio_track (self);
      video = get_video_track (media);
      if (audio == NULL)
        return NULL;

      if (is_track (self, audio, video))
        {
          *method = "StartTrackEgress";
          to = lk_egress_wire_new (&livekit__track_egress_request__descriptor);
          good = write_track (self, audio, video, to);
        }
      else
        {
          *method = "StartTrackCompositeEgress";
          to = lk_egress_wire_new (&livekit__track_composite_egress_request__descriptor);
          good = write_tracks (self, audio, video, to);
        }
    }

  if (!good)
    g_clear_pointer (&to, lk_egress_wire_free);

  return to;
}

static ProtobufCMessage *
write_page (const LkEgressV1Writer *self,
            const ProtobufCMessage *source,
            const char *path,
            const ProtobufCMessageDescriptor *descriptor)
{
  ProtobufCMessage *to = lk_egress_wire_new (descriptor);

  if (!lk_egress_v1_writer_fields (self, source, path, to) || !write_encoded (self, to))
    g_clear_pointer (&to, lk_egress_wire_free);

  return to;
}

ProtobufCMessage *
lk_egress_v1_write (const Livekit__StartEgressRequest *request,
                    LkEgressV1Reason reason,
                    const char **method,
                    GError **error)
{
  const LkEgressV1Writer self = { request, reason, error };

  switch (request->source_case)
    {
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_TEMPLATE:
      *method = "StartRoomCompositeEgress";
      return write_page (&self, &request->template_->base, "template",
                         &livekit__room_composite_egress_request__descriptor);
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_WEB:
      *method = "StartWebEgress";
      return write_page (&self, &request->web->base, "web",
                         &livekit__web_egress_request__descriptor);
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_MEDIA:
      return write_media (&self, method);
    default:
      lk_egress_v1_writer_refuse (&self, "", "source",
                                  "say what to record: template, web or media");
      return NULL;
    }
}
