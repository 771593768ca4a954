/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* Puts one object into a bucket of S3, as the worker does it, within a bounded time. */
void dev_upload_async (const Livekit__S3Upload *s3,
                       const char *key,
                       const char *content_type,
                       GBytes *bytes,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);

/* Errors carry the worker's text. */
gboolean dev_upload_finish (GAsyncResult *result, GError **error);

/* Where the worker says that an object is, which is no address in cases (R39). */
char *dev_upload_get_location (const Livekit__S3Upload *s3, const char *key);

G_END_DECLS
