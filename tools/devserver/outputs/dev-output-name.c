/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-name.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static char *
format_now (const char *format)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_format (now, format);
}

static const char *
get_track_id (const DevPlan *plan)
{
  return *plan->video_track_id != '\0' ? plan->video_track_id : plan->audio_track_id;
}

char *
dev_output_name_replace (const DevOutputContext *context, const char *name)
{
  const DevPlan *plan = context->plan;
  g_autofree char *time = format_now ("%Y-%m-%dT%H%M%S");
  g_autofree char *seconds = format_now ("%Y%m%d%H%M%S");
  g_autofree char *utc
      = g_strdup_printf ("%s%03d", seconds, (int)(g_get_real_time () / 1000 % 1000));
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
    { "{track_id}", get_track_id (plan) },
  };
  GString *replaced = g_string_new (name);

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_string_replace (replaced, values[i].template, values[i].value, 0);
  return g_string_free (replaced, FALSE);
}

char *
dev_output_name_fill (const DevOutputContext *context, const char *name)
{
  const DevPlan *plan = context->plan;
  const char *const bases[] = { plan->identity, get_track_id (plan), plan->room_name, "web" };
  g_autofree char *time = NULL;
  g_autofree char *completed = NULL;
  guint base = 0;

  if (*name != '\0' && !g_str_has_suffix (name, "/"))
    return dev_output_name_replace (context, name);
  while (*bases[base] == '\0')
    base++;
  time = format_now ("%Y-%m-%dT%H%M%S");
  completed = g_strdup_printf ("%s%s-%s", name, bases[base], time);
  return dev_output_name_replace (context, completed);
}

char *
dev_output_name_set_extension (const char *name, const char *extension)
{
  static const char *const known[]
      = { ".raw", ".ogg", ".mp3", ".ivf", ".mp4", ".ts", ".webm", ".m3u8", ".jpeg" };
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
  g_autofree char *absolute = g_canonicalize_filename (name, "/");

  return g_strdup (*name == '/' ? absolute : absolute + 1);
}

gboolean
dev_output_name_make_folder (const char *location, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (location);

  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Cannot create folder %s: %s",
               folder, g_strerror (errno));
  return FALSE;
}
