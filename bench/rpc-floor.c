/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What no client over libsoup can be faster than: the same requests as the library sends, with a
 * token that was signed before, given in LIVEKIT_TOKEN, and answers that are read and thrown away.
 */

#include <libsoup/soup.h>

#include "bench.h"

typedef struct
{
  SoupSession *session;
  GMainLoop *loop;
  char *url;
  char *authorization;
  GBytes *body;
} Floor;

static SoupMessage *
new_message (Floor *self)
{
  SoupMessage *message = soup_message_new ("POST", self->url);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_set_request_body_from_bytes (message, "application/protobuf", self->body);
  soup_message_headers_append (headers, "Authorization", self->authorization);
  /* As the library: both calls do no harm when they come twice, so their connection is kept. */
  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT);

  return message;
}

static void
check (SoupMessage *message, GBytes *reply, const GError *error)
{
  if (error != NULL)
    bench_fail (error);
  if (soup_message_get_status (message) != 200 || g_bytes_get_size (reply) == 0)
    {
      fprintf (stderr, "The server answers with HTTP %u\n", soup_message_get_status (message));
      exit (1);
    }
}

static void
answered (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  Floor *self = user_data;
  SoupSession *session = SOUP_SESSION (source_object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) reply = soup_session_send_and_read_finish (session, result, &error);

  check (soup_session_get_async_result_message (session, result), reply, error);
  g_main_loop_quit (self->loop);
}

static void
call (const Bench *bench, gpointer data)
{
  Floor *self = data;
  g_autoptr (SoupMessage) message = new_message (self);

  if (bench->async)
    {
      soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, NULL, answered,
                                        self);
      g_main_loop_run (self->loop);
    }
  else
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) reply = soup_session_send_and_read (self->session, message, NULL, &error);

      check (message, reply, error);
    }
}

int
main (int argc, char **argv)
{
  const Bench bench = bench_parse (argc, argv);
  const gboolean is_list = !g_str_equal (bench.call, "stop");
  static const char list[] = "\x18\x01";                 /* active */
  static const char stop[] = "\x0a\x0f" BENCH_EGRESS_ID; /* egress_id */
  Floor self = {
    .session = soup_session_new_with_options ("user-agent", "livekit-egress-c/1.0.0", NULL),
    .loop = g_main_loop_new (NULL, FALSE),
    .url = g_strconcat (bench.url, "/twirp/livekit.Egress/", is_list ? "ListEgress" : "StopEgress",
                        NULL),
    .authorization = g_strconcat ("Bearer ", g_getenv ("LIVEKIT_TOKEN"), NULL),
    .body = is_list ? g_bytes_new_static (list, sizeof list - 1)
                    : g_bytes_new_static (stop, sizeof stop - 1),
  };

  /* The library does not ask for compressed answers either. */
  soup_session_remove_feature_by_type (self.session, SOUP_TYPE_CONTENT_DECODER);
  bench_run (&bench, call, &self);

  g_object_unref (self.session);
  g_main_loop_unref (self.loop);
  g_free (self.url);
  g_free (self.authorization);
  g_bytes_unref (self.body);

  return 0;
}
