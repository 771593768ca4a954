/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What happens when the system has no more descriptors, memory or threads: something is done again
 * and again, each time in a process of its own, and each time another call of the system fails
 * there, the first one, then the second, and so on. The process must end by itself and not by a
 * signal, and what it did must have a result or an error. */

/* Done with n_calls of the system that fail now and then. Asserts what must be true, and returns.
 */
typedef void (*TortureCycle) (gpointer data);

/* An end of the process that is not ours: in this call of the system, made somewhere below this
 * function, which another library exports; or "hang", where the first thread waits below it. Seen,
 * with what that library does there. */
typedef struct
{
  const char *call;
  const char *function;
  const char *what;
} TortureKnown;

typedef struct
{
  const char *name;
  TortureCycle prepare; /* before anything fails, may be NULL */
  TortureCycle cycle;
  gpointer data;
  const TortureKnown *known; /* ends with an empty one */
  guint max_calls;           /* of one kind that are made to fail, unless all are asked for */
  guint max_seconds;         /* that a cycle may take */
  guint n_parallel;          /* processes at the same time, up to 16 */
} Torture;

/* Adds tests: one for each call of the system, in which one fails; one in which all later ones
 * fail; and one with few descriptors left. Nothing in the process may have made a thread when they
 * run. LK_EGRESS_TORTURE=all makes every call fail, and prints what was met of what is known. */
void torture_add (const Torture *torture);

G_END_DECLS
