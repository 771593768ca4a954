/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* A new message of any class of LkEgressMessage, with the properties that the structure has as fields:
 * texts, numbers and enumerations by their nick; a structure for a message in it or for a map of
 * texts, or a list of texts KEY=VALUE for that; an array or list of texts or structures. The name of the structure does not matter. What
 * does not fit is G_IO_ERROR_INVALID_ARGUMENT, and the text says where and what there is. */
LkEgressMessage *gst_livekit_egress_message_from_structure (GType type,
    const GstStructure * structure, GError ** error);

/* Sets the properties of a message that the structure has as fields, but for those that somebody else
 * takes; place is what errors begin with. */
gboolean gst_livekit_egress_message_set_structure (LkEgressMessage * message, const gchar * place,
    const GstStructure * structure, const gchar * const *except, GError ** error);

/* Lets the text of a structure be the text of a property that holds a message of this class, for
 * gst-launch-1.0. The table is static and the caller's. */
void gst_livekit_egress_message_register_text (GType type, GstValueTable * table);

/* Whether there is no mistake in the text that the message was made of, if it was. */
gboolean gst_livekit_egress_message_check_text (gpointer message, GError ** error);

/* A single value of a structure as the text or the enumeration that converted is initialised to. */
gboolean gst_livekit_egress_convert_text (const gchar * place, const GValue * value,
    GValue * converted, GError ** error);
gboolean gst_livekit_egress_convert_enum (const gchar * place, const GValue * value,
    GValue * converted, GError ** error);

G_END_DECLS
