/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The pads of an element that are those of its children. A live stream goes through them, so that they
 * refuse to be anywhere else in it. */

/* The template is one of the class of the element. A pad that is there already goes on with what comes
 * from this one. */
void gst_livekit_egress_ghosts_add (GstElement * self, GstPad * pad, const gchar * name,
    const gchar * template_name);
void gst_livekit_egress_ghosts_remove (GstElement * self, const gchar * name);

/* The pads video_%u and audio_%u come and go with those of the child. */
void gst_livekit_egress_ghosts_follow (GstElement * self, GstElement * child);

G_END_DECLS
