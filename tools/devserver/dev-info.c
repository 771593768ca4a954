/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-info.h"

#include "dev-id.h"
#include "dev-message.h"
#include "lk-egress-redact-private.h"

static gint64
now_ns (void)
{
  return g_get_real_time () * 1000;
}

Livekit__EgressInfo *
dev_info_new (const DevPlan *plan, const char *room_id)
{
  Livekit__EgressInfo *info
      = (Livekit__EgressInfo *)lk_egress_wire_new (&livekit__egress_info__descriptor);
  const ProtobufCFieldDescriptor *field
      = protobuf_c_message_descriptor_get_field_by_name (info->base.descriptor, plan->info_field);
  g_autofree char *id = dev_id_new ("EG_");

  dev_message_set_string (&info->egress_id, id);
  dev_message_set_string (&info->room_id, room_id);
  dev_message_set_string (&info->room_name, plan->room_name);
  info->source_type = dev_plan_is_browser (plan)
                          ? LIVEKIT__EGRESS_SOURCE_TYPE__EGRESS_SOURCE_TYPE_WEB
                          : LIVEKIT__EGRESS_SOURCE_TYPE__EGRESS_SOURCE_TYPE_SDK;
  info->started_at = info->updated_at = now_ns ();
  info->request_case = field->id;
  *(ProtobufCMessage **)((guint8 *)info + field->offset) = lk_egress_redact_message (plan->request);
  return info;
}

void
dev_info_free (Livekit__EgressInfo *info)
{
  lk_egress_wire_free (&info->base);
}

G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static void
add_older_result (Livekit__EgressInfo *info)
{
  if (info->n_file_results > 0)
    {
      info->file = (Livekit__FileInfo *)lk_egress_wire_copy (&info->file_results[0]->base);
      info->result_case = LIVEKIT__EGRESS_INFO__RESULT_FILE;
      return;
    }
  info->stream
      = (Livekit__StreamInfoList *)lk_egress_wire_new (&livekit__stream_info_list__descriptor);
  info->result_case = LIVEKIT__EGRESS_INFO__RESULT_STREAM;
  for (size_t i = 0; i < info->n_stream_results; i++)
    dev_message_append (&info->stream->info, &info->stream->n_info,
                        lk_egress_wire_copy (&info->stream_results[i]->base));
}
G_GNUC_END_IGNORE_DEPRECATIONS

Livekit__EgressInfo *
dev_info_copy (const Livekit__EgressInfo *info, const DevPlan *plan)
{
  Livekit__EgressInfo *copy = (Livekit__EgressInfo *)lk_egress_wire_copy (&info->base);

  if (plan->destinations->len == 1)
    add_older_result (copy);
  return copy;
}

const char *
dev_info_get_status_name (const Livekit__EgressInfo *info)
{
  return protobuf_c_enum_descriptor_get_value (&livekit__egress_status__descriptor, info->status)
      ->name;
}

void
dev_info_touch (Livekit__EgressInfo *info)
{
  info->updated_at = MAX (now_ns (), info->updated_at + 1);
}

Livekit__StreamInfo *
dev_info_find_stream (Livekit__EgressInfo *info, const char *url)
{
  for (size_t i = 0; i < info->n_stream_results; i++)
    if (info->stream_results[i]->status == LIVEKIT__STREAM_INFO__STATUS__ACTIVE
        && g_str_equal (info->stream_results[i]->url, url))
      return info->stream_results[i];
  return NULL;
}

guint
dev_info_count_streams (const Livekit__EgressInfo *info)
{
  guint active = 0;

  for (size_t i = 0; i < info->n_stream_results; i++)
    active += info->stream_results[i]->status == LIVEKIT__STREAM_INFO__STATUS__ACTIVE;
  return active;
}

void
dev_info_add_stream (Livekit__EgressInfo *info, const char *id, const char *url)
{
  Livekit__StreamInfo *stream
      = (Livekit__StreamInfo *)lk_egress_wire_new (&livekit__stream_info__descriptor);

  dev_message_set_string (&stream->url, url);
  dev_message_set_string (&stream->id, id);
  stream->started_at = now_ns ();
  dev_message_append (&info->stream_results, &info->n_stream_results, stream);
}

void
dev_info_end_stream (Livekit__StreamInfo *stream, const char *error)
{
  stream->status = error != NULL ? LIVEKIT__STREAM_INFO__STATUS__FAILED
                                 : LIVEKIT__STREAM_INFO__STATUS__FINISHED;
  stream->ended_at = now_ns ();
  stream->duration = stream->ended_at - stream->started_at;
  if (error != NULL)
    dev_message_set_string (&stream->error, error);
}

void
dev_info_end_streams (Livekit__EgressInfo *info, const char *error)
{
  for (size_t i = 0; i < info->n_stream_results; i++)
    if (info->stream_results[i]->status == LIVEKIT__STREAM_INFO__STATUS__ACTIVE)
      dev_info_end_stream (info->stream_results[i], error);
}

void
dev_info_add_file (Livekit__EgressInfo *info, const char *name)
{
  Livekit__FileInfo *file
      = (Livekit__FileInfo *)lk_egress_wire_new (&livekit__file_info__descriptor);

  dev_message_set_string (&file->filename, name);
  dev_message_append (&info->file_results, &info->n_file_results, file);
}

void
dev_info_end_file (Livekit__EgressInfo *info, const char *location, gint64 size)
{
  Livekit__FileInfo *file = info->file_results[0];

  if (file->started_at == 0)
    return;
  file->ended_at = now_ns ();
  file->duration = file->ended_at - file->started_at;
  file->size = size;
  dev_message_set_string (&file->location, location);
}

void
dev_info_begin (Livekit__EgressInfo *info)
{
  info->status = LIVEKIT__EGRESS_STATUS__EGRESS_ACTIVE;
  for (size_t i = 0; i < info->n_stream_results; i++)
    info->stream_results[i]->started_at = now_ns ();
  for (size_t i = 0; i < info->n_file_results; i++)
    info->file_results[i]->started_at = now_ns ();
}

void
dev_info_end (Livekit__EgressInfo *info,
              Livekit__EgressStatus status,
              const char *error,
              int error_code,
              const char *details)
{
  info->status = status;
  info->ended_at = now_ns ();
  info->error_code = error_code;
  if (error != NULL)
    dev_message_set_string (&info->error, error);
  if (details != NULL)
    dev_message_set_string (&info->details, details);
}
