/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-request.h"

#include "lk-egress-message-private.h"
#include "lk-egress-request-private.h"
#include "lk-egress-validation-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressRequest:
 *
 * What an egress is to do: where the media comes from, how it is encoded and where it goes.
 *
 * The constructors name what people start. Outputs are added afterwards:
 *
 * ```c
 * g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
 *
 * lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://198.51.100.7:9000");
 * ```
 *
 * Since: 1.0
 */

/**
 * LkEgressRequest:room-name:
 *
 * The room. It is required, but not for a web page.
 *
 * Since: 1.0
 */

/**
 * LkEgressRequest:template:
 *
 * The room as a web page shows it. This excludes [property@Request:web] and
 * [property@Request:media].
 *
 * Since: 1.0
 */

/**
 * LkEgressRequest:web:
 *
 * Any web page. This excludes [property@Request:template] and [property@Request:media].
 *
 * Since: 1.0
 */

/**
 * LkEgressRequest:media:
 *
 * Tracks of the room. This excludes [property@Request:template] and [property@Request:web].
 *
 * Since: 1.0
 */

/**
 * LkEgressRequest:preset:
 *
 * Ready-made encoder settings. This excludes [property@Request:advanced]. Default:
 * %LK_EGRESS_ENCODING_PRESET_H264_720P_30.
 *
 * Since: 1.0
 */

/**
 * LkEgressRequest:advanced:
 *
 * Encoder settings in full. This excludes [property@Request:preset].
 *
 * Since: 1.0
 */

/**
 * LkEgressRequest:outputs:
 *
 * Where the media goes, [class@Output]. At least one is needed; of files, streams and segments
 * there may be one each, of images any number. Default: none.
 *
 * Since: 1.0
 */

/**
 * LkEgressRequest:storage:
 *
 * Where the files of outputs go that have no storage of their own. Default: %NULL, what the server
 * is configured with.
 *
 * Since: 1.0
 */

/**
 * LkEgressRequest:webhooks:
 *
 * Addresses that are told about this egress, [class@WebhookConfig]. Default: none but those that
 * the server is configured with.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressRequest,
                          lk_egress_request,
                          livekit__start_egress_request__descriptor)

static void
append_to_list (gpointer message, const char *property_name, gpointer item)
{
  GListModel *list = lk_egress_message_get_list (LK_EGRESS_MESSAGE (message), property_name);

  g_list_store_append (G_LIST_STORE (list), item);
}

/**
 * lk_egress_request_new:
 *
 * Creates an empty request.
 *
 * Returns: (transfer full): a new [class@Request]
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_request_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_REQUEST, NULL);
}

/**
 * lk_egress_request_new_room_composite:
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, such as `grid`
 *
 * Creates a request for all of a room, as a web page shows it.
 *
 * Returns: (transfer full): a new [class@Request] without outputs
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_request_new_room_composite (const char *room_name, const char *layout)
{
  g_autoptr (LkEgressTemplateSource) source = lk_egress_template_source_new (layout);

  return g_object_new (LK_EGRESS_TYPE_REQUEST, "room-name", room_name, "template", source, NULL);
}

/**
 * lk_egress_request_new_web:
 * @url: the http or https address of the page
 *
 * Creates a request for a web page.
 *
 * Returns: (transfer full): a new [class@Request] without outputs
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_request_new_web (const char *url)
{
  g_autoptr (LkEgressWebSource) source = lk_egress_web_source_new (url);

  return g_object_new (LK_EGRESS_TYPE_REQUEST, "web", source, NULL);
}

/**
 * lk_egress_request_new_media:
 * @room_name: the room
 * @media: the tracks
 *
 * Creates a request for tracks of a room.
 *
 * Returns: (transfer full): a new [class@Request] without outputs
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_request_new_media (const char *room_name, LkEgressMediaSource *media)
{
  return g_object_new (LK_EGRESS_TYPE_REQUEST, "room-name", room_name, "media", media, NULL);
}

/* A media source whose audio comes by one route, which matches by the property given. */
static LkEgressMediaSource *
new_source_with_route (const char *property_name, const char *value)
{
  g_autoptr (LkEgressAudioConfig) audio = lk_egress_audio_config_new ();
  g_autoptr (LkEgressAudioRoute) route = lk_egress_audio_route_new ();

  g_object_set (route, property_name, value, NULL);
  append_to_list (audio, "routes", route);

  return g_object_new (LK_EGRESS_TYPE_MEDIA_SOURCE, "audio", audio, NULL);
}

/**
 * lk_egress_request_new_participant:
 * @room_name: the room
 * @identity: the identity of the participant
 *
 * Creates a request for the video and the audio of one participant, followed from track to track.
 * The video is that of the camera; for the shared screen in its place, set
 * [property@ParticipantVideo:prefer-screen-share]:
 *
 * ```c
 * g_object_get (request, "media", &media, NULL);
 * g_object_get (media, "participant-video", &video, NULL);
 * g_object_set (video, "prefer-screen-share", TRUE, NULL);
 * ```
 *
 * Returns: (transfer full): a new [class@Request] without outputs
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_request_new_participant (const char *room_name, const char *identity)
{
  g_autoptr (LkEgressMediaSource) media = NULL;
  g_autoptr (LkEgressParticipantVideo) video = lk_egress_participant_video_new (identity);

  media = new_source_with_route ("participant-identity", identity);
  g_object_set (media, "participant-video", video, NULL);

  return lk_egress_request_new_media (room_name, media);
}

/**
 * lk_egress_request_new_track_composite:
 * @room_name: the room
 * @audio_track_id: (nullable): the id of an audio track, such as `TR_…`
 * @video_track_id: (nullable): the id of a video track, such as `TR_…`
 *
 * Creates a request for one audio track, one video track, or both together.
 *
 * Returns: (transfer full): a new [class@Request] without outputs
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_request_new_track_composite (const char *room_name,
                                       const char *audio_track_id,
                                       const char *video_track_id)
{
  g_autoptr (LkEgressMediaSource) media = NULL;

  if (audio_track_id != NULL)
    media = new_source_with_route ("track-id", audio_track_id);
  else
    media = lk_egress_media_source_new ();
  g_object_set (media, "video-track-id", video_track_id, NULL);

  return lk_egress_request_new_media (room_name, media);
}

/**
 * lk_egress_request_new_track:
 * @room_name: the room
 * @track_id: the id of a track, such as `TR_…`
 * @kind: what the track holds
 *
 * Creates a request for one track as it was published, not encoded again: [property@Request:preset]
 * is %LK_EGRESS_ENCODING_PRESET_PASSTHROUGH. It takes one output, which is a file whose type the
 * server chooses, or, for an audio track, a websocket that gets raw audio; for the latter use
 * [method@Request.add_stream]. What other clients call the `websocket_url` of a track egress is the
 * address to give there.
 *
 * Returns: (transfer full): a new [class@Request] without outputs
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_request_new_track (const char *room_name, const char *track_id, LkEgressTrackKind kind)
{
  LkEgressRequest *self;
  gboolean video;

  g_return_val_if_fail (track_id != NULL, NULL);

  video = kind == LK_EGRESS_TRACK_KIND_AUTO ? lk_egress_request_is_video_id (track_id)
                                            : kind == LK_EGRESS_TRACK_KIND_VIDEO;
  self = lk_egress_request_new_track_composite (room_name, video ? NULL : track_id,
                                                video ? track_id : NULL);
  g_object_set (self, "preset", LK_EGRESS_ENCODING_PRESET_PASSTHROUGH, NULL);

  return self;
}

/**
 * lk_egress_request_get_room_name:
 * @self: a request
 *
 * Gets [property@Request:room-name].
 *
 * Returns: (nullable) (transfer none): the room
 * Since: 1.0
 */
const char *
lk_egress_request_get_room_name (LkEgressRequest *self)
{
  const Livekit__StartEgressRequest *message;

  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (self), NULL);

  message = (const Livekit__StartEgressRequest *)lk_egress_message_peek_values (
      LK_EGRESS_MESSAGE (self));

  return lk_egress_message_text (message->room_name);
}

/**
 * lk_egress_request_get_outputs:
 * @self: a request
 *
 * Gets [property@Request:outputs].
 *
 * Returns: (transfer none): a list of [class@Output]
 * Since: 1.0
 */
GListModel *
lk_egress_request_get_outputs (LkEgressRequest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (self), NULL);

  return lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "outputs");
}

/**
 * lk_egress_request_add_output:
 * @self: a request
 * @output: one more output
 *
 * Appends to [property@Request:outputs].
 *
 * Since: 1.0
 */
void
lk_egress_request_add_output (LkEgressRequest *self, LkEgressOutput *output)
{
  g_return_if_fail (LK_EGRESS_IS_REQUEST (self));
  g_return_if_fail (LK_EGRESS_IS_OUTPUT (output));

  append_to_list (self, "outputs", output);
}

/* The stream output of this protocol, or NULL. */
static LkEgressStreamOutput *
find_stream_output (LkEgressRequest *self, LkEgressStreamProtocol protocol)
{
  GListModel *outputs = lk_egress_request_get_outputs (self);

  for (guint i = 0; i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (LkEgressOutput) output = g_list_model_get_item (outputs, i);
      g_autoptr (LkEgressStreamOutput) stream = NULL;
      LkEgressStreamProtocol its_protocol;

      g_object_get (output, "stream", &stream, NULL);
      if (stream == NULL)
        continue;

      g_object_get (stream, "protocol", &its_protocol, NULL);
      if (its_protocol == protocol)
        return g_steal_pointer (&stream);
    }

  return NULL;
}

/* Raw audio is not the track as it was published: no server takes a websocket with that preset. */
static void
clear_passthrough (LkEgressRequest *self)
{
  LkEgressEncodingPreset preset;

  g_object_get (self, "preset", &preset, NULL);
  if (preset == LK_EGRESS_ENCODING_PRESET_PASSTHROUGH)
    lk_egress_message_clear (LK_EGRESS_MESSAGE (self), "preset");
}

/**
 * lk_egress_request_add_stream:
 * @self: a request
 * @protocol: how to send
 * @url: the address to send to
 *
 * Adds a destination to the stream output of the protocol, which is made if there is none yet.
 *
 * A websocket gets the audio raw, so an address of one removes the preset
 * %LK_EGRESS_ENCODING_PRESET_PASSTHROUGH.
 *
 * Since: 1.0
 */
void
lk_egress_request_add_stream (LkEgressRequest *self,
                              LkEgressStreamProtocol protocol,
                              const char *url)
{
  g_autoptr (LkEgressStreamOutput) stream = NULL;

  g_return_if_fail (LK_EGRESS_IS_REQUEST (self));
  g_return_if_fail (url != NULL);

  if (lk_egress_stream_protocol_of_url (url) == LIVEKIT__STREAM_PROTOCOL__WEBSOCKET)
    clear_passthrough (self);

  stream = find_stream_output (self, protocol);
  if (stream == NULL)
    {
      g_autoptr (LkEgressOutput) output = NULL;

      stream = lk_egress_stream_output_new (protocol);
      output = lk_egress_output_new_stream (stream);
      lk_egress_request_add_output (self, output);
    }

  lk_egress_stream_output_add_url (stream, url);
}

static gboolean
check (LkEgressRequest *self, GPtrArray *warnings, GError **error)
{
  const ProtobufCMessage *message = lk_egress_message_peek (LK_EGRESS_MESSAGE (self));

  return lk_egress_validation_check ((const Livekit__StartEgressRequest *)message, warnings, error);
}

/**
 * lk_egress_request_validate:
 * @self: a request
 * @error: return location for a [error@GLib.Error]
 *
 * Checks the request by the [rules of the server](validation.html), without asking it. A fault is
 * what the server refuses, what fails later for sure, or what would silently be something else than
 * was asked for. The first one found is told, with the field, what is wrong, how to mend it, and
 * the words of the server; secrets are not shown.
 *
 * A server can refuse a request for more reasons than can be known beforehand: a room that does not
 * exist, a storage that cannot be written, or a rule of its own.
 *
 * Returns: %TRUE if no fault was found, or %FALSE with an error of [error@ValidationError]
 * Since: 1.0
 */
gboolean
lk_egress_request_validate (LkEgressRequest *self, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return check (self, NULL, error);
}

/**
 * lk_egress_request_get_warnings:
 * @self: a request
 *
 * Finds what works but may not be meant, such as an empty stream key or a name with braces that
 * stand for nothing. [method@Request.validate] says nothing about that. The rules are [listed with
 * the faults](validation.html).
 *
 * Each text begins with the field, such as `outputs[0].file.filepath`, and goes on with what is
 * suspicious and how to mend it; secrets are not shown.
 *
 * Returns: (transfer full) (array zero-terminated=1): the warnings, empty if there are none
 * Since: 1.0
 */
char **
lk_egress_request_get_warnings (LkEgressRequest *self)
{
  g_autoptr (GPtrArray) warnings = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (self), NULL);

  warnings = g_ptr_array_new ();
  check (self, warnings, NULL);
  g_ptr_array_add (warnings, NULL);

  return (char **)g_ptr_array_free (g_steal_pointer (&warnings), FALSE);
}
