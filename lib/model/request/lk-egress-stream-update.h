/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-stream-destination.h"
#include "lk-egress-validation.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_STREAM_UPDATE (lk_egress_stream_update_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressStreamUpdate, lk_egress_stream_update, STREAM_UPDATE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStreamUpdate *lk_egress_stream_update_new (const char *egress_id);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStreamUpdate *lk_egress_stream_update_new_for_urls (const char *egress_id,
                                                            const char *const *add_urls,
                                                            const char *const *remove_urls);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_stream_update_add_url (LkEgressStreamUpdate *self, const char *url);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_stream_update_add_destination (LkEgressStreamUpdate *self,
                                              LkEgressStreamDestination *destination);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_stream_update_remove_url (LkEgressStreamUpdate *self, const char *url);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_stream_update_validate (LkEgressStreamUpdate *self, GError **error);

G_END_DECLS
