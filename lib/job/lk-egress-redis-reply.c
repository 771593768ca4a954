/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Replies of Redis, read with the protocol reader of hiredis. It knows no sockets, and what it
 * makes is counted here before it is made. */

#include "lk-egress-redis-reply-private.h"

#include <string.h>

#ifdef LK_EGRESS_HAVE_REDIS
#include <hiredis/hiredis.h>
#endif

void
lk_egress_redis_reply_free (LkEgressRedisReply *self)
{
  for (guint i = 0; i < self->n_items; i++)
    {
      if (self->items[i] != NULL)
        lk_egress_redis_reply_free (self->items[i]);
    }
  g_free (self->items);
  g_free (self->text);
  g_free (self);
}

static const LkEgressRedisReply *
get_item (const LkEgressRedisReply *self, guint index, LkEgressRedisKind kind)
{
  if (index >= self->n_items || self->items[index]->kind != kind)
    return NULL;
  return self->items[index];
}

const char *
lk_egress_redis_reply_get_text (const LkEgressRedisReply *self, guint index)
{
  const LkEgressRedisReply *item = get_item (self, index, LK_EGRESS_REDIS_STRING);

  return item != NULL ? item->text : NULL;
}

gint64
lk_egress_redis_reply_get_integer (const LkEgressRedisReply *self, guint index)
{
  const LkEgressRedisReply *item = get_item (self, index, LK_EGRESS_REDIS_INTEGER);

  return item != NULL ? item->integer : 0;
}

#ifdef LK_EGRESS_HAVE_REDIS

struct _LkEgressRedisParser
{
  redisReader *reader;
  gsize bytes_left;
  guint values_left;
};

/*** What hiredis calls for each value; NULL makes it give up ***/

static LkEgressRedisReply *
new_value (const redisReadTask *task, LkEgressRedisKind kind)
{
  LkEgressRedisParser *parser = task->privdata;
  LkEgressRedisReply *self;

  if (parser->values_left == 0)
    return NULL;

  parser->values_left--;
  self = g_new0 (LkEgressRedisReply, 1);
  self->kind = kind;
  if (task->parent != NULL)
    ((LkEgressRedisReply *)task->parent->obj)->items[task->idx] = self;

  return self;
}

static void *
create_string (const redisReadTask *task, char *text, size_t length)
{
  LkEgressRedisReply *self;
  LkEgressRedisKind kind = LK_EGRESS_REDIS_STRING;

  if (task->type == REDIS_REPLY_STATUS)
    kind = LK_EGRESS_REDIS_STATUS;
  else if (task->type == REDIS_REPLY_ERROR)
    kind = LK_EGRESS_REDIS_ERROR;
  else if (task->type != REDIS_REPLY_STRING)
    return NULL;

  self = new_value (task, kind);
  if (self == NULL)
    return NULL;

  self->text = g_malloc (length + 1);
  memcpy (self->text, text, length);
  self->text[length] = '\0';
  self->length = length;

  return self;
}

#if HIREDIS_MAJOR >= 1
typedef size_t ArraySize;
#else
typedef int ArraySize;
#endif

static void *
create_array (const redisReadTask *task, ArraySize n_items)
{
  LkEgressRedisParser *parser = task->privdata;
  LkEgressRedisReply *self;

  if (task->type != REDIS_REPLY_ARRAY || n_items > (ArraySize)parser->values_left)
    return NULL;

  self = new_value (task, LK_EGRESS_REDIS_ARRAY);
  if (self == NULL)
    return NULL;

  self->items = g_new0 (LkEgressRedisReply *, (gsize)n_items);
  self->n_items = (guint)n_items;

  return self;
}

static void *
create_integer (const redisReadTask *task, long long value)
{
  LkEgressRedisReply *self = new_value (task, LK_EGRESS_REDIS_INTEGER);

  if (self != NULL)
    self->integer = value;

  return self;
}

static void *
create_nil (const redisReadTask *task)
{
  return new_value (task, LK_EGRESS_REDIS_NIL);
}

static void
free_object (void *object)
{
  lk_egress_redis_reply_free (object);
}

#if HIREDIS_MAJOR >= 1
/* Those of a later protocol, which nobody has asked for. */
static void *
create_double (const redisReadTask *task, double value, char *text, size_t length)
{
  return NULL;
}

static void *
create_bool (const redisReadTask *task, int value)
{
  return NULL;
}
#endif

static redisReplyObjectFunctions functions = {
  .createString = create_string,
  .createArray = create_array,
  .createInteger = create_integer,
  .createNil = create_nil,
  .freeObject = free_object,
#if HIREDIS_MAJOR >= 1
  .createDouble = create_double,
  .createBool = create_bool,
#endif
};

LkEgressRedisParser *
lk_egress_redis_parser_new (gsize max_bytes, guint max_values)
{
  LkEgressRedisParser *self = g_new0 (LkEgressRedisParser, 1);

  self->bytes_left = max_bytes;
  self->values_left = max_values;
  self->reader = redisReaderCreateWithFunctions (&functions);
  g_assert (self->reader != NULL);
  self->reader->privdata = self;

  return self;
}

void
lk_egress_redis_parser_free (LkEgressRedisParser *self)
{
  redisReaderFree (self->reader);
  g_free (self);
}

gboolean
lk_egress_redis_parser_feed (LkEgressRedisParser *self,
                             const char *bytes,
                             gsize length,
                             LkEgressRedisReply **reply,
                             GError **error)
{
  void *whole = NULL;

  *reply = NULL;
  if (length > self->bytes_left)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "The reply is too large");
      return FALSE;
    }

  self->bytes_left -= length;
  if (redisReaderFeed (self->reader, bytes, length) != REDIS_OK
      || redisReaderGetReply (self->reader, &whole) != REDIS_OK)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "The reply is none of the Redis protocol, or has too many values");
      return FALSE;
    }
  if (whole != NULL && self->reader->pos < self->reader->len)
    {
      lk_egress_redis_reply_free (whole);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "There is more than one reply to one command");
      return FALSE;
    }
  *reply = whole;

  return TRUE;
}

#endif /* LK_EGRESS_HAVE_REDIS */
