/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-name.h"

#include <string.h>
#include <gio/gio.h>

char *
dev_output_name_fill (const DevOutputContext *context, const char *name)
{
  const DevPlan *plan = context->plan;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H%M%S");
  g_autofree char *utc = g_date_time_format (now, "%Y%m%d%H%M%S");
  const char *track_id
      = *plan->video_track_id != '\0' ? plan->video_track_id : plan->audio_track_id;
  const struct
  {
    const char *template;
    const char *value;
  } values[] = {
    { "{room_name}", plan->room_name },
    { "{room_id}", context->info->room_id },
    { "{time}", time },
    { "{utc}", utc },
    { "{publisher_identity}", plan->identity },
    { "{track_id}", track_id },
  };
  const char *const bases[] = { plan->identity, track_id, plan->room_name, "web" };
  GString *filled = g_string_new (name);
  guint base = 0;

  if (filled->len == 0 || g_str_has_suffix (filled->str, "/"))
    {
      while (*bases[base] == '\0')
        base++;
      g_string_append_printf (filled, "%s-%s", bases[base], time);
    }
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_string_replace (filled, values[i].template, values[i].value, 0);
  return g_string_free (filled, FALSE);
}

char *
dev_output_name_set_extension (const char *name, const char *extension)
{
  static const char *const known[] = { ".mp4", ".ogg", ".mp3", ".webm", ".ivf", ".h264" };
  gsize length = strlen (name);

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_suffix (name, known[i]))
      {
        length -= strlen (known[i]);
        break;
      }
  return g_strdup_printf ("%.*s%s", (int)length, name, extension);
}

char *
dev_output_name_confine (const char *name)
{
  return g_canonicalize_filename (name, "/");
}
