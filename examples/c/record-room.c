/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Records a LiveKit room, as its participants see it, into an MP4 file until Ctrl-C:
 *
 *   record-room ROOM FILE
 *
 * The egress worker writes the file, to its own disk or to the storage that the server is
 * configured with. Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET. */

#include <locale.h>

#include <glib-unix.h>
#include <livekit-egress/livekit-egress.h>

typedef struct
{
  GMainLoop *loop;
  LkEgressJob *job;
  GError *error;
} App;

static void
on_state_changed (LkEgressJob *job, GParamSpec *pspec, App *app)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (LK_EGRESS_TYPE_JOB_STATE);

  g_print ("%s\n", g_enum_get_value (states, lk_egress_job_get_state (job))->value_nick);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;

  lk_egress_job_wait_finish (LK_EGRESS_JOB (source), result, &app->error);
  g_main_loop_quit (app->loop);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;

  if (!lk_egress_job_start_finish (app->job, result, &app->error))
    {
      g_main_loop_quit (app->loop);
      return;
    }
  g_print ("%s\n", lk_egress_job_get_egress_id (app->job));
  lk_egress_job_wait_async (app->job, LK_EGRESS_JOB_STATE_COMPLETE, NULL, on_ended, app);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!lk_egress_job_stop_finish (LK_EGRESS_JOB (source), result, &error))
    g_printerr ("It could not be stopped: %s\n", error->message);
}

static gboolean
on_interrupt (gpointer user_data)
{
  App *app = user_data;

  lk_egress_job_stop_async (app->job, NULL, on_stopped, app);
  return G_SOURCE_CONTINUE;
}

static LkEgressJob *
new_job (const char *room, const char *path, GError **error)
{
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (LkEgressFileOutput) file = NULL;
  g_autoptr (LkEgressOutput) output = NULL;
  g_autoptr (LkEgressRequest) request = NULL;

  client = lk_egress_client_new (NULL, NULL, error);
  if (client == NULL)
    return NULL;

  file = lk_egress_file_output_new (path);
  output = lk_egress_output_new_file (file);
  request = lk_egress_request_new_room_composite (room, "grid");
  lk_egress_request_add_output (request, output);
  return lk_egress_job_new (client, request);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (GError) error = NULL;
  App app = { loop, NULL, NULL };

  setlocale (LC_ALL, "");
  if (argc != 3)
    {
      g_printerr ("usage: record-room ROOM FILE\n");
      return 2;
    }

  job = new_job (argv[1], argv[2], &error);
  if (job == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  app.job = job;
  g_signal_connect (job, "notify::state", G_CALLBACK (on_state_changed), &app);
  g_unix_signal_add (SIGINT, on_interrupt, &app);
  lk_egress_job_start_async (job, NULL, on_started, &app);
  g_main_loop_run (loop);

  if (app.error != NULL)
    {
      g_printerr ("%s\n", app.error->message);
      g_clear_error (&app.error);
      return 1;
    }
  return 0;
}
