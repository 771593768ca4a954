/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls of a worker that listens: one that is not to be found, not reached, or does not want us
 * yet. */

#include <gio/gio.h>
#include <gst/gst.h>
#include <srt/srt.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegresssrtcaller.h"

#define MOMENT (10 * GST_MSECOND)

/*** Names ***/

/* Knows one name, which has an address of each family. */
typedef GResolver FakeResolver;
typedef GResolverClass FakeResolverClass;

static GType fake_resolver_get_type (void);

G_DEFINE_TYPE (FakeResolver, fake_resolver, G_TYPE_RESOLVER)

static GList *
lookup_with_flags (GResolver *resolver,
                   const char *name,
                   GResolverNameLookupFlags flags,
                   GCancellable *cancellable,
                   GError **error)
{
  GList *addresses = NULL;

  if (!g_str_equal (name, "worker.example"))
    {
      g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "There is no %s", name);
      return NULL;
    }

  if (flags != G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY)
    addresses = g_list_prepend (addresses, g_inet_address_new_from_string ("127.0.0.1"));
  if (flags != G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY)
    addresses = g_list_prepend (addresses, g_inet_address_new_from_string ("::1"));

  return addresses;
}

static GList *
lookup (GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
  return lookup_with_flags (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable,
                            error);
}

static void
fake_resolver_class_init (FakeResolverClass *klass)
{
  klass->lookup_by_name = lookup;
  klass->lookup_by_name_with_flags = lookup_with_flags;
}

static void
fake_resolver_init (FakeResolver *self)
{
}

/*** A worker ***/

typedef struct
{
  SRTSOCKET socket;
  guint port;
  char *passphrase;
  gint n_calls;    /* atomic */
  gint n_unwanted; /* of them, that are refused */
} Worker;

/* In a thread of libsrt. */
static int
on_call (void *opaque, SRTSOCKET socket, int version, const struct sockaddr *peer, const char *id)
{
  Worker *self = opaque;

  if (g_atomic_int_add (&self->n_calls, 1) < self->n_unwanted)
    return -1;

  return srt_setsockflag (socket, SRTO_PASSPHRASE, self->passphrase,
                          (int)strlen (self->passphrase));
}

static void
worker_init (Worker *self, guint n_unwanted)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  struct sockaddr_storage native;
  int size = sizeof native;

  *self = (Worker){ .n_unwanted = (gint)n_unwanted };
  g_assert_true (g_socket_address_to_native (any, &native, sizeof native, NULL));
  self->socket = srt_create_socket ();
  g_assert_cmpint (srt_listen_callback (self->socket, on_call, self), ==, 0);
  g_assert_cmpint (srt_bind (self->socket, (struct sockaddr *)&native,
                             (int)g_socket_address_get_native_size (any)),
                   ==, 0);
  g_assert_cmpint (srt_listen (self->socket, 5), ==, 0);
  g_assert_cmpint (srt_getsockname (self->socket, (struct sockaddr *)&native, &size), ==, 0);
  bound = g_socket_address_new_from_native (&native, (gsize)size);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

/* The passphrase of the run, for what it accepts. */
static void
worker_take_secret (Worker *self, GstLiveKitEgressSrtCaller *caller)
{
  g_autofree char *url = gst_livekit_egress_srt_caller_dup_url (caller);
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GHashTable) query
      = g_uri_parse_params (g_uri_get_query (uri), -1, "&", G_URI_PARAMS_NONE, NULL);

  self->passphrase = g_strdup (g_hash_table_lookup (query, "passphrase"));
}

/*** Calls ***/

typedef struct
{
  gboolean connected;
  char *failure; /* the last */
} State;

static void
on_connected (gboolean connected, gpointer user_data)
{
  State *state = user_data;

  state->connected = connected;
}

static void
on_failed (const char *why, gpointer user_data)
{
  State *state = user_data;

  g_free (state->failure);
  state->failure = g_strdup (why);
}

static const GstLiveKitEgressSrtCallerFuncs funcs = { on_connected, on_failed };

static GstLiveKitEgressSrtCaller *
make_caller (const char *host, guint port, State *state)
{
  g_autofree char *location = g_strdup_printf ("srt://%s:%u", host, port);
  g_autoptr (GError) error = NULL;
  GstLiveKitEgressSrtCaller *self
      = gst_livekit_egress_srt_caller_new (location, 20, &funcs, state, &error);

  g_assert_no_error (error);

  return self;
}

static void
read_nothing (GstLiveKitEgressSrtCaller *self, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  GstClockTime age;

  g_assert_null (gst_livekit_egress_srt_caller_read (self, MOMENT, &age, cancellable, &error));
  g_assert_no_error (error);
}

/* Refused, it calls again until it is wanted. By a name, too: then by its IPv4 address, since the
 * worker listens on no other. */
static void
test_unwanted (gconstpointer host)
{
  State state = { 0 };
  g_autofree char *failed = NULL;
  GstLiveKitEgressSrtCaller *caller;
  Worker worker;

  worker_init (&worker, 2);
  failed = g_strdup_printf ("the worker cannot be reached at %s port %u: ", (const char *)host,
                            worker.port);
  caller = make_caller (host, worker.port, &state);
  worker_take_secret (&worker, caller);
  while (!state.connected)
    read_nothing (caller, NULL);
  g_assert_true (g_str_has_prefix (state.failure, failed));
  g_assert_null (strstr (state.failure, worker.passphrase));
  g_assert_cmpint (g_atomic_int_get (&worker.n_calls), >, worker.n_unwanted);
  srt_close (worker.socket);
  g_free (worker.passphrase);
  g_free (state.failure);
  gst_livekit_egress_srt_caller_free (caller);
}

/* What stands in the way of a call is no error of the stream: it is tried again, also when there is
 * nobody to call, or somebody gives up meanwhile. */
static void
test_not_found (void)
{
  State state = { 0 };
  GstLiveKitEgressSrtCaller *caller = make_caller ("nobody.example", 9, &state);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  read_nothing (caller, NULL);
  g_assert_cmpstr (state.failure, ==,
                   "the worker cannot be reached at nobody.example port 9: There is no "
                   "nobody.example");
  for (guint i = 0; i < 3; i++)
    {
      read_nothing (caller, NULL);
      read_nothing (caller, cancelled);
    }
  g_assert_false (state.connected);
  g_free (state.failure);
  gst_livekit_egress_srt_caller_free (caller);
}

typedef struct
{
  const char *host;
  gboolean is_local;
  const char *url; /* the beginning */
} UrlRow;

/* A worker listens on all addresses of IPv4, unless it is on this machine. */
static void
test_url (void)
{
  static const UrlRow rows[] = {
    { "127.0.0.1", TRUE, "srt://127.0.0.1:7000?" },
    { "localhost", TRUE, "srt://127.0.0.1:7000?" },
    { "[::1]", TRUE, "srt://[::1]:7000?" },
    { "192.0.2.1", FALSE, "srt://0.0.0.0:7000?" },
    { "worker.example", FALSE, "srt://0.0.0.0:7000?" },
    { "[2001:db8::1]", FALSE, "srt://[2001:db8::1]:7000?" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      State state = { 0 };
      GstLiveKitEgressSrtCaller *caller = make_caller (rows[i].host, 7000, &state);
      g_autofree char *url = gst_livekit_egress_srt_caller_dup_url (caller);

      g_assert_cmpint (gst_livekit_egress_srt_caller_is_local (caller), ==, rows[i].is_local);
      if (!g_str_has_prefix (url, rows[i].url))
        g_error ("%s: %s", rows[i].host, url);
      gst_livekit_egress_srt_caller_free (caller);
    }
}

static void
test_wrong_location (void)
{
  static const char *const locations[] = { "srt://host:7000/path", "srt://host:7000#end",
                                           "srt://host:0", "srt://host:7000?mode=caller" };

  for (guint i = 0; i < G_N_ELEMENTS (locations); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gst_livekit_egress_srt_caller_new (locations[i], 20, &funcs, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GResolver) resolver = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();
  srt_startup ();
  resolver = g_object_new (fake_resolver_get_type (), NULL);
  g_resolver_set_default (resolver);

  g_test_add_data_func ("/srt-caller/unwanted/address", "127.0.0.1", test_unwanted);
  g_test_add_data_func ("/srt-caller/unwanted/name", "worker.example", test_unwanted);
  g_test_add_func ("/srt-caller/not-found", test_not_found);
  g_test_add_func ("/srt-caller/url", test_url);
  g_test_add_func ("/srt-caller/wrong-location", test_wrong_location);

  status = g_test_run ();
  srt_cleanup ();
  return status;
}
