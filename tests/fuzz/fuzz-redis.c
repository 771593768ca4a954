/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as a reply of Redis: it is the same whether they come at once or one by one, and never
 * has more values than it may. */

#include "fuzz.h"

#include "lk-egress-redis-reply-private.h"

#define MAX_BYTES 4096
#define MAX_VALUES 32

/* Gives how many values there are. */
static guint
assert_same (const LkEgressRedisReply *one, const LkEgressRedisReply *other)
{
  guint n_values = 1;

  g_assert_cmpint (one->kind, ==, other->kind);
  g_assert_cmpint (one->integer, ==, other->integer);
  g_assert_true ((one->text != NULL) == (other->text != NULL));
  if (one->text != NULL)
    g_assert_cmpmem (one->text, one->length + 1, other->text, other->length + 1);
  g_assert_cmpuint (one->n_items, ==, other->n_items);
  for (guint i = 0; i < one->n_items; i++)
    n_values += assert_same (one->items[i], other->items[i]);

  return n_values;
}

/* Until there is a reply, or an error. Gives how many bytes were taken. */
static size_t
feed (const guint8 *data, size_t size, size_t step, LkEgressRedisReply **reply)
{
  g_autoptr (LkEgressRedisParser) parser = lk_egress_redis_parser_new (MAX_BYTES, MAX_VALUES);
  size_t taken;

  *reply = NULL;
  for (taken = 0; taken < size && *reply == NULL; taken += step)
    {
      g_autoptr (GError) error = NULL;

      if (!lk_egress_redis_parser_feed (parser, (const char *)data + taken, step, reply, &error))
        {
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
          g_assert_null (*reply);
          break;
        }
      g_assert_no_error (error);
    }

  return taken;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (LkEgressRedisReply) whole = NULL;
  g_autoptr (LkEgressRedisReply) pieces = NULL;

  if (size == 0)
    return 0;

  feed (data, size, size, &whole);
  if (feed (data, size, 1, &pieces) == size || whole != NULL)
    g_assert_true ((whole != NULL) == (pieces != NULL));
  if (whole != NULL)
    g_assert_cmpuint (assert_same (whole, pieces), <=, MAX_VALUES);

  return 0;
}
