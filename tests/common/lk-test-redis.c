/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-redis.h"

#include <signal.h>
#include <string.h>

#include "lk-test-child.h"
#include "lk-test-folder.h"

struct _LkTestRedis
{
  char *program;
  char *client;
  char *certificate; /* NULL: no TLS */
  char *folder;
  char *address;
  char *port;
  GPtrArray *arguments;
  GSubprocess *process;
};

/* Whether it took the port, and has read what it kept. */
static gboolean
start (LkTestRedis *self)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, lk_test_die_with_parent,
                                         GINT_TO_POINTER (SIGKILL), NULL);
  self->process = g_subprocess_launcher_spawnv (
      launcher, (const char *const *)self->arguments->pdata, &error);
  g_assert_no_error (error);

  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (output), FALSE);
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, NULL);

      if (line == NULL)
        {
          g_subprocess_wait (self->process, NULL, NULL);
          g_clear_object (&self->process);
          return FALSE;
        }
      if (strstr (line, "Ready to accept connections") != NULL)
        return TRUE;
    }
}

static void
add_words (GPtrArray *arguments, const char *const *words)
{
  for (; *words != NULL; words++)
    g_ptr_array_add (arguments, g_strdup (*words));
}

static void
set_arguments (LkTestRedis *self, const char *const *further)
{
  const char *const common[]
      = { self->program,  "--bind", "127.0.0.1",     "--dir",  self->folder, "--save", "",
          "--appendonly", "yes",    "--appendfsync", "always", "--logfile",  "" };
  const char *const plain[] = { "--port", self->port, NULL };
  const char *const tls[] = { "--port",
                              "0",
                              "--tls-port",
                              self->port,
                              "--tls-cert-file",
                              self->certificate,
                              "--tls-key-file",
                              self->certificate,
                              "--tls-auth-clients",
                              "no",
                              NULL };

  g_ptr_array_set_size (self->arguments, 0);
  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    g_ptr_array_add (self->arguments, g_strdup (common[i]));
  add_words (self->arguments, self->certificate != NULL ? tls : plain);
  if (further != NULL)
    add_words (self->arguments, further);
  g_ptr_array_add (self->arguments, NULL);
}

static LkTestRedis *
new_redis (const char *certificate, const char *const *arguments)
{
  LkTestRedis *self;
  g_autofree char *program = g_find_program_in_path ("redis-server");
  g_autofree char *client = g_find_program_in_path ("redis-cli");

#ifndef LK_EGRESS_HAVE_REDIS
  g_test_skip ("the library is built without Redis");
  return NULL;
#endif
  if (program == NULL || client == NULL)
    {
      if (g_getenv ("LK_E2E_REQUIRED") != NULL)
        g_error ("There is no redis-server, and LK_E2E_REQUIRED is set");
      g_test_skip ("there is no redis-server");
      return NULL;
    }

  self = g_new0 (LkTestRedis, 1);
  self->program = g_steal_pointer (&program);
  self->client = g_steal_pointer (&client);
  if (certificate != NULL)
    self->certificate = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), certificate, NULL);
  self->folder = g_dir_make_tmp ("lk-redis-XXXXXX", NULL);
  self->arguments = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; self->process == NULL; i++)
    {
      g_assert_cmpuint (i, <, 10);
      g_free (self->port);
      self->port = g_strdup_printf ("%u", lk_test_find_port (G_SOCKET_TYPE_STREAM));
      set_arguments (self, arguments);
      start (self);
    }
  self->address
      = g_strdup_printf ("%s://127.0.0.1:%s", certificate != NULL ? "rediss" : "redis", self->port);

  return self;
}

LkTestRedis *
lk_test_redis_new (const char *const *arguments)
{
  return new_redis (NULL, arguments);
}

LkTestRedis *
lk_test_redis_new_tls (const char *certificate)
{
  return new_redis (certificate, NULL);
}

void
lk_test_redis_stop (LkTestRedis *self)
{
  if (self->process == NULL)
    return;
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

void
lk_test_redis_start (LkTestRedis *self)
{
  g_assert_true (start (self));
}

void
lk_test_redis_forget (LkTestRedis *self)
{
  lk_test_remove_folder (self->folder);
  g_assert_cmpint (g_mkdir_with_parents (self->folder, 0700), ==, 0);
}

void
lk_test_redis_hang (LkTestRedis *self)
{
  g_subprocess_send_signal (self->process, SIGSTOP);
}

void
lk_test_redis_go_on (LkTestRedis *self)
{
  g_subprocess_send_signal (self->process, SIGCONT);
}

void
lk_test_redis_free (LkTestRedis *self)
{
  lk_test_redis_stop (self);
  lk_test_remove_folder (self->folder);
  g_ptr_array_unref (self->arguments);
  g_free (self->program);
  g_free (self->client);
  g_free (self->certificate);
  g_free (self->folder);
  g_free (self->address);
  g_free (self->port);
  g_free (self);
}

const char *
lk_test_redis_get_address (LkTestRedis *self)
{
  return self->address;
}

char *
lk_test_redis_ask (LkTestRedis *self, ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  const char *word;
  char *text;
  va_list words;

  g_ptr_array_add (arguments, self->client);
  g_ptr_array_add (arguments, (gpointer) "-p");
  g_ptr_array_add (arguments, self->port);
  va_start (words, self);
  while ((word = va_arg (words, const char *)) != NULL)
    g_ptr_array_add (arguments, (gpointer)word);
  va_end (words);
  g_ptr_array_add (arguments, NULL);

  process = g_subprocess_newv ((const char *const *)arguments->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, &error));
  g_assert_no_error (error);

  return g_strchomp (text);
}
