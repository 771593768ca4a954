/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redis-store.h"

#include <unistd.h>

#include "lk-egress-redis-holdings-private.h"
#include "lk-egress-secret-private.h"
#include "lk-egress-store-entry-private.h"

#define DEFAULT_LEASE 15000
#define DEFAULT_TIMEOUT 3000

/**
 * LkEgressRedisStore:
 *
 * A [iface@Store] in Redis, for programs on several machines that run egresses under one name.
 *
 * Each store object is a replica with an id of its own, and has a lease in Redis. What it claims is
 * its as long as it renews that, see [method@Store.renew]; when it dies, the first other one that
 * asks gets each entry. Which replica holds what changes in Redis at once, by scripts, so that each
 * entry has one holder and no more.
 *
 * A replica that could not reach Redis for the time of its lease finds out by the next
 * [method@Store.renew] what others have claimed meanwhile, and keeps the rest.
 *
 * Every call ends within [property@RedisStore:timeout] for each question that it asks. When Redis
 * could not be reached, calls fail at once for a sixth of the lease, with the same error; then it
 * is tried again.
 *
 * The entries are in the hash `livekit-egress:{OWNER}:entries`, who holds them in
 * `livekit-egress:{OWNER}:holders`, which has an egress in `livekit-egress:{OWNER}:ids`, and the
 * leases beside them; other characters than letters and
 * digits in the name of the owner are escaped as in URIs. A user that may do nothing else needs the
 * rights `~livekit-egress:* +eval +get +hget +hset +hdel +hexists +hstrlen +hkeys +hlen +set
 * +pexpire +exists`, and `+select` for another database than the first. There is no secret in an
 * entry, but whoever can write there can have egresses stopped. An owner has at most 10000 entries.
 *
 * One server is enough, of version 6 or later. A server that keeps nothing on disk forgets the
 * egresses when it is restarted, but a replica that is alive does not: what it tends runs on, and
 * is put into the store again.
 *
 * A library that was built without Redis has this class too. Then all calls fail with
 * %G_IO_ERROR_NOT_SUPPORTED.
 *
 * Since: 1.0
 */
struct _LkEgressRedisStore
{
  GObject parent_instance;

  char *address;
  char *user;
  char *password;
  int database;
  GTlsDatabase *tls_database;
  GError *bad_address; /* then there is no server to ask */

  GMutex lock; /* guards the rest; held while Redis is asked */
  LkEgressRedisHoldings holdings;
};

enum
{
  PROP_0,
  PROP_ADDRESS,
  PROP_USER,
  PROP_PASSWORD,
  PROP_DATABASE,
  PROP_TLS_DATABASE,
  PROP_LEASE,
  PROP_TIMEOUT,
  PROP_REPLICA,
  LAST_PROPERTY
};

static GParamSpec *properties[LAST_PROPERTY];

static void lk_egress_redis_store_iface_init (LkEgressStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LkEgressRedisStore,
                               lk_egress_redis_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (LK_EGRESS_TYPE_STORE,
                                                      lk_egress_redis_store_iface_init))

/* Random numbers of GLib come again in a child made by fork(). */
static char *
new_replica (void)
{
  guint32 parts[4];

  if (getentropy (parts, sizeof parts) != 0)
    return g_uuid_string_random ();

  return g_strdup_printf ("%08x-%04x-4%03x-%04x-%04x%08x", parts[0], parts[1] >> 16,
                          parts[1] & 0xfff, 0x8000 | (parts[2] & 0x3fff), parts[2] >> 16, parts[3]);
}

static void
lk_egress_redis_store_constructed (GObject *object)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (object);
  const char *address = self->address != NULL ? self->address : "redis://localhost";
  LkEgressRedisServer *server = lk_egress_redis_server_parse (address, &self->bad_address);

  G_OBJECT_CLASS (lk_egress_redis_store_parent_class)->constructed (object);

  self->holdings.link.replica = new_replica ();
  self->holdings.link.max_size = LK_EGRESS_STORE_ENTRY_MAX_SIZE;
  self->holdings.link.server = server;
  if (self->address != NULL)
    lk_egress_secret_free (self->address);
  self->address = g_strdup (server != NULL ? server->shown : "");
  if (server == NULL)
    return;

  if (self->user != NULL)
    {
      g_free (server->user);
      server->user = g_strdup (self->user);
    }
  if (self->password != NULL)
    {
      lk_egress_secret_free (server->password);
      server->password = g_steal_pointer (&self->password);
    }
  if (self->database >= 0)
    server->database = (guint)self->database;
  g_set_object (&server->tls_database, self->tls_database);
}

static void
lk_egress_redis_store_finalize (GObject *object)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (object);

  lk_egress_redis_holdings_clear (&self->holdings);
  g_clear_error (&self->bad_address);
  g_clear_object (&self->tls_database);
  g_free (self->address);
  g_free (self->user);
  lk_egress_secret_free (self->password);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (lk_egress_redis_store_parent_class)->finalize (object);
}

static void
lk_egress_redis_store_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (object);

  switch (id)
    {
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_USER:
      g_value_set_string (value, self->holdings.link.server != NULL
                                     ? self->holdings.link.server->user
                                     : self->user);
      break;
    case PROP_DATABASE:
      g_value_set_int (value, self->holdings.link.server != NULL
                                  ? (int)self->holdings.link.server->database
                                  : self->database);
      break;
    case PROP_TLS_DATABASE:
      g_value_set_object (value, self->tls_database);
      break;
    case PROP_LEASE:
      g_value_set_uint (value, self->holdings.link.lease);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, self->holdings.link.timeout);
      break;
    case PROP_REPLICA:
      g_value_set_string (value, self->holdings.link.replica);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_redis_store_set_property (GObject *object,
                                    guint id,
                                    const GValue *value,
                                    GParamSpec *pspec)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (object);

  switch (id)
    {
    case PROP_ADDRESS:
      self->address = g_value_dup_string (value);
      break;
    case PROP_USER:
      self->user = g_value_dup_string (value);
      break;
    case PROP_PASSWORD:
      self->password = g_value_dup_string (value);
      break;
    case PROP_DATABASE:
      self->database = g_value_get_int (value);
      break;
    case PROP_TLS_DATABASE:
      self->tls_database = g_value_dup_object (value);
      break;
    case PROP_LEASE:
      self->holdings.link.lease = g_value_get_uint (value);
      break;
    case PROP_TIMEOUT:
      self->holdings.link.timeout = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_redis_store_class_init (LkEgressRedisStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags given = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = lk_egress_redis_store_constructed;
  object_class->finalize = lk_egress_redis_store_finalize;
  object_class->get_property = lk_egress_redis_store_get_property;
  object_class->set_property = lk_egress_redis_store_set_property;

  /**
   * LkEgressRedisStore:address: (getter get_address)
   *
   * Where Redis is: `redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS.
   * User and password in it are taken out: reading the property gives the rest. What is no such
   * address is an error of all calls. Default: `redis://localhost`.
   *
   * Over `redis://` everybody on the way reads the password. Use it on one machine or in a network
   * that you trust.
   *
   * Since: 1.0
   */
  properties[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, given);

  /**
   * LkEgressRedisStore:user:
   *
   * The name that goes with the password. Default: that in the address, or none.
   *
   * Since: 1.0
   */
  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, NULL, given);

  /**
   * LkEgressRedisStore:password:
   *
   * The password. It cannot be read, and is in no error and no log. Default: that in the address,
   * or none.
   *
   * Since: 1.0
   */
  properties[PROP_PASSWORD]
      = g_param_spec_string ("password", NULL, NULL, NULL,
                             G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * LkEgressRedisStore:database:
   *
   * The number of the database in Redis. Default: -1, that in the address, or 0.
   *
   * Since: 1.0
   */
  properties[PROP_DATABASE] = g_param_spec_int ("database", NULL, NULL, -1, 1000000, -1, given);

  /**
   * LkEgressRedisStore:tls-database:
   *
   * Which authorities may sign the certificate of the server. Default: those that the system
   * trusts. For one of your own, make it with [func@Gio.TlsFileDatabase.new] from a PEM file of its
   * certificate.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_DATABASE]
      = g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, given);

  /**
   * LkEgressRedisStore:lease:
   *
   * How long claims last when they are not renewed, in milliseconds. After that others take over.
   * All replicas of an owner should have the same. Default: 15000.
   *
   * Since: 1.0
   */
  properties[PROP_LEASE]
      = g_param_spec_uint ("lease", NULL, NULL, 100, 24 * 3600 * 1000, DEFAULT_LEASE, given);

  /**
   * LkEgressRedisStore:timeout:
   *
   * How long a question to Redis may take, in milliseconds, with the connection that it may need.
   * It should be less than a third of the lease. Default: 3000.
   *
   * Since: 1.0
   */
  properties[PROP_TIMEOUT]
      = g_param_spec_uint ("timeout", NULL, NULL, 1, 60 * 1000, DEFAULT_TIMEOUT, given);

  /**
   * LkEgressRedisStore:replica: (getter get_replica)
   *
   * What tells this store object from others: a UUID. In Redis it says who holds an entry.
   *
   * Since: 1.0
   */
  properties[PROP_REPLICA] = g_param_spec_string ("replica", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, LAST_PROPERTY, properties);
}

static void
lk_egress_redis_store_init (LkEgressRedisStore *self)
{
  g_mutex_init (&self->lock);
  lk_egress_redis_holdings_init (&self->holdings);
}

/**
 * lk_egress_redis_store_new:
 * @address: (nullable): where Redis is, see [property@RedisStore:address]
 *
 * Creates a store. Redis is connected to when the store is used.
 *
 * Returns: (transfer full): a store
 * Since: 1.0
 */
LkEgressRedisStore *
lk_egress_redis_store_new (const char *address)
{
  return g_object_new (LK_EGRESS_TYPE_REDIS_STORE, "address", address, NULL);
}

/**
 * lk_egress_redis_store_get_address: (get-property address)
 * @self: a store
 *
 * Gets [property@RedisStore:address].
 *
 * Returns: the address without user and password; empty if it is none
 * Since: 1.0
 */
const char *
lk_egress_redis_store_get_address (LkEgressRedisStore *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_REDIS_STORE (self), NULL);

  return self->address;
}

/**
 * lk_egress_redis_store_get_replica: (get-property replica)
 * @self: a store
 *
 * Gets [property@RedisStore:replica].
 *
 * Returns: the id
 * Since: 1.0
 */
const char *
lk_egress_redis_store_get_replica (LkEgressRedisStore *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_REDIS_STORE (self), NULL);

  return self->holdings.link.replica;
}

/*** The calls ***/

/* Whether there is anything to ask. */
static gboolean
has_server (LkEgressRedisStore *self, GError **error)
{
  if (self->bad_address == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->bad_address));

  return FALSE;
}

static GPtrArray *
lk_egress_redis_store_list (LkEgressStore *store,
                            const char *owner,
                            GCancellable *cancellable,
                            GError **error)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return has_server (self, error)
             ? lk_egress_redis_holdings_list (&self->holdings, owner, cancellable, error)
             : NULL;
}

static GPtrArray *
lk_egress_redis_store_claim (LkEgressStore *store,
                             const char *owner,
                             GCancellable *cancellable,
                             GError **error)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return has_server (self, error)
             ? lk_egress_redis_holdings_claim (&self->holdings, owner, cancellable, error)
             : NULL;
}

static GPtrArray *
lk_egress_redis_store_renew (LkEgressStore *store,
                             const char *owner,
                             GCancellable *cancellable,
                             GError **error)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return has_server (self, error)
             ? lk_egress_redis_holdings_renew (&self->holdings, owner, cancellable, error)
             : NULL;
}

static gboolean
lk_egress_redis_store_put (LkEgressStore *store,
                           LkEgressStoreEntry *entry,
                           GCancellable *cancellable,
                           GError **error)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return has_server (self, error)
         && lk_egress_redis_holdings_put (&self->holdings, entry, cancellable, error);
}

static gboolean
lk_egress_redis_store_remove (LkEgressStore *store,
                              LkEgressStoreEntry *entry,
                              GCancellable *cancellable,
                              GError **error)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return has_server (self, error)
         && lk_egress_redis_holdings_remove (&self->holdings, entry, cancellable, error);
}

static void
lk_egress_redis_store_release (LkEgressStore *store, LkEgressStoreEntry *entry)
{
  LkEgressRedisStore *self = LK_EGRESS_REDIS_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  lk_egress_redis_holdings_release (&self->holdings, entry);
}

static guint
lk_egress_redis_store_get_lease (LkEgressStore *store)
{
  return LK_EGRESS_REDIS_STORE (store)->holdings.link.lease;
}

static void
lk_egress_redis_store_iface_init (LkEgressStoreInterface *iface)
{
  iface->list = lk_egress_redis_store_list;
  iface->claim = lk_egress_redis_store_claim;
  iface->put = lk_egress_redis_store_put;
  iface->remove = lk_egress_redis_store_remove;
  iface->release = lk_egress_redis_store_release;
  iface->get_lease = lk_egress_redis_store_get_lease;
  iface->renew = lk_egress_redis_store_renew;
}
