/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-file.h"

#include <errno.h>
#include <string.h>
#include <gio/gio.h>
#include <glib/gstdio.h>

struct _DevOutputFile
{
  DevOutput parent_instance;

  char *name;
  char *location;
};

G_DEFINE_FINAL_TYPE (DevOutputFile, dev_output_file, DEV_TYPE_OUTPUT)

static GstElement *
dev_output_file_create_bin (DevOutput *output, const DevEncoding *encoding, GError **error)
{
  DevOutputFile *self = DEV_OUTPUT_FILE (output);
  g_autofree char *folder = g_path_get_dirname (self->location);
  g_autoptr (GString) line = g_string_new (encoding->video ? "mp4mux" : "oggmux");
  g_autoptr (GstElement) sink = NULL;
  GstElement *bin;

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Cannot create folder %s: %s",
                   folder, g_strerror (errno));
      return NULL;
    }
  g_string_append (line, " name=mux ! filesink name=sink async=false ");
  if (encoding->video)
    g_string_append (line, "queue name=video-in ! h264parse ! mux. ");
  if (encoding->audio && encoding->video)
    g_string_append_printf (line,
                            "queue name=audio-in ! audioconvert ! avenc_aac bitrate=%d ! aacparse "
                            "! mux. ",
                            encoding->audio_bitrate * 1000);
  else if (encoding->audio)
    g_string_append_printf (line,
                            "queue name=audio-in ! audioconvert ! audioresample "
                            "! opusenc bitrate=%d ! mux. ",
                            encoding->audio_bitrate * 1000);
  bin = gst_parse_bin_from_description (line->str, FALSE, error);
  if (bin == NULL)
    return NULL;
  sink = gst_bin_get_by_name (GST_BIN (bin), "sink");
  g_object_set (sink, "location", self->location, NULL);
  dev_output_add_pads (output, bin, encoding);
  return bin;
}

static void
dev_output_file_element_failed (DevOutput *output, GstObject *element, const char *text)
{
  dev_output_emit_failed (output, NULL, text);
}

static void
dev_output_file_finalize (GObject *object)
{
  DevOutputFile *self = DEV_OUTPUT_FILE (object);

  g_free (self->name);
  g_free (self->location);
  G_OBJECT_CLASS (dev_output_file_parent_class)->finalize (object);
}

static void
dev_output_file_class_init (DevOutputFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = dev_output_file_finalize;
  DEV_OUTPUT_CLASS (klass)->create_bin = dev_output_file_create_bin;
  DEV_OUTPUT_CLASS (klass)->element_failed = dev_output_file_element_failed;
}

static void
dev_output_file_init (DevOutputFile *self)
{
}

DevOutputFile *
dev_output_file_new (const char *folder, const char *name)
{
  DevOutputFile *self = g_object_new (DEV_TYPE_OUTPUT_FILE, NULL);

  self->name = g_strdup (name);
  self->location = g_build_filename (folder, name, NULL);
  return self;
}

/* An extension that is known gives way to the right one, any other text stays in front of it. */
static void
set_extension (GString *name, const char *right)
{
  static const char *const known[] = { ".mp4", ".ogg", ".mp3", ".webm", ".ivf", ".h264" };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_suffix (name->str, known[i]))
      {
        g_string_truncate (name, name->len - strlen (known[i]));
        break;
      }
  g_string_append (name, right);
}

char *
dev_output_file_make_name (const DevPlan *plan, const char *filepath, const char *room_id)
{
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
    { "{room_id}", room_id },
    { "{time}", time },
    { "{utc}", utc },
    { "{publisher_identity}", plan->identity },
    { "{track_id}", track_id },
  };
  const char *const bases[] = { plan->identity, track_id, plan->room_name, "web" };
  g_autoptr (GString) name = g_string_new (filepath);
  guint base = 0;

  if (name->len == 0 || g_str_has_suffix (name->str, "/"))
    {
      while (*bases[base] == '\0')
        base++;
      g_string_append_printf (name, "%s-%s", bases[base], time);
    }
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_string_replace (name, values[i].template, values[i].value, 0);
  set_extension (name, plan->encoding.video ? ".mp4" : ".ogg");
  /* Also takes out every "..": nothing is written outside the folder. */
  return g_canonicalize_filename (name->str, "/");
}

const char *
dev_output_file_get_name (DevOutputFile *self)
{
  return self->name;
}

const char *
dev_output_file_get_location (DevOutputFile *self)
{
  return self->location;
}

gint64
dev_output_file_get_size (DevOutputFile *self)
{
  GStatBuf status;

  return g_stat (self->location, &status) == 0 ? status.st_size : 0;
}
