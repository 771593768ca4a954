/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* For programs that a test starts. */

/* A child setup, whose data is the number of the signal that ends the child with its parent: a test
 * that aborts leaves nothing behind. */
void lk_test_die_with_parent (gpointer signal);

/* A port of 127.0.0.1 that was free a moment ago, for what cannot be told to take any. */
guint lk_test_find_port (GSocketType type);

G_END_DECLS
