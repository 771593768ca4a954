/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client.h"
#include "lk-egress-metrics-private.h"

G_BEGIN_DECLS

/* Whether the server answers. It hears of the polls and of calls, and asks when nothing else does.
 */
typedef struct _LkEgressAnswers LkEgressAnswers;

/* The name is that of the service, for the log. */
LkEgressAnswers *lk_egress_answers_new (LkEgressClient *client,
                                        GMainContext *context,
                                        const char *name,
                                        LkEgressMetrics *metrics);
void lk_egress_answers_free (LkEgressAnswers *self);

/* Asks and hears nothing any more, but what it is told. */
void lk_egress_answers_end (LkEgressAnswers *self);

/* How long the answer to a question of its own may take, milliseconds. For tests. */
void lk_egress_answers_set_patience (LkEgressAnswers *self, guint patience);

/* What an answer, or that there was none, says of the server. */
void lk_egress_answers_take (LkEgressAnswers *self, const GError *error);

/* Why the last question was not answered; NULL if it was. Lent until there is another. */
const GError *lk_egress_answers_get_error (LkEgressAnswers *self);

G_END_DECLS
