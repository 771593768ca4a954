/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The end of a service whose store does not answer. */

#include "fake-egress.h"
#include "lk-egress-file-store.h"
#include "lk-egress-redis-store.h"
#include "lk-egress-service.h"
#include "lk-test-folder.h"

/* Far more than the test may take. */
#define TIMEOUT 60000

/*** A store that does what that in a folder does, or nothing as long as it is stuck ***/

#define SLOW_TYPE_STORE (slow_store_get_type ())
G_DECLARE_FINAL_TYPE (SlowStore, slow_store, SLOW, STORE, GObject)

struct _SlowStore
{
  GObject parent_instance;

  LkEgressStore *store;
  GMutex lock;
  GCond changed;
  gboolean stuck;
  guint lease;    /* milliseconds, or 0 */
  gboolean loses; /* all that is claimed, when it is to be renewed */
};

static void slow_store_iface_init (LkEgressStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SlowStore,
                               slow_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (LK_EGRESS_TYPE_STORE, slow_store_iface_init))

static void
slow_store_finalize (GObject *object)
{
  g_object_unref (SLOW_STORE (object)->store);
  g_mutex_clear (&SLOW_STORE (object)->lock);
  g_cond_clear (&SLOW_STORE (object)->changed);

  G_OBJECT_CLASS (slow_store_parent_class)->finalize (object);
}

static void
slow_store_class_init (SlowStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = slow_store_finalize;
}

static void
slow_store_init (SlowStore *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

static void
set_stuck (SlowStore *self, gboolean stuck)
{
  g_mutex_lock (&self->lock);
  self->stuck = stuck;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* The store of the folder, when nothing is stuck. */
static LkEgressStore *
get_store (LkEgressStore *store)
{
  SlowStore *self = SLOW_STORE (store);

  g_mutex_lock (&self->lock);
  while (self->stuck)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);

  return self->store;
}

static GPtrArray *
slow_store_list (LkEgressStore *self, const char *owner, GCancellable *cancellable, GError **error)
{
  return lk_egress_store_list (get_store (self), owner, cancellable, error);
}

static GPtrArray *
slow_store_claim (LkEgressStore *self, const char *owner, GCancellable *cancellable, GError **error)
{
  return lk_egress_store_claim (get_store (self), owner, cancellable, error);
}

static gboolean
slow_store_put (LkEgressStore *self,
                LkEgressStoreEntry *entry,
                GCancellable *cancellable,
                GError **error)
{
  return lk_egress_store_put (get_store (self), entry, cancellable, error);
}

static gboolean
slow_store_remove (LkEgressStore *self,
                   LkEgressStoreEntry *entry,
                   GCancellable *cancellable,
                   GError **error)
{
  return lk_egress_store_remove (get_store (self), entry, cancellable, error);
}

static void
slow_store_release (LkEgressStore *self, LkEgressStoreEntry *entry)
{
  lk_egress_store_release (get_store (self), entry);
}

static guint
slow_store_get_lease (LkEgressStore *self)
{
  return SLOW_STORE (self)->lease;
}

static GPtrArray *
slow_store_renew (LkEgressStore *self, const char *owner, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) entries
      = lk_egress_store_list (get_store (self), owner, cancellable, error);
  GPtrArray *lost = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; g_atomic_int_get (&SLOW_STORE (self)->loses) && i < entries->len; i++)
    g_ptr_array_add (lost,
                     g_strdup (lk_egress_store_entry_get_key (g_ptr_array_index (entries, i))));

  return lost;
}

static void
slow_store_iface_init (LkEgressStoreInterface *iface)
{
  iface->list = slow_store_list;
  iface->claim = slow_store_claim;
  iface->put = slow_store_put;
  iface->remove = slow_store_remove;
  iface->release = slow_store_release;
  iface->get_lease = slow_store_get_lease;
  iface->renew = slow_store_renew;
}

/*** The tests ***/

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  char *folder;
  SlowStore *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  /* With these pauses nothing is asked that the test does not ask. */
  lk_egress_client_set_time_scale (fixture->client, 1e6);
  fixture->folder = g_dir_make_tmp ("store-XXXXXX", NULL);
  fixture->store = g_object_new (SLOW_TYPE_STORE, NULL);
  fixture->store->store = LK_EGRESS_STORE (lk_egress_file_store_new (fixture->folder));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (fixture->store);
  g_object_unref (fixture->client);
  fake_egress_free (fixture->server);
  lk_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static LkEgressService *
new_service (Fixture *fixture, gpointer store)
{
  return g_object_new (LK_EGRESS_TYPE_SERVICE, "client", fixture->client, "name", "recorder",
                       "store", store, NULL);
}

static gboolean
shut_down (LkEgressService *service, LkEgressShutdown how, guint deadline, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  lk_egress_service_shutdown_async (service, how, deadline, NULL, fake_wait_done, &wait);

  return lk_egress_service_shutdown_finish (service, fake_wait_for (&wait), error);
}

static void
wait_stored (Fixture *fixture, guint n)
{
  for (;;)
    {
      g_autoptr (GPtrArray) entries
          = lk_egress_store_list (fixture->store->store, "recorder", NULL, NULL);

      if (entries->len == n)
        return;
      g_usleep (1000);
    }
}

/* An egress is stopped, or left, and the store does not answer: until the deadline, and after the
 * service is gone. What was to be stored is, when it answers at last. */
static void
test_stuck (Fixture *fixture, gconstpointer leave)
{
  g_autoptr (LkEgressService) service = new_service (fixture, fixture->store);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (GError) error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", "EG_1", "STARTING", 1);
  job = lk_egress_service_start (service, request, NULL, &error);
  g_assert_no_error (error);

  set_stuck (fixture->store, TRUE);
  fake_egress_reply_info (fixture->server, "StopEgress", "EG_1", "COMPLETE", 2);
  g_assert_false (shut_down (
      service, leave != NULL ? LK_EGRESS_SHUTDOWN_LEAVE : LK_EGRESS_SHUTDOWN_STOP, 100, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "store of the service recorder has not taken"));
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, leave != NULL ? 0 : 1);
  g_clear_object (&job);
  g_assert_finalize_object (g_steal_pointer (&service));
  wait_stored (fixture, 1);

  set_stuck (fixture->store, FALSE);
  if (leave == NULL)
    {
      wait_stored (fixture, 0);
      return;
    }
  for (;;)
    {
      g_autoptr (LkEgressFileStore) other = lk_egress_file_store_new (fixture->folder);
      g_autoptr (GPtrArray) entries
          = lk_egress_store_claim (LK_EGRESS_STORE (other), "recorder", NULL, NULL);

      if (entries->len == 1)
        break;
      g_usleep (1000);
    }
}

/* It goes without a shutdown. */
static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressService) service = new_service (fixture, fixture->store);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (GError) error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", "EG_1", "STARTING", 1);
  job = lk_egress_service_start (service, request, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&job);

  set_stuck (fixture->store, TRUE);
  g_assert_finalize_object (g_steal_pointer (&service));
  set_stuck (fixture->store, FALSE);
}

/* A start that is being stored is not sent any more, and so it is none that may still run. */
static void
test_start (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressService) service = new_service (fixture, fixture->store);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (GError) error = NULL;

  set_stuck (fixture->store, TRUE);
  lk_egress_service_start_async (service, request, NULL, fake_wait_done, &wait);
  g_assert_false (shut_down (service, LK_EGRESS_SHUTDOWN_STOP, 100, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "has not taken the last 2 changes"));
  g_clear_error (&error);

  set_stuck (fixture->store, FALSE);
  g_assert_null (lk_egress_service_start_finish (service, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
  g_clear_object (&service);
  wait_stored (fixture, 0);
}

/* Its job is asked to stop while it is being stored. */
static void
test_stopped_start (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressService) service = new_service (fixture, fixture->store);
  GListModel *active = lk_egress_service_get_active_jobs (service);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressJob) job = NULL;
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (GError) error = NULL;

  set_stuck (fixture->store, TRUE);
  lk_egress_service_start_async (service, request, NULL, fake_wait_done, &wait);
  job = g_list_model_get_item (active, 0);
  g_assert_true (lk_egress_job_stop (job, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_FAILED);
  g_assert_cmpuint (g_list_model_get_n_items (active), ==, 0);

  set_stuck (fixture->store, FALSE);
  g_assert_null (lk_egress_service_start_finish (service, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
  fake_egress_assert_sample (
      service, "egress_errors_total{request_type=\"participant\",error_code=\"cancelled\"} 1\n");
  g_clear_object (&service);
  wait_stored (fixture, 0);
}

static void
let_go (GListModel *jobs, guint position, guint removed, guint added, LkEgressService **service)
{
  if (removed > 0)
    g_clear_object (service);
}

/* Others have taken all that the service had, and it is let go when the first job leaves it. */
static void
test_lost (Fixture *fixture, gconstpointer data)
{
  LkEgressService *service;
  gpointer gone;

  fixture->store->lease = 60;
  gone = service = new_service (fixture, fixture->store);
  g_object_add_weak_pointer (gone, &gone);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("EG_%u", i);
      g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
      g_autoptr (LkEgressJob) job = NULL;
      g_autoptr (GError) error = NULL;

      fake_egress_reply_info (fixture->server, "StartEgress", id, "STARTING", 1);
      job = lk_egress_service_start (service, request, NULL, &error);
      g_assert_no_error (error);
    }
  g_signal_connect (lk_egress_service_get_jobs (service), "items-changed", G_CALLBACK (let_go),
                    &service);
  g_atomic_int_set (&fixture->store->loses, TRUE);
  while (gone != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Redis takes connections and reads nothing. The service has nothing to store. */
static void
test_silent_redis (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) listener
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *uri = NULL;
  g_autoptr (LkEgressStore) store = NULL;
  g_autoptr (LkEgressService) service = NULL;
  LkEgressJob *job;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_socket_bind (listener, any, FALSE, NULL));
  g_assert_true (g_socket_listen (listener, NULL));
  address = g_socket_get_local_address (listener, NULL);
  uri = g_strdup_printf ("redis://127.0.0.1:%u",
                         g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  store = g_object_new (LK_EGRESS_TYPE_REDIS_STORE, "address", uri, "timeout", TIMEOUT, "lease",
                        3 * TIMEOUT, NULL);
  service = new_service (fixture, store);
  fake_egress_always_list (fixture->server, "EG_1", "ACTIVE", 1);
  job = lk_egress_service_attach (service, "EG_1", NULL, &error);
  g_assert_no_error (error);
  g_object_unref (job);

  fake_egress_reply_info (fixture->server, "StopEgress", "EG_1", "COMPLETE", 2);
  g_assert_true (shut_down (service, LK_EGRESS_SHUTDOWN_STOP, TIMEOUT, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (&service));
}

#define ADD(name, data, test)                                                                      \
  g_test_add ("/service-shutdown/" name, Fixture, data, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("stuck", NULL, test_stuck);
  ADD ("stuck-leave", "leave", test_stuck);
  ADD ("dropped", NULL, test_dropped);
  ADD ("start", NULL, test_start);
  ADD ("stopped-start", NULL, test_stopped_start);
  ADD ("lost", NULL, test_lost);
  ADD ("silent-redis", NULL, test_silent_redis);

  return g_test_run ();
}
