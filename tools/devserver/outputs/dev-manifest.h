/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"

G_BEGIN_DECLS

/* Writes what the outputs of an egress have made until it ended, as EGRESS_ID.json beside each
 * output that wants it. Gives where the last of them is, NULL if there is none. */
char *dev_manifest_write (const DevOutputContext *context, GPtrArray *outputs, gint64 ended_at);

/* For outputs. */
Livekit__ManifestFile *dev_manifest_file_new (const char *filename, const char *location);

G_END_DECLS
