/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressoutputs.h"

#include <string.h>

#include <gio/gio.h>

#include "gstlivekitegresserror.h"
#include "gstlivekitegressstructure.h"

/* What a structure of outputs has beside the properties of the message for its format. */
static const gchar *const own_fields[] =
    { "format", "location", "storage", "storage-uri", NULL };

/* A folder is that of the storage it was named with. */
static gboolean
set_storage_uri (gpointer message, const gchar * uri, gchar ** folder,
    GError ** error)
{
  g_autoptr (LkEgressStorage) storage =
      lk_egress_storage_new_from_uri (uri, folder, error);

  if (storage == NULL)
    return FALSE;

  g_object_set (message, "storage", storage, NULL);
  return TRUE;
}

static gboolean
has_storage (LkEgressOutput * output)
{
  return lk_egress_message_has (LK_EGRESS_MESSAGE (output), "storage");
}

static gboolean
add_location (LkEgressRequest * request, const gchar * place,
    const gchar * location, GError ** error)
{
  g_autoptr (LkEgressOutput) output =
      lk_egress_output_new_for_location (location,
      LK_EGRESS_OUTPUT_FORMAT_DEFAULT, error);

  if (output == NULL) {
    g_prefix_error (error, "%s: ", place);
    return FALSE;
  }
  lk_egress_request_add_output (request, output);
  return TRUE;
}

static gboolean
add_locations (LkEgressRequest * request, const GValue * locations,
    GError ** error)
{
  guint i;

  for (i = 0; i < gst_value_array_get_size (locations); i++) {
    const gchar *location =
        g_value_get_string (gst_value_array_get_value (locations, i));
    g_autofree gchar *place = g_strdup_printf ("locations[%u]", i);

    if (location == NULL || *location == '\0')
      return gst_livekit_egress_refuse (error, "%s is empty", place);
    if (!add_location (request, place, location, error))
      return FALSE;
  }
  return TRUE;
}

/*** Structures ***/

/* The message with the properties of the format. */
static LkEgressMessage *
dup_content (LkEgressOutput * output)
{
  static const gchar *const names[] =
      { "file", "stream", "segments", "images" };
  LkEgressMessage *content = NULL;
  guint i;

  for (i = 0; content == NULL && i < G_N_ELEMENTS (names); i++)
    g_object_get (output, names[i], &content, NULL);
  return content;
}

/* The text of a field, "" without one; NULL if it is none. */
static const gchar *
get_text (const GstStructure * structure, const gchar * place,
    const gchar * field, GError ** error)
{
  const GValue *value = gst_structure_get_value (structure, field);
  g_autofree gchar *field_place = g_strdup_printf ("%s.%s", place, field);
  g_auto (GValue) text = G_VALUE_INIT;

  if (value == NULL)
    return "";
  g_value_init (&text, G_TYPE_STRING);
  if (!gst_livekit_egress_convert_text (field_place, value, &text, error))
    return NULL;
  return g_value_get_string (value) != NULL ? g_value_get_string (value) : "";
}

static gboolean
get_format (const GstStructure * structure, const gchar * place,
    LkEgressOutputFormat * format, GError ** error)
{
  const GValue *value = gst_structure_get_value (structure, "format");
  g_autofree gchar *field_place = g_strdup_printf ("%s.format", place);
  g_auto (GValue) converted = G_VALUE_INIT;

  *format = LK_EGRESS_OUTPUT_FORMAT_DEFAULT;
  if (value == NULL)
    return TRUE;

  g_value_init (&converted, LK_EGRESS_TYPE_OUTPUT_FORMAT);
  if (!gst_livekit_egress_convert_enum (field_place, value, &converted, error))
    return FALSE;
  *format = g_value_get_enum (&converted);
  return TRUE;
}

static gboolean
set_storage (LkEgressOutput * output, const GstStructure * structure,
    const gchar * place, GError ** error)
{
  const gchar *uri = get_text (structure, place, "storage-uri", error);
  const GValue *value = gst_structure_get_value (structure, "storage");
  g_autofree gchar *folder = NULL;
  g_autoptr (GstStructure) fields = NULL;
  g_autofree gchar *field = g_strdup_printf ("%s.storage", place);

  if (uri == NULL)
    return FALSE;
  if ((*uri != '\0') + (value != NULL) + has_storage (output) > 1)
    return gst_livekit_egress_refuse (error,
        "%s has more than one storage; say where it goes with one of location, "
        "storage and storage-uri", place);

  if (*uri != '\0') {
    if (!set_storage_uri (output, uri, &folder, error)) {
      g_prefix_error (error, "%s.storage-uri: ", place);
      return FALSE;
    }
    lk_egress_output_prepend_folder (output, folder);
  }
  if (value == NULL)
    return TRUE;

  fields = gst_structure_new_empty ("output");
  gst_structure_set_value (fields, "storage", value);
  return gst_livekit_egress_message_set_structure (LK_EGRESS_MESSAGE (output),
      place, fields, NULL, error);
}

static gboolean
add_structure (LkEgressRequest * request, const gchar * place,
    const GstStructure * structure, GError ** error)
{
  const gchar *location = get_text (structure, place, "location", error);
  g_autoptr (LkEgressOutput) output = NULL;
  g_autoptr (LkEgressMessage) content = NULL;
  LkEgressOutputFormat format;

  if (location == NULL || !get_format (structure, place, &format, error))
    return FALSE;

  /* The addresses of a stream may be among the properties of its message. */
  output = *location == '\0' ? lk_egress_output_new_for_format (format, NULL) :
      lk_egress_output_new_for_location (location, format, error);
  if (output == NULL) {
    g_prefix_error (error, "%s.location: ", place);
    return FALSE;
  }
  content = dup_content (output);
  if (!gst_livekit_egress_message_set_structure (content, place, structure,
          own_fields, error)
      || !set_storage (output, structure, place, error))
    return FALSE;

  lk_egress_request_add_output (request, output);
  return TRUE;
}

static gboolean
add_structures (LkEgressRequest * request, const GValue * outputs,
    GError ** error)
{
  guint i;

  for (i = 0; i < gst_value_array_get_size (outputs); i++) {
    const GstStructure *structure =
        gst_value_get_structure (gst_value_array_get_value (outputs, i));
    g_autofree gchar *place = g_strdup_printf ("outputs[%u]", i);

    if (structure == NULL)
      return gst_livekit_egress_refuse (error, "%s is empty", place);
    if (!add_structure (request, place, structure, error))
      return FALSE;
  }
  return TRUE;
}

/*** The storage of all ***/

static gboolean
set_common_storage (GstLiveKitEgressCommonSettings * self,
    LkEgressRequest * request, GError ** error)
{
  GListModel *outputs = lk_egress_request_get_outputs (request);
  g_autofree gchar *folder = NULL;
  guint i;

  if (self->storage != NULL && self->storage_uri != NULL)
    return gst_livekit_egress_refuse (error,
        "storage and storage-uri are both set; unset one");

  if (self->storage != NULL
      && !gst_livekit_egress_message_check_text (self->storage, error))
    return FALSE;
  if (self->storage != NULL)
    g_object_set (request, "storage", self->storage, NULL);
  if (self->storage_uri == NULL)
    return TRUE;

  if (!set_storage_uri (request, self->storage_uri, &folder, error)) {
    g_prefix_error (error, "storage-uri: ");
    return FALSE;
  }
  for (i = 0; i < g_list_model_get_n_items (outputs); i++) {
    g_autoptr (LkEgressOutput) output = g_list_model_get_item (outputs, i);

    if (!has_storage (output))
      lk_egress_output_prepend_folder (output, folder);
  }
  return TRUE;
}

gboolean
gst_livekit_egress_outputs_add (GstLiveKitEgressCommonSettings * self,
    gboolean with_location, LkEgressRequest * request, GError ** error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->parent.lock);

  if (with_location && self->location != NULL
      && !add_location (request, "location", self->location, error))
    return FALSE;
  if (self->locations != NULL
      && !add_locations (request, self->locations, error))
    return FALSE;
  if (self->outputs != NULL && !add_structures (request, self->outputs, error))
    return FALSE;

  return set_common_storage (self, request, error);
}

LkEgressSegmentedFileOutput *
gst_livekit_egress_outputs_take_segments (LkEgressRequest * request)
{
  GListModel *outputs = lk_egress_request_get_outputs (request);
  LkEgressSegmentedFileOutput *segments = NULL;
  guint i;

  for (i = 0; segments == NULL && i < g_list_model_get_n_items (outputs); i++) {
    g_autoptr (LkEgressOutput) output = g_list_model_get_item (outputs, i);

    g_object_get (output, "segments", &segments, NULL);
    if (segments != NULL)
      g_list_store_remove (G_LIST_STORE (outputs), i);
  }
  return segments;
}

/* Without a name the server makes one, with the time in it. */
static gboolean
lasts (const gchar * name)
{
  return name != NULL && *name != '\0' && strstr (name, "{time}") == NULL
      && strstr (name, "{utc}") == NULL;
}

gchar *
gst_livekit_egress_outputs_dup_lasting (LkEgressRequest * request)
{
  static const struct
  {
    const gchar *content, *name;
  } names[] = {
    {"file", "filepath"},
    {"segments", "playlist-name"},
    {"segments", "filename-prefix"},
    {"images", "filename-prefix"},
  };
  GListModel *outputs = lk_egress_request_get_outputs (request);
  guint i, j;

  for (i = 0; i < g_list_model_get_n_items (outputs); i++) {
    g_autoptr (LkEgressOutput) output = g_list_model_get_item (outputs, i);

    for (j = 0; j < G_N_ELEMENTS (names); j++) {
      g_autoptr (LkEgressMessage) content = NULL;
      g_autofree gchar *name = NULL;

      g_object_get (output, names[j].content, &content, NULL);
      if (content != NULL)
        g_object_get (content, names[j].name, &name, NULL);
      if (lasts (name))
        return lk_egress_redact_text (name);
    }
  }
  return NULL;
}
