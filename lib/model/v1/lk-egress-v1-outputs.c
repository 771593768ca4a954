/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Outputs: in the older requests a list for each kind, with the storage inside. */

#include "lk-egress-v1-outputs-private.h"

#include "lk-egress-stream-protocol-private.h"
#include "lk-egress-wire-field-private.h"

/* Whether a value that came with the newer API has to be refused. */
static gboolean
is_too_new (const LkEgressV1Writer *writer, gboolean is_newer)
{
  return is_newer && writer->reason != LK_EGRESS_V1_ASKED;
}

gboolean
lk_egress_v1_outputs_is_websocket (const Livekit__Output *output)
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
write_storage (const LkEgressV1Writer *writer,
               const Livekit__Output *from,
               const char *path,
               ProtobufCMessage *to)
{
  const Livekit__StorageConfig *storage
      = from->storage != NULL ? from->storage : writer->request->storage;
  g_autofree char *storage_path = NULL;

  /* Segments and images may carry one in the older way already. */
  if (storage == NULL
      || (from->storage == NULL
          && lk_egress_wire_oneof_case (to, lk_egress_wire_find (to, "s3")) != 0))
    return TRUE;

  storage_path
      = from->storage != NULL ? g_strconcat (path, ".storage", NULL) : g_strdup ("storage");

  return lk_egress_v1_writer_fields (writer, &storage->base, storage_path, to);
}

gboolean
lk_egress_v1_outputs_write_file (const LkEgressV1Writer *writer,
                                 const Livekit__Output *from,
                                 const char *path,
                                 ProtobufCMessage *to)
{
  g_autofree char *file_path = g_strconcat (path, ".file", NULL);

  if (is_too_new (writer, from->file->file_type == LIVEKIT__ENCODED_FILE_TYPE__MCAP))
    return lk_egress_v1_writer_refuse (writer, file_path, "file_type",
                                       "MCAP files came with the newer API");

  return lk_egress_v1_writer_fields (writer, &from->file->base, file_path, to)
         && write_storage (writer, from, path, to);
}

static gboolean
check_stream (const LkEgressV1Writer *writer, const Livekit__Output *from, const char *path)
{
  g_autofree char *stream_path = g_strconcat (path, ".stream", NULL);

  if (is_too_new (writer, from->stream->n_destinations > 0))
    return lk_egress_v1_writer_refuse (writer, stream_path, "destinations",
                                       "list the addresses under urls");
  if (is_too_new (writer, lk_egress_v1_outputs_is_websocket (from)))
    return lk_egress_v1_writer_refuse (
        writer, stream_path, "protocol",
        "it sends to a websocket only one audio track, named by its id, as the only output");

  return TRUE;
}

static gboolean
check_segments (const LkEgressV1Writer *writer, const Livekit__Output *from, const char *path)
{
  g_autofree char *segments_path = g_strconcat (path, ".segments", NULL);

  if (is_too_new (writer,
                  from->segments->protocol == LIVEKIT__SEGMENTED_FILE_PROTOCOL__HLS_FMP4_PROTOCOL))
    return lk_egress_v1_writer_refuse (writer, segments_path, "protocol",
                                       "fragmented MP4 came with the newer API");

  return TRUE;
}

static gboolean
write_output (const LkEgressV1Writer *writer, guint index, ProtobufCMessage *to)
{
  const Livekit__Output *from = writer->request->outputs[index];
  g_autofree char *path = g_strdup_printf ("outputs[%u]", index);
  ProtobufCMessage *output;
  const char *list;
  gboolean good;

  switch (from->config_case)
    {
    case LIVEKIT__OUTPUT__CONFIG_FILE:
      list = "file_outputs";
      output = lk_egress_wire_new (&livekit__encoded_file_output__descriptor);
      good = lk_egress_v1_outputs_write_file (writer, from, path, output);
      break;
    case LIVEKIT__OUTPUT__CONFIG_STREAM:
      list = "stream_outputs";
      output = lk_egress_wire_copy (&from->stream->base);
      good = check_stream (writer, from, path);
      break;
    case LIVEKIT__OUTPUT__CONFIG_SEGMENTS:
      list = "segment_outputs";
      output = lk_egress_wire_copy (&from->segments->base);
      good = check_segments (writer, from, path) && write_storage (writer, from, path, output);
      break;
    case LIVEKIT__OUTPUT__CONFIG_IMAGES:
      list = "image_outputs";
      output = lk_egress_wire_copy (&from->images->base);
      good = write_storage (writer, from, path, output);
      break;
    default:
      return lk_egress_v1_writer_refuse (writer, path, "config",
                                         "say what the output is: file, stream, segments, images");
    }

  if (good)
    lk_egress_wire_append_message (to, lk_egress_wire_find (to, list), output);
  else
    lk_egress_wire_free (output);

  return good;
}

gboolean
lk_egress_v1_outputs_write (const LkEgressV1Writer *writer, ProtobufCMessage *to)
{
  for (guint i = 0; i < writer->request->n_outputs; i++)
    {
      if (!write_output (writer, i, to))
        return FALSE;
    }

  return TRUE;
}
