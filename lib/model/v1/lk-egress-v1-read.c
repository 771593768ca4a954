/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-v1-read-private.h"

#include "lk-egress-request-private.h"
#include "lk-egress-wire-field-private.h"

/* Copies each field that is set to the one of the same name, if there is one. */
static void
read_fields (const ProtobufCMessage *from, ProtobufCMessage *to)
{
  for (guint i = 0; i < from->descriptor->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *source = &from->descriptor->fields[i];
      const ProtobufCFieldDescriptor *target = lk_egress_wire_find (to, source->name);

      if (target != NULL && lk_egress_wire_has (from, source))
        lk_egress_wire_copy_value (from, source, to, target);
    }
}

/* A new message in the field of that name, empty. */
static ProtobufCMessage *
add_message (ProtobufCMessage *to, const char *name)
{
  const ProtobufCFieldDescriptor *field = lk_egress_wire_find (to, name);
  ProtobufCMessage *child = lk_egress_wire_new (field->descriptor);

  if (lk_egress_wire_is_repeated (field))
    lk_egress_wire_append_message (to, field, child);
  else
    lk_egress_wire_take_message (to, field, child);

  return child;
}

static void
set_text (ProtobufCMessage *to, const char *name, const char *text)
{
  lk_egress_wire_set_string (to, lk_egress_wire_find (to, name), text);
}

/* Older outputs carry their storage. Segments and images still can, but the server does not look
 * for it there in a unified request. */
static void
read_storage (const ProtobufCMessage *from, ProtobufCMessage *config, ProtobufCMessage *output)
{
  const ProtobufCFieldDescriptor *provider = lk_egress_wire_find (from, "s3");

  if (provider == NULL || lk_egress_wire_oneof_case (from, provider) == 0)
    return;

  read_fields (from, add_message (output, "storage"));
  for (guint i = 0; i < config->descriptor->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *field = &config->descriptor->fields[i];

      if (lk_egress_wire_is_oneof (field) && lk_egress_wire_has (config, field))
        lk_egress_wire_clear (config, field);
    }
}

static void
read_output (const ProtobufCMessage *from, const char *kind, ProtobufCMessage *to)
{
  ProtobufCMessage *output = add_message (to, "outputs");
  ProtobufCMessage *config = add_message (output, kind);

  read_fields (from, config);
  read_storage (from, config, output);
}

/* Like the server, looks at a deprecated single output only if the list of its kind is empty. */
static void
read_outputs (const ProtobufCMessage *from, ProtobufCMessage *to)
{
  static const struct
  {
    const char *list;
    const char *kind;
  } outputs[] = {
    { "file_outputs", "file" },
    { "stream_outputs", "stream" },
    { "segment_outputs", "segments" },
    { "image_outputs", "images" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      const ProtobufCFieldDescriptor *list = lk_egress_wire_find (from, outputs[i].list);
      const ProtobufCFieldDescriptor *single = lk_egress_wire_find (from, outputs[i].kind);

      for (gsize j = 0; j < lk_egress_wire_count (from, list); j++)
        read_output (*(ProtobufCMessage **)lk_egress_wire_element (from, list, j), outputs[i].kind,
                     to);
      if (lk_egress_wire_count (from, list) == 0 && single != NULL
          && lk_egress_wire_has (from, single))
        read_output (lk_egress_wire_get_message (from, single), outputs[i].kind, to);
    }
}

static void
add_route (ProtobufCMessage *media, const char *match, const char *value)
{
  set_text (add_message (add_message (media, "audio"), "routes"), match, value);
}

static void
read_page (const ProtobufCMessage *from, const char *source, ProtobufCMessage *to)
{
  read_fields (from, to);
  read_fields (from, add_message (to, source));
  read_outputs (from, to);
}

static void
read_participant (const Livekit__ParticipantEgressRequest *from, ProtobufCMessage *to)
{
  ProtobufCMessage *media = add_message (to, "media");
  ProtobufCMessage *video = add_message (media, "participant_video");

  read_fields (&from->base, to);
  set_text (video, "identity", from->identity);
  lk_egress_wire_set_int (video, lk_egress_wire_find (video, "prefer_screen_share"),
                          from->screen_share);
  add_route (media, "participant_identity", from->identity);
  read_outputs (&from->base, to);
}

static void
read_tracks (const Livekit__TrackCompositeEgressRequest *from, ProtobufCMessage *to)
{
  ProtobufCMessage *media = add_message (to, "media");

  read_fields (&from->base, to);
  if (*from->video_track_id != '\0')
    set_text (media, "video_track_id", from->video_track_id);
  if (*from->audio_track_id != '\0')
    add_route (media, "track_id", from->audio_track_id);
  read_outputs (&from->base, to);
}

static void
read_websocket (const char *url, ProtobufCMessage *to)
{
  ProtobufCMessage *stream = add_message (add_message (to, "outputs"), "stream");

  lk_egress_wire_set_int (stream, lk_egress_wire_find (stream, "protocol"),
                          LIVEKIT__STREAM_PROTOCOL__WEBSOCKET);
  lk_egress_wire_append_string (stream, lk_egress_wire_find (stream, "urls"), url);
}

/* The request does not say what the track holds; only audio can go to a websocket. */
static void
read_track (const Livekit__TrackEgressRequest *from, ProtobufCMessage *to)
{
  ProtobufCMessage *media = add_message (to, "media");
  gboolean websocket = from->output_case == LIVEKIT__TRACK_EGRESS_REQUEST__OUTPUT_WEBSOCKET_URL;

  read_fields (&from->base, to);
  if (!websocket && lk_egress_request_is_video_id (from->track_id))
    set_text (media, "video_track_id", from->track_id);
  else
    add_route (media, "track_id", from->track_id);

  if (websocket)
    {
      read_websocket (from->websocket_url, to);
      return;
    }

  lk_egress_wire_set_int (to, lk_egress_wire_find (to, "preset"),
                          LIVEKIT__ENCODING_OPTIONS_PRESET__PASSTHROUGH);
  if (from->output_case == LIVEKIT__TRACK_EGRESS_REQUEST__OUTPUT_FILE)
    read_output (&from->file->base, "file", to);
}

ProtobufCMessage *
lk_egress_v1_read (const Livekit__EgressInfo *info)
{
  ProtobufCMessage *to;

  if (info->request_case == LIVEKIT__EGRESS_INFO__REQUEST_EGRESS)
    return lk_egress_wire_copy (&info->egress->base);

  to = lk_egress_wire_new (&livekit__start_egress_request__descriptor);
  switch (info->request_case)
    {
    case LIVEKIT__EGRESS_INFO__REQUEST_REPLAY:
      read_fields (&info->replay->base, to);
      break;
    case LIVEKIT__EGRESS_INFO__REQUEST_ROOM_COMPOSITE:
      read_page (&info->room_composite->base, "template", to);
      break;
    case LIVEKIT__EGRESS_INFO__REQUEST_WEB:
      read_page (&info->web->base, "web", to);
      break;
    case LIVEKIT__EGRESS_INFO__REQUEST_PARTICIPANT:
      read_participant (info->participant, to);
      break;
    case LIVEKIT__EGRESS_INFO__REQUEST_TRACK_COMPOSITE:
      read_tracks (info->track_composite, to);
      break;
    case LIVEKIT__EGRESS_INFO__REQUEST_TRACK:
      read_track (info->track, to);
      break;
    default:
      g_clear_pointer (&to, lk_egress_wire_free);
      break;
    }

  return to;
}
