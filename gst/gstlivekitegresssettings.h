/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The properties of an element as a table: each row is a property, and says where its value is kept
 * in a struct that begins with GstLiveKitEgressSettings. A table can stand on another: its rows come
 * after those. */

/* Who may write when. */
#define GST_LIVEKIT_EGRESS_PARAM_READY (G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY)
#define GST_LIVEKIT_EGRESS_PARAM_PLAYING (G_PARAM_READWRITE | GST_PARAM_MUTABLE_PLAYING)
#define GST_LIVEKIT_EGRESS_PARAM_SECRET (G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY)

/* Beside the flags of the property, for us alone. A URI, which gets around, may set it; it is an
 * address, or a path, and is read without the secrets in it. */
#define GST_LIVEKIT_EGRESS_PARAM_IN_URI (GST_PARAM_USER_SHIFT)
#define GST_LIVEKIT_EGRESS_PARAM_URL (GST_PARAM_USER_SHIFT << 1)

/* The fundamental type of a property that is a GstValueArray, kept as a GValue. */
#define GST_LIVEKIT_EGRESS_TYPE_ARRAY G_TYPE_POINTER

typedef struct
{
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
  GType fundamental;            /* string, boolean, uint, enum, boxed, object or array */
    GType (*get_type) (void);   /* of an enum, boxed or object; of the boxed items of an array, NULL
                                 * for texts */
  gsize offset;                 /* of the value in the settings */
  guint default_value;
  guint maximum;                /* of a uint; 0 for G_MAXINT */
  GParamFlags flags;

  /* Instead of the value in the settings, which only what is written has then. */
  void (*get) (GstElement * element, GValue * value);
  /* Called after the value was set, with no lock held. */
  void (*changed) (GstElement * element);
} GstLiveKitEgressSetting;

typedef struct _GstLiveKitEgressSettingTable GstLiveKitEgressSettingTable;
struct _GstLiveKitEgressSettingTable
{
  const GstLiveKitEgressSettingTable *parent;
  const GstLiveKitEgressSetting *rows;
  guint n_rows;
};

typedef struct
{
  const GstLiveKitEgressSettingTable *table;
  guint64 was_set;              /* a bit for each row */
  /* Guards the values too; never held while calling out. */
  GMutex lock;
} GstLiveKitEgressSettings;

/* Ids are from 1 on. */
void gst_livekit_egress_setting_table_install (const GstLiveKitEgressSettingTable * table,
    GObjectClass * klass);

/* Whether a URI may set the property of this name. */
gboolean gst_livekit_egress_setting_table_has_in_uri (const GstLiveKitEgressSettingTable * table,
    const gchar * name);

/* For an empty struct: gives it the default values. */
void gst_livekit_egress_settings_init (GstLiveKitEgressSettings * self,
    const GstLiveKitEgressSettingTable * table);
void gst_livekit_egress_settings_clear (GstLiveKitEgressSettings * self);

/* For set_property and get_property of the element. */
void gst_livekit_egress_settings_set (GstLiveKitEgressSettings * self, GstElement * element,
    guint prop_id, const GValue * value);
void gst_livekit_egress_settings_get (GstLiveKitEgressSettings * self, GstElement * element,
    guint prop_id, GValue * value);

/* Whether somebody gave the property a value. Called with the lock held. */
gboolean gst_livekit_egress_settings_was_set (const GstLiveKitEgressSettings * self,
    const gchar * name);

/* A property that makes sense for some values of an enumeration only, a bit for each. */
typedef struct
{
  const gchar *name;
  guint values;
} GstLiveKitEgressFit;

/* Whether all that was set of these fits the value of the property that is the enumeration. Called with
 * the lock held. */
gboolean gst_livekit_egress_settings_fit (const GstLiveKitEgressSettings * self,
    const GstLiveKitEgressFit * fits, guint n_fits, const gchar * property, gint value,
    GError ** error);

/* The value stays, but the user did not give it. */
void gst_livekit_egress_settings_disown (GstLiveKitEgressSettings * self, const gchar * name);

G_END_DECLS
