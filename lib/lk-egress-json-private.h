/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Deeper than any message of the API, far from the end of a thread's stack. */
#define LK_EGRESS_JSON_MAX_DEPTH 64

typedef enum
{
  LK_EGRESS_JSON_KIND_NULL,
  LK_EGRESS_JSON_KIND_BOOLEAN,
  LK_EGRESS_JSON_KIND_INTEGER, /* a number without fraction and exponent */
  LK_EGRESS_JSON_KIND_DOUBLE,
  LK_EGRESS_JSON_KIND_STRING,
  LK_EGRESS_JSON_KIND_ARRAY,
  LK_EGRESS_JSON_KIND_OBJECT,
} LkEgressJsonKind;

/* A value of a text. Those inside of it are right behind it: each element of an array with what is
 * inside of that, and before each member of an object its name, a string. */
typedef struct
{
  LkEgressJsonKind kind;
  gsize n_values; /* this one and all inside of it */
  union
  {
    gboolean boolean;
    gint64 integer;
    double real;
    char *string; /* UTF-8 */
  };
} LkEgressJson;

/* Reads JSON (RFC 8259) from outside, and no other syntax: one value, nested at most
 * LK_EGRESS_JSON_MAX_DEPTH deep. Whole numbers have at most 64 bits, and strings no \u0000. length
 * may be -1. Errors (G_IO_ERROR_INVALID_DATA) say where, and quote nothing of the text, which may
 * hold a secret. */
LkEgressJson *lk_egress_json_parse (const char *text, gssize length, GError **error);

/* Of what was parsed; NULL is nothing. */
void lk_egress_json_free (LkEgressJson *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressJson, lk_egress_json_free)

/* What is inside of an array or object, in its order; of other values that is nothing. */
typedef struct
{
  const LkEgressJson *next;
  const LkEgressJson *end;
} LkEgressJsonIter;

void lk_egress_json_iter_init (LkEgressJsonIter *iter, const LkEgressJson *json);

/* NULL at the end. */
const LkEgressJson *lk_egress_json_next_element (LkEgressJsonIter *iter);
const LkEgressJson *lk_egress_json_next_member (LkEgressJsonIter *iter, const char **name);

/* The member of an object, the last of that name. NULL if there is none, or json is no object or
 * NULL. */
const LkEgressJson *lk_egress_json_find (const LkEgressJson *json, const char *name);

/* The text of such a member, NULL also if it is no string. */
const char *lk_egress_json_find_string (const LkEgressJson *json, const char *name);

/* json may be NULL, which is of no kind. */
static inline gboolean
lk_egress_json_is (const LkEgressJson *json, LkEgressJsonKind kind)
{
  return json != NULL && json->kind == kind;
}

G_END_DECLS
