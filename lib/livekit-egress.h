/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#define LK_EGRESS_INSIDE

#include "lk-egress-macros.h"
#include "lk-egress-version.h"

#include "lk-egress-ali-oss-storage.h"
#include "lk-egress-audio-config.h"
#include "lk-egress-audio-route.h"
#include "lk-egress-azure-storage.h"
#include "lk-egress-client.h"
#include "lk-egress-credentials.h"
#include "lk-egress-data-config.h"
#include "lk-egress-data-selector.h"
#include "lk-egress-encoding-options.h"
#include "lk-egress-enum-types.h"
#include "lk-egress-enums.h"
#include "lk-egress-error.h"
#include "lk-egress-file-info.h"
#include "lk-egress-file-output.h"
#include "lk-egress-gcp-storage.h"
#include "lk-egress-image-output.h"
#include "lk-egress-images-info.h"
#include "lk-egress-info.h"
#include "lk-egress-media-source.h"
#include "lk-egress-message.h"
#include "lk-egress-output.h"
#include "lk-egress-participant-video.h"
#include "lk-egress-proxy-config.h"
#include "lk-egress-request.h"
#include "lk-egress-s3-storage.h"
#include "lk-egress-segmented-file-output.h"
#include "lk-egress-segments-info.h"
#include "lk-egress-storage.h"
#include "lk-egress-stream-destination.h"
#include "lk-egress-stream-info.h"
#include "lk-egress-stream-output.h"
#include "lk-egress-template-source.h"
#include "lk-egress-validation.h"
#include "lk-egress-video-config.h"
#include "lk-egress-video-selector.h"
#include "lk-egress-web-source.h"
#include "lk-egress-webhook-config.h"
#include "lk-egress-webhook-filter.h"

#undef LK_EGRESS_INSIDE
