/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-storage.h"

G_BEGIN_DECLS

/* Stands for all secrets in the tests: no error may show it. */
#define LK_TEST_SECRET "Hush1hush+hush/HUSH"

/* No variable of a provider is set after this. The home is empty in each test, as long as the
 * directories are isolated. */
void lk_test_storage_clear_environment (void);

/* Writes a file, into the home if the path is relative, and makes its folders. Gives the path. */
char *lk_test_storage_write (const char *path, const char *text, gssize length);

/* The address makes a storage of this JSON, in the names of the protocol, and this folder, which
 * may be NULL. */
void lk_test_storage_assert_made (const char *uri, const char *json, const char *folder);

/* The address is refused with this code of G_IO_ERROR and exactly this message. */
void lk_test_storage_assert_refused (const char *uri, int code, const char *message);

/* A copy of a text with one to three bytes changed, put in or taken out; free of zero bytes. */
char *lk_test_storage_mutate (GRand *random, const char *text);

G_END_DECLS
