/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-test-server.h"

G_BEGIN_DECLS

/* The test's program once more, with the arguments "--serve" and what, as a server in a process of
 * its own. For tests that call fork(): what GLib does in other threads at that moment, such as
 * emitting a signal, is out of order in the child. */
typedef struct
{
  char *url;
  int input;
} LkTestProcess;

void lk_test_process_start (LkTestProcess *self, const char *program, const char *what);
void lk_test_process_clear (LkTestProcess *self);

/* What that process is asked to serve, or NULL in the test itself. */
const char *lk_test_process_get_what (int argc, char **argv);

/* Serves until the test is over, and gives the exit status. Takes the server over. */
int lk_test_process_serve (LkTestServer *server);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LkTestProcess, lk_test_process_clear)

G_END_DECLS
