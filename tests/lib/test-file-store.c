/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A store in a folder: how it keeps what every store does, see test-store-contract.c, and what may
 * go wrong with the disk. */

/* For locks of a file that belong to who opened it and not to the process. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <livekit-egress/livekit-egress.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lk-egress-store-entry-private.h"
#include "lk-test-folder.h"

#define OWNER "studio"
#define URL "https://livekit.example"
#define KEY "0123456789abcdef"

typedef struct
{
  char *path;
  LkEgressStore *store;
} Fixture;

static LkEgressStore *
new_store (Fixture *fixture)
{
  return LK_EGRESS_STORE (lk_egress_file_store_new (fixture->path));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->path = g_dir_make_tmp ("lk-store-XXXXXX", NULL);
  fixture->store = new_store (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->store);
  lk_test_remove_folder (fixture->path);
  g_free (fixture->path);
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
claim (LkEgressStore *store, const char *owner)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = lk_egress_store_claim (store, owner, NULL, &error);

  g_assert_no_error (error);
  return entries;
}

static guint
count (LkEgressStore *store, const char *owner)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = lk_egress_store_list (store, owner, NULL, &error);

  g_assert_no_error (error);
  return entries->len;
}

static char *
get_folder (Fixture *fixture)
{
  return g_build_filename (fixture->path, "owners", OWNER, NULL);
}

static char *
get_file (Fixture *fixture, const char *key, const char *suffix)
{
  g_autofree char *folder = get_folder (fixture);
  g_autofree char *name = g_strconcat (key, suffix, NULL);

  return g_build_filename (folder, name, NULL);
}

/* A file of an entry, written by hand. */
static void
write_file (Fixture *fixture, const char *key, const char *suffix, const char *text)
{
  g_autofree char *folder = get_folder (fixture);
  g_autofree char *path = get_file (fixture, key, suffix);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Runs func in a process of its own, which has to end by exit status 0. */
static void
in_child (void (*func) (Fixture *), Fixture *fixture)
{
  pid_t child = fork ();
  int state;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      func (fixture);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &state, 0), ==, child);
  g_assert_true (WIFEXITED (state));
  g_assert_cmpint (WEXITSTATUS (state), ==, 0);
}

/*** What it keeps ***/

static void
test_keeps (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry (NULL);
  g_autoptr (LkEgressStore) other = new_store (fixture);
  g_autofree char *path = get_file (fixture, lk_egress_store_entry_get_key (entry), ".json");
  g_autofree char *text = NULL;
  struct stat state;

  g_assert_cmpuint (count (fixture->store, OWNER), ==, 0);
  put (fixture->store, entry);
  g_assert_cmpuint (count (other, OWNER), ==, 1);
  g_assert_cmpuint (count (other, "other"), ==, 0);

  lk_egress_store_entry_set_egress_id (entry, "EG_1");
  put (fixture->store, entry);
  g_assert_cmpint (g_stat (path, &state), ==, 0);
  g_assert_cmpuint (state.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"demo\""));
  g_assert_null (strstr (text, "secret"));

  g_assert_true (lk_egress_store_remove (fixture->store, entry, NULL, NULL));
  g_assert_cmpuint (count (other, OWNER), ==, 0);
  /* Once more is no harm. */
  g_assert_true (lk_egress_store_remove (fixture->store, entry, NULL, NULL));
}

static void
test_matches (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry (NULL);
  g_autoptr (LkEgressStoreEntry) attached = lk_egress_store_entry_new (OWNER, URL, NULL, "EG_1");
  g_autoptr (LkEgressRequest) same = lk_egress_request_new_room_composite ("demo", "grid");
  g_autoptr (LkEgressRequest) other = lk_egress_request_new_room_composite ("demo", "grid");

  lk_egress_request_add_stream (same, LK_EGRESS_STREAM_PROTOCOL_RTMP,
                                "rtmp://live.example/app/verysecretkey");
  lk_egress_request_add_stream (other, LK_EGRESS_STREAM_PROTOCOL_RTMP,
                                "rtmp://live.example/other/verysecretkey");
  g_assert_true (lk_egress_store_entry_matches (entry, same));
  g_assert_false (lk_egress_store_entry_matches (entry, other));
  g_assert_false (lk_egress_store_entry_matches (attached, same));

  put (fixture->store, attached);
  g_assert_cmpuint (count (fixture->store, OWNER), ==, 1);
}

/* No name leads out of the folder. */
static void
test_names (Fixture *fixture, gconstpointer data)
{
  static const char *const good[]
      = { "..", ".", "a/b", "../x", "\xc3\xa9t\xc3\xa9", "a b%2F", "lock" };
  g_autofree char *folder = g_build_filename (fixture->path, "owners", NULL);
  g_autofree char *longest = g_strnfill (64, '%');
  g_autofree char *too_long = g_strnfill (65, 'a');
  const char *const bad[] = { "", too_long, "\xff" };
  g_autoptr (GDir) dir = NULL;
  guint n_folders = 0;

  for (guint i = 0; i <= G_N_ELEMENTS (good); i++)
    {
      const char *owner = i < G_N_ELEMENTS (good) ? good[i] : longest;
      g_autoptr (LkEgressStoreEntry) entry = lk_egress_store_entry_new (owner, URL, NULL, "EG_1");
      g_autoptr (LkEgressStore) other = new_store (fixture);
      g_autoptr (GPtrArray) entries = NULL;

      put (fixture->store, entry);
      entries = lk_egress_store_list (other, owner, NULL, NULL);
      g_assert_cmpuint (entries->len, ==, 1);
      g_assert_no_error (lk_egress_store_entry_get_error (g_ptr_array_index (entries, 0)));
    }
  dir = g_dir_open (folder, 0, NULL);
  while (g_dir_read_name (dir) != NULL)
    n_folders++;
  g_assert_cmpuint (n_folders, ==, G_N_ELEMENTS (good) + 1);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (LkEgressStoreEntry) entry = lk_egress_store_entry_new (bad[i], URL, NULL, "EG_1");
      g_autoptr (GError) error = NULL;

      g_assert_false (lk_egress_store_put (fixture->store, entry, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
      g_assert_null (lk_egress_store_claim (fixture->store, bad[i], NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

/* As the environment says. */
static void
test_default (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressFileStore) store = lk_egress_file_store_new (NULL);
  g_autofree char *expected = g_build_filename (g_get_user_state_dir (), "livekit-egress", NULL);

  g_assert_cmpstr (lk_egress_file_store_get_path (store), ==, expected);
}

/*** Claims ***/

/* The claims of a store end with it. */
static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_1");
  LkEgressStore *other = new_store (fixture);
  g_autoptr (GPtrArray) entries = NULL;

  put (other, entry);
  g_assert_finalize_object (other);
  entries = claim (fixture->store, OWNER);
  g_assert_cmpuint (entries->len, ==, 1);
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
claim_nothing (Fixture *fixture)
{
  g_autoptr (LkEgressStore) store = new_store (fixture);
  g_autoptr (GPtrArray) entries = claim (store, OWNER);

  _exit (entries->len == 0 ? 0 : 1);
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) entries = NULL;
  pid_t child = fork ();
  int state;

  if (child == 0)
    put_and_die (fixture);
  g_assert_cmpint (waitpid (child, &state, 0), ==, child);
  g_assert_true (WIFSIGNALED (state));

  entries = claim (fixture->store, OWNER);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpstr (lk_egress_store_entry_get_egress_id (g_ptr_array_index (entries, 0)), ==,
                   "EG_child");
  in_child (claim_nothing, fixture);
}

/*** What may go wrong ***/

#define OF_EGRESS(more)                                                                            \
  "{\"owner\":\"studio\",\"server_url\":\"u\",\"started_at\":\"2026-01-01T00:00:00Z\","            \
  "\"egress_id\":\"EG_1\"," more "}"

/* What an older version wrote has less in it, and what a newer one wrote has more. */
static void
test_versions (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { OF_EGRESS ("\"request\":{\"room_name\":\"demo\"}"),
                                       OF_EGRESS ("\"of_a_later_version\":{\"a\":[1]}") };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GPtrArray) entries = NULL;
      LkEgressStoreEntry *entry;
      guint limit;

      write_file (fixture, KEY, ".json", texts[i]);
      entries = claim (fixture->store, OWNER);
      g_assert_cmpuint (entries->len, ==, 1);
      entry = g_ptr_array_index (entries, 0);
      g_assert_no_error (lk_egress_store_entry_get_error (entry));
      g_assert_cmpstr (lk_egress_store_entry_get_egress_id (entry), ==, "EG_1");
      g_assert_false (lk_egress_store_entry_get_max_duration (entry, &limit));
      lk_egress_store_release (fixture->store, entry);
    }
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  static const char *const damages[] = {
    "",
    "{",
    "\xff\xfe",
    "[]",
    "7",
    "{\"owner\":\"studio\"}",
    "{\"owner\":\"other\",\"server_url\":\"u\",\"started_at\":\"2026-01-01T00:00:00Z\","
    "\"egress_id\":\"EG_1\"}",
    "{\"owner\":\"studio\",\"server_url\":\"u\",\"started_at\":\"yesterday\",\"egress_id\":\"EG_1\"}",
    "{\"owner\":\"studio\",\"server_url\":\"u\",\"started_at\":\"2026-01-01T00:00:00Z\"}",
    "{\"owner\":\"studio\",\"server_url\":7,\"started_at\":{},\"egress_id\":[]}",
    "{\"owner\":\"studio\",\"server_url\":\"u\",\"started_at\":\"2026-01-01T00:00:00Z\","
    "\"request\":{\"room_name\":7}}",
    OF_EGRESS ("\"max_duration\":\"1h\""),
    OF_EGRESS ("\"max_duration\":-1"),
    OF_EGRESS ("\"max_duration\":1.5"),
    OF_EGRESS ("\"max_duration\":4294967296"),
  };
  g_autofree char *path = get_file (fixture, KEY, ".json");

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr (LkEgressStoreEntry) good = new_entry ("EG_good");
      g_autoptr (GPtrArray) entries = NULL;
      g_autofree char *text = NULL;
      guint n_damaged = 0;

      write_file (fixture, KEY, ".json", damages[i]);
      put (fixture->store, good);
      lk_egress_store_release (fixture->store, good);

      entries = claim (fixture->store, OWNER);
      g_assert_cmpuint (entries->len, ==, 2);
      for (guint j = 0; j < entries->len; j++)
        {
          LkEgressStoreEntry *entry = g_ptr_array_index (entries, j);
          const GError *error = lk_egress_store_entry_get_error (entry);

          if (error == NULL)
            {
              g_assert_true (lk_egress_store_remove (fixture->store, entry, NULL, NULL));
              continue;
            }
          n_damaged++;
          g_assert_nonnull (strstr (error->message, path));
          g_assert_cmpstr (lk_egress_store_entry_get_key (entry), ==, KEY);
          g_assert_null (lk_egress_store_entry_get_egress_id (entry));
          lk_egress_store_release (fixture->store, entry);
        }
      g_assert_cmpuint (n_damaged, ==, 1);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, damages[i]);
    }
}

/* Too large, a link to nowhere, a folder: all are named, none hangs. */
static void
test_odd_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *huge = g_strnfill (300 * 1024, ' ');
  g_autofree char *fifo = get_file (fixture, "1111111111111111", ".json");
  g_autofree char *folder = get_file (fixture, "2222222222222222", ".json");
  g_autoptr (GPtrArray) entries = NULL;

  write_file (fixture, KEY, ".json", huge);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  write_file (fixture, "nothing", ".json", "of ours");
  write_file (fixture, "ffffffffffffffff", ".json", "no key");

  entries = lk_egress_store_list (fixture->store, OWNER, NULL, NULL);
  g_assert_cmpuint (entries->len, ==, 3);
  for (guint i = 0; i < entries->len; i++)
    g_assert_nonnull (lk_egress_store_entry_get_error (g_ptr_array_index (entries, i)));
}

/* What a crash before the rename has left is cleaned away, but not while it is written. */
static void
test_unfinished (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_1");
  const char *key = lk_egress_store_entry_get_key (entry);
  g_autofree char *dead = get_file (fixture, KEY, ".json.AB12CD");
  g_autofree char *alive = get_file (fixture, key, ".json.EF34GH");
  g_autoptr (LkEgressStore) other = new_store (fixture);
  g_autoptr (GPtrArray) entries = NULL;

  put (fixture->store, entry);
  write_file (fixture, KEY, ".json.AB12CD", "{\"owner\":\"st");
  write_file (fixture, key, ".json.EF34GH", "{\"owner\":\"st");

  entries = claim (other, OWNER);
  g_assert_cmpuint (entries->len, ==, 0);
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (alive, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count (other, OWNER), ==, 1);
}

static void
test_bound (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) last = new_entry ("EG_last");
  g_autoptr (LkEgressStoreEntry) refused = new_entry ("EG_refused");
  g_autofree char *model = get_file (fixture, KEY, ".json");
  g_autoptr (GError) error = NULL;

  write_file (fixture, KEY, ".json",
              "{\"owner\":\"studio\",\"server_url\":\"u\",\"egress_id\":\"EG_1\","
              "\"started_at\":\"2026-01-01T00:00:00Z\"}");
  for (guint i = 0; i < 9998; i++)
    {
      g_autofree char *key = g_strdup_printf ("%016x", i);
      g_autofree char *path = get_file (fixture, key, ".json");

      g_assert_cmpint (link (model, path), ==, 0);
    }

  put (fixture->store, last);
  g_assert_cmpuint (count (fixture->store, OWNER), ==, 10000);
  g_assert_false (lk_egress_store_put (fixture->store, refused, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  /* Those that are there can be put again and removed. */
  put (fixture->store, last);
  g_assert_true (lk_egress_store_remove (fixture->store, last, NULL, NULL));
  put (fixture->store, refused);
}

static LkEgressStoreEntry *kept;

static void
assert_kept (Fixture *fixture)
{
  g_autoptr (GPtrArray) entries = lk_egress_store_list (fixture->store, OWNER, NULL, NULL);

  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpstr (lk_egress_store_entry_get_egress_id (g_ptr_array_index (entries, 0)), ==,
                   "EG_kept");
}

/* Fails with this error, and what was stored before stays; then there is room again. */
static void
assert_put_fails (Fixture *fixture, GIOErrorEnum code)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_new");
  g_autofree char *folder = get_folder (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  lk_egress_store_entry_set_egress_id (kept, "EG_changed");
  g_assert_false (lk_egress_store_put (fixture->store, kept, NULL, &error));
  g_assert_error (error, G_IO_ERROR, (int)code);
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_clear_error (&error);
  g_assert_false (lk_egress_store_put (fixture->store, entry, NULL, &error));
  g_assert_error (error, G_IO_ERROR, (int)code);
  assert_kept (fixture);

  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_true (g_str_has_suffix (name, ".json"));
}

/* A file that may not grow is as good as a disk that is full, and needs no rights. */
static void
fill (Fixture *fixture)
{
  const struct rlimit none = { 16, 16 };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  assert_put_fails (fixture, G_IO_ERROR_FAILED);
}

static void
test_file_limit (Fixture *fixture, gconstpointer data)
{
  kept = new_entry ("EG_kept");
  put (fixture->store, kept);
  in_child (fill, fixture);
  assert_kept (fixture);
  g_clear_object (&kept);
}

static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ballast = g_build_filename (fixture->path, "ballast", NULL);
  g_autofree char *block = g_malloc0 (4096);
  FILE *file;

  if (mount ("tmpfs", fixture->path, "tmpfs", 0, "size=64k,mode=0700") != 0)
    {
      g_autofree char *reason = g_strdup_printf ("no tmpfs may be mounted: %s", g_strerror (errno));

      g_test_skip (reason);
      return;
    }

  kept = new_entry ("EG_kept");
  put (fixture->store, kept);
  file = g_fopen (ballast, "w");
  while (fwrite (block, 4096, 1, file) == 1 && fflush (file) == 0)
    ;
  fclose (file);

  assert_put_fails (fixture, G_IO_ERROR_NO_SPACE);
  /* What is forgotten needs no room. */
  g_assert_true (lk_egress_store_remove (fixture->store, kept, NULL, NULL));
  g_remove (ballast);
  put (fixture->store, kept);
  g_clear_object (&kept);
  g_assert_cmpint (umount2 (fixture->path, MNT_DETACH), ==, 0);
}

static void
write_nowhere (Fixture *fixture)
{
  g_autoptr (LkEgressStore) store = NULL;
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_1");
  g_autoptr (GError) error = NULL;

  /* Root may write everywhere. */
  if (geteuid () == 0 && (setgid (65534) != 0 || setuid (65534) != 0))
    _exit (1);
  store = new_store (fixture);
  g_assert_false (lk_egress_store_put (store, entry, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_assert_cmpuint (count (store, OWNER), ==, 0);
}

static void
test_read_only (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (g_chmod (fixture->path, 0500), ==, 0);
  if (geteuid () == 0)
    g_assert_cmpint (chown (fixture->path, 65534, 65534), ==, 0);
  in_child (write_nowhere, fixture);
  g_assert_cmpint (g_chmod (fixture->path, 0700), ==, 0);
}

/* Whoever can write there could have others stop egresses. */
static void
test_untrusted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_1");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chmod (fixture->path, 0777), ==, 0);
  g_assert_false (lk_egress_store_put (fixture->store, entry, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);

  write_file (fixture, KEY, ".json", "");
  g_assert_null (lk_egress_store_claim (fixture->store, OWNER, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* The folder is a file. */
static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->path, "file", NULL);
  g_autoptr (LkEgressStore) store = LK_EGRESS_STORE (lk_egress_file_store_new (path));
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_1");
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  g_assert_false (lk_egress_store_put (store, entry, NULL, &error));
  g_assert_nonnull (strstr (error->message, path));
}

/* Somebody removes the folder while the store has claims there. They hold in the new folder too,
 * for what is put into it. */
static void
test_removed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) first = new_entry (NULL);
  g_autoptr (LkEgressStoreEntry) second = new_entry ("EG_2");
  g_autoptr (LkEgressStore) other = new_store (fixture);
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) taken = NULL;
  g_autoptr (GError) error = NULL;

  put (fixture->store, first);
  lk_test_remove_folder (fixture->path);
  put (fixture->store, second);
  lk_egress_store_entry_set_egress_id (first, "EG_1");
  put (fixture->store, first);
  none = claim (other, OWNER);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (count (other, OWNER), ==, 2);

  /* What somebody else has claimed in the new folder is theirs. */
  lk_test_remove_folder (fixture->path);
  put (other, first);
  g_assert_false (lk_egress_store_put (fixture->store, first, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  put (fixture->store, second);
  taken = claim (other, OWNER);
  g_assert_cmpuint (taken->len, ==, 0);
}

/* Somebody was stopped amid a change: nobody waits for that. */
static void
test_stopped (Fixture *fixture, gconstpointer data)
{
  const struct flock ids = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)1 << 62 };
  g_autoptr (LkEgressStoreEntry) old = new_entry ("EG_1");
  g_autoptr (LkEgressStoreEntry) entry = new_entry (NULL);
  g_autofree char *path = g_build_filename (fixture->path, "lock", NULL);
  g_autoptr (GError) error = NULL;
  int file;

  put (fixture->store, old);
  put (fixture->store, entry);
  lk_egress_store_entry_set_egress_id (entry, "EG_2");
  file = g_open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fcntl (file, F_OFD_SETLK, &ids), ==, 0);
  g_assert_false (lk_egress_store_put (fixture->store, entry, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_true (lk_egress_store_remove (fixture->store, old, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (close (file), ==, 0);

  /* What was left of the id is in nobody's way. */
  lk_egress_store_entry_set_egress_id (entry, "EG_1");
  put (fixture->store, entry);
}

static void
put_and_stop (Fixture *fixture)
{
  g_autoptr (LkEgressStore) store = new_store (fixture);
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_child");

  put (store, entry);
  kill (getpid (), SIGSTOP);
}

/* A process that is stopped keeps what it has claimed, and holds up nobody else. */
static void
test_stopped_process (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_1");
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  pid_t child = fork ();
  int state;

  if (child == 0)
    {
      put_and_stop (fixture);
      _exit (1);
    }
  g_assert_cmpint (waitpid (child, &state, WUNTRACED), ==, child);
  g_assert_true (WIFSTOPPED (state));

  put (fixture->store, entry);
  none = claim (fixture->store, OWNER);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (count (fixture->store, OWNER), ==, 2);
  g_assert_true (lk_egress_store_remove (fixture->store, entry, NULL, NULL));

  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &state, 0), ==, child);
  entries = claim (fixture->store, OWNER);
  g_assert_cmpuint (entries->len, ==, 1);
}

/* A crash comes between the two files that say which entry has an egress: the entry decides. */
static void
test_half_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStoreEntry) first = new_entry (NULL);
  g_autoptr (LkEgressStoreEntry) second = new_entry ("EG_1");
  g_autofree char *folder = g_build_filename (fixture->path, "ids", OWNER, NULL);
  g_autofree char *name = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "EG_1", -1);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  put (fixture->store, first);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, lk_egress_store_entry_get_key (first), -1, NULL));
  put (fixture->store, second);

  lk_egress_store_entry_set_egress_id (first, "EG_1");
  g_assert_false (lk_egress_store_put (fixture->store, first, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
}

/* The file that says which entry has an egress is damaged: it says nothing. */
static void
test_damaged_id (Fixture *fixture, gconstpointer data)
{
  static const char *const damages[] = { "", "zzzz", "0123456789abcdef0", "\xff" };
  g_autofree char *folder = g_build_filename (fixture->path, "ids", OWNER, NULL);
  g_autofree char *name = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "EG_1", -1);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr (LkEgressStoreEntry) entry = new_entry ("EG_1");

      put (fixture->store, entry);
      g_assert_true (g_file_set_contents (path, damages[i], -1, NULL));
      put (fixture->store, entry);
      g_clear_pointer (&text, g_free);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, lk_egress_store_entry_get_key (entry));
      g_assert_true (lk_egress_store_remove (fixture->store, entry, NULL, NULL));
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *, gconstpointer);
  } rows[] = {
    { "/file-store/keeps", test_keeps },
    { "/file-store/matches", test_matches },
    { "/file-store/names", test_names },
    { "/file-store/default", test_default },
    { "/file-store/dropped", test_dropped },
    { "/file-store/killed", test_killed },
    { "/file-store/versions", test_versions },
    { "/file-store/damaged", test_damaged },
    { "/file-store/odd-files", test_odd_files },
    { "/file-store/unfinished", test_unfinished },
    { "/file-store/bound", test_bound },
    { "/file-store/file-limit", test_file_limit },
    { "/file-store/full-disk", test_full_disk },
    { "/file-store/read-only", test_read_only },
    { "/file-store/untrusted", test_untrusted },
    { "/file-store/no-folder", test_no_folder },
    { "/file-store/removed", test_removed },
    { "/file-store/stopped", test_stopped },
    { "/file-store/damaged-id", test_damaged_id },
    { "/file-store/half-id", test_half_id },
    { "/file-store/stopped-process", test_stopped_process },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path, Fixture, NULL, set_up, rows[i].func, tear_down);

  return g_test_run ();
}
