/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redact-private.h"

#include "lk-egress-wire-field-private.h"

/* What stands for text of which nothing may be shown. */
#define COVERED "{...}"

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

/* Stream addresses */

/* Whether the text has the form of a covered key, {abc...xyz} with up to three characters on each
 * side. */
static gboolean
is_covered (const char *key, gsize length)
{
  g_autofree char *text = g_strndup (key, length);
  const char *dots = strstr (text, "...");

  return dots != NULL && *text == '{' && g_str_has_suffix (text, "}")
         && g_utf8_strlen (text, dots - text) <= 4 && g_utf8_strlen (dots, -1) <= 7;
}

static void
append_covered_key (GString *out, const char *key, gsize length)
{
  glong characters, shown;
  const char *tail;

  if (length == 0)
    return;
  if (is_covered (key, length))
    {
      g_string_append_len (out, key, length);
      return;
    }

  characters = g_utf8_strlen (key, length);
  shown = MIN (characters / 3, 3);
  tail = g_utf8_offset_to_pointer (key, characters - shown);
  g_string_append_c (out, '{');
  g_string_append_len (out, key, g_utf8_offset_to_pointer (key, shown) - key);
  g_string_append (out, "...");
  g_string_append_len (out, tail, key + length - tail);
  g_string_append_c (out, '}');
}

/* "a=1&b&c=" -> "a={a}&{...}&c=" */
static void
append_covered_query (GString *out, const char *query)
{
  g_auto (GStrv) parameters = g_strsplit (query, "&", -1);

  for (guint i = 0; parameters[i] != NULL; i++)
    {
      const char *equals = strchr (parameters[i], '=');

      if (i > 0)
        g_string_append_c (out, '&');
      if (equals == NULL)
        g_string_append (out, *parameters[i] != '\0' ? COVERED : "");
      else if (equals[1] == '\0')
        g_string_append (out, parameters[i]);
      else
        {
          int length = (int)(equals - parameters[i]);

          g_string_append_printf (out, "%.*s={%.*s}", length, parameters[i], length, parameters[i]);
        }
    }
}

/* The end of the part that begins at text and ends before one of the delimiters. */
static const char *
find_end (const char *text, const char *delimiters)
{
  return text + strcspn (text, delimiters);
}

/* The path of an RTMP address: its last element is the key, with " live=1" after it perhaps. */
static void
append_rtmp_path (GString *out, const char *path, gsize length)
{
  const char *slash = g_strrstr_len (path, length, "/");

  if (slash == NULL)
    return;
  g_string_append_len (out, path, slash + 1 - path);
  append_covered_key (out, slash + 1, path + length - (slash + 1));
}

/* All of a URL from its query on. */
static void
append_tail (GString *out, const char *tail)
{
  if (*tail == '?')
    {
      g_autofree char *query = g_strndup (tail + 1, find_end (tail, "#") - (tail + 1));

      g_string_append_c (out, '?');
      append_covered_query (out, query);
      tail = find_end (tail, "#");
    }
  if (*tail == '#')
    g_string_append (out, "#" COVERED);
}

static gboolean
is_scheme (const char *scheme, const char *name)
{
  return g_ascii_strcasecmp (scheme, name) == 0;
}

char *
lk_egress_redact_url (const char *url)
{
  g_autofree char *scheme = NULL;
  g_autofree char *address = NULL;
  const char *authority, *path, *tail, *at;
  const char *options = "";
  gboolean rtmp;
  GString *out;

  if (*url == '\0')
    return g_strdup ("");

  scheme = g_uri_parse_scheme (url);
  if (scheme == NULL || !g_utf8_validate (url, -1, NULL)
      || !g_str_has_prefix (url + strlen (scheme), "://"))
    return g_strdup (COVERED);

  /* And its sisters rtmps, rtmpt, rtmpe and so on, which LiveKit does not take. */
  rtmp = g_ascii_strncasecmp (scheme, "rtmp", strlen ("rtmp")) == 0;
  address = g_strdup (url + strlen (scheme) + strlen ("://"));
  out = g_string_new_len (url, strlen (scheme) + strlen ("://"));

  if (is_scheme (scheme, "mux") || is_scheme (scheme, "twitch"))
    {
      /* The key is all there is. */
      append_covered_key (out, address, strlen (address));
      return g_string_free (out, FALSE);
    }

  if (rtmp)
    {
      char *space = (char *)find_end (address, " ");

      /* Options of librtmp follow a space; a user name and password may be among them. */
      if (g_str_equal (space, " live=1"))
        options = " live=1";
      else if (*space != '\0')
        options = " " COVERED;
      *space = '\0';
    }

  authority = address;
  path = find_end (authority, "/?#");
  tail = find_end (path, "?#");

  at = g_strrstr_len (authority, path - authority, "@");
  if (at != NULL)
    {
      g_string_append (out, "{user}");
      authority = at;
    }
  g_string_append_len (out, authority, path - authority);

  if (rtmp)
    append_rtmp_path (out, path, tail - path);
  else
    g_string_append_len (out, path, tail - path);
  append_tail (out, tail);
  g_string_append (out, options);

  return g_string_free (out, FALSE);
}

/* Messages */

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
