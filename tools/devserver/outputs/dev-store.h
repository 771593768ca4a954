/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* Where the files of an output go to: the folder of the server, or a bucket of S3, by way of a
 * folder of its own. Signals: "idle" when all that was put is there; "failed" (text) when something
 * is not, after which nothing more is put. */
#define DEV_TYPE_STORE (dev_store_get_type ())
G_DECLARE_FINAL_TYPE (DevStore, dev_store, DEV, STORE, GObject)

/* s3 is NULL for the folder, and outlives the store. id is part of the name of a folder. */
DevStore *dev_store_new (const char *folder, const Livekit__S3Upload *s3, const char *id);

/* Where to write a file. */
char *dev_store_get_path (DevStore *self, const char *name);

/* Where it can be found in the end, as results show it. */
char *dev_store_get_location (DevStore *self, const char *name);

/* The file is written as it is to be found. It may be gone afterwards. FALSE if it will not be
 * there. */
gboolean dev_store_put (DevStore *self, const char *name);

/* Whether something is on its way. */
gboolean dev_store_is_busy (DevStore *self);

/* Nothing is put any more, nothing is told, and the folder of its own is removed. */
void dev_store_close (DevStore *self);

G_END_DECLS
