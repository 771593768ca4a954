/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests as JSON, the way other LiveKit tools take them. */

#include "lk-egress-request.h"

#include "lk-egress-message-private.h"
#include "lk-egress-small-file-private.h"
#include "lk-egress-v1-read-private.h"
#include "lk-egress-wire-field-private.h"
#include "lk-egress-wire-json-private.h"

/* Far more than any request that a server takes in. */
#define MAX_FILE_SIZE (1024 * 1024)

/* Which request it is: the fields that only one of them has, and where that one is in an info. */
static const struct
{
  const char *field;
  const char *request;
} marks[] = {
  { "template", "egress" },
  { "web", "egress" },
  { "media", "egress" },
  { "outputs", "egress" },
  { "storage", "egress" },
  { "url", "web" },
  { "identity", "participant" },
  { "audio_track_id", "track_composite" },
  { "video_track_id", "track_composite" },
  { "track_id", "track" },
};

/* A room alone is a room composite. */
static const char *
find_request (const LkEgressJson *object)
{
  LkEgressJsonIter iter;
  const char *name;

  lk_egress_json_iter_init (&iter, object);
  while (lk_egress_json_next_member (&iter, &name) != NULL)
    {
      for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
        {
          if (lk_egress_wire_json_name_is (name, marks[i].field))
            return marks[i].request;
        }
    }

  return "room_composite";
}

static LkEgressRequest *
new_from_text (const char *json, gssize length, GError **error)
{
  g_autoptr (LkEgressJson) root = lk_egress_json_parse (json, length, error);
  ProtobufCMessage *info, *request;
  const ProtobufCFieldDescriptor *field;

  if (root == NULL)
    return NULL;
  if (root->kind != LK_EGRESS_JSON_KIND_OBJECT)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "A request is a JSON object, in braces");
      return NULL;
    }

  info = lk_egress_wire_new (&livekit__egress_info__descriptor);
  field = lk_egress_wire_find (info, find_request (root));
  request = lk_egress_wire_from_json_value (field->descriptor, root, TRUE, error);
  if (request != NULL)
    {
      lk_egress_wire_take_message (info, field, request);
      request = lk_egress_v1_read ((const Livekit__EgressInfo *)info);
    }
  lk_egress_wire_free (info);

  return request != NULL
             ? LK_EGRESS_REQUEST (lk_egress_message_take (LK_EGRESS_TYPE_REQUEST, request))
             : NULL;
}

/**
 * lk_egress_request_new_from_json:
 * @json: the JSON text of one request
 * @error: return location for a [error@GLib.Error]
 *
 * Creates a request from JSON that a person wrote, as other LiveKit tools take it.
 *
 * That is the unified request or one of the older ones: for a room composite, a web page, a
 * participant, a track composite or a track. Which of them it is shows in its fields. Names may be
 * in lowerCamelCase or as in the .proto files. Unlike [ctor@Message.new_from_json] this takes no
 * field, and no name of a value, that it does not know: it would be a mistake.
 *
 * Returns: (transfer full): a new [class@Request], or %NULL with %G_IO_ERROR_INVALID_DATA
 *   that names the field at fault
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_request_new_from_json (const char *json, GError **error)
{
  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return new_from_text (json, -1, error);
}

/**
 * lk_egress_request_new_from_file:
 * @path: (type filename): the path of a regular file of at most 1 MiB
 * @error: return location for a [error@GLib.Error]
 *
 * Creates a request from a file of JSON, see [ctor@Request.new_from_json].
 *
 * Returns: (transfer full): a new [class@Request], or %NULL with an error of the domain
 *   [error@Gio.IOErrorEnum] that names the file and the field at fault
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_request_new_from_file (const char *path, GError **error)
{
  g_autofree char *json = NULL;
  LkEgressRequest *self;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  json = lk_egress_small_file_read (path, MAX_FILE_SIZE, &length, error);
  if (json == NULL)
    return NULL;

  self = new_from_text (json, (gssize)length, error);
  if (self == NULL)
    lk_egress_small_file_prefix_error (path, error);

  return self;
}
