/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-answers-private.h"
#include "lk-egress-ledger-private.h"

G_BEGIN_DECLS

/* Egresses that somebody else started are asked for, all that run with one question. */
typedef struct
{
  LkEgressClient *client;
  LkEgressLedger *ledger; /* may be NULL */
  LkEgressAnswers *answers;

  /* What is known of the job makes it one of the owner's; FALSE if that is nothing. */
  gboolean (*take) (LkEgressJob *job, gpointer owner);
  gpointer owner; /* a GObject */

  GQueue jobs; /* that are to be asked for */
  guint n_running;
  GError *error; /* the first */
} LkEgressRecovery;

LkEgressRecovery *lk_egress_recovery_new (LkEgressClient *client,
                                          LkEgressLedger *ledger,
                                          LkEgressAnswers *answers,
                                          gboolean (*take) (LkEgressJob *job, gpointer owner),
                                          gpointer owner);
void lk_egress_recovery_free (LkEgressRecovery *self);

/* What is to be asked for; entries are those that the ledger claimed. */
void lk_egress_recovery_add_id (LkEgressRecovery *self, const char *egress_id);
void lk_egress_recovery_add_entries (LkEgressRecovery *self, GPtrArray *entries);

/* Asks. What could not be asked for is left in the store, for the next try. The second form takes a
 * task over that keeps the owner, and returns TRUE or the error by it. */
gboolean lk_egress_recovery_run (LkEgressRecovery *self, GCancellable *cancellable, GError **error);
void lk_egress_recovery_run_async (LkEgressRecovery *self, GTask *task);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressRecovery, lk_egress_recovery_free)

G_END_DECLS
