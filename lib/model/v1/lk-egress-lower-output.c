/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Outputs: in the older requests a list for each kind, with the storage inside. */

#include "lk-egress-lower-output-private.h"

#include "lk-egress-error-private.h"
#include "lk-egress-stream-protocol-private.h"
#include "lk-egress-wire-field-private.h"

gboolean
lk_egress_lower_refuse (const LkEgressLower *self,
                        const char *path,
                        const char *name,
                        const char *why)
{
  static const char *const openings[] = {
    [LK_EGRESS_LOWER_ASKED] = "api-level asks for the older Egress API",
    [LK_EGRESS_LOWER_OLD_SERVER] = "The server only speaks the older Egress API",
    [LK_EGRESS_LOWER_AUDIO_MIXING] = "“template.audio_mixing” only exists in the older Egress API",
  };
  g_autofree char *text
      = g_strdup_printf ("%s, which has no place for “%s%s%s”: %s", openings[self->reason], path,
                         *path != '\0' ? "." : "", name, why);

  g_propagate_error (self->error, lk_egress_error_new (LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER, 0,
                                                       NULL, NULL, text));

  return FALSE;
}

gboolean
lk_egress_lower_field (const LkEgressLower *self,
                       const ProtobufCMessage *from,
                       const ProtobufCFieldDescriptor *source,
                       const char *path,
                       ProtobufCMessage *to)
{
  const ProtobufCFieldDescriptor *target;

  if (!lk_egress_wire_has (from, source))
    return TRUE;

  target = lk_egress_wire_find (to, source->name);
  if (target == NULL)
    return lk_egress_lower_refuse (self, path, source->name,
                                   self->reason == LK_EGRESS_LOWER_OLD_SERVER
                                       ? "leave it out, or use a server that is newer"
                                       : "leave it out");

  lk_egress_wire_copy_value (from, source, to, target);

  return TRUE;
}

gboolean
lk_egress_lower_fields (const LkEgressLower *self,
                        const ProtobufCMessage *from,
                        const char *path,
                        ProtobufCMessage *to)
{
  for (guint i = 0; i < from->descriptor->n_fields; i++)
    {
      if (!lk_egress_lower_field (self, from, &from->descriptor->fields[i], path, to))
        return FALSE;
    }

  return TRUE;
}

/* Whether a value that came with the newer API has to be refused. */
static gboolean
is_too_new (const LkEgressLower *self, gboolean is_newer)
{
  return is_newer && self->reason != LK_EGRESS_LOWER_ASKED;
}

gboolean
lk_egress_lower_is_websocket (const Livekit__Output *output)
{
  const Livekit__StreamOutput *stream = output->stream;

  if (output->config_case != LIVEKIT__OUTPUT__CONFIG_STREAM)
    return FALSE;
  if (stream->protocol != LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL)
    return stream->protocol == LIVEKIT__STREAM_PROTOCOL__WEBSOCKET;

  return stream->n_urls > 0
         && lk_egress_stream_protocol_of_url (stream->urls[0])
                == LIVEKIT__STREAM_PROTOCOL__WEBSOCKET;
}

static gboolean
lower_storage (const LkEgressLower *self,
               const Livekit__Output *from,
               const char *path,
               ProtobufCMessage *to)
{
  const Livekit__StorageConfig *storage
      = from->storage != NULL ? from->storage : self->request->storage;
  g_autofree char *storage_path = NULL;

  /* Segments and images may carry one in the older way already. */
  if (storage == NULL
      || (from->storage == NULL
          && lk_egress_wire_oneof_case (to, lk_egress_wire_find (to, "s3")) != 0))
    return TRUE;

  storage_path
      = from->storage != NULL ? g_strconcat (path, ".storage", NULL) : g_strdup ("storage");

  return lk_egress_lower_fields (self, &storage->base, storage_path, to);
}

gboolean
lk_egress_lower_file (const LkEgressLower *self,
                      const Livekit__Output *from,
                      const char *path,
                      ProtobufCMessage *to)
{
  g_autofree char *file_path = g_strconcat (path, ".file", NULL);

  if (is_too_new (self, from->file->file_type == LIVEKIT__ENCODED_FILE_TYPE__MCAP))
    return lk_egress_lower_refuse (self, file_path, "file_type",
                                   "MCAP files came with the newer API");

  return lk_egress_lower_fields (self, &from->file->base, file_path, to)
         && lower_storage (self, from, path, to);
}

static gboolean
check_stream (const LkEgressLower *self, const Livekit__Output *from, const char *path)
{
  g_autofree char *stream_path = g_strconcat (path, ".stream", NULL);

  if (is_too_new (self, from->stream->n_destinations > 0))
    return lk_egress_lower_refuse (self, stream_path, "destinations",
                                   "list the addresses under urls");
  if (is_too_new (self, lk_egress_lower_is_websocket (from)))
    return lk_egress_lower_refuse (
        self, stream_path, "protocol",
        "it sends to a websocket only one audio track, named by its id, as the only output");

  return TRUE;
}

static gboolean
check_segments (const LkEgressLower *self, const Livekit__Output *from, const char *path)
{
  g_autofree char *segments_path = g_strconcat (path, ".segments", NULL);

  if (is_too_new (self,
                  from->segments->protocol == LIVEKIT__SEGMENTED_FILE_PROTOCOL__HLS_FMP4_PROTOCOL))
    return lk_egress_lower_refuse (self, segments_path, "protocol",
                                   "fragmented MP4 came with the newer API");

  return TRUE;
}

static gboolean
lower_output (const LkEgressLower *self, guint index, ProtobufCMessage *to)
{
  const Livekit__Output *from = self->request->outputs[index];
  g_autofree char *path = g_strdup_printf ("outputs[%u]", index);
  ProtobufCMessage *output;
  const char *list;
  gboolean good;

  switch (from->config_case)
    {
    case LIVEKIT__OUTPUT__CONFIG_FILE:
      list = "file_outputs";
      output = lk_egress_wire_new (&livekit__encoded_file_output__descriptor);
      good = lk_egress_lower_file (self, from, path, output);
      break;
    case LIVEKIT__OUTPUT__CONFIG_STREAM:
      list = "stream_outputs";
      output = lk_egress_wire_copy (&from->stream->base);
      good = check_stream (self, from, path);
      break;
    case LIVEKIT__OUTPUT__CONFIG_SEGMENTS:
      list = "segment_outputs";
      output = lk_egress_wire_copy (&from->segments->base);
      good = check_segments (self, from, path) && lower_storage (self, from, path, output);
      break;
    case LIVEKIT__OUTPUT__CONFIG_IMAGES:
      list = "image_outputs";
      output = lk_egress_wire_copy (&from->images->base);
      good = lower_storage (self, from, path, output);
      break;
    default:
      return lk_egress_lower_refuse (self, path, "config",
                                     "say what the output is: file, stream, segments, images");
    }

  if (good)
    lk_egress_wire_append_message (to, lk_egress_wire_find (to, list), output);
  else
    lk_egress_wire_free (output);

  return good;
}

gboolean
lk_egress_lower_outputs (const LkEgressLower *self, ProtobufCMessage *to)
{
  for (guint i = 0; i < self->request->n_outputs; i++)
    {
      if (!lower_output (self, i, to))
        return FALSE;
    }

  return TRUE;
}
