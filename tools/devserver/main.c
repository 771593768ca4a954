/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib-unix.h>
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>

#include "dev-media.h"
#include "dev-server.h"
#include "outputs/dev-outputs.h"

#define DEFAULT_PORT 7880
#define DEFAULT_KEY "devkey"
#define DEFAULT_SECRET "devsecretdevsecretdevsecretdevsecret"

static struct
{
  char *listen;
  int port;
  char *api_key;
  char *api_secret;
  char **rooms;
  char *out;
  int track_timeout;
  int rpc_timeout;
  int start_delay;
  char **faults;
  char **webhooks;
} options = { .port = DEFAULT_PORT, .track_timeout = 30, .rpc_timeout = 3, .start_delay = 300 };

static const GOptionEntry entries[]
    = { { "listen", 0, 0, G_OPTION_ARG_STRING, &options.listen,
          "IP address to listen on (default 127.0.0.1)", "ADDRESS" },
        { "port", 0, 0, G_OPTION_ARG_INT, &options.port,
          "Port to listen on, 0 for any free one (default 7880)", "PORT" },
        { "api-key", 0, 0, G_OPTION_ARG_STRING, &options.api_key,
          "API key (default LIVEKIT_API_KEY or devkey)", "KEY" },
        { "api-secret", 0, 0, G_OPTION_ARG_STRING, &options.api_secret,
          "API secret (default LIVEKIT_API_SECRET or the one in the manual)", "SECRET" },
        { "room", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.rooms,
          "A room and its participants; may be repeated (default demo:alice,bob and lobby)",
          "NAME[:IDENTITY,...]" },
        { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out,
          "Folder for files, segments and images (default: refuse them)", "FOLDER" },
        { "track-timeout", 0, 0, G_OPTION_ARG_INT, &options.track_timeout,
          "Seconds to wait for a participant or a track that is not there (default 30)",
          "SECONDS" },
        { "rpc-timeout", 0, 0, G_OPTION_ARG_INT, &options.rpc_timeout,
          "Seconds that a call waits for a worker that does not answer (default 3)", "SECONDS" },
        { "start-delay", 0, 0, G_OPTION_ARG_INT, &options.start_delay,
          "Shortest time from STARTING to ACTIVE, in milliseconds (default 300)", "MS" },
        { "fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.faults,
          "A fault to begin with, see the manual; may be repeated", "JSON" },
        { "webhook", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.webhooks,
          "An address that is told what becomes of egresses; may be repeated", "URL" },
        { NULL } };

static void
clear_options (void)
{
  g_free (options.listen);
  g_free (options.api_key);
  g_free (options.api_secret);
  g_strfreev (options.rooms);
  g_free (options.out);
  g_strfreev (options.faults);
  g_strfreev (options.webhooks);
}

static gboolean
check_range (const char *name, int value, int max, GError **error)
{
  if (value >= 0 && value <= max)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s must be from 0 to %d", name,
               max);
  return FALSE;
}

/* The command line wins over the environment, that over the default. */
static void
complete (char **option, const char *variable, const char *fallback)
{
  const char *value = variable != NULL ? g_getenv (variable) : NULL;

  if (*option == NULL)
    *option = g_strdup (value != NULL && *value != '\0' ? value : fallback);
}

static gboolean
parse (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context
      = g_option_context_new ("- a stand-in for a LiveKit server with its egress worker");

  g_option_context_set_summary (context,
                                "Answers the LiveKit Egress API, and sends and writes a test "
                                "picture and a tone where requests ask for them.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                   "Unexpected argument \"%s\"", (*argv)[1]);
      return FALSE;
    }
  complete (&options.listen, NULL, "127.0.0.1");
  complete (&options.api_key, "LIVEKIT_API_KEY", DEFAULT_KEY);
  complete (&options.api_secret, "LIVEKIT_API_SECRET", DEFAULT_SECRET);
  return check_range ("port", options.port, G_MAXUINT16, error)
         && check_range ("track-timeout", options.track_timeout, 24 * 60 * 60, error)
         && check_range ("rpc-timeout", options.rpc_timeout, 24 * 60 * 60, error)
         && check_range ("start-delay", options.start_delay, 60 * 60 * 1000, error);
}

static gboolean
fill (const DevService *service, GError **error)
{
  const char *const default_rooms[] = { "demo:alice,bob", "lobby", NULL };
  const char *const *rooms
      = options.rooms != NULL ? (const char *const *)options.rooms : default_rooms;

  for (guint i = 0; rooms[i] != NULL; i++)
    if (!dev_registry_add_room (service->registry, rooms[i], error))
      return FALSE;
  for (guint i = 0; options.faults != NULL && options.faults[i] != NULL; i++)
    if (!dev_faults_add (service->faults, options.faults[i], -1, error))
      return FALSE;
  for (guint i = 0; options.webhooks != NULL && options.webhooks[i] != NULL; i++)
    if (!dev_webhooks_add_url (service->webhooks, options.webhooks[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
run (GError **error)
{
  g_autoptr (DevRegistry) registry = dev_registry_new ();
  g_autoptr (DevFaults) faults = dev_faults_new ();
  g_autoptr (DevWebhooks) webhooks = dev_webhooks_new (options.api_key, options.api_secret, faults);
  DevService service = { .registry = registry,
                         .faults = faults,
                         .webhooks = webhooks,
                         .egress = { .start_delay = options.start_delay,
                                     .track_timeout = options.track_timeout,
                                     .out = options.out },
                         .rpc_timeout = options.rpc_timeout };
  g_autoptr (DevServer) server = dev_server_new (&service, options.api_key, options.api_secret);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *url = NULL;
  guint interrupt, terminate;

  if (!dev_media_check (error) || !dev_outputs_check_elements (error) || !fill (&service, error)
      || !dev_server_listen (server, options.listen, options.port, error))
    return FALSE;
  interrupt = g_unix_signal_add (SIGINT, on_signal, loop);
  terminate = g_unix_signal_add (SIGTERM, on_signal, loop);
  url = dev_server_get_url (server);
  printf ("livekit-egress-devserver ready on %s\n", url);
  fflush (stdout);
  g_main_loop_run (loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean good;

  g_log_writer_default_set_use_stderr (TRUE);
  gst_init (NULL, NULL);
  good = parse (&argc, &argv, &error) && run (&error);
  if (!good)
    fprintf (stderr, "livekit-egress-devserver: %s\n", error->message);
  clear_options ();
  gst_deinit ();
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
