/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "devserver-egress.h"

JsonObject *
egress_call (LkTestDevserver *server, const char *method, guint status, const char *format, ...)
{
  g_autofree char *request = NULL;
  g_autofree char *reply = NULL;
  g_autoptr (JsonNode) node = NULL;
  guint got;
  va_list arguments;

  va_start (arguments, format);
  request = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  reply = lk_test_devserver_call (server, method, request, &got);
  if (got != status)
    g_test_message ("%s", reply);
  g_assert_cmpuint (got, ==, status);
  node = json_from_string (reply, NULL);
  return json_object_ref (json_node_get_object (node));
}

char *
egress_start (LkTestDevserver *server, const char *outputs)
{
  g_autoptr (JsonObject) info = egress_call (
      server, "StartEgress", 200,
      "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":\"alice\"},"
      "\"audio\":{\"capture_all\":true}},"
      "\"advanced\":{\"width\":320,\"height\":240,\"framerate\":15,\"video_bitrate\":500},"
      "\"outputs\":[%s]}",
      outputs);

  g_assert_cmpstr (json_object_get_string_member (info, "status"), ==, "EGRESS_STARTING");
  return g_strdup (json_object_get_string_member (info, "egress_id"));
}

JsonObject *
egress_stop (LkTestDevserver *server, const char *id)
{
  return egress_call (server, "StopEgress", 200, "{\"egress_id\":\"%s\"}", id);
}

JsonObject *
egress_get_info (LkTestDevserver *server, const char *id)
{
  g_autoptr (JsonObject) reply
      = egress_call (server, "ListEgress", 200, "{\"egress_id\":\"%s\"}", id);

  return json_object_ref (
      json_array_get_object_element (json_object_get_array_member (reply, "items"), 0));
}

void
egress_assert_end (LkTestDevserver *server,
                   const char *id,
                   const char *status,
                   const char *error,
                   int code,
                   const char *details)
{
  g_autoptr (JsonObject) info = NULL;

  lk_test_devserver_wait (server, status, 1);
  info = egress_get_info (server, id);
  g_assert_cmpstr (json_object_get_string_member (info, "status"), ==, status);
  g_assert_cmpstr (json_object_get_string_member (info, "error"), ==, error);
  g_assert_cmpint (json_object_get_int_member (info, "error_code"), ==, code);
  g_assert_cmpstr (json_object_get_string_member (info, "details"), ==, details);
  g_assert_cmpstr (json_object_get_string_member (info, "ended_at"), !=, "0");
}

char *
egress_get_stream_status (LkTestDevserver *server, const char *id, guint index)
{
  g_autoptr (JsonObject) info = egress_get_info (server, id);
  JsonObject *stream = json_array_get_object_element (
      json_object_get_array_member (info, "stream_results"), index);

  return g_strdup (json_object_get_string_member (stream, "status"));
}

void
egress_assert_stream (LkTestDevserver *server, const char *id, guint index, const char *status)
{
  g_autofree char *got = egress_get_stream_status (server, id, index);

  g_assert_cmpstr (got, ==, status);
}
