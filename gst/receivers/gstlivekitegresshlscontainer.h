/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The media type of a segment by its first bytes, NULL for none that is known. Names and the media types
 * of storages do not tell. */
const gchar *gst_livekit_egress_hls_container_sniff (GBytes * bytes);

/* Whether it is one of them, and the expected one if that is not NULL. The error names the file. */
gboolean gst_livekit_egress_hls_container_check (const gchar * expected, const gchar * name,
    GBytes * bytes, GError ** error);

G_END_DECLS
