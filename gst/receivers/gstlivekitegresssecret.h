/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The secrets of a run, which the worker is told and nobody else. */

/* So many random bytes in hexadecimal, at most 32; NULL with an error. */
gchar *gst_livekit_egress_secret_new (gsize n_bytes, GError ** error);

/* Whether text, which a stranger wrote, is the secret. How long this takes tells nothing but the length
 * of the secret. */
gboolean gst_livekit_egress_secret_is (const gchar * secret, const gchar * text, gsize size);

G_END_DECLS
