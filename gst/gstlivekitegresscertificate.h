/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lets text be the value of a property that is a GTlsCertificate: the path of a PEM file with the
 * certificate and its key. So one property takes a file from gst-launch-1.0 and an object from code. */
void gst_livekit_egress_certificate_register (void);

G_END_DECLS
