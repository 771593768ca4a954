/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes the calls that standard input asks for, one a line: the call and its arguments, separated
 * by tabs. A wrong call ends it. LEVEL is v1 or v2, REQUEST and UPDATE are JSON, lists have commas.
 *
 *   start LEVEL REQUEST | list ROOM ACTIVE | get ID | stop ID | layout ID LAYOUT
 *   stream ID ADD REMOVE
 *   rebuild LEVEL REQUEST    as start, with all of it set by properties
 *   update UPDATE            the same of an update of streams
 *   again LEVEL ID           starts what the egress was asked for
 *   show ID                  writes what is known of it to standard output, in every form
 */

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <unistd.h>

#include "lk-test-properties.h"

static gboolean
start_request (LkEgressClient *client, const char *level, gpointer request, GError **error)
{
  g_autoptr (LkEgressInfo) info = NULL;

  g_object_set (client, "api-level",
                g_str_equal (level, "v1") ? LK_EGRESS_API_LEVEL_V1 : LK_EGRESS_API_LEVEL_V2, NULL);
  info = lk_egress_client_start (client, request, NULL, error);
  return info != NULL;
}

static gboolean
start (LkEgressClient *client, char **words, GError **error)
{
  g_autoptr (LkEgressMessage) request
      = lk_egress_message_new_from_json (LK_EGRESS_TYPE_REQUEST, words[1], error);

  return request != NULL && start_request (client, words[0], request, error);
}

static LkEgressMessage *
build (GType type, const char *json, GError **error)
{
  g_autoptr (LkEgressMessage) message = lk_egress_message_new_from_json (type, json, error);

  return message != NULL ? lk_test_rebuild (message) : NULL;
}

static gboolean
rebuild (LkEgressClient *client, char **words, GError **error)
{
  g_autoptr (LkEgressMessage) request = build (LK_EGRESS_TYPE_REQUEST, words[1], error);

  return request != NULL && start_request (client, words[0], request, error);
}

static gboolean
update (LkEgressClient *client, char **words, GError **error)
{
  g_autoptr (LkEgressMessage) message = build (LK_EGRESS_TYPE_STREAM_UPDATE, words[0], error);
  g_autoptr (LkEgressInfo) info = NULL;

  if (message == NULL)
    return FALSE;
  info = lk_egress_client_update_stream (client, LK_EGRESS_STREAM_UPDATE (message), NULL, error);
  return info != NULL;
}

static gboolean
again (LkEgressClient *client, char **words, GError **error)
{
  g_autoptr (LkEgressInfo) info = lk_egress_client_get (client, words[1], NULL, error);
  g_autoptr (LkEgressRequest) request = NULL;
  g_autoptr (LkEgressMessage) rebuilt = NULL;

  if (info == NULL)
    return FALSE;
  request = lk_egress_info_dup_request (info);
  g_assert_nonnull (request);
  rebuilt = lk_test_rebuild (LK_EGRESS_MESSAGE (request));
  return start_request (client, words[0], rebuilt, error);
}

static gboolean
show (LkEgressClient *client, char **words, GError **error)
{
  g_autoptr (LkEgressInfo) info = lk_egress_client_get (client, words[0], NULL, error);
  g_autofree char *line = NULL;

  if (info == NULL)
    return FALSE;
  line = lk_test_describe (LK_EGRESS_MESSAGE (info));
  /* g_print() would write in the encoding of the locale. */
  puts (line);
  return TRUE;
}

static gboolean
list (LkEgressClient *client, char **words, GError **error)
{
  g_autoptr (LkEgressListing) listing
      = lk_egress_client_list (client, words[0], g_str_equal (words[1], "true"), NULL, error);

  return listing != NULL;
}

static gboolean
get (LkEgressClient *client, char **words, GError **error)
{
  g_autoptr (LkEgressInfo) info = lk_egress_client_get (client, words[0], NULL, error);

  return info != NULL;
}

static gboolean
stop (LkEgressClient *client, char **words, GError **error)
{
  g_autoptr (LkEgressInfo) info = lk_egress_client_stop (client, words[0], NULL, error);

  return info != NULL;
}

static gboolean
layout (LkEgressClient *client, char **words, GError **error)
{
  g_autoptr (LkEgressInfo) info
      = lk_egress_client_update_layout (client, words[0], words[1], NULL, error);

  return info != NULL;
}

static gboolean
stream (LkEgressClient *client, char **words, GError **error)
{
  g_auto (GStrv) add = g_strsplit (words[1], ",", -1);
  g_auto (GStrv) remove = g_strsplit (words[2], ",", -1);
  g_autoptr (LkEgressStreamUpdate) changes = lk_egress_stream_update_new_for_urls (
      words[0], (const char *const *)add, (const char *const *)remove);
  g_autoptr (LkEgressInfo) info = lk_egress_client_update_stream (client, changes, NULL, error);

  return info != NULL;
}

static const struct
{
  const char *name;
  guint n_words;
  gboolean (*call) (LkEgressClient *client, char **words, GError **error);
} calls[] = {
  { "start", 2, start },     { "list", 2, list },     { "get", 1, get },
  { "stop", 1, stop },       { "layout", 2, layout }, { "stream", 3, stream },
  { "rebuild", 2, rebuild }, { "update", 1, update }, { "again", 2, again },
  { "show", 1, show },
};

static gboolean
make_call (LkEgressClient *client, const char *line, GError **error)
{
  g_auto (GStrv) words = g_strsplit (line, "\t", -1);

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    if (g_strcmp0 (words[0], calls[i].name) == 0 && g_strv_length (words) == calls[i].n_words + 1)
      return calls[i].call (client, words + 1, error);
  g_error ("There is no such call: %s", line);
}

int
main (void)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressClient) client = lk_egress_client_new (NULL, NULL, &error);
  gboolean good = client != NULL;

  /* What is sent is looked at for its form, not for its sense. */
  if (good)
    g_object_set (client, "validate", FALSE, "wire-format",
                  g_getenv ("LK_TEST_JSON") != NULL ? LK_EGRESS_WIRE_FORMAT_JSON
                                                    : LK_EGRESS_WIRE_FORMAT_PROTOBUF,
                  NULL);
  while (good)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

      if (line == NULL)
        break;
      good = make_call (client, line, &error);
    }
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  return error != NULL;
}
