/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresselement.h"

#include "gstlivekitegresserror.h"
#include "gstlivekitegressoutputs.h"
#include "gstlivekitegressrequest.h"
#include "gstlivekitegressstructure.h"
#include "gstlivekitegressuri.h"

/* How long a run that nobody waits for any more sees to its egress. */
#define BACKGROUND_TIME_MS 60000

/* Before the first restart. */
#define RESTART_PAUSE_MS 1000

/* What each instance has. */
typedef struct
{
  GstLiveKitEgressCommonSettings *settings;     /* in the instance */
  GstLiveKitEgressControl *control;

  GMutex lock;
  gchar *uri;                   /* as it was set */

  gboolean can_adopt;           /* of the run */
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

/* Somebody else's egress is not ours to start again. */
static gboolean
check_restart (GstLiveKitEgressCommonSettings * settings, GError ** error)
{
  g_autofree gchar *egress_id = NULL;
  const GstLiveKitEgressLife life =
      gst_livekit_egress_common_settings_get_life (settings);

  if (life.restart == GST_LIVEKIT_EGRESS_RESTART_NEVER
      || !gst_livekit_egress_common_settings_attaches (settings, &egress_id))
    return TRUE;
  return gst_livekit_egress_refuse (error, "restart and %s are both set, and "
      "an egress that was attached to is not started again; unset one",
      egress_id != NULL ? "egress-id" : "attach");
}

/* Says what would be lost at a restart, and goes on. */
static void
check_locations (GstLiveKitEgressElement * self, LkEgressRequest * request)
{
  const GstLiveKitEgressLife life =
      gst_livekit_egress_common_settings_get_life (get_private
      (self)->settings);
  g_autofree gchar *location = NULL;

  if (life.restart == GST_LIVEKIT_EGRESS_RESTART_NEVER)
    return;
  location = gst_livekit_egress_outputs_dup_lasting (request);
  if (location != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("After a restart the egress writes over what it has stored at %s. Put "
            "{time} into the location, or set restart to never.", location),
        (NULL));
}

/* An egress with an id does what it does. */
static gboolean
check_attach (GstLiveKitEgressCommonSettings * settings,
    LkEgressRequest * request, GError ** error)
{
  g_autofree gchar *egress_id = NULL;
  GstLiveKitEgressLife life =
      gst_livekit_egress_common_settings_get_life (settings);

  gst_livekit_egress_common_settings_attaches (settings, &egress_id);
  if (egress_id == NULL)
    return TRUE;
  if (life.attach != GST_LIVEKIT_EGRESS_ATTACH_NONE)
    return gst_livekit_egress_refuse (error,
        "egress-id and attach are both set; unset one");
  if (g_list_model_get_n_items (lk_egress_request_get_outputs (request)) > 0)
    return gst_livekit_egress_refuse (error, "egress-id names an egress that "
        "runs already and has its outputs; unset egress-id, or location, "
        "locations and outputs");
  return TRUE;
}

gboolean
gst_livekit_egress_element_attaches (GstLiveKitEgressElement * self)
{
  g_autofree gchar *egress_id = NULL;

  return
      gst_livekit_egress_common_settings_attaches (get_private (self)->settings,
      &egress_id);
}

LkEgressRequest *
gst_livekit_egress_element_prepare (GstLiveKitEgressElement * self,
    gboolean with_location, LkEgressClient ** client)
{
  Private *priv = get_private (self);
  g_autoptr (LkEgressRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *url = NULL;

  *client = NULL;
  request = gst_livekit_egress_create_request (priv->settings, &error);
  if (request != NULL
      && gst_livekit_egress_outputs_add (priv->settings, with_location, request,
          &error)
      && check_attach (priv->settings, request, &error)
      && check_restart (priv->settings, &error))
    *client = gst_livekit_egress_create_client (priv->settings, &error);
  if (*client == NULL) {
    gst_livekit_egress_element_post_error (self, error);
    return NULL;
  }

  url = gst_livekit_egress_common_settings_dup_url (priv->settings);
  check_url (self, url);
  check_locations (self, request);
  return g_steal_pointer (&request);
}

/* NULL without an owner. */
static GstLiveKitEgressKeeper *
create_keeper (GstLiveKitEgressElement * self)
{
  Private *priv = get_private (self);
  g_autofree gchar *owner =
      gst_livekit_egress_common_settings_dup_owner (priv->settings);

  return owner == NULL ? NULL :
      gst_livekit_egress_keeper_new (GST_ELEMENT (self), owner,
      priv->can_adopt);
}

void
gst_livekit_egress_element_start (GstLiveKitEgressElement * self,
    LkEgressClient * client, LkEgressRequest * request,
    const gchar * stream_url, gboolean can_adopt)
{
  Private *priv = get_private (self);
  g_autofree gchar *egress_id = NULL;
  const GstLiveKitEgressLife life =
      gst_livekit_egress_common_settings_get_life (priv->settings);

  priv->can_adopt = can_adopt;
  gst_livekit_egress_common_settings_attaches (priv->settings, &egress_id);
  gst_livekit_egress_control_start (priv->control, client, request, egress_id,
      stream_url, &life, create_keeper (self));
}

static void
on_restart (GstElement * owner)
{
  GstLiveKitEgressElement *self = GST_LIVEKIT_EGRESS_ELEMENT (owner);
  GstLiveKitEgressElementInterface *iface =
      GST_LIVEKIT_EGRESS_ELEMENT_GET_IFACE (self);

  if (iface->restart != NULL)
    iface->restart (self);
  else
    gst_livekit_egress_element_start_again (self, NULL);
}

gboolean
gst_livekit_egress_element_restart (GstLiveKitEgressElement * self,
    const GError * error)
{
  return gst_livekit_egress_control_restart (get_private (self)->control, error,
      on_restart);
}

gboolean
gst_livekit_egress_element_start_again (GstLiveKitEgressElement * self,
    LkEgressRequest * request)
{
  return gst_livekit_egress_control_start_again (get_private (self)->control,
      request, create_keeper (self));
}

gboolean
gst_livekit_egress_element_refuse_event (GstEvent * event)
{
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEEK:
    case GST_EVENT_STEP:
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP:
    case GST_EVENT_INSTANT_RATE_CHANGE:
    case GST_EVENT_INSTANT_RATE_SYNC_TIME:
      gst_event_unref (event);
      return TRUE;
    default:
      return FALSE;
  }
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
  Private *priv = get_private (element);
  g_autoptr (LkEgressInfo) info =
      gst_livekit_egress_control_dup_info (priv->control);
  g_autofree gchar *chosen = NULL;

  gst_livekit_egress_common_settings_attaches (priv->settings, &chosen);
  if (chosen == NULL && info != NULL)
    g_value_set_string (value, lk_egress_info_get_egress_id (info));
  else
    g_value_take_string (value, g_steal_pointer (&chosen));
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
   * The id of the egress, once the server has given it one. If it is set before the element starts, it
   * starts no egress but attaches to that one, which runs already.
   *
   * Since: 1.0
   */
  {"egress-id", "Egress id",
      "Id of the egress, once the server has given it one; or, set before, of a running one to "
      "attach to",
      G_TYPE_STRING, NULL, G_STRUCT_OFFSET (GstLiveKitEgressCommonSettings, egress_id), 0, 0,
      GST_LIVEKIT_EGRESS_PARAM_READY, get_egress_id},
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

  gst_livekit_egress_control_set_state (get_private (owner)->control, state);
  if (iface->state_changed != NULL)
    iface->state_changed (GST_LIVEKIT_EGRESS_ELEMENT (owner), state);
}

static void
on_ended (GstElement * owner, const GError * error)
{
  GstLiveKitEgressElementInterface *iface =
      GST_LIVEKIT_EGRESS_ELEMENT_GET_IFACE (owner);

  if (!gst_livekit_egress_element_restart (GST_LIVEKIT_EGRESS_ELEMENT (owner),
          error))
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
  static GstValueTable request, storage;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  gst_livekit_egress_message_register_text (LK_EGRESS_TYPE_REQUEST, &request);
  gst_livekit_egress_message_register_text (LK_EGRESS_TYPE_STORAGE, &storage);
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
  settings->life.background_time = BACKGROUND_TIME_MS;
  settings->life.restart_pause = RESTART_PAUSE_MS;
  priv->settings = settings;
  priv->control = gst_livekit_egress_control_new (GST_ELEMENT (self),
      &run_funcs);
  g_object_set_qdata_full (G_OBJECT (self), private_quark (), priv,
      private_free);
}
