/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-file.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "dev-manifest.h"
#include "dev-message.h"
#include "dev-output-name.h"

struct _DevOutputFile
{
  DevOutput parent_instance;

  char *name; /* as the results show it */
  char *path; /* where it is written */
  gint64 size;
};

G_DEFINE_FINAL_TYPE (DevOutputFile, dev_output_file, DEV_TYPE_OUTPUT)

static const char *const elements[]
    = { "aacparse", "audioconvert", "audioresample", "avenc_aac", "filesink", "h264parse",
        "identity", "lamemp3enc",   "mp4mux",        "oggmux",    "opusenc",  "queue",
        NULL };

typedef struct
{
  Livekit__EncodedFileType type;
  const char *extension;
  const char *muxer;
  const char *encoder; /* of sound, up to the value of its bit rate */
  int unit;            /* what that is for 1 kb/s */
  const char *parser;  /* what follows */
} Form;

static const Form forms[] = {
  { LIVEKIT__ENCODED_FILE_TYPE__MP4, ".mp4", "mp4mux", "avenc_aac bitrate", 1000, "! aacparse" },
  { LIVEKIT__ENCODED_FILE_TYPE__OGG, ".ogg", "oggmux", "opusenc bitrate", 1000, "" },
  { LIVEKIT__ENCODED_FILE_TYPE__MP3, ".mp3", "identity", "lamemp3enc target=bitrate bitrate", 1,
    "" },
};

/* NULL for a type that there is none for. */
static const Form *
find_form (const DevPlan *plan, const DevDestination *destination)
{
  int type = dev_message_number (destination->config, "file_type");

  if (type == LIVEKIT__ENCODED_FILE_TYPE__DEFAULT_FILETYPE)
    type = plan->encoding.video ? LIVEKIT__ENCODED_FILE_TYPE__MP4 : LIVEKIT__ENCODED_FILE_TYPE__OGG;
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if ((int)forms[i].type == type)
      return &forms[i];
  return NULL;
}

static gboolean
dev_output_file_check (const DevOutputContext *context,
                       const DevDestination *destination,
                       GError **error)
{
  if (!dev_output_check_store (context, destination, error))
    return FALSE;
  return find_form (context->plan, destination) != NULL
         || dev_output_refuse (error, "this development server writes MP4, OGG and MP3 files only");
}

static void
dev_output_file_set_up (DevOutput *output)
{
  DevOutputFile *self = DEV_OUTPUT_FILE (output);
  const DevOutputContext *context = dev_output_get_context (output);
  const char *filepath
      = dev_message_string (dev_output_get_destination (output)->config, "filepath");
  g_autofree char *filled = dev_output_name_fill (context, filepath);
  const Form *form = find_form (context->plan, dev_output_get_destination (output));
  g_autofree char *name = dev_output_name_set_extension (filled, form->extension);

  self->name = dev_output_name_confine (name);
  self->path = dev_store_get_path (dev_output_get_store (output), self->name);
}

static GstElement *
dev_output_file_create (DevOutput *output, GError **error)
{
  DevOutputFile *self = DEV_OUTPUT_FILE (output);
  const DevEncoding *encoding = &dev_output_get_context (output)->plan->encoding;
  const Form *form
      = find_form (dev_output_get_context (output)->plan, dev_output_get_destination (output));
  g_autoptr (GString) line = g_string_new (form->muxer);
  g_autoptr (GstElement) sink = NULL;
  GstElement *bin;

  if (!dev_output_name_make_folder (self->path, error))
    return NULL;
  g_string_append (line, " name=mux ! filesink name=sink async=false ");
  if (encoding->video)
    g_string_append (line, "queue name=video-in ! h264parse ! mux. ");
  if (encoding->audio)
    g_string_append_printf (line,
                            "queue name=audio-in ! audioconvert ! audioresample ! %s=%d %s ! mux. ",
                            form->encoder, encoding->audio_bitrate * form->unit, form->parser);
  bin = gst_parse_bin_from_description (line->str, FALSE, error);
  if (bin == NULL)
    return NULL;
  sink = gst_bin_get_by_name (GST_BIN (bin), "sink");
  g_object_set (sink, "location", self->path, NULL);
  dev_output_add_pads (bin);
  return bin;
}

static void
dev_output_file_element_failed (DevOutput *output, GstObject *element, const char *text)
{
  dev_output_emit_failed (output, DEV_OUTPUT_UNAVAILABLE, text);
}

static void
dev_output_file_end (DevOutput *output, const char *error)
{
  DevOutputFile *self = DEV_OUTPUT_FILE (output);
  GStatBuf status;

  self->size = g_stat (self->path, &status) == 0 ? status.st_size : 0;
  if (error == NULL && dev_output_get_began (output) != 0)
    dev_store_put (dev_output_get_store (output), self->name);
}

static char *
get_location (DevOutputFile *self)
{
  return dev_store_get_location (dev_output_get_store (DEV_OUTPUT (self)), self->name);
}

static void
dev_output_file_fill_result (DevOutput *output, Livekit__EgressInfo *info)
{
  DevOutputFile *self = DEV_OUTPUT_FILE (output);
  Livekit__FileInfo *file
      = (Livekit__FileInfo *)lk_egress_wire_new (&livekit__file_info__descriptor);

  dev_message_set_string (&file->filename, self->name);
  file->started_at = dev_output_get_began (output);
  if (file->started_at != 0 && dev_output_get_ended (output) != 0)
    {
      g_autofree char *location = get_location (self);

      file->ended_at = dev_output_get_ended (output);
      file->duration = file->ended_at - file->started_at;
      file->size = self->size;
      dev_message_set_string (&file->location, location);
    }
  dev_message_append (&info->file_results, &info->n_file_results, file);
}

static void
dev_output_file_fill_manifest (DevOutput *output, Livekit__Manifest *manifest)
{
  DevOutputFile *self = DEV_OUTPUT_FILE (output);
  g_autofree char *location = get_location (self);

  dev_message_append (&manifest->files, &manifest->n_files,
                      dev_manifest_file_new (self->name, location));
}

static const char *
dev_output_file_get_manifest_neighbour (DevOutput *output)
{
  return DEV_OUTPUT_FILE (output)->name;
}

static void
dev_output_file_finalize (GObject *object)
{
  DevOutputFile *self = DEV_OUTPUT_FILE (object);

  g_free (self->name);
  g_free (self->path);
  G_OBJECT_CLASS (dev_output_file_parent_class)->finalize (object);
}

static void
dev_output_file_class_init (DevOutputFileClass *klass)
{
  DevOutputClass *output_class = DEV_OUTPUT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = dev_output_file_finalize;
  output_class->elements = elements;
  output_class->check = dev_output_file_check;
  output_class->set_up = dev_output_file_set_up;
  output_class->create = dev_output_file_create;
  output_class->element_failed = dev_output_file_element_failed;
  output_class->fill_result = dev_output_file_fill_result;
  output_class->fill_manifest = dev_output_file_fill_manifest;
  output_class->get_manifest_neighbour = dev_output_file_get_manifest_neighbour;
  output_class->end = dev_output_file_end;
}

static void
dev_output_file_init (DevOutputFile *self)
{
}
