/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressstructure.h"

#include <gio/gio.h>

#include "gstlivekitegresserror.h"

/* A place in the structure, as "outputs[1].file", is what an error begins with. */

/* "a, b and c" */
static gchar *
list_names (GPtrArray * names)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < names->len; i++) {
    if (i > 0)
      g_string_append (text, i + 1 < names->len ? ", " : " and ");
    g_string_append (text, g_ptr_array_index (names, i));
  }
  return g_string_free (text, FALSE);
}

static gboolean
refuse_field (const gchar * place, const gchar * field, GObjectClass * klass,
    const gchar * const *others, GError ** error)
{
  guint i, n_pspecs;
  g_autofree GParamSpec **pspecs =
      g_object_class_list_properties (klass, &n_pspecs);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree gchar *list = NULL;

  for (; others != NULL && *others != NULL; others++)
    g_ptr_array_add (names, (gpointer) * others);
  for (i = 0; i < n_pspecs; i++)
    g_ptr_array_add (names, (gpointer) pspecs[i]->name);
  list = list_names (names);
  return gst_livekit_egress_refuse (error,
      "%s has no field \"%s\"; there are %s", place, field, list);
}

/*** Single values ***/

static gboolean
refuse_value (const gchar * place, const GValue * value, const gchar * wanted,
    GError ** error)
{
  return gst_livekit_egress_refuse (error,
      "%s cannot be of type %s; it takes %s", place, G_VALUE_TYPE_NAME (value),
      wanted);
}

/* A number in a structure that is read from text is not always what was written: 010 is 8. */
gboolean
gst_livekit_egress_convert_text (const gchar * place, const GValue * value,
    GValue * converted, GError ** error)
{
  if (!G_VALUE_HOLDS_STRING (value))
    return refuse_value (place, value, "a text, as (string)\"…\"", error);

  g_value_copy (value, converted);
  return TRUE;
}

static gboolean
convert_boolean (const gchar * place, const GValue * value, GValue * converted,
    GError ** error)
{
  if (G_VALUE_HOLDS_STRING (value)) {
    if (gst_value_deserialize (converted, g_value_get_string (value)))
      return TRUE;
  } else if (G_VALUE_HOLDS_BOOLEAN (value)) {
    g_value_copy (value, converted);
    return TRUE;
  }
  return refuse_value (place, value, "true or false", error);
}

static gboolean
refuse_nick (const gchar * place, const gchar * nick, GEnumClass * klass,
    GError ** error)
{
  g_autoptr (GPtrArray) nicks = g_ptr_array_new ();
  g_autofree gchar *list = NULL;
  guint i;

  for (i = 0; i < klass->n_values; i++)
    g_ptr_array_add (nicks, (gpointer) klass->values[i].value_nick);
  list = list_names (nicks);
  return gst_livekit_egress_refuse (error, "%s cannot be \"%s\"; there are %s",
      place, nick, list);
}

gboolean
gst_livekit_egress_convert_enum (const gchar * place, const GValue * value,
    GValue * converted, GError ** error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (G_VALUE_TYPE (converted));
  const GEnumValue *entry = NULL;
  g_autofree gchar *text = NULL;

  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL)
    entry = g_enum_get_value_by_nick (klass, g_value_get_string (value));
  else if (G_VALUE_HOLDS_INT (value))
    entry = g_enum_get_value (klass, g_value_get_int (value));
  else if (G_VALUE_HOLDS_ENUM (value))
    entry = g_enum_get_value (klass, g_value_get_enum (value));

  if (entry == NULL) {
    text = gst_value_serialize (value);
    return refuse_nick (place, text != NULL ? text : "", klass, error);
  }
  g_value_set_enum (converted, entry->value);
  return TRUE;
}

static void
get_range (GParamSpec * pspec, gdouble * minimum, gdouble * maximum)
{
  *minimum = -G_MAXDOUBLE;
  *maximum = G_MAXDOUBLE;
  if (G_IS_PARAM_SPEC_INT (pspec)) {
    *minimum = G_PARAM_SPEC_INT (pspec)->minimum;
    *maximum = G_PARAM_SPEC_INT (pspec)->maximum;
  } else if (G_IS_PARAM_SPEC_UINT (pspec)) {
    *minimum = G_PARAM_SPEC_UINT (pspec)->minimum;
    *maximum = G_PARAM_SPEC_UINT (pspec)->maximum;
  } else if (G_IS_PARAM_SPEC_INT64 (pspec)) {
    /* The greatest whole numbers that are both an int64 and a double. */
    *minimum = G_MININT64;
    *maximum = G_GINT64_CONSTANT (0x7ffffffffffffc00);
  }
}

static gboolean
convert_number (const gchar * place, GParamSpec * pspec, const GValue * value,
    GValue * converted, GError ** error)
{
  g_auto (GValue) number = G_VALUE_INIT;
  gdouble minimum, maximum, real;

  /* By way of a double a large number would lose its end. */
  if (G_VALUE_HOLDS_INT64 (value) && G_IS_PARAM_SPEC_INT64 (pspec)) {
    g_value_copy (value, converted);
    return TRUE;
  }

  g_value_init (&number, G_TYPE_DOUBLE);
  if (G_VALUE_HOLDS_STRING (value)) {
    if (!gst_value_deserialize (&number, g_value_get_string (value)))
      return refuse_value (place, value, "a number", error);
  } else if (G_VALUE_HOLDS_BOOLEAN (value) || G_VALUE_HOLDS_ENUM (value)
      || !g_value_transform (value, &number)) {
    return refuse_value (place, value, "a number", error);
  }

  real = g_value_get_double (&number);
  get_range (pspec, &minimum, &maximum);
  if (!(real >= minimum && real <= maximum))
    return gst_livekit_egress_refuse (error,
        "%s cannot be %g; it takes a number from %g to %g", place, real,
        minimum, maximum);
  if (!G_IS_PARAM_SPEC_DOUBLE (pspec) && real != (gdouble) (gint64) real)
    return gst_livekit_egress_refuse (error,
        "%s cannot be %g; it takes a whole number", place, real);

  g_value_transform (&number, converted);
  return TRUE;
}

/*** Messages, and lists ***/

static gboolean
is_list (const GValue * value)
{
  return GST_VALUE_HOLDS_ARRAY (value) || GST_VALUE_HOLDS_LIST (value);
}

/* A single value is as good as a list of one. */
static guint
get_n_items (const GValue * value)
{
  if (GST_VALUE_HOLDS_ARRAY (value))
    return gst_value_array_get_size (value);
  return GST_VALUE_HOLDS_LIST (value) ? gst_value_list_get_size (value) : 1;
}

static const GValue *
get_item (const GValue * value, guint index)
{
  if (GST_VALUE_HOLDS_ARRAY (value))
    return gst_value_array_get_value (value, index);
  return GST_VALUE_HOLDS_LIST (value) ? gst_value_list_get_value (value,
      index) : value;
}

static gchar *
get_item_place (const gchar * place, const GValue * list, guint index)
{
  return is_list (list) ? g_strdup_printf ("%s[%u]", place, index)
      : g_strdup (place);
}

static gboolean
convert_texts (const gchar * place, const GValue * value, GValue * converted,
    GError ** error)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  guint i;

  if (G_VALUE_HOLDS (value, G_TYPE_STRV)) {
    g_value_copy (value, converted);
    return TRUE;
  }
  for (i = 0; i < get_n_items (value); i++) {
    g_autofree gchar *item_place = get_item_place (place, value, i);
    g_auto (GValue) text = G_VALUE_INIT;

    g_value_init (&text, G_TYPE_STRING);
    if (!gst_livekit_egress_convert_text (item_place, get_item (value, i),
            &text, error))
      return FALSE;
    g_strv_builder_add (texts, g_value_get_string (&text));
  }
  g_value_take_boxed (converted, g_strv_builder_end (texts));
  return TRUE;
}

/* The name of a field of a structure has not all characters that a key may have. */
static gboolean
add_pairs (const gchar * place, const GValue * value, GVariantBuilder * map,
    GError ** error)
{
  guint i;

  for (i = 0; i < get_n_items (value); i++) {
    g_autofree gchar *item_place = get_item_place (place, value, i);
    g_auto (GValue) text = G_VALUE_INIT;
    g_auto (GStrv) parts = NULL;

    g_value_init (&text, G_TYPE_STRING);
    if (!gst_livekit_egress_convert_text (item_place, get_item (value, i),
            &text, error))
      return FALSE;
    parts = g_strsplit (g_value_get_string (&text), "=", 2);
    if (g_strv_length (parts) < 2)
      return gst_livekit_egress_refuse (error,
          "%s is not of the form KEY=VALUE", item_place);
    g_variant_builder_add (map, "{ss}", parts[0], parts[1]);
  }
  return TRUE;
}

static gboolean
add_fields (const gchar * place, const GstStructure * structure,
    GVariantBuilder * map, GError ** error)
{
  gint i;

  for (i = 0; i < gst_structure_n_fields (structure); i++) {
    const gchar *name = gst_structure_nth_field_name (structure, i);
    g_autofree gchar *item_place = g_strdup_printf ("%s.%s", place, name);
    g_auto (GValue) text = G_VALUE_INIT;

    g_value_init (&text, G_TYPE_STRING);
    if (!gst_livekit_egress_convert_text (item_place,
            gst_structure_get_value (structure, name), &text, error))
      return FALSE;
    g_variant_builder_add (map, "{ss}", name, g_value_get_string (&text));
  }
  return TRUE;
}

static gboolean
convert_map (const gchar * place, const GValue * value, GValue * converted,
    GError ** error)
{
  g_auto (GVariantBuilder) map = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE
      ("a{ss}"));

  if (GST_VALUE_HOLDS_STRUCTURE (value)) {
    if (!add_fields (place, gst_value_get_structure (value), &map, error))
      return FALSE;
  } else if (!is_list (value)) {
    return refuse_value (place, value, "a structure of texts, or a list of "
        "texts of the form KEY=VALUE", error);
  } else if (!add_pairs (place, value, &map, error)) {
    return FALSE;
  }
  g_value_take_variant (converted,
      g_variant_ref_sink (g_variant_builder_end (&map)));
  return TRUE;
}

static LkEgressMessage *create_message (const gchar * place, GType type,
    const GstStructure * structure, GError ** error);

static GObject *
convert_message (const gchar * place, GType type, const GValue * value,
    GError ** error)
{
  if (GST_VALUE_HOLDS_STRUCTURE (value))
    return (GObject *) create_message (place, type,
        gst_value_get_structure (value), error);
  if (G_VALUE_HOLDS (value, type) && g_value_get_object (value) != NULL)
    return g_value_dup_object (value);

  refuse_value (place, value, "a structure", error);
  return NULL;
}

static gboolean
convert_messages (const gchar * place, GType type, const GValue * value,
    GValue * converted, GError ** error)
{
  g_autoptr (GListStore) list = g_list_store_new (type);
  guint i;

  for (i = 0; i < get_n_items (value); i++) {
    g_autofree gchar *item_place = get_item_place (place, value, i);
    g_autoptr (GObject) item =
        convert_message (item_place, type, get_item (value, i), error);

    if (item == NULL)
      return FALSE;
    g_list_store_append (list, item);
  }
  g_value_set_object (converted, list);
  return TRUE;
}

static GType
get_item_type (LkEgressMessage * message, const gchar * property)
{
  g_autoptr (GListModel) list = NULL;

  g_object_get (message, property, &list, NULL);
  return g_list_model_get_item_type (list);
}

/*** Fields ***/

static gboolean
convert (const gchar * place, LkEgressMessage * message, GParamSpec * pspec,
    const GValue * value, GValue * converted, GError ** error)
{
  const GType type = pspec->value_type;

  if (type == G_TYPE_STRING)
    return gst_livekit_egress_convert_text (place, value, converted, error);
  if (type == G_TYPE_BOOLEAN)
    return convert_boolean (place, value, converted, error);
  if (type == G_TYPE_STRV)
    return convert_texts (place, value, converted, error);
  if (type == G_TYPE_VARIANT)
    return convert_map (place, value, converted, error);
  if (type == G_TYPE_LIST_MODEL)
    return convert_messages (place, get_item_type (message, pspec->name), value,
        converted, error);
  if (G_TYPE_IS_ENUM (type))
    return gst_livekit_egress_convert_enum (place, value, converted, error);
  if (g_type_is_a (type, LK_EGRESS_TYPE_MESSAGE)) {
    g_value_take_object (converted, convert_message (place, type, value,
            error));
    return g_value_get_object (converted) != NULL;
  }
  return convert_number (place, pspec, value, converted, error);
}

static gboolean
fill_message (const gchar * place, LkEgressMessage * message,
    const GstStructure * structure, const gchar * const *except,
    GError ** error)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (message);
  gint i;

  for (i = 0; i < gst_structure_n_fields (structure); i++) {
    const gchar *name = gst_structure_nth_field_name (structure, i);
    GParamSpec *pspec = g_object_class_find_property (klass, name);
    g_autofree gchar *field_place = g_strdup_printf ("%s.%s", place, name);
    g_auto (GValue) converted = G_VALUE_INIT;

    if (except != NULL && g_strv_contains (except, name))
      continue;
    if (pspec == NULL)
      return refuse_field (place, name, klass, except, error);
    g_value_init (&converted, pspec->value_type);
    if (!convert (field_place, message, pspec,
            gst_structure_get_value (structure, name), &converted, error))
      return FALSE;
    g_object_set_property (G_OBJECT (message), pspec->name, &converted);
  }
  return TRUE;
}

static LkEgressMessage *
create_message (const gchar * place, GType type, const GstStructure * structure,
    GError ** error)
{
  g_autoptr (LkEgressMessage) message = g_object_new (type, NULL);

  if (!fill_message (place, message, structure, NULL, error))
    return NULL;
  return g_steal_pointer (&message);
}

LkEgressMessage *
gst_livekit_egress_message_from_structure (GType type,
    const GstStructure * structure, GError ** error)
{
  g_return_val_if_fail (g_type_is_a (type, LK_EGRESS_TYPE_MESSAGE), NULL);
  g_return_val_if_fail (structure != NULL, NULL);

  return create_message (gst_structure_get_name (structure), type, structure,
      error);
}

gboolean
gst_livekit_egress_message_set_structure (LkEgressMessage * message,
    const gchar * place, const GstStructure * structure,
    const gchar * const *except, GError ** error)
{
  return fill_message (place, message, structure, except, error);
}

/*** Text ***/

/* *INDENT-OFF* */
static GQuark mistake_quark (void);
G_DEFINE_QUARK (gst-livekit-egress-mistake, mistake);
/* *INDENT-ON* */

static void
free_error (gpointer error)
{
  g_error_free (error);
}

/* What reads the texts of properties has no way to say what is wrong with one. The message takes the
 * error along until somebody wants to use it. */
static gboolean
deserialize_message (GValue * value, const gchar * text)
{
  const GType type = G_VALUE_TYPE (value);
  g_auto (GValue) structure = G_VALUE_INIT;
  /* GStreamer 1.22 writes into what it reads. */
  g_autofree gchar *copy = g_strdup (text);
  GError *error = NULL;
  LkEgressMessage *message;

  g_value_init (&structure, GST_TYPE_STRUCTURE);
  if (!gst_value_deserialize (&structure, copy))
    return FALSE;

  message = gst_livekit_egress_message_from_structure (type,
      gst_value_get_structure (&structure), &error);
  if (message == NULL) {
    message = g_object_new (type, NULL);
    g_object_set_qdata_full (G_OBJECT (message), mistake_quark (), error,
        free_error);
  }
  g_value_take_object (value, message);
  return TRUE;
}

void
gst_livekit_egress_message_register_text (GType type, GstValueTable * table)
{
  if (table->type == type)
    return;

  table->type = type;
  table->deserialize = deserialize_message;
  gst_value_register (table);
}

gboolean
gst_livekit_egress_message_check_text (gpointer message, GError ** error)
{
  const GError *mistake = g_object_get_qdata (message, mistake_quark ());

  if (mistake != NULL)
    g_propagate_error (error, g_error_copy (mistake));
  return mistake == NULL;
}
