/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-store.h"

#include <string.h>

/**
 * LkEgressStore:
 *
 * Remembers which egresses an owner has running, so that none is left behind when the owner dies.
 *
 * An owner is a name. Whoever runs egresses under that name puts an entry into the store before
 * each start, puts it again with the id of the egress when that is known, and removes it when the
 * egress has ended. After a crash [method@Store.claim] gives what is left, to be stopped or
 * adopted:
 *
 * ```c
 * g_autoptr (GPtrArray) leftovers = lk_egress_store_claim (store, "studio", NULL, &error);
 *
 * for (guint i = 0; leftovers != NULL && i < leftovers->len; i++)
 *   {
 *     LkEgressStoreEntry *entry = g_ptr_array_index (leftovers, i);
 *     g_autoptr (LkEgressJob) job = lk_egress_job_new_for_entry (client, entry);
 *
 *     if (lk_egress_job_attach (job, NULL, NULL) && lk_egress_job_stop (job, NULL, NULL))
 *       lk_egress_store_remove (store, entry, NULL, NULL);
 *   }
 * ```
 *
 * Each entry is claimed by whoever tends its egress, and by one only. A claim ends when it is
 * released or the entry removed, when the store goes away, and when its holder dies. So an owner
 * may be several processes at the same time: none of them takes an egress from another that is
 * alive.
 *
 * Nobody can tell from another machine whether a holder is dead. There claims are given for a time:
 * with a store that has a lease, see [method@Store.get_lease], whoever holds claims calls
 * [method@Store.renew] again and again, and the claims of who has not done so for the time of a
 * lease are for others to take. [class@Service] does this by itself.
 *
 * The functions block for as long as the store takes to answer, and that is bounded. It is short
 * for a [class@FileStore], but do not call them where a moment matters. A store that cannot be
 * reached for the moment gives %G_IO_ERROR_NOT_CONNECTED.
 *
 * Since: 1.0
 */

/* How long the name of an owner may be, in bytes: it becomes part of a file name. */
#define MAX_OWNER 64

G_DEFINE_INTERFACE (LkEgressStore, lk_egress_store, G_TYPE_OBJECT)

static void
lk_egress_store_default_init (LkEgressStoreInterface *iface)
{
}

static gboolean
check_owner (const char *owner, GError **error)
{
  gsize length = strlen (owner);

  if (length >= 1 && length <= MAX_OWNER && g_utf8_validate_len (owner, length, NULL))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "The name of an owner of egresses has 1 to %d bytes of UTF-8; choose another",
               MAX_OWNER);

  return FALSE;
}

/**
 * lk_egress_store_list:
 * @self: a store
 * @owner: the name of an owner; UTF-8, 1 to 64 bytes
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Lists all entries of an owner, whoever has claimed them. An entry that cannot be read is among
 * them, with an error.
 *
 * Errors are %G_IO_ERROR_INVALID_ARGUMENT for a name that is none, and those of the store.
 *
 * Returns: (transfer container) (element-type LkEgressStoreEntry): the entries in no order, or
 *   %NULL on error
 * Since: 1.0
 */
GPtrArray *
lk_egress_store_list (LkEgressStore *self,
                      const char *owner,
                      GCancellable *cancellable,
                      GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE (self), NULL);
  g_return_val_if_fail (owner != NULL, NULL);

  if (!check_owner (owner, error))
    return NULL;

  return LK_EGRESS_STORE_GET_IFACE (self)->list (self, owner, cancellable, error);
}

/**
 * lk_egress_store_claim:
 * @self: a store
 * @owner: the name of an owner; UTF-8, 1 to 64 bytes
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Claims all entries of an owner that nobody else has claimed: those of egresses that nobody tends.
 * An entry that cannot be read is among them, with an error; it stays until somebody mends or
 * removes it.
 *
 * The caller is to remove or release each. Errors are those of [method@Store.list].
 *
 * Returns: (transfer container) (element-type LkEgressStoreEntry): the entries that are now
 *   claimed, in no order, or %NULL on error
 * Since: 1.0
 */
GPtrArray *
lk_egress_store_claim (LkEgressStore *self,
                       const char *owner,
                       GCancellable *cancellable,
                       GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE (self), NULL);
  g_return_val_if_fail (owner != NULL, NULL);

  if (!check_owner (owner, error))
    return NULL;

  return LK_EGRESS_STORE_GET_IFACE (self)->claim (self, owner, cancellable, error);
}

/**
 * lk_egress_store_put:
 * @self: a store
 * @entry: a new entry, or one that is claimed here
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Stores an entry, in place of what was stored of it before. A new one is claimed as well. When
 * this fails, what was stored before is still there.
 *
 * Errors are %G_IO_ERROR_INVALID_ARGUMENT for a bad name of the owner, %G_IO_ERROR_BUSY for an
 * entry that somebody else has claimed, or had and removed, %G_IO_ERROR_EXISTS for one whose egress
 * another entry of the owner has, %G_IO_ERROR_NO_SPACE when the store is full, and those of the
 * store.
 *
 * Returns: %TRUE if the entry is stored
 * Since: 1.0
 */
gboolean
lk_egress_store_put (LkEgressStore *self,
                     LkEgressStoreEntry *entry,
                     GCancellable *cancellable,
                     GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE (self), FALSE);
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (entry), FALSE);
  g_return_val_if_fail (lk_egress_store_entry_get_error (entry) == NULL, FALSE);

  if (!check_owner (lk_egress_store_entry_get_owner (entry), error))
    return FALSE;

  return LK_EGRESS_STORE_GET_IFACE (self)->put (self, entry, cancellable, error);
}

/**
 * lk_egress_store_remove:
 * @self: a store
 * @entry: an entry that is claimed here
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Forgets an entry, and ends its claim. One that is not there any more is forgotten.
 *
 * Errors are %G_IO_ERROR_BUSY for an entry that somebody else has claimed, or may have had and
 * removed, %G_IO_ERROR_EXISTS for one whose egress another entry of the owner has, and those of the
 * store.
 *
 * Returns: %TRUE if the entry is not stored any more
 * Since: 1.0
 */
gboolean
lk_egress_store_remove (LkEgressStore *self,
                        LkEgressStoreEntry *entry,
                        GCancellable *cancellable,
                        GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE (self), FALSE);
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (entry), FALSE);

  return LK_EGRESS_STORE_GET_IFACE (self)->remove (self, entry, cancellable, error);
}

/**
 * lk_egress_store_get_lease:
 * @self: a store
 *
 * Gets how long a claim lasts when nobody renews it.
 *
 * Returns: milliseconds, or 0 if claims last for as long as their holder lives
 * Since: 1.0
 */
guint
lk_egress_store_get_lease (LkEgressStore *self)
{
  LkEgressStoreInterface *iface;

  g_return_val_if_fail (LK_EGRESS_IS_STORE (self), 0);

  iface = LK_EGRESS_STORE_GET_IFACE (self);
  return iface->get_lease != NULL ? iface->get_lease (self) : 0;
}

/**
 * lk_egress_store_renew:
 * @self: a store
 * @owner: the name of an owner; UTF-8, 1 to 64 bytes
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Renews all claims of an owner that are held here. Call it three times in the time of a lease.
 *
 * When it was called too late, somebody else may have claimed some of the entries. They are claimed
 * here no more; whoever tended their egresses here leaves them alone from then on.
 *
 * Errors are those of [method@Store.list]; the claims are as they were then.
 *
 * Returns: (transfer container) (element-type utf8): the keys of the entries that were lost, in
 *   most cases none; %NULL on error
 * Since: 1.0
 */
GPtrArray *
lk_egress_store_renew (LkEgressStore *self,
                       const char *owner,
                       GCancellable *cancellable,
                       GError **error)
{
  LkEgressStoreInterface *iface;

  g_return_val_if_fail (LK_EGRESS_IS_STORE (self), NULL);
  g_return_val_if_fail (owner != NULL, NULL);

  if (!check_owner (owner, error))
    return NULL;

  iface = LK_EGRESS_STORE_GET_IFACE (self);
  return iface->renew != NULL ? iface->renew (self, owner, cancellable, error)
                              : g_ptr_array_new_with_free_func (g_free);
}

/**
 * lk_egress_store_release:
 * @self: a store
 * @entry: an entry
 *
 * Ends the claim of an entry that is claimed here, and leaves the entry for the next who claims.
 *
 * Since: 1.0
 */
void
lk_egress_store_release (LkEgressStore *self, LkEgressStoreEntry *entry)
{
  g_return_if_fail (LK_EGRESS_IS_STORE (self));
  g_return_if_fail (LK_EGRESS_IS_STORE_ENTRY (entry));

  LK_EGRESS_STORE_GET_IFACE (self)->release (self, entry);
}
