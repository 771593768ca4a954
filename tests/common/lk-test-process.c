/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-process.h"

#include <unistd.h>

void
lk_test_process_start (LkTestProcess *self, const char *program, const char *what)
{
  const char *const arguments[] = { program, "--serve", what, NULL };
  g_autoptr (GIOChannel) channel = NULL;
  g_autoptr (GError) error = NULL;
  int output;

  g_spawn_async_with_pipes (NULL, (char **)arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL,
                            &self->input, &output, NULL, &error);
  g_assert_no_error (error);
  channel = g_io_channel_unix_new (output);
  g_io_channel_set_close_on_unref (channel, TRUE);
  g_io_channel_read_line (channel, &self->url, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->url);
  g_strchomp (self->url);
}

void
lk_test_process_clear (LkTestProcess *self)
{
  close (self->input);
  g_free (self->url);
}

const char *
lk_test_process_get_what (int argc, char **argv)
{
  return argc == 3 && g_str_equal (argv[1], "--serve") ? argv[2] : NULL;
}

/* The test holds the other end of the standard input. */
int
lk_test_process_serve (LkTestServer *server)
{
  char end;
  gboolean is_over;

  g_print ("%s\n", lk_test_server_get_url (server));
  is_over = read (STDIN_FILENO, &end, 1) == 0;
  lk_test_server_free (server);

  return is_over ? 0 : 1;
}
