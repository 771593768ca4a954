/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-client-private.h"

#include "lk-egress-credentials-private.h"
#include "lk-egress-enum-types.h"
#include "lk-egress-server-url-private.h"

#define SERVICE "livekit.Egress"
#define VIDEO_GRANT "{\"roomRecord\":true}"
#define DEFAULT_TIMEOUT 60000

/**
 * LkEgressClient:
 *
 * The Egress API of one LiveKit server.
 *
 * ```c
 * g_autoptr (LkEgressClient) client = lk_egress_client_new (NULL, NULL, &error);
 * g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
 *
 * lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://10.0.0.7:9710");
 * info = lk_egress_client_start (client, request, NULL, &error);
 * ```
 *
 * Each call has three functions: one that blocks, one that ends in `_async` and reports to a
 * callback in the thread-default main context of its caller, and the `_finish` that the callback
 * uses. To follow an egress over its whole life, use [class@Job].
 *
 * Calls fail with [error@Error] for what the server says, and with [error@Gio.IOErrorEnum],
 * [error@Gio.TlsError] or [error@Gio.ResolverError] when it cannot be reached;
 * %G_IO_ERROR_CANCELLED after a cancellation and %G_IO_ERROR_TIMED_OUT after
 * [property@Client:timeout].
 *
 * ## What is sent again
 *
 * Calls that fail are sent up to three times, with pauses of 200 and 400 ms or those that the
 * server asks for by `Retry-After`, 10 seconds at most:
 *
 * - [method@Client.list] and [method@Client.get], while the server is out of reach, overloaded or
 *   faulty.
 * - [method@Client.stop] and [method@Client.update_layout], which do the same however often they
 *   come, when the answer is lost: the connection broke, or something before the server answered
 *   with HTTP 502 or 504.
 * - Everything else only when it certainly did not get to the server, such as when the connection
 *   was refused or the name was not found.
 *
 * An answer that does not come within [property@Client:timeout], a certificate that is not accepted
 * and an address that cannot be used end a call at once.
 *
 * [method@Client.stop] then goes on all the same: it looks at what became of the egress, and asks
 * again until the server accepts or the egress has ended, within the bounds that its description
 * says.
 *
 * [method@Client.start] is never repeated blindly, for that could make two egresses. When its
 * answer is lost, cannot be read, or says that something on the way took too long, the client looks
 * for the egress: it lists the room up to five times within six seconds. An egress is taken for the
 * result of the call if it shows the request that was sent and the same stream addresses, began
 * after that by the clock of the server, and was not returned by another start of this client. Only
 * if there is none, the request is sent again, three times in all; if the server cannot be asked,
 * it is not. When the time of [property@Client:timeout] is over, the client looks once and does not
 * send again. All requests of one start carry the same `X-Livekit-Request-Id`, for servers that
 * heed it.
 *
 * The limit of this: when two clients, or two threads, send the very same request to the very same
 * addresses within a few seconds, and an answer is lost, one may get the egress of the other. Give
 * each its own stream key or file name, or share one client and start one after the other.
 *
 * With a server of LiveKit Cloud, what fails may go to another region, see
 * [property@Client:failover].
 *
 * A client may be used from several threads at the same time. Objects given to it or returned by it
 * may not.
 *
 * ## After fork()
 *
 * A client may also be used in a child process made by `fork()`, as Python's `multiprocessing` does
 * it. There it makes connections of its own and leaves those of the parent alone. GLib sets the
 * limits: the calls that block are safe, the asynchronous ones only in a main context that the
 * child has made, and both only if no other thread of the parent was inside a call of GLib, this
 * library included, at the moment of the `fork()`. A [class@Job] and what else follows an egress
 * belong to the process that made them.
 *
 * Later versions of GLib, such as that of Debian 13, cannot start threads in such a child. There
 * calls fail with %G_IO_ERROR_NOT_SUPPORTED, the first one after five seconds, if
 * [property@Client:timeout] is not over before: use the start method `spawn` or `forkserver` of
 * `multiprocessing`, or `exec()`.
 *
 * With `G_MESSAGES_DEBUG=LiveKitEgress` each exchange is logged: the call, the request with all
 * secrets redacted, the outcome and the time it took.
 *
 * Since: 1.0
 */

struct _LkEgressClient
{
  GObject parent_instance;

  /* Set once, before anyone else sees the client. */
  char *url;
  LkEgressCredentials *credentials;
  GProxyResolver *proxy_resolver;
  GTlsDatabase *tls_database;
  LkEgressTwirp *twirp;
  GError *error;            /* why there is no twirp */
  LkEgressRegions *regions; /* NULL if the server has none */
  double time_scale;

  GMutex claims_lock;
  GHashTable *claims; /* ids of egresses that starts have returned */
  GQueue claims_by_age;

  /* Accessed atomically. */
  int api_level;
  int wire_format;
  int timeout;
  int call_timeout;
  int validate;
  int failover;
  int remembers_v1;
};

enum
{
  PROP_0,
  PROP_URL,
  PROP_CREDENTIALS,
  PROP_API_LEVEL,
  PROP_WIRE_FORMAT,
  PROP_TIMEOUT,
  PROP_CALL_TIMEOUT,
  PROP_VALIDATE,
  PROP_FAILOVER,
  PROP_PROXY_RESOLVER,
  PROP_TLS_DATABASE,
  LAST_PROPERTY
};

static GParamSpec *properties[LAST_PROPERTY];

G_DEFINE_FINAL_TYPE (LkEgressClient, lk_egress_client, G_TYPE_OBJECT)

/* Says what is unwise with the address. */
static void
warn (const char *url, const char *base_url)
{
  if (lk_egress_server_url_has_user (url))
    g_warning ("The address of %s has a user or a password in it, which no LiveKit server asks for:"
               " take them out, and give credentials instead",
               base_url);
  if (g_str_has_prefix (base_url, "http:") && !lk_egress_server_url_is_loopback (base_url))
    g_warning (
        "Calls to %s are not encrypted: whoever is on the way can read their token, and start"
        " and stop egresses with it. Use an address that begins with wss:// or https://",
        base_url);
}

static LkEgressTwirp *
connect_twirp (LkEgressClient *self, GError **error)
{
  const char *url = self->url != NULL ? self->url : g_getenv ("LIVEKIT_URL");
  LkEgressTwirp *twirp;

  if (url == NULL || *url == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "There is no address of a LiveKit server; give one, or set LIVEKIT_URL, "
                           "as in “wss://livekit.example.org”");
      return NULL;
    }

  if (self->credentials == NULL)
    {
      self->credentials = lk_egress_credentials_new_from_environment (error);
      if (self->credentials == NULL)
        return NULL;
    }

  twirp = lk_egress_twirp_new (url, SERVICE, self->credentials, VIDEO_GRANT, error);
  if (twirp != NULL)
    warn (url, lk_egress_twirp_get_base_url (twirp));

  return twirp;
}

/* What the system is set up with is for what is elsewhere: a proxy would be asked for itself, or
 * see tokens that need not leave the machine. */
static void
choose_proxy (LkEgressClient *self)
{
  g_autoptr (GProxyResolver) none = NULL;

  if (self->proxy_resolver == NULL
      && lk_egress_server_url_is_loopback (lk_egress_twirp_get_base_url (self->twirp)))
    none = g_simple_proxy_resolver_new (NULL, NULL);
  lk_egress_sessions_set_proxy_resolver (lk_egress_twirp_get_sessions (self->twirp),
                                         none != NULL ? none : self->proxy_resolver);
}

static void
lk_egress_client_constructed (GObject *object)
{
  LkEgressClient *self = LK_EGRESS_CLIENT (object);

  G_OBJECT_CLASS (lk_egress_client_parent_class)->constructed (object);

  self->twirp = connect_twirp (self, &self->error);
  if (self->twirp == NULL)
    return;

  choose_proxy (self);
  lk_egress_sessions_set_tls_database (lk_egress_twirp_get_sessions (self->twirp),
                                       self->tls_database);
  self->regions = lk_egress_regions_new (lk_egress_twirp_get_base_url (self->twirp));
}

static void
lk_egress_client_finalize (GObject *object)
{
  LkEgressClient *self = LK_EGRESS_CLIENT (object);

  g_free (self->url);
  g_clear_object (&self->credentials);
  g_clear_object (&self->proxy_resolver);
  g_clear_object (&self->tls_database);
  g_clear_object (&self->twirp);
  g_clear_error (&self->error);
  g_clear_pointer (&self->regions, lk_egress_regions_unref);
  g_queue_clear (&self->claims_by_age);
  g_hash_table_unref (self->claims);
  g_mutex_clear (&self->claims_lock);

  G_OBJECT_CLASS (lk_egress_client_parent_class)->finalize (object);
}

static void
lk_egress_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LkEgressClient *self = LK_EGRESS_CLIENT (object);

  switch (id)
    {
    case PROP_URL:
      g_value_set_string (value, lk_egress_client_get_url (self));
      break;
    case PROP_CREDENTIALS:
      g_value_set_object (value, self->credentials);
      break;
    case PROP_API_LEVEL:
      g_value_set_enum (value, g_atomic_int_get (&self->api_level));
      break;
    case PROP_WIRE_FORMAT:
      g_value_set_enum (value, g_atomic_int_get (&self->wire_format));
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, g_atomic_int_get (&self->timeout));
      break;
    case PROP_CALL_TIMEOUT:
      g_value_set_uint (value, g_atomic_int_get (&self->call_timeout));
      break;
    case PROP_VALIDATE:
      g_value_set_boolean (value, g_atomic_int_get (&self->validate));
      break;
    case PROP_FAILOVER:
      g_value_set_boolean (value, g_atomic_int_get (&self->failover));
      break;
    case PROP_PROXY_RESOLVER:
      g_value_set_object (value, self->proxy_resolver);
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, self->tls_database);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* Sets what other threads read, and tells if it is new. */
static void
set_shared (LkEgressClient *self, int *member, int value, guint property)
{
  if (g_atomic_int_get (member) == value)
    return;

  g_atomic_int_set (member, value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
lk_egress_client_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LkEgressClient *self = LK_EGRESS_CLIENT (object);

  switch (id)
    {
    case PROP_URL:
      self->url = g_value_dup_string (value);
      break;
    case PROP_CREDENTIALS:
      self->credentials = g_value_dup_object (value);
      break;
    case PROP_API_LEVEL:
      set_shared (self, &self->api_level, g_value_get_enum (value), id);
      break;
    case PROP_WIRE_FORMAT:
      set_shared (self, &self->wire_format, g_value_get_enum (value), id);
      break;
    case PROP_TIMEOUT:
      set_shared (self, &self->timeout, g_value_get_uint (value), id);
      break;
    case PROP_CALL_TIMEOUT:
      set_shared (self, &self->call_timeout, g_value_get_uint (value), id);
      break;
    case PROP_VALIDATE:
      set_shared (self, &self->validate, g_value_get_boolean (value), id);
      break;
    case PROP_FAILOVER:
      set_shared (self, &self->failover, g_value_get_boolean (value), id);
      break;
    case PROP_PROXY_RESOLVER:
      self->proxy_resolver = g_value_dup_object (value);
      break;
    case PROP_TLS_DATABASE:
      self->tls_database = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_client_class_init (LkEgressClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags shared = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags given = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = lk_egress_client_constructed;
  object_class->finalize = lk_egress_client_finalize;
  object_class->get_property = lk_egress_client_get_property;
  object_class->set_property = lk_egress_client_set_property;

  /**
   * LkEgressClient:url:
   *
   * The address of the server: `ws`, `wss`, `http` or `https`, with a path if it has one. Default:
   * that of the environment variable `LIVEKIT_URL`.
   *
   * It reads as the address that calls really go to, with `http` or `https` and without user name
   * and password; %NULL if the address cannot be used. A user or a password in it is not used and
   * gives a warning in the log, and so does an address without TLS that is not on this machine.
   *
   * Since: 1.0
   */
  properties[PROP_URL] = g_param_spec_string ("url", NULL, NULL, NULL, given);

  /**
   * LkEgressClient:credentials:
   *
   * Who is calling. Default: [ctor@Credentials.new_from_environment]. No secret can be read from
   * them.
   *
   * Since: 1.0
   */
  properties[PROP_CREDENTIALS]
      = g_param_spec_object ("credentials", NULL, NULL, LK_EGRESS_TYPE_CREDENTIALS, given);

  /**
   * LkEgressClient:api-level:
   *
   * Which calls start an egress. It may be changed at any time, for the starts that follow.
   *
   * A request with [property@TemplateSource:audio-mixing], which only the older calls have, goes by
   * them even if both could be used.
   *
   * With %LK_EGRESS_API_LEVEL_V1 everything that the older calls have a place for is sent as it is.
   * If they are used because the server knows no others, then named stream destinations, MCAP
   * files, fragmented MP4 and all else that came later are refused, as a server that is old would
   * not understand them.
   *
   * Since: 1.0
   */
  properties[PROP_API_LEVEL] = g_param_spec_enum ("api-level", NULL, NULL, LK_EGRESS_TYPE_API_LEVEL,
                                                  LK_EGRESS_API_LEVEL_AUTO, shared);

  /**
   * LkEgressClient:wire-format:
   *
   * How messages are written on the connection. It may be changed at any time, for the calls that
   * follow.
   *
   * Since: 1.0
   */
  properties[PROP_WIRE_FORMAT]
      = g_param_spec_enum ("wire-format", NULL, NULL, LK_EGRESS_TYPE_WIRE_FORMAT,
                           LK_EGRESS_WIRE_FORMAT_PROTOBUF, shared);

  /**
   * LkEgressClient:timeout:
   *
   * How long one exchange with the server may take, in milliseconds, 0 for as long as it needs. Its
   * repetitions and the pauses between them are included, but another region has this time anew. A
   * call that needs several exchanges, such as a listing of many pages or a start whose answer was
   * lost, has this time for each; [property@Client:call-timeout] bounds them together. It may be
   * changed at any time, for the calls that follow.
   *
   * A start on a server without a free worker is answered after more than 20 seconds: with less
   * time, the client looks for the egress once, and an egress that begins later is not learned of.
   *
   * Since: 1.0
   */
  properties[PROP_TIMEOUT]
      = g_param_spec_uint ("timeout", NULL, NULL, 0, G_MAXINT, DEFAULT_TIMEOUT, shared);

  /**
   * LkEgressClient:call-timeout:
   *
   * How long a whole call may take, in milliseconds, with all exchanges, pages, repetitions and
   * pauses; 0 for no bound but the others. When the time is over the call ends with
   * %G_IO_ERROR_TIMED_OUT. It may be changed at any time, for the calls that follow.
   *
   * A start that ends so may have begun an egress all the same, and is not looked for. Of a
   * [class@Job], it bounds what starts the egress or reads its info, but not what waits for it to
   * end.
   *
   * Since: 1.0
   */
  properties[PROP_CALL_TIMEOUT]
      = g_param_spec_uint ("call-timeout", NULL, NULL, 0, G_MAXINT, 0, shared);

  /**
   * LkEgressClient:validate:
   *
   * Whether [method@Request.validate] checks a request before it is started, and
   * [method@StreamUpdate.validate] an update before it is sent. The server checks again, but its
   * answers seldom say where the mistake is. The warnings of [method@Request.get_warnings] are
   * logged at the level of information. It may be changed at any time, for the calls that follow.
   *
   * Since: 1.0
   */
  properties[PROP_VALIDATE] = g_param_spec_boolean ("validate", NULL, NULL, TRUE, shared);

  /**
   * LkEgressClient:failover:
   *
   * Whether calls that a region of LiveKit Cloud does not answer go to another one. It has an
   * effect for addresses below `livekit.cloud` and `livekit.run` only. It may be changed at any
   * time, for the calls that follow.
   *
   * After a region could not be reached, was too slow, or failed with an HTTP status of 500 or more
   * that is not for lack of a worker, the client asks its address for the regions of the project
   * and sends to the next that it did not try, three times in all and with pauses of 200 and 400
   * ms. That holds for reads, stops and changes of the layout. A start goes to another region only
   * if it certainly did not get to the first one, or if its egress was looked for and not found, as
   * the description of the class says. [method@Client.update_stream] goes on only if it certainly
   * did not get to the first one.
   *
   * The list of regions is kept as long as the server allows. No token is sent to a region that is
   * not below the domain of the address itself, nor without TLS if the address is one with TLS.
   *
   * Since: 1.0
   */
  properties[PROP_FAILOVER] = g_param_spec_boolean ("failover", NULL, NULL, TRUE, shared);

  /**
   * LkEgressClient:proxy-resolver:
   *
   * Which proxies lead to the server. Default: those that the system is set up with, or none for a
   * server on this machine; a [class@Gio.SimpleProxyResolver] names one, or none at all.
   *
   * Since: 1.0
   */
  properties[PROP_PROXY_RESOLVER]
      = g_param_spec_object ("proxy-resolver", NULL, NULL, G_TYPE_PROXY_RESOLVER, given);

  /**
   * LkEgressClient:tls-database:
   *
   * Which authorities may sign the certificate of the server. Default: those that the system
   * trusts. For one of your own, make it with [func@Gio.TlsFileDatabase.new] from a PEM file of its
   * certificate. Host name and dates are checked with it too.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_DATABASE]
      = g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, given);

  g_object_class_install_properties (object_class, LAST_PROPERTY, properties);
}

static void
lk_egress_client_init (LkEgressClient *self)
{
  self->time_scale = 1;
  self->timeout = DEFAULT_TIMEOUT;
  self->validate = TRUE;
  self->failover = TRUE;
  g_mutex_init (&self->claims_lock);
  self->claims = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->claims_by_age);
}

LkEgressCall *
lk_egress_client_new_call (LkEgressClient *self,
                           LkEgressCallFeed feed,
                           gpointer data,
                           GDestroyNotify destroy)
{
  LkEgressCallSettings settings = {
    .timeout = g_atomic_int_get (&self->timeout),
    .json = g_atomic_int_get (&self->wire_format) == LK_EGRESS_WIRE_FORMAT_JSON,
    .call_timeout = g_atomic_int_get (&self->call_timeout),
    .time_scale = self->time_scale,
    .regions = g_atomic_int_get (&self->failover) ? self->regions : NULL,
  };
  LkEgressCall *call = lk_egress_call_new (self->twirp, &settings, feed, data, destroy);

  if (self->twirp == NULL)
    lk_egress_call_return_error (call, g_error_copy (self->error));

  return call;
}

LkEgressApiLevel
lk_egress_client_get_start_level (LkEgressClient *self)
{
  return g_atomic_int_get (&self->api_level);
}

void
lk_egress_client_remember_v1 (LkEgressClient *self)
{
  g_atomic_int_set (&self->remembers_v1, TRUE);
}

gboolean
lk_egress_client_remembers_v1 (LkEgressClient *self)
{
  return g_atomic_int_get (&self->remembers_v1);
}

gboolean
lk_egress_client_claim (LkEgressClient *self, const char *egress_id)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->claims_lock);
  char *claim;

  if (g_hash_table_contains (self->claims, egress_id))
    return FALSE;

  if (g_queue_get_length (&self->claims_by_age) >= LK_EGRESS_CLIENT_MAX_CLAIMS)
    g_hash_table_remove (self->claims, g_queue_pop_head (&self->claims_by_age));
  claim = g_strdup (egress_id);
  g_hash_table_add (self->claims, claim);
  g_queue_push_tail (&self->claims_by_age, claim);

  return TRUE;
}

gboolean
lk_egress_client_validates (LkEgressClient *self)
{
  return g_atomic_int_get (&self->validate);
}

void
lk_egress_client_set_time_scale (LkEgressClient *self, double scale)
{
  self->time_scale = scale;
}

double
lk_egress_client_get_time_scale (LkEgressClient *self)
{
  return self->time_scale;
}

/**
 * lk_egress_client_new:
 * @url: (nullable): the address of the server, or %NULL for `LIVEKIT_URL`
 * @credentials: (nullable): who is calling, or %NULL for [ctor@Credentials.new_from_environment]
 * @error: return location for an error
 *
 * Creates a client of the server at @url, which may start with `ws`, `wss`, `http` or `https`.
 * Nothing is sent yet.
 *
 * An address that cannot be used is %G_IO_ERROR_INVALID_ARGUMENT. A client made by other means than
 * this function gives the same error from each of its calls.
 *
 * Returns: (transfer full): a client, or %NULL on error
 * Since: 1.0
 */
LkEgressClient *
lk_egress_client_new (const char *url, LkEgressCredentials *credentials, GError **error)
{
  g_autoptr (LkEgressClient) self = NULL;

  g_return_val_if_fail (credentials == NULL || LK_EGRESS_IS_CREDENTIALS (credentials), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (LK_EGRESS_TYPE_CLIENT, "url", url, "credentials", credentials, NULL);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * lk_egress_client_get_url:
 * @self: a client
 *
 * Gets [property@Client:url].
 *
 * Returns: (nullable) (transfer none): the address that calls go to
 * Since: 1.0
 */
const char *
lk_egress_client_get_url (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return self->twirp != NULL ? lk_egress_twirp_get_base_url (self->twirp) : NULL;
}

/**
 * lk_egress_client_get_credentials:
 * @self: a client
 *
 * Gets [property@Client:credentials].
 *
 * Returns: (nullable) (transfer none): who is calling, %NULL if there was nobody to be found
 * Since: 1.0
 */
LkEgressCredentials *
lk_egress_client_get_credentials (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return self->credentials;
}

/**
 * lk_egress_client_get_api_level:
 * @self: a client
 *
 * Gets [property@Client:api-level].
 *
 * Returns: which calls start an egress
 * Since: 1.0
 */
LkEgressApiLevel
lk_egress_client_get_api_level (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), LK_EGRESS_API_LEVEL_AUTO);

  return g_atomic_int_get (&self->api_level);
}

/**
 * lk_egress_client_get_wire_format:
 * @self: a client
 *
 * Gets [property@Client:wire-format].
 *
 * Returns: how messages are written
 * Since: 1.0
 */
LkEgressWireFormat
lk_egress_client_get_wire_format (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), LK_EGRESS_WIRE_FORMAT_PROTOBUF);

  return g_atomic_int_get (&self->wire_format);
}

/**
 * lk_egress_client_get_timeout:
 * @self: a client
 *
 * Gets [property@Client:timeout].
 *
 * Returns: how long one exchange may take, in milliseconds; 0 for as long as it needs
 * Since: 1.0
 */
guint
lk_egress_client_get_timeout (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), 0);

  return g_atomic_int_get (&self->timeout);
}

/**
 * lk_egress_client_get_call_timeout:
 * @self: a client
 *
 * Gets [property@Client:call-timeout].
 *
 * Returns: how long a whole call may take, in milliseconds; 0 for no bound
 * Since: 1.0
 */
guint
lk_egress_client_get_call_timeout (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), 0);

  return g_atomic_int_get (&self->call_timeout);
}

/**
 * lk_egress_client_get_validate:
 * @self: a client
 *
 * Gets [property@Client:validate].
 *
 * Returns: whether requests are checked before they are sent
 * Since: 1.0
 */
gboolean
lk_egress_client_get_validate (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), FALSE);

  return g_atomic_int_get (&self->validate);
}

/**
 * lk_egress_client_get_failover:
 * @self: a client
 *
 * Gets [property@Client:failover].
 *
 * Returns: whether calls may go to another region
 * Since: 1.0
 */
gboolean
lk_egress_client_get_failover (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), FALSE);

  return g_atomic_int_get (&self->failover);
}

/**
 * lk_egress_client_get_proxy_resolver:
 * @self: a client
 *
 * Gets [property@Client:proxy-resolver].
 *
 * Returns: (nullable) (transfer none): which proxies are used, %NULL for those of the system
 * Since: 1.0
 */
GProxyResolver *
lk_egress_client_get_proxy_resolver (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return self->proxy_resolver;
}

/**
 * lk_egress_client_get_tls_database:
 * @self: a client
 *
 * Gets [property@Client:tls-database].
 *
 * Returns: (nullable) (transfer none): which authorities are trusted, %NULL for those of the system
 * Since: 1.0
 */
GTlsDatabase *
lk_egress_client_get_tls_database (LkEgressClient *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return self->tls_database;
}
