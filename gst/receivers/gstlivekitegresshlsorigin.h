/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <livekit-egress/livekit-egress.h>

#include "gstlivekitegresshlsstamp.h"

G_BEGIN_DECLS

/* Where playlists and segments are read: a folder of this machine, a folder on a web server, or one in
 * the storage that the egress writes to. It is bound to that folder: redirects are not followed, and
 * the storage's credentials sign requests to the storage alone. */

typedef struct _GstLiveKitEgressHlsOrigin GstLiveKitEgressHlsOrigin;

GstLiveKitEgressHlsOrigin *gst_livekit_egress_hls_origin_new_folder (const gchar * path);

/* The URL is that of the folder, with a slash at its end, or of a file in it, whose name is given back
 * then. */
GstLiveKitEgressHlsOrigin *gst_livekit_egress_hls_origin_new_url (const gchar * url, gchar ** name,
    GError ** error);

/* folder may be NULL for the top of the storage. */
GstLiveKitEgressHlsOrigin *gst_livekit_egress_hls_origin_new_storage (LkEgressStorage * storage,
    const gchar * folder);

void gst_livekit_egress_hls_origin_free (GstLiveKitEgressHlsOrigin * self);

/* Reads a whole file, of at most so many bytes, in the streaming thread. The name is one that the
 * playlist's parser took. Another thread ends it with the cancellable. Errors name the file; see below
 * for those that waiting does not mend. */
GBytes *gst_livekit_egress_hls_origin_load (GstLiveKitEgressHlsOrigin * self, const gchar * name,
    gsize max_size, GCancellable * cancellable, GError ** error);

/* Whether it is a folder of this machine. */
gboolean gst_livekit_egress_hls_origin_is_folder (const GstLiveKitEgressHlsOrigin * self);

/* FALSE for what is in no folder, or not there. */
gboolean gst_livekit_egress_hls_origin_stamp (GstLiveKitEgressHlsOrigin * self, const gchar * name,
    GstLiveKitEgressHlsStamp * stamp);

/* Whether it makes no sense to try again: what is not allowed, is too large or leads elsewhere. */
gboolean gst_livekit_egress_hls_origin_is_final (const GError * error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLiveKitEgressHlsOrigin, gst_livekit_egress_hls_origin_free)

G_END_DECLS
