/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* A new message of any class of LkEgressMessage, with the properties that the structure has as fields:
 * texts, numbers and enumerations by their nick; a structure for a message in it or for a map of
 * texts; an array or list of texts or structures. The name of the structure does not matter. What
 * does not fit is G_IO_ERROR_INVALID_ARGUMENT, and the text says where and what there is. */
LkEgressMessage *gst_livekit_egress_message_from_structure (GType type,
    const GstStructure * structure, GError ** error);

G_END_DECLS
