/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a Redis server answers: a tree. */
typedef enum
{
  LK_EGRESS_REDIS_NIL,
  LK_EGRESS_REDIS_STATUS,
  LK_EGRESS_REDIS_ERROR,
  LK_EGRESS_REDIS_INTEGER,
  LK_EGRESS_REDIS_STRING,
  LK_EGRESS_REDIS_ARRAY,
} LkEgressRedisKind;

typedef struct _LkEgressRedisReply LkEgressRedisReply;

struct _LkEgressRedisReply
{
  LkEgressRedisKind kind;
  char *text; /* of a status, an error or a string; ends with a zero byte that length leaves out */
  gsize length; /* of the text */
  gint64 integer;
  LkEgressRedisReply **items; /* of an array, never NULL in a whole reply */
  guint n_items;
};

void lk_egress_redis_reply_free (LkEgressRedisReply *self);

/* The text of an item of an array; NULL if there is no such item, or it is no string. */
const char *lk_egress_redis_reply_get_text (const LkEgressRedisReply *self, guint index);

/* The same for a whole number, 0 if it is none. */
gint64 lk_egress_redis_reply_get_integer (const LkEgressRedisReply *self, guint index);

/* Reads one reply from bytes that come in pieces, with bounds for all of them together, and for the
 * number of values in it. Errors are G_IO_ERROR_INVALID_DATA. */
typedef struct _LkEgressRedisParser LkEgressRedisParser;

LkEgressRedisParser *lk_egress_redis_parser_new (gsize max_bytes, guint max_values);
void lk_egress_redis_parser_free (LkEgressRedisParser *self);

/* Whether the bytes were taken. When the reply is whole, it is given too, and there may be no bytes
 * after it. */
gboolean lk_egress_redis_parser_feed (LkEgressRedisParser *self,
                                      const char *bytes,
                                      gsize length,
                                      LkEgressRedisReply **reply,
                                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressRedisReply, lk_egress_redis_reply_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressRedisParser, lk_egress_redis_parser_free)

G_END_DECLS
