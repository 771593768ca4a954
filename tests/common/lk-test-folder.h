/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Removes a folder of the test with all that is in it, as far as it can. */
void lk_test_remove_folder (const char *path);

G_END_DECLS
