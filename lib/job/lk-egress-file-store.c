/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* For locks of a file that belong to who opened it and not to the process. */
#define _GNU_SOURCE

#include "lk-egress-file-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lk-egress-small-file-private.h"
#include "lk-egress-store-entry-private.h"

/* How many entries an owner may have. */
#define MAX_ENTRIES 10000

/* The byte to lock for the first id of an egress; those for keys are before it. */
#define FIRST_ID ((off_t)1 << 62)

#define SUFFIX ".json"
#define NAME_LENGTH (LK_EGRESS_STORE_ENTRY_KEY_LENGTH + strlen (SUFFIX))

/**
 * LkEgressFileStore:
 *
 * A [iface@Store] in a folder, for the processes of one user on one machine.
 *
 * Each entry is a file of its own, `OWNER/KEY.json`, which only its user may read. A file is
 * written under another name, synchronized with the disk and then renamed: a crash, or a disk that
 * is full, leaves what was there before. A file that is damaged takes no other entry with it, and
 * is neither overwritten nor removed.
 *
 * Which entry has an egress is in the folder `ids`, in a file for each id: an egress has one entry,
 * and whoever stores its id first has it.
 *
 * A claim is a lock on a byte of the file `lock`, which the kernel gives back when a process dies,
 * however it does. The child of a fork() that goes on without exec() keeps the claims of its
 * parent.
 *
 * The folder must belong to the user, and nobody else may write there. An owner has at most 10000
 * entries.
 *
 * Since: 1.0
 */
struct _LkEgressFileStore
{
  GObject parent_instance;

  char *path;

  GMutex lock; /* guards the rest; held for no longer than an entry is written */
  int lock_file;
  GHashTable *claims; /* keys that are claimed here */
};

enum
{
  PROP_0,
  PROP_PATH,
  LAST_PROPERTY
};

static GParamSpec *properties[LAST_PROPERTY];

static void lk_egress_file_store_iface_init (LkEgressStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LkEgressFileStore,
                               lk_egress_file_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (LK_EGRESS_TYPE_STORE,
                                                      lk_egress_file_store_iface_init))

static void
lk_egress_file_store_constructed (GObject *object)
{
  LkEgressFileStore *self = LK_EGRESS_FILE_STORE (object);

  G_OBJECT_CLASS (lk_egress_file_store_parent_class)->constructed (object);

  if (self->path == NULL)
    self->path = g_build_filename (g_get_user_state_dir (), "livekit-egress", NULL);
}

static void
lk_egress_file_store_finalize (GObject *object)
{
  LkEgressFileStore *self = LK_EGRESS_FILE_STORE (object);

  if (self->lock_file >= 0)
    close (self->lock_file);
  g_free (self->path);
  g_hash_table_unref (self->claims);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (lk_egress_file_store_parent_class)->finalize (object);
}

static void
lk_egress_file_store_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PATH)
    g_value_set_string (value, LK_EGRESS_FILE_STORE (object)->path);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lk_egress_file_store_set_property (GObject *object,
                                   guint id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  if (id == PROP_PATH)
    LK_EGRESS_FILE_STORE (object)->path = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lk_egress_file_store_class_init (LkEgressFileStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = lk_egress_file_store_constructed;
  object_class->finalize = lk_egress_file_store_finalize;
  object_class->get_property = lk_egress_file_store_get_property;
  object_class->set_property = lk_egress_file_store_set_property;

  /**
   * LkEgressFileStore:path: (getter get_path)
   *
   * The folder. It is made with the first entry. Default: `livekit-egress` in the folder for the
   * state of programs, `$XDG_STATE_HOME` or `~/.local/state`.
   *
   * Since: 1.0
   */
  properties[PROP_PATH]
      = g_param_spec_string ("path", NULL, NULL, NULL,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, LAST_PROPERTY, properties);
}

static void
lk_egress_file_store_init (LkEgressFileStore *self)
{
  g_mutex_init (&self->lock);
  self->lock_file = -1;
  self->claims = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * lk_egress_file_store_new:
 * @path: (nullable) (type filename): the folder, see [property@FileStore:path]
 *
 * Creates a store. The folder is looked at when the store is used.
 *
 * Returns: (transfer full): a store
 * Since: 1.0
 */
LkEgressFileStore *
lk_egress_file_store_new (const char *path)
{
  return g_object_new (LK_EGRESS_TYPE_FILE_STORE, "path", path, NULL);
}

/**
 * lk_egress_file_store_get_path: (get-property path)
 * @self: a store
 *
 * Gets [property@FileStore:path].
 *
 * Returns: (type filename): the folder
 * Since: 1.0
 */
const char *
lk_egress_file_store_get_path (LkEgressFileStore *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_FILE_STORE (self), NULL);

  return self->path;
}

/*** Folders and files ***/

static void
set_system_error (GError **error, const char *what, const char *path, int number)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), "Cannot %s %s: %s", what, name,
               g_strerror (number));
}

/* An owner may be called anything, also "..". */
static char *
get_folder_of (LkEgressFileStore *self, const char *what, const char *owner)
{
  g_autofree char *escaped = g_uri_escape_string (owner, NULL, FALSE);
  g_autofree char *name
      = escaped[0] == '.' ? g_strconcat ("%2E", escaped + 1, NULL) : g_steal_pointer (&escaped);

  return g_build_filename (self->path, what, name, NULL);
}

static char *
get_folder (LkEgressFileStore *self, const char *owner)
{
  return get_folder_of (self, "owners", owner);
}

static char *
get_file (LkEgressFileStore *self, LkEgressStoreEntry *entry)
{
  g_autofree char *folder = get_folder (self, lk_egress_store_entry_get_owner (entry));
  g_autofree char *name = g_strconcat (lk_egress_store_entry_get_key (entry), SUFFIX, NULL);

  return g_build_filename (folder, name, NULL);
}

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  set_system_error (error, "make the folder", path, errno);

  return FALSE;
}

/* Whoever can write there can make us stop an egress. */
static gboolean
check_folder (const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  struct stat state;

  if (g_stat (path, &state) != 0)
    {
      set_system_error (error, "look at the folder", path, errno);
      return FALSE;
    }
  if (state.st_uid == geteuid () && (state.st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               "Others than this user can write to the folder %s, so what is stored there is not "
               "trusted; make it a folder of your own with mode 0700, or name another",
               name);

  return FALSE;
}

/*** Claims ***/

/* Locks or unlocks a byte, and does not wait for that. */
static gboolean
lock_byte (LkEgressFileStore *self, off_t byte, short type, GError **error)
{
  struct flock range = {
    .l_type = type,
    .l_whence = SEEK_SET,
    .l_start = byte,
    .l_len = 1,
  };

  if (fcntl (self->lock_file, F_OFD_SETLK, &range) == 0)
    return TRUE;

  if (errno == EAGAIN || errno == EACCES)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                         "Somebody else tends this egress, who is alive");
  else
    set_system_error (error, "lock a file in", self->path, errno);

  return FALSE;
}

static gboolean
lock_key (LkEgressFileStore *self, const char *key, short type, GError **error)
{
  return lock_byte (self, (off_t)g_ascii_strtoull (key, NULL, 16), type, error);
}

/* Whoever comes after somebody has removed the folder, or put another in its place, locks another
 * file than that which is open here. */
static gboolean
is_in_place (LkEgressFileStore *self, const char *path)
{
  struct stat here, there;

  return self->lock_file >= 0 && fstat (self->lock_file, &here) == 0 && lstat (path, &there) == 0
         && here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

static gboolean
lock_again (gpointer key, gpointer value, gpointer store)
{
  return !lock_key (store, key, F_WRLCK, NULL);
}

/* Opens the file of locks that is there. What somebody else has locked in it is not claimed here
 * any more. */
static gboolean
open_lock_file (LkEgressFileStore *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, "lock", NULL);
  int file;

  if (is_in_place (self, path))
    return TRUE;
  if (!make_folder (self->path, error) || !check_folder (self->path, error))
    return FALSE;

  file = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    {
      set_system_error (error, "open", path, errno);
      return FALSE;
    }
  if (self->lock_file >= 0)
    close (self->lock_file);
  self->lock_file = file;
  g_hash_table_foreach_remove (self->claims, lock_again, self);

  return TRUE;
}

/* is_new: whether it was not claimed here before. */
static gboolean
claim (LkEgressFileStore *self, const char *key, gboolean *is_new, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  *is_new = FALSE;
  if (!open_lock_file (self, error))
    return FALSE;
  if (g_hash_table_contains (self->claims, key))
    return TRUE;
  if (!lock_key (self, key, F_WRLCK, error))
    return FALSE;

  g_hash_table_add (self->claims, g_strdup (key));
  *is_new = TRUE;

  return TRUE;
}

static void
release (LkEgressFileStore *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (g_hash_table_remove (self->claims, key))
    lock_key (self, key, F_UNLCK, NULL);
}

/*** Reading ***/

/* NULL for what is no entry, or is not there any more. */
static LkEgressStoreEntry *
read_entry (const char *folder, const char *owner, const char *key)
{
  g_autofree char *name = g_strconcat (key, SUFFIX, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  LkEgressStoreEntry *entry = NULL;
  gsize length;
  g_autofree char *json
      = lk_egress_small_file_read (path, LK_EGRESS_STORE_ENTRY_MAX_SIZE, &length, &error);

  if (json != NULL)
    {
      entry = lk_egress_store_entry_new_from_json (owner, key, json, (gssize)length, &error);
      if (entry == NULL)
        lk_egress_small_file_prefix_error (path, &error);
    }
  if (entry != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return entry;

  return lk_egress_store_entry_new_unreadable (owner, key, error);
}

/* A crash before the rename has left it. */
static void
remove_unfinished (LkEgressFileStore *self, const char *folder, const char *name, const char *key)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gboolean is_new;

  if (!claim (self, key, &is_new, NULL) || !is_new)
    return;
  g_unlink (path);
  release (self, key);
}

/* The keys of all entries in the folder; none if there is no folder. */
static GPtrArray *
read_keys (LkEgressFileStore *self, const char *folder, gboolean clean, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_access (folder, F_OK) != 0 && errno == ENOENT)
    return g_steal_pointer (&keys);
  if (!check_folder (self->path, error))
    return NULL;

  dir = g_dir_open (folder, 0, &local);
  if (dir == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR,
                           (int)g_io_error_from_file_error ((GFileError)local->code),
                           local->message);
      return NULL;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *key = g_strndup (name, LK_EGRESS_STORE_ENTRY_KEY_LENGTH);

      if (!lk_egress_store_entry_is_key (key, strlen (key))
          || !g_str_has_prefix (name + strlen (key), SUFFIX))
        continue;
      if (strlen (name) == NAME_LENGTH)
        g_ptr_array_add (keys, g_steal_pointer (&key));
      else if (clean)
        remove_unfinished (self, folder, name, key);
    }

  return g_steal_pointer (&keys);
}

static GPtrArray *
lk_egress_file_store_list (LkEgressStore *store,
                           const char *owner,
                           GCancellable *cancellable,
                           GError **error)
{
  LkEgressFileStore *self = LK_EGRESS_FILE_STORE (store);
  g_autofree char *folder = get_folder (self, owner);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) keys = read_keys (self, folder, FALSE, error);

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    {
      LkEgressStoreEntry *entry;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      entry = read_entry (folder, owner, g_ptr_array_index (keys, i));
      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }

  return keys != NULL ? g_steal_pointer (&entries) : NULL;
}

static void
release_all (LkEgressFileStore *self, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    release (self, lk_egress_store_entry_get_key (g_ptr_array_index (entries, i)));
}

/* Claims first and reads then: what was read before may be out of date. */
static gboolean
claim_entries (LkEgressFileStore *self,
               const char *owner,
               GPtrArray *entries,
               GCancellable *cancellable,
               GError **error)
{
  g_autofree char *folder = get_folder (self, owner);
  g_autoptr (GPtrArray) keys = read_keys (self, folder, TRUE, error);

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    {
      const char *key = g_ptr_array_index (keys, i);
      g_autoptr (GError) local = NULL;
      LkEgressStoreEntry *entry;
      gboolean is_new;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!claim (self, key, &is_new, &local))
        {
          if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_BUSY))
            continue;
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!is_new)
        continue;

      entry = read_entry (folder, owner, key);
      if (entry != NULL)
        g_ptr_array_add (entries, entry);
      else
        release (self, key);
    }

  return keys != NULL;
}

static GPtrArray *
lk_egress_file_store_claim (LkEgressStore *store,
                            const char *owner,
                            GCancellable *cancellable,
                            GError **error)
{
  LkEgressFileStore *self = LK_EGRESS_FILE_STORE (store);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);

  if (claim_entries (self, owner, entries, cancellable, error))
    return g_steal_pointer (&entries);
  release_all (self, entries);

  return NULL;
}

/*** Which entry has an egress ***/

/* The key in a file of the folder "ids"; NULL if it says none. */
static char *
read_key (const char *path)
{
  gsize length;
  g_autofree char *text
      = lk_egress_small_file_read (path, LK_EGRESS_STORE_ENTRY_KEY_LENGTH, &length, NULL);

  return text != NULL && lk_egress_store_entry_is_key (text, length) ? g_steal_pointer (&text)
                                                                     : NULL;
}

/* FALSE if another entry has the egress. A crash may leave a file here that names an entry which
 * does not say so. */
static gboolean
check_id (LkEgressFileStore *self, LkEgressStoreEntry *entry, const char *path, GError **error)
{
  const char *owner = lk_egress_store_entry_get_owner (entry);
  g_autofree char *folder = get_folder (self, owner);
  g_autofree char *key = read_key (path);
  g_autoptr (LkEgressStoreEntry) other = NULL;

  if (key == NULL || g_str_equal (key, lk_egress_store_entry_get_key (entry)))
    return TRUE;
  other = read_entry (folder, owner, key);
  if (other == NULL
      || g_strcmp0 (lk_egress_store_entry_get_egress_id (other),
                    lk_egress_store_entry_get_egress_id (entry))
             != 0)
    return TRUE;

  lk_egress_store_entry_set_taken_error (entry, error);

  return FALSE;
}

static gboolean
write_key (LkEgressStoreEntry *entry, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) local = NULL;

  if (!make_folder (folder, error))
    return FALSE;
  if (g_file_set_contents_full (path, lk_egress_store_entry_get_key (entry), -1,
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, &local))
    return TRUE;

  g_set_error (error, G_IO_ERROR, (int)g_io_error_from_file_error ((GFileError)local->code),
               "The id of egress %s cannot be stored: %s",
               lk_egress_store_entry_get_egress_id (entry), local->message);

  return FALSE;
}

/* The id of the egress of an entry that is being written or removed. */
typedef struct
{
  char *path; /* of the file that says which entry has it; NULL: there is no id yet */
  off_t byte;
  gboolean is_locked; /* otherwise somebody else writes or removes an entry with it now */
} Id;

/* It is to be unlocked also after an error. */
static gboolean
lock_id (LkEgressFileStore *self, LkEgressStoreEntry *entry, Id *id, GError **error)
{
  const char *egress_id = lk_egress_store_entry_get_egress_id (entry);
  g_autofree char *folder = get_folder_of (self, "ids", lk_egress_store_entry_get_owner (entry));
  g_autofree char *name = NULL;
  g_autoptr (GError) local = NULL;

  *id = (Id){ NULL };
  g_mutex_lock (&self->lock);
  if (egress_id == NULL)
    return TRUE;

  name = g_compute_checksum_for_string (G_CHECKSUM_SHA256, egress_id, -1);
  id->path = g_build_filename (folder, name, NULL);
  id->byte = FIRST_ID | (off_t)g_ascii_strtoull (name + strlen (name) - 15, NULL, 16);
  id->is_locked = lock_byte (self, id->byte, F_WRLCK, &local);
  if (local == NULL || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_BUSY))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

static void
unlock_id (LkEgressFileStore *self, Id *id)
{
  if (id->is_locked)
    lock_byte (self, id->byte, F_UNLCK, NULL);
  g_free (id->path);
  g_mutex_unlock (&self->lock);
}

/* The entry is about to be written. Nobody waits for another, who may be stopped. */
static gboolean
take_id (LkEgressFileStore *self, LkEgressStoreEntry *entry, const Id *id, GError **error)
{
  if (id->path == NULL)
    return TRUE;
  if (id->is_locked)
    return check_id (self, entry, id->path, error) && write_key (entry, id->path, error);
  lk_egress_store_entry_set_taken_error (entry, error);

  return FALSE;
}

/* The entry is about to be removed. */
static gboolean
drop_id (LkEgressFileStore *self, LkEgressStoreEntry *entry, const Id *id, GError **error)
{
  if (id->path == NULL)
    return TRUE;
  if (!check_id (self, entry, id->path, error))
    return FALSE;
  if (id->is_locked)
    g_unlink (id->path);

  return TRUE;
}

/*** Writing ***/

static gboolean
has_room (LkEgressFileStore *self, const char *folder, const char *owner, GError **error)
{
  g_autoptr (GPtrArray) keys = read_keys (self, folder, FALSE, error);
  g_autofree char *name = g_filename_display_name (folder);

  if (keys == NULL)
    return FALSE;
  if (keys->len < MAX_ENTRIES)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
               "There are %d egresses of “%s” in %s already, and no more are stored; claim and "
               "remove those that have ended, or use another name",
               MAX_ENTRIES, owner, name);

  return FALSE;
}

static gboolean
write_entry (LkEgressFileStore *self, LkEgressStoreEntry *entry, gboolean is_new, GError **error)
{
  const char *owner = lk_egress_store_entry_get_owner (entry);
  g_autofree char *folder = get_folder (self, owner);
  g_autofree char *path = get_file (self, entry);
  g_autofree char *json = lk_egress_store_entry_to_json (entry);
  g_autofree char *text = g_strconcat (json, "\n", NULL);
  g_autoptr (GError) local = NULL;

  if (strlen (text) > LK_EGRESS_STORE_ENTRY_MAX_SIZE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                   "The request of the egress is too large to be stored: an entry has at most %d "
                   "bytes",
                   LK_EGRESS_STORE_ENTRY_MAX_SIZE);
      return FALSE;
    }
  if (!make_folder (folder, error) || (is_new && !has_room (self, folder, owner, error)))
    return FALSE;
  if (g_file_set_contents_full (path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local))
    return TRUE;

  g_set_error (error, G_IO_ERROR, (int)g_io_error_from_file_error ((GFileError)local->code),
               "The egress of “%s” cannot be stored: %s", owner, local->message);

  return FALSE;
}

static gboolean
lk_egress_file_store_put (LkEgressStore *store,
                          LkEgressStoreEntry *entry,
                          GCancellable *cancellable,
                          GError **error)
{
  LkEgressFileStore *self = LK_EGRESS_FILE_STORE (store);
  const char *key = lk_egress_store_entry_get_key (entry);
  gboolean is_new, stored;
  Id id;

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !claim (self, key, &is_new, error))
    return FALSE;

  stored = lock_id (self, entry, &id, error) && take_id (self, entry, &id, error)
           && write_entry (self, entry, is_new, error);
  unlock_id (self, &id);
  if (!stored && is_new)
    release (self, key);

  return stored;
}

static gboolean
remove_file (LkEgressFileStore *self, LkEgressStoreEntry *entry, const Id *id, GError **error)
{
  g_autofree char *path = get_file (self, entry);

  if (g_access (path, F_OK) != 0 && errno == ENOENT)
    return TRUE;
  if (!drop_id (self, entry, id, error))
    return FALSE;
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  set_system_error (error, "remove", path, errno);

  return FALSE;
}

static gboolean
lk_egress_file_store_remove (LkEgressStore *store,
                             LkEgressStoreEntry *entry,
                             GCancellable *cancellable,
                             GError **error)
{
  LkEgressFileStore *self = LK_EGRESS_FILE_STORE (store);
  const char *key = lk_egress_store_entry_get_key (entry);
  gboolean removed, is_new;
  Id id;

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !claim (self, key, &is_new, error))
    return FALSE;

  removed = lock_id (self, entry, &id, error) && remove_file (self, entry, &id, error);
  unlock_id (self, &id);
  if (removed || is_new)
    release (self, key);

  return removed;
}

static void
lk_egress_file_store_release (LkEgressStore *store, LkEgressStoreEntry *entry)
{
  release (LK_EGRESS_FILE_STORE (store), lk_egress_store_entry_get_key (entry));
}

static void
lk_egress_file_store_iface_init (LkEgressStoreInterface *iface)
{
  iface->list = lk_egress_file_store_list;
  iface->claim = lk_egress_file_store_claim;
  iface->put = lk_egress_file_store_put;
  iface->remove = lk_egress_file_store_remove;
  iface->release = lk_egress_file_store_release;
}
