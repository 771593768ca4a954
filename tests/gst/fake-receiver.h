/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

/* A receiver that has no network: ten buffers of sound, and the end when the egress has ended. */
GType fake_receiver_get_type (void);

/* Whether it has an output that the request can be given. */
extern gboolean fake_receiver_has_output;

G_END_DECLS
