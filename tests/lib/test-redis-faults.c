/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Servers that are no Redis, or no good one: each answer is an error in time, without the password.
 */

#include <livekit-egress/livekit-egress.h>
#include <string.h>

#define PASSWORD "verysecretword"

typedef struct
{
  const char *name;
  const char *answer; /* to the first that is asked; NULL: it closes the connection */
  GIOErrorEnum code;
} Row;

static const Row rows[] = {
  { "garbage", "HTTP/1.1 400 Bad Request\r\n\r\n", G_IO_ERROR_INVALID_DATA },
  { "huge-bulk", "$999999999999\r\nx", G_IO_ERROR_NOT_CONNECTED },
  { "negative-bulk", "$-7\r\n", G_IO_ERROR_INVALID_DATA },
  { "huge-array", "*2000000000\r\n", G_IO_ERROR_INVALID_DATA },
  { "deep", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*40000\r\n",
    G_IO_ERROR_INVALID_DATA },
  { "nothing", "", G_IO_ERROR_NOT_CONNECTED },
  { "half", "+O", G_IO_ERROR_NOT_CONNECTED },
  { "two", "+OK\r\n+OK\r\n", G_IO_ERROR_INVALID_DATA },
  { "closed", NULL, G_IO_ERROR_NOT_CONNECTED },
  { "noauth", "-NOAUTH Authentication required.\r\n", G_IO_ERROR_PERMISSION_DENIED },
  { "wrongpass", "-WRONGPASS invalid pair\r\n", G_IO_ERROR_PERMISSION_DENIED },
  { "quotes", "-ERR unknown command `AUTH`, with args beginning with: `" PASSWORD "`\r\n",
    G_IO_ERROR_FAILED },
  { "loading", "-LOADING Redis is loading the dataset in memory\r\n", G_IO_ERROR_NOT_CONNECTED },
  { "readonly", "-READONLY You can't write against a read only replica.\r\n",
    G_IO_ERROR_NOT_CONNECTED },
  { "full", "-OOM command not allowed when used memory > 'maxmemory'.\r\n", G_IO_ERROR_NO_SPACE },
};

typedef struct
{
  const Row *row;
  GSocketListener *listener;
  GCancellable *end;
} Server;

static gpointer
serve (gpointer user_data)
{
  Server *self = user_data;
  const char *text = self->row->answer;
  GSocketConnection *accepted;

  while ((accepted = g_socket_listener_accept (self->listener, NULL, self->end, NULL)) != NULL)
    {
      g_autoptr (GSocketConnection) connection = accepted;
      GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
      GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
      char bytes[4096];

      if (text == NULL || g_input_stream_read (input, bytes, sizeof bytes, self->end, NULL) <= 0)
        continue;
      g_output_stream_write_all (output, text, strlen (text), NULL, self->end, NULL);
      /* Until the other side gives up. */
      while (g_input_stream_read (input, bytes, sizeof bytes, self->end, NULL) > 0)
        ;
    }

  return NULL;
}

static void
test_answer (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GCancellable) end = g_cancellable_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  Server server = { row, listener, end };
  GThread *thread = g_thread_new ("server", serve, &server);
  g_autofree char *address = g_strdup_printf ("redis://127.0.0.1:%u", port);
  g_autoptr (LkEgressStore) store
      = g_object_new (LK_EGRESS_TYPE_REDIS_STORE, "address", address, "password", PASSWORD,
                      "timeout", row->code == G_IO_ERROR_NOT_CONNECTED ? 300 : 60000, NULL);
  g_autoptr (LkEgressStoreEntry) entry
      = lk_egress_store_entry_new ("studio", "https://livekit.example", NULL, "EG_1");
  g_autoptr (GError) error = NULL;

  g_assert_false (lk_egress_store_put (store, entry, NULL, &error));
  g_assert_error (error, G_IO_ERROR, (int)row->code);
  g_assert_nonnull (strstr (error->message, address));
  g_assert_null (strstr (error->message, PASSWORD));
  g_cancellable_cancel (end);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/redis-faults/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_answer);
    }

  return g_test_run ();
}
