/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redis-holdings-private.h"

#include <string.h>

#include "lk-egress-redis-scripts-private.h"
#include "lk-egress-store-entry-private.h"

/* How many entries an owner may have, and how many of them are read or checked at a time. */
#define MAX_ENTRIES 10000
#define N_READ 32
#define N_CHECK 1000

/* An entry that is held here. */
typedef struct
{
  LkEgressStoreEntry *entry;
  gboolean is_adopted; /* who held it before may come back, and ask what became of it */
  gboolean is_sure;    /* the lease has not lapsed since it was claimed or checked */
} Claim;

static void
claim_free (gpointer data)
{
  Claim *claim = data;

  g_object_unref (claim->entry);
  g_free (claim);
}

void
lk_egress_redis_holdings_init (LkEgressRedisHoldings *self)
{
  self->claims = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, claim_free);
}

void
lk_egress_redis_holdings_clear (LkEgressRedisHoldings *self)
{
  lk_egress_redis_link_clear (&self->link);
  g_hash_table_unref (self->claims);
}

/*** Claims ***/

static Claim *
find_claim (LkEgressRedisHoldings *self, const char *key)
{
  return g_hash_table_lookup (self->claims, key);
}

/* is_adopted: somebody else held the entry before. */
static void
add_claim (LkEgressRedisHoldings *self, LkEgressStoreEntry *entry, gboolean is_adopted)
{
  Claim *claim = g_new0 (Claim, 1);

  claim->entry = g_object_ref (entry);
  claim->is_adopted = is_adopted;
  claim->is_sure = TRUE;
  g_hash_table_replace (self->claims, g_strdup (lk_egress_store_entry_get_key (entry)), claim);
}

/* Runs a script. When the lease had lapsed, what is held here was for others to take. */
static LkEgressRedisReply *
run (LkEgressRedisHoldings *self,
     const char *script,
     const char *owner,
     const char *const *arguments,
     GCancellable *cancellable,
     GError **error)
{
  LkEgressRedisReply *reply;
  GHashTableIter iter;
  gpointer claim;

  reply = lk_egress_redis_link_run (&self->link, script, owner, arguments, cancellable, error);
  if (reply == NULL || lk_egress_redis_reply_get_integer (reply, 0) == 0)
    return reply;

  g_hash_table_iter_init (&iter, self->claims);
  while (g_hash_table_iter_next (&iter, NULL, &claim))
    {
      if (g_str_equal (lk_egress_store_entry_get_owner (((Claim *)claim)->entry), owner))
        ((Claim *)claim)->is_sure = FALSE;
    }

  return reply;
}

/*** Reading ***/

/* The keys in a reply, but for those that are none. */
static GPtrArray *
get_keys (const LkEgressRedisReply *reply)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1; i < reply->n_items; i++)
    {
      const char *key = lk_egress_redis_reply_get_text (reply, i);

      if (key != NULL && lk_egress_store_entry_is_key (key, strlen (key)))
        g_ptr_array_add (keys, g_strdup (key));
    }

  return keys;
}

static GPtrArray *
ask_keys (LkEgressRedisHoldings *self,
          const char *script,
          const char *owner,
          GCancellable *cancellable,
          GError **error)
{
  g_autofree char *max = g_strdup_printf ("%d", MAX_ENTRIES);
  const char *const arguments[] = { max, NULL };
  g_autoptr (LkEgressRedisReply) reply = run (self, script, owner, arguments, cancellable, error);

  return reply != NULL ? get_keys (reply) : NULL;
}

static LkEgressStoreEntry *
read_entry (LkEgressRedisHoldings *self,
            const char *owner,
            const LkEgressRedisReply *reply,
            guint i)
{
  const char *key = lk_egress_redis_reply_get_text (reply, i);
  const char *json = lk_egress_redis_reply_get_text (reply, i + 1);
  g_autoptr (GError) error = NULL;
  LkEgressStoreEntry *entry = NULL;
  g_autofree char *name = NULL;

  if (json != NULL)
    entry = lk_egress_store_entry_new_from_json (owner, key, json,
                                                 (gssize)reply->items[i + 1]->length, &error);
  else
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                         "It is larger than an entry can be");
  if (entry != NULL)
    return entry;

  name = lk_egress_redis_link_get_name (owner, "entries");
  g_prefix_error (&error, "the field %s of %s in Redis at %s: ", key, name,
                  self->link.server->shown);

  return lk_egress_store_entry_new_unreadable (owner, key, error);
}

/* Reads the entries of the keys, some at a time, and adds those that are there. taken: they are
 * held here from now on. */
static gboolean
read_entries (LkEgressRedisHoldings *self,
              const char *owner,
              GPtrArray *keys,
              gboolean taken,
              GPtrArray *entries,
              GCancellable *cancellable,
              GError **error)
{
  for (guint begin = 0; begin < keys->len; begin += N_READ)
    {
      const char *some[N_READ + 1] = { NULL };
      g_autoptr (LkEgressRedisReply) reply = NULL;

      for (guint i = 0; i < N_READ && begin + i < keys->len; i++)
        some[i] = g_ptr_array_index (keys, begin + i);
      reply = run (self, taken ? LK_EGRESS_REDIS_TAKE : LK_EGRESS_REDIS_READ, owner, some,
                   cancellable, error);
      if (reply == NULL)
        return FALSE;

      for (guint i = 1; i + 1 < reply->n_items; i += 2)
        {
          const char *key = lk_egress_redis_reply_get_text (reply, i);
          LkEgressStoreEntry *entry;

          if (key == NULL || !g_strv_contains (some, key))
            continue;
          entry = read_entry (self, owner, reply, i);
          g_ptr_array_add (entries, entry);
          if (taken)
            add_claim (self, entry, TRUE);
        }
    }

  return TRUE;
}

GPtrArray *
lk_egress_redis_holdings_list (LkEgressRedisHoldings *self,
                               const char *owner,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) keys = ask_keys (self, LK_EGRESS_REDIS_KEYS, owner, cancellable, error);

  if (keys == NULL || !read_entries (self, owner, keys, FALSE, entries, cancellable, error))
    return NULL;

  return g_steal_pointer (&entries);
}

void
lk_egress_redis_holdings_release (LkEgressRedisHoldings *self, LkEgressStoreEntry *entry)
{
  const char *const arguments[] = { lk_egress_store_entry_get_key (entry), NULL };
  LkEgressRedisReply *reply;

  if (!g_hash_table_remove (self->claims, arguments[0]))
    return;
  /* If this fails, it ends with the lease. */
  reply = run (self, LK_EGRESS_REDIS_RELEASE, lk_egress_store_entry_get_owner (entry), arguments,
               NULL, NULL);
  g_clear_pointer (&reply, lk_egress_redis_reply_free);
}

GPtrArray *
lk_egress_redis_holdings_claim (LkEgressRedisHoldings *self,
                                const char *owner,
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) keys
      = ask_keys (self, LK_EGRESS_REDIS_FREE_KEYS, owner, cancellable, error);

  if (keys == NULL)
    return NULL;
  /* Those that are held here are tended already, but for those whose taking was not answered. */
  for (guint i = keys->len; i > 0; i--)
    {
      if (g_hash_table_contains (self->claims, g_ptr_array_index (keys, i - 1)))
        g_ptr_array_remove_index_fast (keys, i - 1);
    }
  if (read_entries (self, owner, keys, TRUE, entries, cancellable, error))
    return g_steal_pointer (&entries);

  for (guint i = 0; i < entries->len; i++)
    lk_egress_redis_holdings_release (self, g_ptr_array_index (entries, i));

  return NULL;
}

/* The keys of the owner that somebody else may have claimed. */
static GPtrArray *
find_doubtful (LkEgressRedisHoldings *self, const char *owner)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->claims);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Claim *claim = value;

      if (!claim->is_sure && g_str_equal (lk_egress_store_entry_get_owner (claim->entry), owner))
        g_ptr_array_add (keys, g_strdup (key));
    }

  return keys;
}

static const char *
get_id (LkEgressStoreEntry *entry)
{
  const char *id = lk_egress_store_entry_get_egress_id (entry);

  return id != NULL ? id : "";
}

/* TRUE if it was taken. */
static gboolean
check_taken (const LkEgressRedisReply *reply, LkEgressStoreEntry *entry, GError **error)
{
  if (g_strcmp0 (lk_egress_redis_reply_get_text (reply, 1), LK_EGRESS_REDIS_TAKEN) != 0)
    return FALSE;

  lk_egress_store_entry_set_taken_error (entry, error);

  return TRUE;
}

static void
set_busy_error (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                       "Somebody else tends this egress, or did so until it ended");
}

gboolean
lk_egress_redis_holdings_put (LkEgressRedisHoldings *self,
                              LkEgressStoreEntry *entry,
                              GCancellable *cancellable,
                              GError **error)
{
  const char *owner = lk_egress_store_entry_get_owner (entry);
  const char *key = lk_egress_store_entry_get_key (entry);
  g_autofree char *json = lk_egress_store_entry_to_json (entry);
  g_autofree char *max = g_strdup_printf ("%d", MAX_ENTRIES);
  const char *const arguments[] = { key, json, max, get_id (entry), NULL };
  g_autoptr (LkEgressRedisReply) reply = NULL;
  const char *outcome;
  Claim *claim;

  if (strlen (json) > LK_EGRESS_STORE_ENTRY_MAX_SIZE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                   "The request of the egress is too large to be stored: an entry has at most %d "
                   "bytes",
                   LK_EGRESS_STORE_ENTRY_MAX_SIZE);
      return FALSE;
    }

  reply = run (self, LK_EGRESS_REDIS_PUT, owner, arguments, cancellable, error);
  if (reply == NULL || check_taken (reply, entry, error))
    return FALSE;
  outcome = lk_egress_redis_reply_get_text (reply, 1);
  if (g_strcmp0 (outcome, LK_EGRESS_REDIS_FULL) == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   "There are %d egresses of “%s” in Redis already, and no more are stored; claim "
                   "and remove those that have ended, or use another name",
                   MAX_ENTRIES, owner);
      return FALSE;
    }
  claim = find_claim (self, key);
  if (g_strcmp0 (outcome, LK_EGRESS_REDIS_DONE) == 0)
    {
      add_claim (self, entry, claim != NULL && claim->is_adopted);
      return TRUE;
    }
  g_hash_table_remove (self->claims, key);
  set_busy_error (error);

  return FALSE;
}

/* What Redis does not have any more, though nobody removed it, is put there again. */
static gboolean
take_check (LkEgressRedisHoldings *self,
            const LkEgressRedisReply *reply,
            const char *const *keys,
            GPtrArray *lost,
            GCancellable *cancellable,
            GError **error)
{
  for (guint i = 1; i + 1 < reply->n_items; i += 2)
    {
      const char *key = lk_egress_redis_reply_get_text (reply, i);
      const char *outcome = lk_egress_redis_reply_get_text (reply, i + 1);
      Claim *claim = key != NULL && g_strv_contains (keys, key) ? find_claim (self, key) : NULL;

      if (claim == NULL)
        continue;
      if (g_strcmp0 (outcome, LK_EGRESS_REDIS_DONE) == 0)
        {
          claim->is_sure = TRUE;
        }
      else if (g_strcmp0 (outcome, LK_EGRESS_REDIS_MISSING) == 0)
        {
          g_autoptr (LkEgressStoreEntry) entry = g_object_ref (claim->entry);

          if (lk_egress_store_entry_get_error (entry) == NULL
              && !lk_egress_redis_holdings_put (self, entry, cancellable, error))
            return FALSE;
        }
      else
        {
          g_ptr_array_add (lost, g_strdup (key));
        }
    }

  return TRUE;
}

static gboolean
check_claims (LkEgressRedisHoldings *self,
              const char *owner,
              GPtrArray *lost,
              GCancellable *cancellable,
              GError **error)
{
  g_autoptr (GPtrArray) keys = find_doubtful (self, owner);

  for (guint begin = 0; begin < keys->len; begin += N_CHECK)
    {
      const char *some[N_CHECK + 1] = { NULL };
      g_autoptr (LkEgressRedisReply) reply = NULL;

      for (guint i = 0; i < N_CHECK && begin + i < keys->len; i++)
        some[i] = g_ptr_array_index (keys, begin + i);
      reply = run (self, LK_EGRESS_REDIS_CHECK, owner, some, cancellable, error);
      if (reply == NULL || !take_check (self, reply, some, lost, cancellable, error))
        return FALSE;
    }

  return TRUE;
}

GPtrArray *
lk_egress_redis_holdings_renew (LkEgressRedisHoldings *self,
                                const char *owner,
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (GPtrArray) lost = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (LkEgressRedisReply) reply
      = run (self, LK_EGRESS_REDIS_RENEW, owner, NULL, cancellable, error);

  /* After an error they are checked once more. */
  if (reply == NULL || !check_claims (self, owner, lost, cancellable, error))
    return NULL;

  for (guint i = 0; i < lost->len; i++)
    g_hash_table_remove (self->claims, g_ptr_array_index (lost, i));

  return g_steal_pointer (&lost);
}

gboolean
lk_egress_redis_holdings_remove (LkEgressRedisHoldings *self,
                                 LkEgressStoreEntry *entry,
                                 GCancellable *cancellable,
                                 GError **error)
{
  const char *key = lk_egress_store_entry_get_key (entry);
  const Claim *claim = find_claim (self, key);
  const char *const arguments[]
      = { key, claim != NULL && claim->is_adopted ? "1" : "0", get_id (entry), NULL };
  g_autoptr (LkEgressRedisReply) reply
      = run (self, LK_EGRESS_REDIS_REMOVE, lk_egress_store_entry_get_owner (entry), arguments,
             cancellable, error);

  if (reply == NULL || check_taken (reply, entry, error))
    return FALSE;

  g_hash_table_remove (self->claims, key);
  if (g_strcmp0 (lk_egress_redis_reply_get_text (reply, 1), LK_EGRESS_REDIS_DONE) == 0)
    return TRUE;
  set_busy_error (error);

  return FALSE;
}
