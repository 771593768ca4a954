/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-twirp.h"

#include <json-glib/json-glib.h>

/* https://twitchtv.github.io/twirp/docs/spec_v7.html#error-codes */
static const struct
{
  const char *code;
  guint status;
} codes[] = {
  { "canceled", 408 },
  { "unknown", 500 },
  { "invalid_argument", 400 },
  { "malformed", 400 },
  { "deadline_exceeded", 408 },
  { "not_found", 404 },
  { "bad_route", 404 },
  { "already_exists", 409 },
  { "permission_denied", 403 },
  { "unauthenticated", 401 },
  { "resource_exhausted", 429 },
  { "failed_precondition", 412 },
  { "aborted", 409 },
  { "out_of_range", 400 },
  { "unimplemented", 501 },
  { "internal", 500 },
  { "unavailable", 503 },
  { "dataloss", 500 },
};

guint
dev_twirp_status (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (codes[i].code, code))
      return codes[i].status;
  return 500;
}

char *
dev_twirp_error_body (const char *code, const char *text, const char *meta_key, const char *meta)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, code);
  json_builder_set_member_name (builder, "msg");
  json_builder_add_string_value (builder, text);
  if (meta_key != NULL)
    {
      json_builder_set_member_name (builder, "meta");
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, meta_key);
      json_builder_add_string_value (builder, meta);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
