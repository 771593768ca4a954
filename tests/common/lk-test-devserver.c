/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-devserver.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>

#include "lk-egress-access-token-private.h"
#include "lk-test-child.h"

#define POLL_INTERVAL_US 20000
#define READY_PREFIX "livekit-egress-devserver ready on "

struct _LkTestDevserver
{
  GSubprocess *process;
  GDataInputStream *output;
  char *url;
  SoupSession *session;
};

static GSubprocess *
spawn (const char *const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  const char *program = g_getenv ("LK_EGRESS_DEVSERVER");
  const char *const common[]
      = { "--port", "0", "--api-key", LK_TEST_API_KEY, "--api-secret", LK_TEST_API_SECRET };
  GSubprocess *process;

  if (program == NULL)
    g_error ("The environment variable LK_EGRESS_DEVSERVER must name the server to test with");
  g_ptr_array_add (argv, (gpointer)program);
  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    g_ptr_array_add (argv, (gpointer)common[i]);
  for (; arguments != NULL && *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer)*arguments);
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_child_setup (launcher, lk_test_die_with_parent,
                                         GINT_TO_POINTER (SIGTERM), NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv->pdata, &error);
  g_assert_no_error (error);
  return process;
}

LkTestDevserver *
lk_test_devserver_new (const char *const *arguments)
{
  LkTestDevserver *self = g_new0 (LkTestDevserver, 1);
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  self->process = spawn (arguments);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line (self->output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, READY_PREFIX));
  self->url = g_strdup (line + strlen (READY_PREFIX));
  self->session = soup_session_new ();
  return self;
}

void
lk_test_devserver_free (LkTestDevserver *self)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait_check (self->process, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (self->session);
  g_object_unref (self->output);
  g_object_unref (self->process);
  g_free (self->url);
  g_free (self);
}

const char *
lk_test_devserver_get_url (LkTestDevserver *self)
{
  return self->url;
}

static char *
call (LkTestDevserver *self,
      const char *verb,
      const char *path,
      const char *token,
      const char *json,
      guint *status)
{
  g_autofree char *url = g_strconcat (self->url, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (verb, url);
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (GError) error = NULL;

  if (token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    bearer);
    }
  if (json != NULL)
    {
      g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));

      soup_message_set_request_body_from_bytes (message, "application/json", body);
    }
  reply = soup_session_send_and_read (self->session, message, NULL, &error);
  g_assert_no_error (error);
  *status = soup_message_get_status (message);
  return g_strndup (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply));
}

/* An endpoint of its own; its answer must be 200. */
static char *
call_tool (LkTestDevserver *self, const char *verb, const char *path, const char *json)
{
  guint status;
  char *reply = call (self, verb, path, NULL, json, &status);

  g_assert_cmpuint (status, ==, 200);
  return reply;
}

char *
lk_test_make_token (const char *key, const char *secret)
{
  g_autoptr (JsonNode) claims = json_from_string ("{\"video\":{\"roomRecord\":true}}", NULL);

  return lk_egress_access_token_sign (key, secret, json_node_get_object (claims),
                                      g_get_real_time () / G_USEC_PER_SEC,
                                      LK_EGRESS_TOKEN_LIFETIME);
}

char *
lk_test_devserver_call (LkTestDevserver *self, const char *method, const char *json, guint *status)
{
  g_autofree char *path = g_strconcat ("/twirp/livekit.Egress/", method, NULL);
  g_autofree char *token = lk_test_make_token (LK_TEST_API_KEY, LK_TEST_API_SECRET);

  return call (self, "POST", path, token, json, status);
}

void
lk_test_devserver_add_fault (LkTestDevserver *self, const char *json)
{
  g_free (call_tool (self, "POST", "/devserver/faults", json));
}

void
lk_test_devserver_clear_faults (LkTestDevserver *self)
{
  g_free (call_tool (self, "DELETE", "/devserver/faults", NULL));
}

char *
lk_test_devserver_get_state (LkTestDevserver *self)
{
  return call_tool (self, "GET", "/devserver/state", NULL);
}

guint
lk_test_devserver_count (LkTestDevserver *self, const char *status)
{
  g_autofree char *state = lk_test_devserver_get_state (self);
  g_autoptr (JsonNode) root = json_from_string (state, NULL);
  JsonArray *egresses = json_object_get_array_member (json_node_get_object (root), "egresses");
  guint count = 0;

  for (guint i = 0; i < json_array_get_length (egresses); i++)
    count += g_str_equal (
        json_object_get_string_member (json_array_get_object_element (egresses, i), "status"),
        status);
  return count;
}

void
lk_test_devserver_wait (LkTestDevserver *self, const char *status, guint count)
{
  while (lk_test_devserver_count (self, status) < count)
    g_usleep (POLL_INTERVAL_US);
}

void
lk_test_devserver_wait_ended (LkTestDevserver *self, guint count)
{
  static const char *const statuses[]
      = { "EGRESS_COMPLETE", "EGRESS_FAILED", "EGRESS_ABORTED", "EGRESS_LIMIT_REACHED" };

  for (;;)
    {
      guint n_ended = 0;

      for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
        n_ended += lk_test_devserver_count (self, statuses[i]);
      if (n_ended >= count)
        return;
      g_usleep (POLL_INTERVAL_US);
    }
}

guint
lk_test_devserver_count_descriptors (LkTestDevserver *self)
{
  g_autofree char *path
      = g_strdup_printf ("/proc/%s/fd", g_subprocess_get_identifier (self->process));
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
  guint count = 0;

  g_assert_no_error (error);
  while (g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

void
lk_test_devserver_hold_up (LkTestDevserver *self, gint64 microseconds)
{
  g_subprocess_send_signal (self->process, SIGSTOP);
  g_usleep (microseconds);
  g_subprocess_send_signal (self->process, SIGCONT);
}
