/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <string.h>

/* The name that libFuzzer knows. fuzz-main.c calls it where there is no libFuzzer. */
int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);
