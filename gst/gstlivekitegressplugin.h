/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_livekit_egress_debug);
GST_DEBUG_CATEGORY_EXTERN (gst_livekit_egress_srt_debug);

void gst_livekit_egress_plugin_init (void);

/* Posts the missing-plugin message and the error for an element that is not installed. */
void gst_livekit_egress_post_missing (GstElement * self, const gchar * factory);

/* So that who looks at the caps of a new ghost pad finds them. */
void gst_livekit_egress_copy_sticky_events (GstPad * from, GstPad * to);

GST_ELEMENT_REGISTER_DECLARE (livekitegresssrc);
GST_ELEMENT_REGISTER_DECLARE (livekitegresssink);

G_END_DECLS
