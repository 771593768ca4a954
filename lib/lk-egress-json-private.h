/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Deeper than any message of the API, far from the end of a thread's stack. */
#define LK_EGRESS_JSON_MAX_DEPTH 64

/* Reads JSON from outside: UTF-8, nested at most LK_EGRESS_JSON_MAX_DEPTH deep, and one value.
 * Whole numbers have at most 64 bits. length may be -1. The tree is immutable. Errors
 * (G_IO_ERROR_INVALID_DATA) quote nothing of the text, which may hold a secret. */
JsonNode *lk_egress_json_parse (const char *text, gssize length, GError **error);

G_END_DECLS
