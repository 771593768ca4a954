/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every make of a store does. */

#include <livekit-egress/livekit-egress.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lk-egress-store-entry-private.h"
#include "lk-test-folder.h"
#include "lk-test-redis.h"

#define OWNER "studio"
#define URL "https://livekit.example"

/* Milliseconds. Long enough for a machine with much to do. */
#define LEASE 1000

typedef struct
{
  LkTestRedis *redis; /* or a folder */
  char *folder;
  LkEgressStore *store;
} Fixture;

static LkEgressStore *
new_store (Fixture *fixture)
{
  if (fixture->folder != NULL)
    return LK_EGRESS_STORE (lk_egress_file_store_new (fixture->folder));

  return g_object_new (LK_EGRESS_TYPE_REDIS_STORE, "address",
                       lk_test_redis_get_address (fixture->redis), "lease", LEASE, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer make)
{
  if (g_str_equal (make, "file"))
    fixture->folder = g_dir_make_tmp ("lk-store-XXXXXX", NULL);
  else
    fixture->redis = lk_test_redis_new (NULL);
  if (fixture->folder != NULL || fixture->redis != NULL)
    fixture->store = new_store (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer make)
{
  if (fixture->store != NULL)
    g_assert_finalize_object (fixture->store);
  g_clear_pointer (&fixture->redis, lk_test_redis_free);
  if (fixture->folder != NULL)
    lk_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static LkEgressStoreEntry *
new_entry (const char *egress_id)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_room_composite ("demo", "grid");

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_RTMP,
                                "rtmp://live.example/app/verysecretkey");

  return lk_egress_store_entry_new (OWNER, URL, request, egress_id);
}

static void
put (LkEgressStore *store, LkEgressStoreEntry *entry)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (lk_egress_store_put (store, entry, NULL, &error));
  g_assert_no_error (error);
}

static GPtrArray *
claim (LkEgressStore *store)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = lk_egress_store_claim (store, OWNER, NULL, &error);

  g_assert_no_error (error);
  return entries;
}

static guint
renew (LkEgressStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lost = lk_egress_store_renew (store, OWNER, NULL, &error);

  g_assert_no_error (error);
  return lost->len;
}

static guint
count (LkEgressStore *store, const char *owner)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = lk_egress_store_list (store, owner, NULL, &error);

  g_assert_no_error (error);
  return entries->len;
}

static void
assert_busy (gboolean done, GError **error)
{
  g_assert_false (done);
  g_assert_error (*error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (error);
}

static void
test_keeps (Fixture *fixture, gconstpointer make)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry (NULL);
  g_autoptr (LkEgressStore) other = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  LkEgressStoreEntry *found;

  if (fixture->store == NULL)
    return;

  other = new_store (fixture);
  g_assert_cmpuint (count (fixture->store, OWNER), ==, 0);
  put (fixture->store, entry);
  lk_egress_store_entry_set_egress_id (entry, "EG_1");
  put (fixture->store, entry);
  g_assert_cmpuint (count (other, "other"), ==, 0);

  entries = lk_egress_store_list (other, OWNER, NULL, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  found = g_ptr_array_index (entries, 0);
  g_assert_no_error (lk_egress_store_entry_get_error (found));
  g_assert_cmpstr (lk_egress_store_entry_get_owner (found), ==, OWNER);
  g_assert_cmpstr (lk_egress_store_entry_get_key (found), ==,
                   lk_egress_store_entry_get_key (entry));
  g_assert_cmpstr (lk_egress_store_entry_get_server_url (found), ==, URL);
  g_assert_cmpstr (lk_egress_store_entry_get_egress_id (found), ==, "EG_1");
  g_assert_true (g_date_time_equal (lk_egress_store_entry_get_started_at (found),
                                    lk_egress_store_entry_get_started_at (entry)));
  g_assert_true (
      lk_egress_message_equal (LK_EGRESS_MESSAGE (lk_egress_store_entry_get_request (found)),
                               LK_EGRESS_MESSAGE (lk_egress_store_entry_get_request (entry))));

  g_assert_true (lk_egress_store_remove (fixture->store, entry, NULL, NULL));
  g_assert_cmpuint (count (other, OWNER), ==, 0);
  /* Once more is no harm. */
  g_assert_true (lk_egress_store_remove (fixture->store, entry, NULL, NULL));
}

/* An egress has a limit of its own, also that of none, or has not. */
static void
test_limits (Fixture *fixture, gconstpointer make)
{
  const gint64 limits[] = { -1, 0, 1, G_MAXUINT };
  g_autoptr (LkEgressStore) other = NULL;

  if (fixture->store == NULL)
    return;

  other = new_store (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_1");
      g_autoptr (GPtrArray) entries = NULL;
      guint found = 7;

      if (limits[i] >= 0)
        lk_egress_store_entry_set_max_duration (entry, (guint)limits[i]);
      put (fixture->store, entry);
      lk_egress_store_release (fixture->store, entry);
      entries = claim (other);
      g_assert_cmpuint (entries->len, ==, 1);
      g_assert_cmpint (lk_egress_store_entry_get_max_duration (entries->pdata[0], &found), ==,
                       limits[i] >= 0);
      g_assert_cmpuint (found, ==, limits[i] >= 0 ? limits[i] : 7);
      g_assert_true (lk_egress_store_remove (other, entries->pdata[0], NULL, NULL));
    }
}

static void
test_names (Fixture *fixture, gconstpointer make)
{
  g_autofree char *longest = g_strnfill (64, '%');
  g_autofree char *too_long = g_strnfill (65, 'a');
  const char *const good[]
      = { "..", "a/b", "a}:entries", "{a", "\xc3\xa9t\xc3\xa9", "a b", longest };
  const char *const bad[] = { "", too_long, "\xff" };

  if (fixture->store == NULL)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (LkEgressStoreEntry) entry = lk_egress_store_entry_new (good[i], URL, NULL, "EG_1");

      put (fixture->store, entry);
      for (guint j = 0; j < G_N_ELEMENTS (good); j++)
        g_assert_cmpuint (count (fixture->store, good[j]), ==, j <= i ? 1 : 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_egress_store_renew (fixture->store, bad[i], NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_cancelled (Fixture *fixture, gconstpointer make)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (LkEgressStoreEntry) entry = new_entry (NULL);
  g_autoptr (GError) error = NULL;

  if (fixture->store == NULL)
    return;

  g_cancellable_cancel (cancellable);
  g_assert_false (lk_egress_store_put (fixture->store, entry, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count (fixture->store, OWNER), ==, 0);
}

static void
test_claims (Fixture *fixture, gconstpointer make)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_1");
  g_autoptr (LkEgressStore) other = NULL;
  g_autoptr (GPtrArray) none = NULL, again = NULL, released = NULL, taken = NULL;
  g_autoptr (GError) error = NULL;

  if (fixture->store == NULL)
    return;

  other = new_store (fixture);
  put (fixture->store, entry);
  none = claim (other);
  g_assert_cmpuint (none->len, ==, 0);
  again = claim (fixture->store);
  g_assert_cmpuint (again->len, ==, 0);

  /* What is not ours is neither changed nor removed. */
  assert_busy (lk_egress_store_put (other, entry, NULL, &error), &error);
  assert_busy (lk_egress_store_remove (other, entry, NULL, &error), &error);
  lk_egress_store_release (other, entry);
  g_assert_cmpuint (count (other, OWNER), ==, 1);
  g_assert_cmpuint (renew (other), ==, 0);
  g_assert_cmpuint (renew (fixture->store), ==, 0);

  lk_egress_store_release (fixture->store, entry);
  released = claim (other);
  g_assert_cmpuint (released->len, ==, 1);
  taken = claim (fixture->store);
  g_assert_cmpuint (taken->len, ==, 0);
  assert_busy (lk_egress_store_remove (fixture->store, entry, NULL, &error), &error);
  g_assert_true (lk_egress_store_remove (other, g_ptr_array_index (released, 0), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (other, OWNER), ==, 0);
}

/* Claims as soon as there is anything to claim, for half a minute. */
static GPtrArray *
claim_at_last (LkEgressStore *store)
{
  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (GPtrArray) entries = claim (store);

      if (entries->len > 0)
        return g_steal_pointer (&entries);
      g_usleep (10000);
    }
  g_assert_not_reached ();
}

static void
put_and_die (Fixture *fixture)
{
  g_autoptr (LkEgressStore) store = new_store (fixture);
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_child");

  put (store, entry);
  kill (getpid (), SIGKILL);
}

static void
test_killed (Fixture *fixture, gconstpointer make)
{
  g_autoptr (GPtrArray) entries = NULL;
  pid_t child;
  int state;

  if (fixture->store == NULL)
    return;

  child = fork ();
  if (child == 0)
    put_and_die (fixture);
  g_assert_cmpint (waitpid (child, &state, 0), ==, child);
  g_assert_true (WIFSIGNALED (state));

  entries = claim_at_last (fixture->store);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpstr (lk_egress_store_entry_get_egress_id (g_ptr_array_index (entries, 0)), ==,
                   "EG_child");
}

/* Several processes write and claim at the same time: each leftover is claimed by exactly one. */

#define N_PROCESSES 4
#define N_ENTRIES 40

static void
claim_and_remove (Fixture *fixture)
{
  g_autoptr (LkEgressStore) store = new_store (fixture);
  guint n_claimed = 0;

  for (guint i = 0; i < N_ENTRIES / 2; i++)
    {
      g_autofree char *id = g_strdup_printf ("EG_own_%d_%u", getpid (), i);
      g_autoptr (LkEgressStoreEntry) entry = new_entry (id);
      g_autoptr (GPtrArray) entries = NULL;

      put (store, entry);
      entries = claim (store);
      for (guint j = 0; j < entries->len; j++)
        {
          LkEgressStoreEntry *leftover = g_ptr_array_index (entries, j);

          /* Those of the others that are alive are not among them. */
          if (lk_egress_store_entry_get_error (leftover) != NULL
              || !g_str_has_prefix (lk_egress_store_entry_get_egress_id (leftover), "EG_left_"))
            _exit (200);
          n_claimed++;
          if (!lk_egress_store_remove (store, leftover, NULL, NULL))
            _exit (201);
        }
      if (!lk_egress_store_remove (store, entry, NULL, NULL))
        _exit (202);
    }
  _exit ((int)n_claimed);
}

static void
test_processes (Fixture *fixture, gconstpointer make)
{
  pid_t children[N_PROCESSES];
  guint n_claimed = 0;

  if (fixture->store == NULL)
    return;

  for (guint i = 0; i < N_ENTRIES; i++)
    {
      g_autofree char *id = g_strdup_printf ("EG_left_%u", i);
      g_autoptr (LkEgressStoreEntry) entry = new_entry (id);

      put (fixture->store, entry);
      lk_egress_store_release (fixture->store, entry);
    }
  for (guint i = 0; i < N_PROCESSES; i++)
    {
      children[i] = fork ();
      if (children[i] == 0)
        claim_and_remove (fixture);
    }
  for (guint i = 0; i < N_PROCESSES; i++)
    {
      int state;

      g_assert_cmpint (waitpid (children[i], &state, 0), ==, children[i]);
      g_assert_true (WIFEXITED (state));
      g_assert_cmpint (WEXITSTATUS (state), <=, N_ENTRIES);
      n_claimed += (guint)WEXITSTATUS (state);
    }

  g_assert_cmpuint (n_claimed, ==, N_ENTRIES);
  g_assert_cmpuint (count (fixture->store, OWNER), ==, 0);
}

static void
test_too_large (Fixture *fixture, gconstpointer make)
{
  g_autofree char *name = g_strnfill (300 * 1024, 'r');
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_room_composite (name, NULL);
  g_autoptr (LkEgressStoreEntry) entry = lk_egress_store_entry_new (OWNER, URL, request, NULL);
  g_autoptr (GError) error = NULL;

  if (fixture->store == NULL)
    return;

  g_assert_false (lk_egress_store_put (fixture->store, entry, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
  g_assert_cmpuint (count (fixture->store, OWNER), ==, 0);
}

/* More than are read at a time, and as large as they may be. */
static void
test_many (Fixture *fixture, gconstpointer make)
{
  g_autofree char *name = g_strnfill (200 * 1024, 'r');
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_room_composite (name, NULL);
  g_autoptr (LkEgressStore) other = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  if (fixture->store == NULL)
    return;

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (LkEgressStoreEntry) entry = lk_egress_store_entry_new (OWNER, URL, request, NULL);

      put (fixture->store, entry);
      lk_egress_store_release (fixture->store, entry);
    }
  other = new_store (fixture);
  entries = claim (other);
  g_assert_cmpuint (entries->len, ==, 100);
  g_assert_cmpuint (count (other, OWNER), ==, 100);
}

static void
assert_exists (gboolean done, GError **error)
{
  g_assert_false (done);
  g_assert_error (*error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (error);
}

/* Two may look for the egress of a start that was never answered, and find the same. */
static void
test_taken (Fixture *fixture, gconstpointer make)
{
  g_autoptr (LkEgressStoreEntry) first = new_entry (NULL);
  g_autoptr (LkEgressStoreEntry) second = new_entry (NULL);
  g_autoptr (LkEgressStore) other = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;

  if (fixture->store == NULL)
    return;

  other = new_store (fixture);
  put (fixture->store, first);
  put (other, second);
  lk_egress_store_entry_set_egress_id (first, "EG_1");
  lk_egress_store_entry_set_egress_id (second, "EG_1");
  put (fixture->store, first);
  put (fixture->store, first);
  assert_exists (lk_egress_store_put (other, second, NULL, &error), &error);
  assert_exists (lk_egress_store_remove (other, second, NULL, &error), &error);
  g_assert_cmpuint (count (other, OWNER), ==, 2);

  /* It is as it was, for whoever is next. */
  g_assert_cmpuint (renew (fixture->store), ==, 0);
  lk_egress_store_release (other, second);
  entries = claim (other);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_null (lk_egress_store_entry_get_egress_id (g_ptr_array_index (entries, 0)));

  g_assert_true (lk_egress_store_remove (fixture->store, first, NULL, NULL));
  put (other, second);
  g_assert_true (lk_egress_store_remove (other, second, NULL, NULL));
  g_assert_cmpuint (count (other, OWNER), ==, 0);
}

int
main (int argc, char **argv)
{
  static const char *const makes[] = { "file", "redis" };
  static const struct
  {
    const char *name;
    void (*func) (Fixture *, gconstpointer);
  } rows[] = {
    { "keeps", test_keeps },         { "limits", test_limits },       { "names", test_names },
    { "cancelled", test_cancelled }, { "claims", test_claims },       { "killed", test_killed },
    { "processes", test_processes }, { "too-large", test_too_large }, { "many", test_many },
    { "taken", test_taken },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (makes); i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (rows); j++)
        {
          g_autofree char *path = g_strdup_printf ("/store/%s/%s", makes[i], rows[j].name);

          g_test_add (path, Fixture, makes[i], set_up, rows[j].func, tear_down);
        }
    }

  return g_test_run ();
}
