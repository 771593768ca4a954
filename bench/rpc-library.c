/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The calls of the library, with the key and secret of the environment. */

#include <livekit-egress/livekit-egress.h>

#include "bench.h"

typedef struct
{
  LkEgressClient *client;
  GMainLoop *loop;
} Library;

static void
check_info (LkEgressInfo *info, const GError *error)
{
  if (error != NULL)
    bench_fail (error);
  g_object_unref (info);
}

static void
check_listing (const Bench *bench, LkEgressListing *listing, const GError *error)
{
  guint n_items;

  if (error != NULL)
    bench_fail (error);

  n_items = g_list_model_get_n_items (G_LIST_MODEL (listing));
  for (guint i = 0; g_str_equal (bench->call, "read") && i < n_items; i++)
    {
      g_autoptr (LkEgressInfo) info = g_list_model_get_item (G_LIST_MODEL (listing), i);

      if (lk_egress_info_get_egress_id (info) == NULL || lk_egress_info_get_room_name (info) == NULL
          || lk_egress_info_get_status (info) == LK_EGRESS_STATUS_STARTING
          || lk_egress_info_get_started_at (info) == 0 || lk_egress_info_get_ended_at (info) == 0
          || lk_egress_info_get_updated_at (info) == 0)
        exit (1);
    }
  g_object_unref (listing);
}

typedef struct
{
  const Bench *bench;
  Library *library;
} AsyncCall;

static void
answered (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  AsyncCall *async = user_data;
  LkEgressClient *client = LK_EGRESS_CLIENT (source_object);
  g_autoptr (GError) error = NULL;

  if (g_str_equal (async->bench->call, "stop"))
    check_info (lk_egress_client_stop_finish (client, result, &error), error);
  else
    check_listing (async->bench, lk_egress_client_list_finish (client, result, &error), error);
  g_main_loop_quit (async->library->loop);
}

static void
call_async (const Bench *bench, Library *self)
{
  AsyncCall async = { bench, self };

  if (g_str_equal (bench->call, "stop"))
    lk_egress_client_stop_async (self->client, BENCH_EGRESS_ID, NULL, answered, &async);
  else
    lk_egress_client_list_async (self->client, NULL, TRUE, NULL, answered, &async);
  g_main_loop_run (self->loop);
}

static void
call (const Bench *bench, gpointer data)
{
  Library *self = data;
  g_autoptr (GError) error = NULL;

  if (bench->async)
    call_async (bench, self);
  else if (g_str_equal (bench->call, "stop"))
    check_info (lk_egress_client_stop (self->client, BENCH_EGRESS_ID, NULL, &error), error);
  else
    check_listing (bench, lk_egress_client_list (self->client, NULL, TRUE, NULL, &error), error);
}

int
main (int argc, char **argv)
{
  const Bench bench = bench_parse (argc, argv);
  g_autoptr (GError) error = NULL;
  Library self = {
    .client = lk_egress_client_new (bench.url, NULL, &error),
    .loop = g_main_loop_new (NULL, FALSE),
  };

  if (self.client == NULL)
    bench_fail (error);
  bench_run (&bench, call, &self);

  g_object_unref (self.client);
  g_main_loop_unref (self.loop);

  return 0;
}
