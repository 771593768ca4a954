/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redis-link-private.h"

#include "lk-egress-deadline-private.h"

void
lk_egress_redis_link_clear (LkEgressRedisLink *self)
{
  g_clear_pointer (&self->connection, lk_egress_redis_connection_free);
  g_clear_pointer (&self->server, lk_egress_redis_server_free);
  g_clear_error (&self->down);
  g_free (self->replica);
}

/* Nobody waits for a server that did not answer a moment ago. */
static gboolean
is_down (LkEgressRedisLink *self, GError **error)
{
  if (self->down == NULL)
    return FALSE;
  if (g_get_monotonic_time () >= self->down_until)
    {
      g_clear_error (&self->down);
      return FALSE;
    }
  g_propagate_error (error, g_error_copy (self->down));

  return TRUE;
}

/* Connects if need be. A connection that was lost meanwhile is made again, once. */
static LkEgressRedisReply *
ask_server (LkEgressRedisLink *self,
            const char *const *words,
            GCancellable *cancellable,
            GError **error)
{
  for (;;)
    {
      gboolean is_new = self->connection == NULL, refused = FALSE;
      g_autoptr (GError) local = NULL;
      LkEgressRedisReply *reply;

      if (is_new)
        self->connection = lk_egress_redis_connection_open (self->server, cancellable, error);
      if (self->connection == NULL)
        return NULL;

      reply = lk_egress_redis_connection_call (self->connection, words, &refused, cancellable,
                                               &local);
      /* One that refuses for now may be another server the next time. */
      if (reply == NULL
          && (!refused || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED)))
        g_clear_pointer (&self->connection, lk_egress_redis_connection_free);
      if (reply != NULL)
        return reply;
      if (is_new || refused || !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED)
          || g_cancellable_is_cancelled (cancellable))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
}

static LkEgressRedisReply *
ask (LkEgressRedisLink *self, const char *const *words, GCancellable *cancellable, GError **error)
{
  g_autoptr (LkEgressDeadline) deadline = NULL;
  g_autoptr (LkEgressRedisReply) reply = NULL;
  GError *local = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || is_down (self, error))
    return NULL;

  deadline = lk_egress_deadline_new (self->timeout, cancellable, NULL, error);
  if (deadline == NULL)
    return NULL;

  reply = ask_server (self, words, lk_egress_deadline_get_cancellable (deadline), &local);
  if (reply == NULL && lk_egress_deadline_has_passed (deadline))
    {
      g_clear_error (&local);
      g_set_error (&local, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                   "Redis at %s has not answered within %u ms", self->server->shown, self->timeout);
    }
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED))
    {
      self->down = g_error_copy (local);
      self->down_until
          = g_get_monotonic_time () + self->lease * (gint64)G_TIME_SPAN_MILLISECOND / 6;
    }
  if (reply == NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  if (reply->kind != LK_EGRESS_REDIS_ARRAY || reply->n_items == 0
      || reply->items[0]->kind != LK_EGRESS_REDIS_INTEGER)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "What Redis at %s answers is no result of the question", self->server->shown);
      return NULL;
    }

  return g_steal_pointer (&reply);
}

char *
lk_egress_redis_link_get_name (const char *owner, const char *what)
{
  g_autofree char *escaped = g_uri_escape_string (owner, NULL, FALSE);

  return g_strconcat ("livekit-egress:{", escaped, "}:", what, NULL);
}

LkEgressRedisReply *
lk_egress_redis_link_run (LkEgressRedisLink *self,
                          const char *script,
                          const char *owner,
                          const char *const *arguments,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autofree char *own = g_strconcat ("lease:", self->replica, NULL);
  g_autofree char *entries = lk_egress_redis_link_get_name (owner, "entries");
  g_autofree char *holders = lk_egress_redis_link_get_name (owner, "holders");
  g_autofree char *lease = lk_egress_redis_link_get_name (owner, own);
  g_autofree char *time = g_strdup_printf ("%u", self->lease);
  g_autofree char *max_size = g_strdup_printf ("%u", self->max_size);
  const char *const common[]
      = { "EVAL", script, "3", entries, holders, lease, self->replica, time, max_size };
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    g_ptr_array_add (words, (gpointer)common[i]);
  for (; arguments != NULL && *arguments != NULL; arguments++)
    g_ptr_array_add (words, (gpointer)*arguments);
  g_ptr_array_add (words, NULL);

  return ask (self, (const char *const *)words->pdata, cancellable, error);
}
