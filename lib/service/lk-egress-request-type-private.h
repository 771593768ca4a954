/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-info.h"

G_BEGIN_DECLS

/* What kind of egress a request is for, as the metrics name it: room_composite, web, participant,
 * track_composite, track or media. */
const char *lk_egress_request_type_of (LkEgressRequest *request);

/* The same of what the server says of an egress; replay too, and other if it does not say. */
const char *lk_egress_request_type_of_info (LkEgressInfo *info);

G_END_DECLS
