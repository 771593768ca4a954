/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresselement.h"

#include "gstlivekitegresserror.h"
#include "gstlivekitegressrequest.h"
#include "gstlivekitegressuri.h"

/* What each instance has. */
typedef struct
{
  GstLiveKitEgressCommonSettings *settings;     /* in the instance */
  GstLiveKitEgressControl *control;

  GMutex lock;
  gchar *uri;                   /* as it was set */
} Private;

G_DEFINE_INTERFACE (GstLiveKitEgressElement, gst_livekit_egress_element,
    GST_TYPE_ELEMENT);

/* *INDENT-OFF* */
static GQuark private_quark (void);
G_DEFINE_QUARK (gst-livekit-egress-element, private);
/* *INDENT-ON* */

static Private *
get_private (gpointer self)
{
  return g_object_get_qdata (self, private_quark ());
}

static void
private_free (gpointer data)
{
  Private *priv = data;

  gst_livekit_egress_control_free (priv->control);
  gst_livekit_egress_settings_clear (&priv->settings->parent);
  g_free (priv->uri);
  g_mutex_clear (&priv->lock);
  g_free (priv);
}

GstLiveKitEgressControl *
gst_livekit_egress_element_get_control (GstLiveKitEgressElement * self)
{
  return get_private (self)->control;
}

void
gst_livekit_egress_element_post_error (GstLiveKitEgressElement * self,
    const GError * error)
{
  g_autoptr (LkEgressInfo) info =
      gst_livekit_egress_control_dup_info (get_private (self)->control);

  gst_livekit_egress_post_error (GST_ELEMENT (self), error,
      info != NULL ? lk_egress_info_get_egress_id (info) : NULL, info);
}

/* Says what is unwise with the address of the server, and goes on. */
static void
check_url (GstLiveKitEgressElement * self, const gchar * url)
{
  g_autoptr (GUri) uri =
      g_uri_parse (url, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_NON_DNS, NULL);
  g_autoptr (GInetAddress) address = NULL;
  const gchar *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  gboolean is_local;

  if (host == NULL)
    return;

  address = g_inet_address_new_from_string (host);
  is_local = address != NULL ? g_inet_address_get_is_loopback (address) :
      g_ascii_strcasecmp (host, "localhost") == 0;
  if (!is_local && (g_str_equal (g_uri_get_scheme (uri), "ws")
          || g_str_equal (g_uri_get_scheme (uri), "http")))
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("The connection to %s is not encrypted: whoever is on the way can "
            "read the token and use it. Set ws-url to an address that begins "
            "with wss:// or https://.", host), (NULL));
  if (g_uri_get_userinfo (uri) != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("The address of the server holds a user or a password, which it does "
            "not ask for. Take them out of ws-url; set api-key and "
            "secret-key."), (NULL));
}

LkEgressRequest *
gst_livekit_egress_element_prepare (GstLiveKitEgressElement * self,
    LkEgressClient ** client)
{
  Private *priv = get_private (self);
  g_autoptr (LkEgressRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *url = NULL;

  *client = NULL;
  request = gst_livekit_egress_create_request (priv->settings, &error);
  if (request != NULL)
    *client = gst_livekit_egress_create_client (priv->settings, &error);
  if (*client == NULL) {
    gst_livekit_egress_element_post_error (self, error);
    return NULL;
  }

  url = gst_livekit_egress_common_settings_dup_url (priv->settings);
  if (url != NULL)
    check_url (self, url);
  return g_steal_pointer (&request);
}

void
gst_livekit_egress_element_start (GstLiveKitEgressElement * self,
    LkEgressClient * client, LkEgressRequest * request, const gchar * egress_id)
{
  Private *priv = get_private (self);
  const GstLiveKitEgressLife life =
      gst_livekit_egress_common_settings_get_life (priv->settings);

  gst_livekit_egress_control_start (priv->control, client, request, egress_id,
      &life);
}

/*** What the running egress takes and shows ***/

static void
send_layout (GstElement * element)
{
  Private *priv = get_private (element);
  g_autofree gchar *layout =
      gst_livekit_egress_common_settings_dup_layout (priv->settings);

  gst_livekit_egress_control_set_layout (priv->control, layout);
}

static void
get_egress_id (GstElement * element, GValue * value)
{
  g_autoptr (LkEgressInfo) info =
      gst_livekit_egress_control_dup_info (get_private (element)->control);

  g_value_set_string (value,
      info != NULL ? lk_egress_info_get_egress_id (info) : NULL);
}

static void
get_state (GstElement * element, GValue * value)
{
  g_value_set_enum (value,
      gst_livekit_egress_control_get_state (get_private (element)->control));
}

static void
get_info (GstElement * element, GValue * value)
{
  g_value_take_object (value,
      gst_livekit_egress_control_dup_info (get_private (element)->control));
}

/* *INDENT-OFF* */
static const GstLiveKitEgressSetting rows[] = {
  /**
   * GstLiveKitEgressSrc:layout:
   *
   * How a room composite arranges the participants: speaker, grid, single-speaker, with -light or
   * -dark, or what a template of your own knows. It may change while playing.
   *
   * Since: 1.0
   */
  {"layout", "Layout",
      "How a room composite arranges the participants: speaker, grid, single-speaker, with -light "
      "or -dark, or what a template of your own knows; may change while playing",
      G_TYPE_STRING, NULL, G_STRUCT_OFFSET (GstLiveKitEgressCommonSettings, layout), 0, 0,
      GST_LIVEKIT_EGRESS_PARAM_PLAYING | GST_LIVEKIT_EGRESS_PARAM_IN_URI, NULL, send_layout},
  /**
   * GstLiveKitEgressSrc:egress-id:
   *
   * The id of the egress, once the server has given it one.
   *
   * Since: 1.0
   */
  {"egress-id", "Egress id",
      "Id of the egress, once the server has given it one",
      G_TYPE_STRING, NULL, 0, 0, 0, G_PARAM_READABLE, get_egress_id},
  /**
   * GstLiveKitEgressSrc:egress-state:
   *
   * Where the egress is in its life, with the values of LkEgressJobState. Its changes are notified
   * in a thread of the element, and told by the message livekit-egress-state.
   *
   * Since: 1.0
   */
  {"egress-state", "Egress state",
      "Where the egress is in its life",
      G_TYPE_ENUM, gst_livekit_egress_state_get_type, 0, LK_EGRESS_JOB_STATE_IDLE, 0,
      G_PARAM_READABLE, get_state},
  /**
   * GstLiveKitEgressSrc:info:
   *
   * All that the server last told about the egress, an LkEgressInfo.
   *
   * Since: 1.0
   */
  {"info", "Info",
      "All that the server last told about the egress",
      G_TYPE_OBJECT, lk_egress_info_get_type, 0, 0, 0, G_PARAM_READABLE, get_info},
};
/* *INDENT-ON* */

const GstLiveKitEgressSettingTable gst_livekit_egress_element_settings = {
  &gst_livekit_egress_common_settings, rows, G_N_ELEMENTS (rows)
};

static void
set_property (GObject * object, guint prop_id, const GValue * value,
    GParamSpec * pspec)
{
  gst_livekit_egress_settings_set (&get_private (object)->settings->parent,
      GST_ELEMENT (object), prop_id, value);
}

static void
get_property (GObject * object, guint prop_id, GValue * value,
    GParamSpec * pspec)
{
  gst_livekit_egress_settings_get (&get_private (object)->settings->parent,
      GST_ELEMENT (object), prop_id, value);
}

/*** Action signals ***/

static void
add_stream (GstLiveKitEgressElement * self, const gchar * url)
{
  gst_livekit_egress_control_update_streams (get_private (self)->control, url,
      NULL);
}

static void
remove_stream (GstLiveKitEgressElement * self, const gchar * url)
{
  gst_livekit_egress_control_update_streams (get_private (self)->control, NULL,
      url);
}

static void
stop (GstLiveKitEgressElement * self)
{
  gst_livekit_egress_control_stop (get_private (self)->control);
}

static void
install_signals (GType type)
{
  const GSignalFlags action = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  /**
   * GstLiveKitEgressSrc::add-stream:
   * @url: another destination, of the protocol of the egress
   *
   * Lets the running egress send its stream there too. A failure is a warning message.
   *
   * Since: 1.0
   */
  g_signal_new_class_handler ("add-stream", type, action,
      G_CALLBACK (add_stream), NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstLiveKitEgressSrc::remove-stream:
   * @url: a destination that was added
   *
   * Ends what add-stream began. A failure is a warning message.
   *
   * Since: 1.0
   */
  g_signal_new_class_handler ("remove-stream", type, action,
      G_CALLBACK (remove_stream), NULL, NULL, NULL, G_TYPE_NONE, 1,
      G_TYPE_STRING);

  /**
   * GstLiveKitEgressSrc::stop:
   *
   * Stops the egress; EOS comes after all that it sent.
   *
   * Since: 1.0
   */
  g_signal_new_class_handler ("stop", type, action, G_CALLBACK (stop), NULL,
      NULL, NULL, G_TYPE_NONE, 0);
}

/*** URI ***/

static GstURIType
uri_get_type (GType type)
{
  GstLiveKitEgressElementInterface *iface =
      g_type_interface_peek (g_type_class_peek (type),
      GST_TYPE_LIVEKIT_EGRESS_ELEMENT);

  return iface->uri_type;
}

static const gchar *const *
uri_get_protocols (GType type)
{
  return gst_livekit_egress_uri_schemes;
}

static gchar *
uri_get_uri (GstURIHandler * handler)
{
  Private *priv = get_private (handler);
  gchar *uri;

  g_mutex_lock (&priv->lock);
  uri = g_strdup (priv->uri);
  g_mutex_unlock (&priv->lock);

  return uri;
}

static gboolean
uri_set_uri (GstURIHandler * handler, const gchar * uri, GError ** error)
{
  Private *priv = get_private (handler);

  if (GST_STATE (handler) > GST_STATE_READY) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
        "The URI cannot be changed while the egress runs");
    return FALSE;
  }
  if (!gst_livekit_egress_uri_apply (uri, GST_ELEMENT (handler),
          priv->settings->parent.table, error))
    return FALSE;

  /* Whoever wrote the URI chose the server, not the user. */
  gst_livekit_egress_settings_disown (&priv->settings->parent, "ws-url");
  g_mutex_lock (&priv->lock);
  g_free (priv->uri);
  priv->uri = g_strdup (uri);
  g_mutex_unlock (&priv->lock);
  return TRUE;
}

void
gst_livekit_egress_element_uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = uri_get_type;
  handler->get_protocols = uri_get_protocols;
  handler->get_uri = uri_get_uri;
  handler->set_uri = uri_set_uri;
}

/*** The run's news ***/

static void
on_state_changed (GstElement * owner, LkEgressJobState state)
{
  GstLiveKitEgressElementInterface *iface =
      GST_LIVEKIT_EGRESS_ELEMENT_GET_IFACE (owner);

  if (iface->state_changed != NULL)
    iface->state_changed (GST_LIVEKIT_EGRESS_ELEMENT (owner), state);
}

static void
on_ended (GstElement * owner, const GError * error)
{
  GstLiveKitEgressElementInterface *iface =
      GST_LIVEKIT_EGRESS_ELEMENT_GET_IFACE (owner);

  if (iface->ended != NULL)
    iface->ended (GST_LIVEKIT_EGRESS_ELEMENT (owner), error);
}

static const GstLiveKitEgressNewsFuncs run_funcs = {
  on_state_changed, on_ended
};

/*** For implementations ***/

static void
gst_livekit_egress_element_default_init (GstLiveKitEgressElementInterface *
    iface)
{
}

void
gst_livekit_egress_element_class_init (GstElementClass * klass,
    const GstLiveKitEgressSettingTable * table)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  gst_livekit_egress_setting_table_install (table, object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

void
gst_livekit_egress_element_init (GstLiveKitEgressElement * self,
    GstLiveKitEgressCommonSettings * settings,
    const GstLiveKitEgressSettingTable * table)
{
  Private *priv = g_new0 (Private, 1);

  g_mutex_init (&priv->lock);
  gst_livekit_egress_settings_init (&settings->parent, table);
  priv->settings = settings;
  priv->control = gst_livekit_egress_control_new (GST_ELEMENT (self),
      &run_funcs);
  g_object_set_qdata_full (G_OBJECT (self), private_quark (), priv,
      private_free);
}
