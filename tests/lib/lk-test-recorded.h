/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "livekit_egress.pb-c.h"
#include "livekit_webhook.pb-c.h"

G_BEGIN_DECLS

/* What was recorded from a real server, in tests/data. */

static inline char *
lk_test_data_path (const char *name)
{
  return g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), name, NULL);
}

static inline JsonArray *
lk_test_load_array (const char *file, const char *member)
{
  g_autofree char *path = lk_test_data_path (file);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *root;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));

  return json_array_ref (json_object_get_array_member (root, member));
}

/* Each has "case", "request" and "response". */
static inline JsonArray *
lk_test_load_exchanges (void)
{
  return lk_test_load_array ("twirp-exchanges.json", "exchanges");
}

/* Each has "received_unix", "headers" and "body". */
static inline JsonArray *
lk_test_load_webhooks (void)
{
  return lk_test_load_array ("webhooks.json", "requests");
}

/* The text or base64 body of a request or response, NULL if it has none of that form. */
static inline GBytes *
lk_test_get_body (JsonObject *half, const char *member)
{
  JsonNode *node = json_object_get_member (half, member);
  const char *text;
  guchar *data;
  gsize size;

  if (node == NULL || json_node_is_null (node))
    return NULL;
  text = json_node_get_string (node);
  if (g_str_equal (member, "body"))
    return g_bytes_new (text, strlen (text));

  data = g_base64_decode (text, &size);

  return g_bytes_new_take (data, size);
}

/* The RPC that a path such as /twirp/livekit.Egress/ListEgress means, NULL if there is no such. */
static inline const ProtobufCMethodDescriptor *
lk_test_find_method (const char *path)
{
  return protobuf_c_service_descriptor_get_method_by_name (&livekit__egress__descriptor,
                                                           strrchr (path, '/') + 1);
}

/* Calls a function for every answered exchange (HTTP 200). */
typedef void (*LkTestReplyFunc) (const char *name,
                                 const ProtobufCMethodDescriptor *method,
                                 JsonObject *request,
                                 JsonObject *response);

static inline void
lk_test_foreach_reply (LkTestReplyFunc func)
{
  g_autoptr (JsonArray) exchanges = lk_test_load_exchanges ();

  for (guint i = 0; i < json_array_get_length (exchanges); i++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, i);
      JsonObject *request = json_object_get_object_member (exchange, "request");
      JsonObject *response = json_object_get_object_member (exchange, "response");

      if (json_object_get_int_member (response, "status") == 200)
        func (json_object_get_string_member (exchange, "case"),
              lk_test_find_method (json_object_get_string_member (request, "path")), request,
              response);
    }
}

G_END_DECLS
