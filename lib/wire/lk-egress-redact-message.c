/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redact-message-private.h"

#include "lk-egress-redact.h"
#include "lk-egress-wire-field-private.h"

const LkEgressSecretField lk_egress_secret_fields[] = {
  { "S3Upload", "access_key", LK_EGRESS_SECRET_VALUE },
  { "S3Upload", "secret", LK_EGRESS_SECRET_VALUE },
  { "S3Upload", "session_token", LK_EGRESS_SECRET_VALUE },
  { "S3Upload", "assume_role_external_id", LK_EGRESS_SECRET_VALUE },
  { "GCPUpload", "credentials", LK_EGRESS_SECRET_VALUE },
  { "AzureBlobUpload", "account_name", LK_EGRESS_SECRET_VALUE },
  { "AzureBlobUpload", "account_key", LK_EGRESS_SECRET_VALUE },
  { "AliOSSUpload", "access_key", LK_EGRESS_SECRET_VALUE },
  { "AliOSSUpload", "secret", LK_EGRESS_SECRET_VALUE },
  { "ProxyConfig", "username", LK_EGRESS_SECRET_VALUE },
  { "ProxyConfig", "password", LK_EGRESS_SECRET_VALUE },
  { "ProxyConfig", "url", LK_EGRESS_SECRET_URL },
  { "StreamOutput", "urls", LK_EGRESS_SECRET_URL },
  { "StreamDestination", "url", LK_EGRESS_SECRET_URL },
  { "StreamInfo", "url", LK_EGRESS_SECRET_URL },
  { "UpdateStreamRequest", "add_output_urls", LK_EGRESS_SECRET_URL },
  { "UpdateStreamRequest", "remove_output_urls", LK_EGRESS_SECRET_URL },
  { "TrackEgressRequest", "websocket_url", LK_EGRESS_SECRET_URL },
  { "WebSource", "url", LK_EGRESS_SECRET_URL },
  { "WebEgressRequest", "url", LK_EGRESS_SECRET_URL },
  { "TemplateSource", "custom_base_url", LK_EGRESS_SECRET_URL },
  { "RoomCompositeEgressRequest", "custom_base_url", LK_EGRESS_SECRET_URL },
  { "WebhookConfig", "url", LK_EGRESS_SECRET_URL },
  { "EgressInfo", "manifest_location", LK_EGRESS_SECRET_LOCATION },
  { "FileInfo", "location", LK_EGRESS_SECRET_LOCATION },
  { "SegmentsInfo", "playlist_location", LK_EGRESS_SECRET_LOCATION },
  { "SegmentsInfo", "live_playlist_location", LK_EGRESS_SECRET_LOCATION },
  { "Manifest", "url", LK_EGRESS_SECRET_URL },
  { "ManifestFile", "location", LK_EGRESS_SECRET_LOCATION },
  { "ManifestPlaylist", "location", LK_EGRESS_SECRET_LOCATION },
  { "ManifestImage", "location", LK_EGRESS_SECRET_LOCATION },
  { NULL },
};

LkEgressSecret
lk_egress_redact_kind (const ProtobufCMessageDescriptor *descriptor,
                       const ProtobufCFieldDescriptor *field)
{
  for (const LkEgressSecretField *row = lk_egress_secret_fields; row->message != NULL; row++)
    {
      if (g_str_equal (row->field, field->name)
          && g_str_equal (row->message, descriptor->short_name))
        return row->kind;
    }

  return LK_EGRESS_SECRET_NO;
}

static char *
cover (const ProtobufCFieldDescriptor *field, LkEgressSecret kind, const char *text)
{
  if (*text == '\0')
    return g_strdup ("");
  if (kind == LK_EGRESS_SECRET_VALUE)
    return g_strdup_printf ("{%s}", field->name);
  if (kind == LK_EGRESS_SECRET_LOCATION && strstr (text, "://") == NULL)
    return g_strdup (text);

  return lk_egress_redact_url (text);
}

static void redact_in_place (ProtobufCMessage *message);

static void
redact_slot (const ProtobufCFieldDescriptor *field, LkEgressSecret kind, gpointer slot)
{
  char *text;

  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    {
      redact_in_place (*(ProtobufCMessage **)slot);
      return;
    }

  text = *(char **)slot;
  *(char **)slot = cover (field, kind, text);
  g_free (text);
}

static void
redact_in_place (ProtobufCMessage *message)
{
  for (guint i = 0; i < message->descriptor->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
      LkEgressSecret kind = LK_EGRESS_SECRET_NO;
      gsize count;

      if (field->type == PROTOBUF_C_TYPE_STRING)
        kind = lk_egress_redact_kind (message->descriptor, field);
      if (kind == LK_EGRESS_SECRET_NO && field->type != PROTOBUF_C_TYPE_MESSAGE)
        continue;
      /* What is set is the message's own memory; an unset string is the shared empty one. */
      if (!lk_egress_wire_has (message, field))
        continue;

      if (!lk_egress_wire_is_repeated (field))
        {
          redact_slot (field, kind, lk_egress_wire_slot (message, field));
          continue;
        }

      count = lk_egress_wire_count (message, field);
      for (gsize j = 0; j < count; j++)
        redact_slot (field, kind, lk_egress_wire_element (message, field, j));
    }
}

ProtobufCMessage *
lk_egress_redact_message (const ProtobufCMessage *message)
{
  ProtobufCMessage *copy = lk_egress_wire_copy (message);

  redact_in_place (copy);

  return copy;
}
