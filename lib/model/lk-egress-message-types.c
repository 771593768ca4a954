/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-message-field-private.h"

#include "lk-egress-ali-oss-storage.h"
#include "lk-egress-audio-config.h"
#include "lk-egress-audio-route.h"
#include "lk-egress-azure-storage.h"
#include "lk-egress-data-config.h"
#include "lk-egress-data-selector.h"
#include "lk-egress-encoding-options.h"
#include "lk-egress-enum-types.h"
#include "lk-egress-file-info.h"
#include "lk-egress-file-output.h"
#include "lk-egress-gcp-storage.h"
#include "lk-egress-image-output.h"
#include "lk-egress-images-info.h"
#include "lk-egress-info.h"
#include "lk-egress-manifest-file.h"
#include "lk-egress-manifest-image.h"
#include "lk-egress-manifest-playlist.h"
#include "lk-egress-manifest.h"
#include "lk-egress-media-source.h"
#include "lk-egress-output.h"
#include "lk-egress-participant-video.h"
#include "lk-egress-proxy-config.h"
#include "lk-egress-replay-request.h"
#include "lk-egress-request.h"
#include "lk-egress-s3-storage.h"
#include "lk-egress-segmented-file-output.h"
#include "lk-egress-segments-info.h"
#include "lk-egress-storage.h"
#include "lk-egress-stream-destination.h"
#include "lk-egress-stream-info.h"
#include "lk-egress-stream-output.h"
#include "lk-egress-stream-update.h"
#include "lk-egress-template-source.h"
#include "lk-egress-video-config.h"
#include "lk-egress-video-selector.h"
#include "lk-egress-web-source.h"
#include "lk-egress-webhook-config.h"
#include "lk-egress-webhook-filter.h"

#include "livekit_egress.pb-c.h"
#include "livekit_manifest.pb-c.h"
#include "livekit_models.pb-c.h"

typedef struct
{
  gconstpointer descriptor;
  GType (*get_type) (void);
} Binding;

static const Binding message_types[] = {
  { &livekit__start_egress_request__descriptor, lk_egress_request_get_type },
  { &livekit__template_source__descriptor, lk_egress_template_source_get_type },
  { &livekit__web_source__descriptor, lk_egress_web_source_get_type },
  { &livekit__media_source__descriptor, lk_egress_media_source_get_type },
  { &livekit__participant_video__descriptor, lk_egress_participant_video_get_type },
  { &livekit__video_config__descriptor, lk_egress_video_config_get_type },
  { &livekit__video_selector__descriptor, lk_egress_video_selector_get_type },
  { &livekit__audio_config__descriptor, lk_egress_audio_config_get_type },
  { &livekit__audio_route__descriptor, lk_egress_audio_route_get_type },
  { &livekit__data_config__descriptor, lk_egress_data_config_get_type },
  { &livekit__data_selector__descriptor, lk_egress_data_selector_get_type },
  { &livekit__encoding_options__descriptor, lk_egress_encoding_options_get_type },
  { &livekit__output__descriptor, lk_egress_output_get_type },
  { &livekit__file_output__descriptor, lk_egress_file_output_get_type },
  { &livekit__stream_output__descriptor, lk_egress_stream_output_get_type },
  { &livekit__stream_destination__descriptor, lk_egress_stream_destination_get_type },
  { &livekit__segmented_file_output__descriptor, lk_egress_segmented_file_output_get_type },
  { &livekit__image_output__descriptor, lk_egress_image_output_get_type },
  { &livekit__storage_config__descriptor, lk_egress_storage_get_type },
  { &livekit__s3_upload__descriptor, lk_egress_s3_storage_get_type },
  { &livekit__gcpupload__descriptor, lk_egress_gcp_storage_get_type },
  { &livekit__azure_blob_upload__descriptor, lk_egress_azure_storage_get_type },
  { &livekit__ali_ossupload__descriptor, lk_egress_ali_oss_storage_get_type },
  { &livekit__proxy_config__descriptor, lk_egress_proxy_config_get_type },
  { &livekit__webhook_config__descriptor, lk_egress_webhook_config_get_type },
  { &livekit__filter_params__descriptor, lk_egress_webhook_filter_get_type },
  { &livekit__egress_info__descriptor, lk_egress_info_get_type },
  { &livekit__export_replay_request__descriptor, lk_egress_replay_request_get_type },
  { &livekit__update_stream_request__descriptor, lk_egress_stream_update_get_type },
  { &livekit__stream_info__descriptor, lk_egress_stream_info_get_type },
  { &livekit__file_info__descriptor, lk_egress_file_info_get_type },
  { &livekit__segments_info__descriptor, lk_egress_segments_info_get_type },
  { &livekit__images_info__descriptor, lk_egress_images_info_get_type },
  { &livekit__manifest__descriptor, lk_egress_manifest_get_type },
  { &livekit__manifest_file__descriptor, lk_egress_manifest_file_get_type },
  { &livekit__manifest_playlist__descriptor, lk_egress_manifest_playlist_get_type },
  { &livekit__manifest_image__descriptor, lk_egress_manifest_image_get_type },
};

static const Binding enum_types[] = {
  { &livekit__egress_status__descriptor, lk_egress_status_get_type },
  { &livekit__egress_source_type__descriptor, lk_egress_source_type_get_type },
  { &livekit__encoding_options_preset__descriptor, lk_egress_encoding_preset_get_type },
  { &livekit__encoded_file_type__descriptor, lk_egress_file_type_get_type },
  { &livekit__stream_protocol__descriptor, lk_egress_stream_protocol_get_type },
  { &livekit__segmented_file_protocol__descriptor, lk_egress_segment_protocol_get_type },
  { &livekit__segmented_file_suffix__descriptor, lk_egress_segment_suffix_get_type },
  { &livekit__image_file_suffix__descriptor, lk_egress_image_suffix_get_type },
  { &livekit__stream_info__status__descriptor, lk_egress_stream_status_get_type },
  { &livekit__audio_channel__descriptor, lk_egress_audio_channel_get_type },
  { &livekit__audio_codec__descriptor, lk_egress_audio_codec_get_type },
  { &livekit__video_codec__descriptor, lk_egress_video_codec_get_type },
  { &livekit__image_codec__descriptor, lk_egress_image_codec_get_type },
  { &livekit__audio_mixing__descriptor, lk_egress_audio_mixing_get_type },
  { &livekit__participant_info__kind__descriptor, lk_egress_participant_kind_get_type },
};

static GType
find_type (const Binding *bindings, gsize count, gconstpointer descriptor)
{
  for (gsize i = 0; i < count; i++)
    {
      if (bindings[i].descriptor == descriptor)
        return bindings[i].get_type ();
    }

  return G_TYPE_INVALID;
}

GType
lk_egress_message_type_for_descriptor (const ProtobufCMessageDescriptor *descriptor)
{
  return find_type (message_types, G_N_ELEMENTS (message_types), descriptor);
}

GType
lk_egress_enum_type_for_descriptor (const ProtobufCEnumDescriptor *descriptor)
{
  return find_type (enum_types, G_N_ELEMENTS (enum_types), descriptor);
}
