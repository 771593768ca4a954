/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a receiver listens, and where the worker is told that it does. Nobody but this machine reaches
 * it unless a user says so: listen and advertise are what users set, or NULL. */

/* Without listen it is loopback, or every address of this machine if there is one to advertise. */
GSocketAddress *gst_livekit_egress_address_new_to_listen (const gchar * listen,
    const gchar * advertise, guint port, GError ** error);

/* Host and port as they are written in a URL, for a receiver that listens on this address. */
gchar *gst_livekit_egress_address_get_authority (GSocketAddress * listening,
    const gchar * advertise, guint port, GError ** error);

G_END_DECLS
