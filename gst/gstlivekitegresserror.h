/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

#define GST_LIVEKIT_EGRESS_ERROR (gst_livekit_egress_error_quark ())

/* What goes wrong beside the calls to the server. */
typedef enum
{
  GST_LIVEKIT_EGRESS_ERROR_START_TIMEOUT,
  GST_LIVEKIT_EGRESS_ERROR_FIRST_DATA_TIMEOUT,
  GST_LIVEKIT_EGRESS_ERROR_CONNECTION_LOST,
  GST_LIVEKIT_EGRESS_ERROR_NO_MEDIA,
  GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED,
  GST_LIVEKIT_EGRESS_ERROR_EGRESS_ENDED,
} GstLiveKitEgressError;

GQuark gst_livekit_egress_error_quark (void);

/* Sets G_IO_ERROR_INVALID_ARGUMENT for what a user has set. FALSE. */
gboolean gst_livekit_egress_refuse (GError ** error, const gchar * format, ...)
    G_GNUC_PRINTF (2, 3);

/* The egress was not active after so many milliseconds. */
GError *gst_livekit_egress_error_of_start (guint milliseconds);

/* Why the egress of a job ended that is over; NULL for an end that is none to worry about. */
GError *gst_livekit_egress_error_of_job (LkEgressJob * job);

/* The error message of an element: domain and code after the cause, and the fields egress-id, code,
 * error and details for programs. info may be NULL. */
void gst_livekit_egress_post_error (GstElement * element, const GError * error,
    const gchar * egress_id, LkEgressInfo * info);

/* Whether the same start may go well a little later. */
gboolean gst_livekit_egress_error_may_pass (const GError * error);

/* A warning message with the same fields, that an egress which ended for this reason is started again.
 * The restarts are counted from 1 on; a limit of 0 is none. */
void gst_livekit_egress_post_restart (GstElement * element, const GError * error,
    LkEgressInfo * info, guint milliseconds, guint count, guint limit);

G_END_DECLS
