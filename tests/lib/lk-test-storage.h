/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-storage.h"

G_BEGIN_DECLS

/* Stands for all secrets in the tests: no error may show it. */
#define LK_TEST_SECRET "Hush1hush+hush/HUSH"

/* Writes a file, into the home if the path is relative, and makes its folders. Gives the path. */
char *lk_test_storage_write (const char *path, const char *text, gssize length);

G_END_DECLS
