/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-images.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "dev-info.h"
#include "dev-manifest.h"
#include "dev-message.h"
#include "dev-output-name.h"

#define DEFAULT_SECONDS 10
#define EXTENSION ".jpeg"
#define NANOSECONDS (1000 * 1000 * 1000)

typedef struct
{
  char *name;  /* as the results show it */
  gint64 time; /* nanoseconds since 1970 */
} Image;

struct _DevOutputImages
{
  DevOutput parent_instance;

  char *shown_prefix; /* as the results show it */
  char *prefix;       /* with a last part */
  Livekit__ImageFileSuffix suffix;
  GPtrArray *images;
  gint64 origin; /* the time of the first one */
  GstClockTime first_timestamp;
};

G_DEFINE_FINAL_TYPE (DevOutputImages, dev_output_images, DEV_TYPE_OUTPUT)

static const char *const elements[]
    = { "capsfilter", "jpegenc", "multifilesink", "queue", "videorate", "videoscale", NULL };

static void
image_free (Image *image)
{
  g_free (image->name);
  g_free (image);
}

static DevStore *
get_store (DevOutputImages *self)
{
  return dev_output_get_store (DEV_OUTPUT (self));
}

static void
dev_output_images_set_up (DevOutput *output)
{
  DevOutputImages *self = DEV_OUTPUT_IMAGES (output);
  const DevOutputContext *context = dev_output_get_context (output);
  const ProtobufCMessage *config = dev_output_get_destination (output)->config;
  const char *prefix = dev_message_string (config, "filename_prefix");
  g_autofree char *shown = dev_output_name_replace (context, prefix);
  g_autofree char *filled = dev_output_name_fill (context, prefix);

  self->shown_prefix = dev_output_name_confine (shown);
  self->prefix = dev_output_name_confine (filled);
  self->suffix = dev_message_number (config, "filename_suffix");
}

/* What the sink replaces by numbers is only the last of it. */
static char *
make_pattern (const char *path)
{
  GString *pattern = g_string_new (path);

  g_string_replace (pattern, "%", "%%", 0);
  g_string_append (pattern, "_%05d" EXTENSION);
  return g_string_free (pattern, FALSE);
}

static GstElement *
dev_output_images_create (DevOutput *output, GError **error)
{
  DevOutputImages *self = DEV_OUTPUT_IMAGES (output);
  const ProtobufCMessage *config = dev_output_get_destination (output)->config;
  int seconds = dev_message_number (config, "capture_interval");
  int width = dev_message_number (config, "width");
  int height = dev_message_number (config, "height");
  g_autofree char *path = dev_store_get_path (get_store (self), self->prefix);
  g_autofree char *pattern = make_pattern (path);
  g_autoptr (GString) line = g_string_new (
      "queue name=picture-in leaky=downstream ! videorate skip-to-first=true ! videoscale ");
  g_autoptr (GstElement) sink = NULL;
  GstElement *bin;

  if (!dev_output_name_make_folder (path, error))
    return NULL;
  g_string_append_printf (line, "! video/x-raw,framerate=1/%d,pixel-aspect-ratio=1/1",
                          seconds > 0 ? seconds : DEFAULT_SECONDS);
  if (width > 0 && height > 0)
    g_string_append_printf (line, ",width=%d,height=%d", width, height);
  g_string_append (
      line, " ! jpegenc ! multifilesink name=sink post-messages=true async=false sync=false");
  bin = gst_parse_bin_from_description (line->str, FALSE, error);
  if (bin == NULL)
    return NULL;
  sink = gst_bin_get_by_name (GST_BIN (bin), "sink");
  g_object_set (sink, "location", pattern, NULL);
  dev_output_add_pads (bin);
  return bin;
}

/* The name that it has after the suffix that the request wants. */
static char *
make_name (DevOutputImages *self, guint number, gint64 time)
{
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (time / NANOSECONDS);
  g_autofree char *text = g_date_time_format (seconds, "%Y%m%d%H%M%S");

  switch (self->suffix)
    {
    case LIVEKIT__IMAGE_FILE_SUFFIX__IMAGE_SUFFIX_TIMESTAMP:
      return g_strdup_printf ("%s_%s%03d" EXTENSION, self->prefix, text,
                              (int)(time / (1000 * 1000) % 1000));
    case LIVEKIT__IMAGE_FILE_SUFFIX__IMAGE_SUFFIX_NONE_OVERWRITE:
      return g_strconcat (self->prefix, EXTENSION, NULL);
    default:
      return g_strdup_printf ("%s_%05u" EXTENSION, self->prefix, number);
    }
}

static void
dev_output_images_handle_message (DevOutput *output, const GstStructure *message)
{
  DevOutputImages *self = DEV_OUTPUT_IMAGES (output);
  const char *written = gst_structure_get_string (message, "filename");
  g_autofree char *path = NULL;
  GstClockTime timestamp;
  Image *image;

  if (written == NULL || !gst_structure_get_clock_time (message, "timestamp", &timestamp))
    return;
  if (self->images->len == 0)
    {
      self->origin = dev_info_now ();
      self->first_timestamp = timestamp;
    }
  image = g_new0 (Image, 1);
  image->time = self->origin + (gint64)(timestamp - self->first_timestamp);
  image->name = make_name (self, self->images->len, image->time);
  path = dev_store_get_path (get_store (self), image->name);
  g_ptr_array_add (self->images, image);
  if (g_rename (written, path) == 0)
    dev_store_put (get_store (self), image->name);
  else
    dev_output_emit_failed (output, DEV_OUTPUT_UNAVAILABLE, "an image could not be written");
}

static void
dev_output_images_element_failed (DevOutput *output, GstObject *element, const char *text)
{
  dev_output_emit_failed (output, DEV_OUTPUT_UNAVAILABLE, text);
}

static void
dev_output_images_fill_result (DevOutput *output, Livekit__EgressInfo *info)
{
  DevOutputImages *self = DEV_OUTPUT_IMAGES (output);
  Livekit__ImagesInfo *images
      = (Livekit__ImagesInfo *)lk_egress_wire_new (&livekit__images_info__descriptor);

  dev_message_set_string (&images->filename_prefix, self->shown_prefix);
  images->started_at = dev_output_get_began (output);
  /* While it runs nobody is told how many there are. */
  if (images->started_at != 0 && dev_output_get_ended (output) != 0)
    {
      images->ended_at = dev_output_get_ended (output);
      images->image_count = self->images->len;
    }
  dev_message_append (&info->image_results, &info->n_image_results, images);
}

static void
dev_output_images_fill_manifest (DevOutput *output, Livekit__Manifest *manifest)
{
  DevOutputImages *self = DEV_OUTPUT_IMAGES (output);

  for (guint i = 0; i < self->images->len; i++)
    {
      const Image *image = g_ptr_array_index (self->images, i);
      Livekit__ManifestImage *entry
          = (Livekit__ManifestImage *)lk_egress_wire_new (&livekit__manifest_image__descriptor);
      g_autofree char *location = dev_store_get_location (get_store (self), image->name);
      g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (image->time / NANOSECONDS);
      g_autofree char *text = g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S");
      g_autofree char *timestamp
          = g_strdup_printf ("%s.%09dZ", text, (int)(image->time % NANOSECONDS));

      dev_message_set_string (&entry->filename, image->name);
      dev_message_set_string (&entry->timestamp, timestamp);
      dev_message_set_string (&entry->location, location);
      dev_message_append (&manifest->images, &manifest->n_images, entry);
    }
}

static const char *
dev_output_images_get_manifest_neighbour (DevOutput *output)
{
  return DEV_OUTPUT_IMAGES (output)->prefix;
}

static void
dev_output_images_finalize (GObject *object)
{
  DevOutputImages *self = DEV_OUTPUT_IMAGES (object);

  g_free (self->shown_prefix);
  g_free (self->prefix);
  g_ptr_array_unref (self->images);
  G_OBJECT_CLASS (dev_output_images_parent_class)->finalize (object);
}

static void
dev_output_images_class_init (DevOutputImagesClass *klass)
{
  DevOutputClass *output_class = DEV_OUTPUT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = dev_output_images_finalize;
  output_class->elements = elements;
  output_class->check = dev_output_check_store;
  output_class->set_up = dev_output_images_set_up;
  output_class->create = dev_output_images_create;
  output_class->handle_message = dev_output_images_handle_message;
  output_class->element_failed = dev_output_images_element_failed;
  output_class->fill_result = dev_output_images_fill_result;
  output_class->fill_manifest = dev_output_images_fill_manifest;
  output_class->get_manifest_neighbour = dev_output_images_get_manifest_neighbour;
}

static void
dev_output_images_init (DevOutputImages *self)
{
  self->images = g_ptr_array_new_with_free_func ((GDestroyNotify)image_free);
}
