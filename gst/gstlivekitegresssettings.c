/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssettings.h"

#include <string.h>

#include <livekit-egress/livekit-egress.h>

#include "gstlivekitegressenums.h"
#include "gstlivekitegresserror.h"

static guint
count_rows (const GstLiveKitEgressSettingTable * table)
{
  return table != NULL ? count_rows (table->parent) + table->n_rows : 0;
}

static const GstLiveKitEgressSetting *
find_row (const GstLiveKitEgressSettingTable * table, guint prop_id)
{
  guint n_before = count_rows (table->parent);

  while (prop_id <= n_before) {
    table = table->parent;
    n_before = count_rows (table->parent);
  }
  return &table->rows[prop_id - n_before - 1];
}

static GParamSpec *
create_array_pspec (const GstLiveKitEgressSetting * row, GParamFlags flags)
{
  const GParamFlags item_flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GParamSpec *item = row->get_type != NULL ?
      g_param_spec_boxed ("item", "Item", "One of them", row->get_type (),
      item_flags) :
      g_param_spec_string ("item", "Item", "One of them", NULL, item_flags);

  return gst_param_spec_array (row->name, row->nick, row->blurb, item, flags);
}

static GParamSpec *
create_pspec (const GstLiveKitEgressSetting * row)
{
  const GParamFlags flags = (row->flags & (GST_PARAM_USER_SHIFT - 1))
      | G_PARAM_STATIC_STRINGS;

  switch (row->fundamental) {
    case G_TYPE_STRING:
      return g_param_spec_string (row->name, row->nick, row->blurb, NULL,
          flags);
    case G_TYPE_BOOLEAN:
      return g_param_spec_boolean (row->name, row->nick, row->blurb,
          row->default_value, flags);
    case G_TYPE_UINT:
      return g_param_spec_uint (row->name, row->nick, row->blurb, 0,
          row->maximum != 0 ? row->maximum : G_MAXINT, row->default_value,
          flags);
    case G_TYPE_ENUM:
      return g_param_spec_enum (row->name, row->nick, row->blurb,
          row->get_type (), row->default_value, flags);
    case G_TYPE_BOXED:
      return g_param_spec_boxed (row->name, row->nick, row->blurb,
          row->get_type (), flags);
    case GST_LIVEKIT_EGRESS_TYPE_ARRAY:
      return create_array_pspec (row, flags);
    default:
      return g_param_spec_object (row->name, row->nick, row->blurb,
          row->get_type (), flags);
  }
}

void
gst_livekit_egress_setting_table_install (const GstLiveKitEgressSettingTable *
    table, GObjectClass * klass)
{
  const guint n_rows = count_rows (table);
  guint i;

  g_assert (n_rows <= 64);
  for (i = 1; i <= n_rows; i++)
    g_object_class_install_property (klass, i,
        create_pspec (find_row (table, i)));
}

/* 0 when there is none. */
static guint
find_id (const GstLiveKitEgressSettingTable * table, const gchar * name)
{
  guint i;

  for (i = count_rows (table); i > 0; i--) {
    if (g_str_equal (find_row (table, i)->name, name))
      break;
  }
  return i;
}

gboolean
gst_livekit_egress_setting_table_has_in_uri (const GstLiveKitEgressSettingTable
    * table, const gchar * name)
{
  const guint id = find_id (table, name);

  return id != 0
      && (find_row (table, id)->flags & GST_LIVEKIT_EGRESS_PARAM_IN_URI) != 0;
}

static gboolean
has_value (const GstLiveKitEgressSetting * row)
{
  return row->get == NULL || (row->flags & G_PARAM_WRITABLE) != 0;
}

void
gst_livekit_egress_settings_init (GstLiveKitEgressSettings * self,
    const GstLiveKitEgressSettingTable * table)
{
  const guint n_rows = count_rows (table);
  guint i;

  self->table = table;
  g_mutex_init (&self->lock);
  for (i = 1; i <= n_rows; i++) {
    const GstLiveKitEgressSetting *row = find_row (table, i);

    /* Booleans and enums are of the size of a number. */
    if (has_value (row) && row->default_value != 0)
      G_STRUCT_MEMBER (guint, self, row->offset) = row->default_value;
  }
}

static void
clear_value (const GstLiveKitEgressSetting * row, gpointer place)
{
  gchar **string = place;

  switch (row->fundamental) {
    case G_TYPE_STRING:
      if (*string != NULL && !(row->flags & G_PARAM_READABLE))
        explicit_bzero (*string, strlen (*string));
      g_clear_pointer (string, g_free);
      break;
    case G_TYPE_BOXED:
      if (*(gpointer *) place != NULL)
        g_boxed_free (row->get_type (), *(gpointer *) place);
      *(gpointer *) place = NULL;
      break;
    case GST_LIVEKIT_EGRESS_TYPE_ARRAY:
      if (*(GValue **) place != NULL)
        g_boxed_free (G_TYPE_VALUE, *(GValue **) place);
      *(GValue **) place = NULL;
      break;
    case G_TYPE_OBJECT:
      g_clear_object ((GObject **) place);
      break;
    default:
      break;
  }
}

void
gst_livekit_egress_settings_clear (GstLiveKitEgressSettings * self)
{
  const guint n_rows = count_rows (self->table);
  guint i;

  for (i = 1; i <= n_rows; i++) {
    const GstLiveKitEgressSetting *row = find_row (self->table, i);

    if (has_value (row))
      clear_value (row, G_STRUCT_MEMBER_P (self, row->offset));
  }
  g_mutex_clear (&self->lock);
}

/* FALSE for nothing: an empty string is the way of the command line to say that. */
static gboolean
store_value (const GstLiveKitEgressSetting * row, gpointer place,
    const GValue * value)
{
  clear_value (row, place);

  switch (row->fundamental) {
    case G_TYPE_STRING:
      if (g_value_get_string (value) != NULL && *g_value_get_string (value))
        *(gchar **) place = g_value_dup_string (value);
      return *(gchar **) place != NULL;
    case G_TYPE_BOOLEAN:
      *(gboolean *) place = g_value_get_boolean (value);
      return TRUE;
    case G_TYPE_UINT:
      *(guint *) place = g_value_get_uint (value);
      return TRUE;
    case G_TYPE_ENUM:
      *(gint *) place = g_value_get_enum (value);
      return TRUE;
    case G_TYPE_BOXED:
      *(gpointer *) place = g_value_dup_boxed (value);
      return *(gpointer *) place != NULL;
    case GST_LIVEKIT_EGRESS_TYPE_ARRAY:
      if (gst_value_array_get_size (value) > 0)
        *(GValue **) place = g_boxed_copy (G_TYPE_VALUE, value);
      return *(GValue **) place != NULL;
    default:
      *(GObject **) place = g_value_dup_object (value);
      return *(GObject **) place != NULL;
  }
}

void
gst_livekit_egress_settings_set (GstLiveKitEgressSettings * self,
    GstElement * element, guint prop_id, const GValue * value)
{
  const GstLiveKitEgressSetting *row = find_row (self->table, prop_id);
  const guint64 bit = G_GUINT64_CONSTANT (1) << (prop_id - 1);

  g_mutex_lock (&self->lock);
  if (store_value (row, G_STRUCT_MEMBER_P (self, row->offset), value))
    self->was_set |= bit;
  else
    self->was_set &= ~bit;
  g_mutex_unlock (&self->lock);

  if (row->changed != NULL)
    row->changed (element);
}

/* An address without the secrets in it. A path is no address. */
static gchar *
dup_shown (const gchar * text)
{
  if (text == NULL || g_path_is_absolute (text))
    return g_strdup (text);
  return strstr (text, "://") != NULL ? lk_egress_redact_url (text) :
      lk_egress_redact_text (text);
}

/* What can be read of arrays are addresses. */
static void
load_array (const GValue * array, GValue * value)
{
  guint i;

  for (i = 0; array != NULL && i < gst_value_array_get_size (array); i++) {
    const GValue *item = gst_value_array_get_value (array, i);
    g_auto (GValue) shown = G_VALUE_INIT;

    g_value_init (&shown, G_TYPE_STRING);
    g_value_take_string (&shown, dup_shown (g_value_get_string (item)));
    gst_value_array_append_value (value, &shown);
  }
}

static void
load_value (const GstLiveKitEgressSetting * row, gpointer place, GValue * value)
{
  switch (row->fundamental) {
    case G_TYPE_STRING:
      if (row->flags & GST_LIVEKIT_EGRESS_PARAM_URL)
        g_value_take_string (value, dup_shown (*(gchar **) place));
      else
        g_value_set_string (value, *(gchar **) place);
      break;
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, *(gboolean *) place);
      break;
    case G_TYPE_UINT:
      g_value_set_uint (value, *(guint *) place);
      break;
    case G_TYPE_ENUM:
      g_value_set_enum (value, *(gint *) place);
      break;
    case G_TYPE_BOXED:
      g_value_set_boxed (value, *(gpointer *) place);
      break;
    case GST_LIVEKIT_EGRESS_TYPE_ARRAY:
      load_array (*(GValue **) place, value);
      break;
    default:
      g_value_set_object (value, *(gpointer *) place);
      break;
  }
}

void
gst_livekit_egress_settings_get (GstLiveKitEgressSettings * self,
    GstElement * element, guint prop_id, GValue * value)
{
  const GstLiveKitEgressSetting *row = find_row (self->table, prop_id);

  if (row->get != NULL) {
    row->get (element, value);
    return;
  }

  g_mutex_lock (&self->lock);
  load_value (row, G_STRUCT_MEMBER_P (self, row->offset), value);
  g_mutex_unlock (&self->lock);
}

static guint64
get_bit (const GstLiveKitEgressSettings * self, const gchar * name)
{
  const guint id = find_id (self->table, name);

  g_return_val_if_fail (id != 0, 0);

  return G_GUINT64_CONSTANT (1) << (id - 1);
}

gboolean
gst_livekit_egress_settings_was_set (const GstLiveKitEgressSettings * self,
    const gchar * name)
{
  return (self->was_set & get_bit (self, name)) != 0;
}

gboolean
gst_livekit_egress_settings_fit (const GstLiveKitEgressSettings * self,
    const GstLiveKitEgressFit * fits, guint n_fits, const gchar * property,
    gint value, GError ** error)
{
  const GstLiveKitEgressSetting *row =
      find_row (self->table, find_id (self->table, property));
  guint i;

  for (i = 0; i < n_fits; i++) {
    if (!(fits[i].values & (1 << value))
        && gst_livekit_egress_settings_was_set (self, fits[i].name))
      return gst_livekit_egress_refuse (error,
          "%s has no meaning with %s %s; unset one of them", fits[i].name,
          property, gst_livekit_egress_enum_get_nick (row->get_type (), value));
  }
  return TRUE;
}

void
gst_livekit_egress_settings_disown (GstLiveKitEgressSettings * self,
    const gchar * name)
{
  g_mutex_lock (&self->lock);
  self->was_set &= ~get_bit (self, name);
  g_mutex_unlock (&self->lock);
}
