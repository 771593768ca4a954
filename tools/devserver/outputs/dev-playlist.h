/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An HLS playlist that grows, in the form that LiveKit's worker gives it. */
typedef struct _DevPlaylist DevPlaylist;

/* Without a window all segments stay (an EVENT playlist), else that many of the last. target is the
 * length of a segment in seconds. map is what they begin with, NULL for MPEG-TS. */
DevPlaylist *dev_playlist_new (guint target, guint window, const char *map);
void dev_playlist_free (DevPlaylist *self);

/* began is in nanoseconds since 1970, duration in nanoseconds. */
void dev_playlist_append (DevPlaylist *self, gint64 began, gint64 duration, const char *name);
void dev_playlist_end (DevPlaylist *self);

char *dev_playlist_to_text (DevPlaylist *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DevPlaylist, dev_playlist_free)

G_END_DECLS
