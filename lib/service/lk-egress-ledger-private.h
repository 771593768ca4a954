/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"
#include "lk-egress-start-policy.h"
#include "lk-egress-store.h"

G_BEGIN_DECLS

/* What is kept in a store of the jobs of one owner, over their lives. The store is asked in a
 * thread of its own, one question after the other; the owner's thread waits for it only in the
 * functions that say so. What could not be stored for the moment is tried again.
 *
 * Without a store there is no ledger: then self is NULL and nothing is done. What the store keeps
 * of a job goes with the job; a job without an entry is none of the ledger's. */
typedef struct _LkEgressLedger LkEgressLedger;

/* What the owner is told, in its context. Whoever hears of it may let go of the owner, which stays
 * until the ledger has done its part. */
typedef struct
{
  /* The end of the job is stored, and it is the owner's: see lk_egress_ledger_end(). */
  void (*ended) (LkEgressJob *job, gpointer data);

  /* Somebody else tends the egress now. */
  void (*lost) (LkEgressJob *job, gpointer data);

  /* Nobody tended these, and now the owner does: each is to be adopted or released. */
  void (*found) (GPtrArray *entries, gpointer data);
} LkEgressLedgerEvents;

/* data: the owner, a GObject that has the ledger and is not kept by it. */
LkEgressLedger *lk_egress_ledger_new (LkEgressStore *store,
                                      const char *owner,
                                      LkEgressClient *client,
                                      GMainContext *context,
                                      const LkEgressLedgerEvents *events,
                                      gpointer data);

/* Nothing is told any more. Waits until all is stored that was to be, as far as the store lets it,
 * for a second at most, and not at all when the store was given up before. The rest is stored after
 * that, as long as the process lives. */
void lk_egress_ledger_free (LkEgressLedger *self);
void lk_egress_ledger_give_up (LkEgressLedger *self);

/* Nothing more is to be found. */
void lk_egress_ledger_stop_finding (LkEgressLedger *self);

/* Before the start of a job, which has a policy of its own or NULL: it may be sent if this is TRUE.
 * A store that cannot be reached for the moment is no reason not to. The first form waits for the
 * store. */
gboolean lk_egress_ledger_begin (LkEgressLedger *self,
                                 LkEgressJob *job,
                                 LkEgressStartPolicy *policy,
                                 GError **error);
void lk_egress_ledger_begin_async (LkEgressLedger *self,
                                   LkEgressJob *job,
                                   LkEgressStartPolicy *policy,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean lk_egress_ledger_begin_finish (LkEgressLedger *self, GAsyncResult *result, GError **error);

/* Gives the entries that nobody tends, as found() does. The first form waits for the store. */
GPtrArray *lk_egress_ledger_claim (LkEgressLedger *self, GError **error);
void lk_egress_ledger_claim_async (LkEgressLedger *self,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GPtrArray *
lk_egress_ledger_claim_finish (LkEgressLedger *self, GAsyncResult *result, GError **error);

/* One of these is that of the job; is for others. */
void lk_egress_ledger_adopt (LkEgressLedger *self, LkEgressJob *job, LkEgressStoreEntry *entry);
void lk_egress_ledger_release (LkEgressLedger *self, LkEgressStoreEntry *entry);

/* What is stored of the policy of its own that the egress was started under; NULL if there is none.
 */
LkEgressStartPolicy *lk_egress_ledger_dup_policy (LkEgressLedger *self, LkEgressJob *job);

/* The id of the egress is known. */
void lk_egress_ledger_set_id (LkEgressLedger *self, LkEgressJob *job);

/* The egress has ended, or never will be. FALSE: whether that is the owner's to count is told
 * later, by ended(), or not at all when somebody else may count it. */
gboolean lk_egress_ledger_end (LkEgressLedger *self, LkEgressJob *job);

/* The egress is for somebody else to tend. */
void lk_egress_ledger_leave (LkEgressLedger *self, LkEgressJob *job);

/* Both jobs are of one egress: what the store keeps of the first is of the other from now on, or is
 * removed if there is something of that already. */
void lk_egress_ledger_merge (LkEgressLedger *self, LkEgressJob *job, LkEgressJob *other);

/* Both jobs are of one egress: the first was found by its request, and the second, whose id is not
 * set yet, has started it. Their entries change places, and the egress of the first is looked for
 * again; the first is to be left alone then. */
void lk_egress_ledger_correct (LkEgressLedger *self, LkEgressJob *found, LkEgressJob *job);

/* Waits until the store was asked all that there is to ask it now. */
void lk_egress_ledger_flush (LkEgressLedger *self);

/* For how long the store believes that the owner is alive, milliseconds; 0: it has other ways to
 * know, and no other owner of that name on another machine. */
guint lk_egress_ledger_get_lease (LkEgressLedger *self);

/* How many changes the store was asked for and has not answered; how many it has not taken, which
 * are tried again. */
guint lk_egress_ledger_count_asked (LkEgressLedger *self);
guint lk_egress_ledger_count_unsaved (LkEgressLedger *self);

/* Why what there is to store is not stored now, or NULL. */
const GError *lk_egress_ledger_get_error (LkEgressLedger *self);

G_END_DECLS
