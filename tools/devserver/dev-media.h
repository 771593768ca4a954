/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-encoding.h"
#include "outputs/dev-output.h"

G_BEGIN_DECLS

#define DEV_TYPE_MEDIA (dev_media_get_type ())
G_DECLARE_FINAL_TYPE (DevMedia, dev_media, DEV, MEDIA, GObject)

/* The pipeline of one egress: test picture and tone, encoded, to any number of outputs; live if one
 * of them is received while it is made. All of it is used from the main context. Its signals:
 * "running" (), the first key frame (or sound, without video) was made; "failed" (text), the
 * pipeline is dead; "ended" (), all was written after dev_media_end (). */
DevMedia *
dev_media_new (const DevEncoding *encoding, gboolean live, const char *title, const char *subtitle);

/* That all elements are installed; to be asked once. */
gboolean dev_media_check (GError **error);

/* Before the start. */
gboolean dev_media_add_output (DevMedia *self, DevOutput *output, GError **error);

void dev_media_start (DevMedia *self);

/* Ends the streams in order; "ended" follows. */
void dev_media_end (DevMedia *self);

/* Drops everything at once. */
void dev_media_close (DevMedia *self);

/* Holds all media back, as a network that swallows it. */
void dev_media_set_muted (DevMedia *self, gboolean muted);

/* The tone stops and silence goes on, as of a microphone that is switched off. */
void dev_media_set_silent (DevMedia *self, gboolean silent);

void dev_media_set_subtitle (DevMedia *self, const char *subtitle);

G_END_DECLS
