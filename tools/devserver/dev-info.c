/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-info.h"

#include "dev-id.h"
#include "dev-message.h"
#include "lk-egress-redact-message-private.h"

gint64
dev_info_now (void)
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
  info->started_at = info->updated_at = dev_info_now ();
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
void
dev_info_add_older_result (Livekit__EgressInfo *info)
{
  if (info->n_file_results > 0)
    {
      info->file = (Livekit__FileInfo *)lk_egress_wire_copy (&info->file_results[0]->base);
      info->result_case = LIVEKIT__EGRESS_INFO__RESULT_FILE;
    }
  else if (info->n_segment_results > 0)
    {
      info->segments
          = (Livekit__SegmentsInfo *)lk_egress_wire_copy (&info->segment_results[0]->base);
      info->result_case = LIVEKIT__EGRESS_INFO__RESULT_SEGMENTS;
    }
  else if (info->n_stream_results > 0)
    {
      info->stream
          = (Livekit__StreamInfoList *)lk_egress_wire_new (&livekit__stream_info_list__descriptor);
      info->result_case = LIVEKIT__EGRESS_INFO__RESULT_STREAM;
      for (size_t i = 0; i < info->n_stream_results; i++)
        dev_message_append (&info->stream->info, &info->stream->n_info,
                            lk_egress_wire_copy (&info->stream_results[i]->base));
    }
}
G_GNUC_END_IGNORE_DEPRECATIONS

const char *
dev_info_get_status_name (const Livekit__EgressInfo *info)
{
  return protobuf_c_enum_descriptor_get_value (&livekit__egress_status__descriptor, info->status)
      ->name;
}

void
dev_info_touch (Livekit__EgressInfo *info)
{
  info->updated_at = MAX (dev_info_now (), info->updated_at + 1);
}

void
dev_info_end (Livekit__EgressInfo *info,
              Livekit__EgressStatus status,
              const char *error,
              int error_code,
              const char *details)
{
  info->status = status;
  info->ended_at = dev_info_now ();
  info->error_code = error_code;
  if (error != NULL)
    dev_message_set_string (&info->error, error);
  if (details != NULL)
    dev_message_set_string (&info->details, details);
}
