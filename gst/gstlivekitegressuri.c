/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressuri.h"

#define PLAIN_SCHEME "livekit-egress"
#define TLS_SCHEME "livekit-egresss"

const gchar *const gst_livekit_egress_uri_schemes[] =
    { PLAIN_SCHEME, TLS_SCHEME, NULL };

/* A property that the URI gives a value. */
typedef struct
{
  GParamSpec *pspec;
  GValue value;
} Assignment;

static void
assignment_free (gpointer data)
{
  Assignment *self = data;

  g_value_unset (&self->value);
  g_free (self);
}

static Assignment *
assignment_new (GParamSpec * pspec, const gchar * text, GError ** error)
{
  Assignment *self = g_new0 (Assignment, 1);

  self->pspec = pspec;
  g_value_init (&self->value, pspec->value_type);
  if (!gst_value_deserialize_with_pspec (&self->value, text, pspec)) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE,
        "The URI gives %s a value that it cannot have: \"%s\"", pspec->name,
        text);
    assignment_free (self);
    return NULL;
  }
  return self;
}

static gboolean
refuse_property (const gchar * name, GstElement * element, GError ** error)
{
  GParamSpec *pspec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (element), name);

  if (pspec == NULL || !(pspec->flags & G_PARAM_WRITABLE)
      || g_type_is_a (GST_TYPE_ELEMENT, pspec->owner_type))
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE,
        "The URI sets \"%s\", which is no property of %s", name,
        G_OBJECT_TYPE_NAME (element));
  else
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE,
        "The URI sets %s, which is not for others to say; set it on the "
        "element", pspec->name);
  return FALSE;
}

static gchar *
dup_url (const GstUri * uri)
{
  const gboolean tls = g_strcmp0 (gst_uri_get_scheme (uri), TLS_SCHEME) == 0;
  const gchar *host = gst_uri_get_host (uri);
  const gboolean is_ipv6 = strchr (host, ':') != NULL;
  const guint port = gst_uri_get_port (uri);
  g_autofree gchar *port_text =
      port != GST_URI_NO_PORT ? g_strdup_printf (":%u", port) : g_strdup ("");

  return g_strconcat (tls ? "https://" : "http://", is_ipv6 ? "[" : "", host,
      is_ipv6 ? "]" : "", port_text, NULL);
}

/* The address of the server, and the name of the room, NULL if there is none. */
static gboolean
parse (const GstUri * uri, gchar ** url, gchar ** room, GError ** error)
{
  GList *segments = gst_uri_get_path_segments (uri);
  const guint n_segments = g_list_length (segments);
  GList *last = g_list_last (segments);

  /* An absolute path begins with an empty segment. */
  if (n_segments == 2 && last->data != NULL && *(gchar *) last->data != '\0')
    *room = g_strdup (last->data);
  g_list_free_full (segments, g_free);

  if (gst_uri_get_host (uri) == NULL || gst_uri_get_userinfo (uri) != NULL
      || gst_uri_get_fragment (uri) != NULL || n_segments > 2) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "The URI is not of the form %s://host[:port]/ROOM?property=value",
        gst_uri_get_scheme (uri));
    return FALSE;
  }

  *url = dup_url (uri);
  return TRUE;
}

static gboolean
add (GPtrArray * assignments, GstElement * element, const gchar * name,
    const gchar * text, GError ** error)
{
  GParamSpec *pspec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (element), name);
  Assignment *assignment = assignment_new (pspec, text, error);

  if (assignment != NULL)
    g_ptr_array_add (assignments, assignment);
  return assignment != NULL;
}

gboolean
gst_livekit_egress_uri_apply (const gchar * uri, GstElement * element,
    const GstLiveKitEgressSettingTable * table, GError ** error)
{
  g_autoptr (GPtrArray) assignments =
      g_ptr_array_new_with_free_func (assignment_free);
  g_autoptr (GstUri) parsed = gst_uri_from_string (uri);
  g_autoptr (GHashTable) query = NULL;
  g_autofree gchar *url = NULL, *room = NULL;
  GHashTableIter iter;
  gpointer name, text;
  guint i;

  if (parsed == NULL) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        "The URI cannot be read");
    return FALSE;
  }
  if (!parse (parsed, &url, &room, error)
      || !add (assignments, element, "ws-url", url, error)
      || (room != NULL && !add (assignments, element, "room-name", room,
              error)))
    return FALSE;

  query = gst_uri_get_query_table (parsed);
  if (query != NULL) {
    g_hash_table_iter_init (&iter, query);
    while (g_hash_table_iter_next (&iter, &name, &text)) {
      if (!gst_livekit_egress_setting_table_has_in_uri (table, name))
        return refuse_property (name, element, error);
      if (!add (assignments, element, name, text != NULL ? text : "", error))
        return FALSE;
    }
  }

  for (i = 0; i < assignments->len; i++) {
    Assignment *assignment = g_ptr_array_index (assignments, i);

    g_object_set_property (G_OBJECT (element), assignment->pspec->name,
        &assignment->value);
  }
  return TRUE;
}
