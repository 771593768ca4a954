/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The calls of the system in this program, counted and made to fail. They stand before those of the
 * C library for all libraries that the program loads. */

#define TORTURE_CALLS(CALL)                                                                        \
  CALL (socket)                                                                                    \
  CALL (connect)                                                                                   \
  CALL (bind)                                                                                      \
  CALL (listen)                                                                                    \
  CALL (accept)                                                                                    \
  CALL (send)                                                                                      \
  CALL (recv)                                                                                      \
  CALL (open)                                                                                      \
  CALL (epoll_create)                                                                              \
  CALL (epoll_ctl)                                                                                 \
  CALL (epoll_wait)                                                                                \
  CALL (eventfd)                                                                                   \
  CALL (pipe)                                                                                      \
  CALL (pthread_create)

typedef enum
{
#define CALL(name) TORTURE_##name,
  TORTURE_CALLS (CALL)
#undef CALL
      N_TORTURE_CALLS,
  TORTURE_NONE = N_TORTURE_CALLS
} TortureCall;

extern const char *const torture_call_names[N_TORTURE_CALLS];

#define TORTURE_MAX_TEXT 900

/* In memory that a process shares with its children. */
typedef struct
{
  gint counts[N_TORTURE_CALLS];
  gint total;
  gint n_failed;
  char last_failed[TORTURE_MAX_TEXT]; /* a call, and who made it */
  gint signal;                        /* that ended the process, 0 if none did */
  char culprit[TORTURE_MAX_TEXT];     /* then the call that failed in its thread */
} TortureState;

TortureState *torture_state_new (void);
void torture_state_free (TortureState *state);

/* From now on the calls of this process are counted. The nth of a kind fails, or, with
 * TORTURE_NONE, the nth of all and each after it; with n = 0 none does. */
void torture_begin (TortureState *state, TortureCall call, gint n);
void torture_end (void);

G_END_DECLS
