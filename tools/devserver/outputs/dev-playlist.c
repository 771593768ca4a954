/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-playlist.h"

struct _DevPlaylist
{
  guint target;
  guint window; /* 0 if there is none */
  guint first;  /* the number of the first entry */
  char *map;
  GQueue entries;
  gboolean ended;
};

DevPlaylist *
dev_playlist_new (guint target, guint window, const char *map)
{
  DevPlaylist *self = g_new0 (DevPlaylist, 1);

  self->target = target;
  self->window = window;
  self->map = g_strdup (map);
  g_queue_init (&self->entries);
  return self;
}

void
dev_playlist_free (DevPlaylist *self)
{
  g_queue_clear_full (&self->entries, g_free);
  g_free (self->map);
  g_free (self);
}

/* Milliseconds without the zeros at their end, as the worker's language writes them. */
static char *
format_time (gint64 time)
{
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (time / (1000 * 1000 * 1000));
  g_autofree char *text = g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *fraction = g_strdup_printf (".%03d", (int)(time / (1000 * 1000) % 1000));
  gsize length = 4;

  while (length > 0 && (fraction[length - 1] == '0' || fraction[length - 1] == '.'))
    length--;
  return g_strdup_printf ("%s%.*sZ", text, (int)length, fraction);
}

void
dev_playlist_append (DevPlaylist *self, gint64 began, gint64 duration, const char *name)
{
  g_autofree char *time = format_time (began);
  gint64 milliseconds = (duration + 500 * 1000) / (1000 * 1000);

  g_queue_push_tail (&self->entries,
                     g_strdup_printf ("#EXT-X-PROGRAM-DATE-TIME:%s\n#EXTINF:%d.%03d,\n%s\n", time,
                                      (int)(milliseconds / 1000), (int)(milliseconds % 1000),
                                      name));
  while (self->window > 0 && self->entries.length > self->window)
    {
      g_free (g_queue_pop_head (&self->entries));
      self->first++;
    }
}

void
dev_playlist_end (DevPlaylist *self)
{
  self->ended = TRUE;
}

char *
dev_playlist_to_text (DevPlaylist *self)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "#EXTM3U\n#EXT-X-VERSION:%d\n", self->map != NULL ? 7 : 4);
  if (self->window == 0)
    g_string_append (text, "#EXT-X-PLAYLIST-TYPE:EVENT\n");
  g_string_append_printf (
      text, "#EXT-X-ALLOW-CACHE:NO\n#EXT-X-TARGETDURATION:%u\n#EXT-X-MEDIA-SEQUENCE:%u\n",
      self->target, self->first);
  if (self->map != NULL)
    g_string_append_printf (text, "#EXT-X-MAP:URI=\"%s\"\n", self->map);
  for (GList *entry = self->entries.head; entry != NULL; entry = entry->next)
    g_string_append (text, entry->data);
  if (self->ended)
    g_string_append (text, "#EXT-X-ENDLIST\n");
  return g_string_free (text, FALSE);
}
