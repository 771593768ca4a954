/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

#include "lk-egress-redact-private.h"

/* What the rules need to know of a stream output: at most one is in a request. Its addresses are
 * its urls and after them those of its destinations. */
typedef struct
{
  size_t output;
  const Livekit__StreamOutput *stream;
  size_t n_urls;
  Livekit__StreamProtocol protocol;
} Stream;

static const struct
{
  const char *scheme;
  Livekit__StreamProtocol protocol;
} schemes[] = {
  { "rtmp", LIVEKIT__STREAM_PROTOCOL__RTMP },     { "rtmps", LIVEKIT__STREAM_PROTOCOL__RTMP },
  { "mux", LIVEKIT__STREAM_PROTOCOL__RTMP },      { "twitch", LIVEKIT__STREAM_PROTOCOL__RTMP },
  { "srt", LIVEKIT__STREAM_PROTOCOL__SRT },       { "ws", LIVEKIT__STREAM_PROTOCOL__WEBSOCKET },
  { "wss", LIVEKIT__STREAM_PROTOCOL__WEBSOCKET },
};

static const char *
protocol_name (Livekit__StreamProtocol protocol)
{
  const ProtobufCEnumValue *value
      = protobuf_c_enum_descriptor_get_value (&livekit__stream_protocol__descriptor, protocol);

  return value != NULL ? value->name : "unknown";
}

static Livekit__StreamProtocol
protocol_of_url (const char *url)
{
  g_autofree char *scheme = g_uri_parse_scheme (url);

  for (gsize i = 0; scheme != NULL && i < G_N_ELEMENTS (schemes); i++)
    {
      if (g_ascii_strcasecmp (scheme, schemes[i].scheme) == 0)
        return schemes[i].protocol;
    }

  return LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL;
}

static const char *
get_url (const Stream *self, size_t index)
{
  if (index < self->stream->n_urls)
    return self->stream->urls[index];

  return self->stream->destinations[index - self->stream->n_urls]->url;
}

static gboolean
find_stream (const Livekit__StartEgressRequest *request, Stream *stream)
{
  for (size_t i = 0; i < request->n_outputs; i++)
    {
      const Livekit__Output *output = request->outputs[i];

      if (output->config_case != LIVEKIT__OUTPUT__CONFIG_STREAM)
        continue;

      stream->output = i;
      stream->stream = output->stream;
      stream->n_urls = output->stream->n_urls + output->stream->n_destinations;
      stream->protocol = output->stream->protocol;
      if (stream->protocol == LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL && stream->n_urls > 0)
        stream->protocol = protocol_of_url (get_url (stream, 0));
      return TRUE;
    }

  return FALSE;
}

static gboolean
fail_output (const Stream *stream,
             LkEgressValidationError code,
             const char *member,
             const char *server_word,
             const char *sentence,
             GError **error)
{
  g_autofree char *field
      = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "].stream%s", stream->output, member);

  return lk_egress_validation_fail (error, code, field, server_word, "%s", sentence);
}

/* The address is shown without its secrets. */
static gboolean
fail_url (const Stream *stream,
          size_t index,
          LkEgressValidationError code,
          const char *server_word,
          const char *sentence,
          GError **error)
{
  g_autofree char *shown = lk_egress_redact_url (get_url (stream, index));
  g_autofree char *said = NULL;
  gboolean named = index >= stream->stream->n_urls;
  g_autofree char *field
      = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "].stream.%s[%" G_GSIZE_FORMAT "]%s",
                         stream->output, named ? "destinations" : "urls",
                         named ? index - stream->stream->n_urls : index, named ? ".url" : "");

  if (server_word != NULL)
    said = g_strdup_printf ("invalid url %s: %s", shown, server_word);

  return lk_egress_validation_fail (error, code, field, said, "%s: %s", shown, sentence);
}

static gboolean
check_any_url (const Livekit__StartEgressRequest *request, GError **error)
{
  Stream stream;

  if (!find_stream (request, &stream) || stream.n_urls > 0)
    return TRUE;

  if (stream.protocol == LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL)
    return fail_output (&stream, LK_EGRESS_VALIDATION_ERROR_MISSING, ".protocol",
                        "request has missing or invalid field: stream protocol",
                        "There is no address to tell the protocol; set it, or add an address",
                        error);

  /* Addresses may be added later as long as something else keeps the egress alive. */
  if (request->n_outputs == 1)
    return fail_output (&stream, LK_EGRESS_VALIDATION_ERROR_MISSING, ".urls",
                        "request has missing or invalid field: stream url",
                        "The only output has nowhere to send to; add an address", error);

  return TRUE;
}

static gboolean
check_schemes (const Livekit__StartEgressRequest *request, GError **error)
{
  Stream stream = { 0 };

  if (!find_stream (request, &stream))
    return TRUE;

  for (size_t i = 0; i < stream.n_urls; i++)
    {
      Livekit__StreamProtocol protocol = protocol_of_url (get_url (&stream, i));
      g_autofree char *sentence = NULL;

      if (protocol == LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL)
        return fail_url (&stream, i, LK_EGRESS_VALIDATION_ERROR_INVALID, "invalid protocol",
                         "The address does not begin with a protocol that streams can be sent by; "
                         "write rtmp://, rtmps://, srt://, ws://, wss://, mux:// or twitch://",
                         error);

      if (protocol == stream.protocol)
        continue;

      sentence = g_strdup_printf ("The address is one of %s in an output of %s; start an egress of "
                                  "its own for it",
                                  protocol_name (protocol), protocol_name (stream.protocol));
      return fail_url (&stream, i, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "invalid scheme", sentence,
                       error);
    }

  return TRUE;
}

static gboolean
check_duplicates (const Livekit__StartEgressRequest *request, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  Stream stream = { 0 };

  if (!find_stream (request, &stream))
    return TRUE;

  for (size_t i = 0; i < stream.n_urls; i++)
    {
      if (!g_hash_table_add (seen, (gpointer)get_url (&stream, i)))
        return fail_url (
            &stream, i, LK_EGRESS_VALIDATION_ERROR_CONFLICT, NULL,
            "The address is there twice, which keeps the egress from ending; take one out", error);
    }

  return TRUE;
}

static const char *
find_rtmp_fault (const char *url)
{
  if (!g_str_has_prefix (url, "rtmp"))
    return NULL; /* mux and twitch have a key only */

  if (g_regex_match_simple ("^(rtmps?://)(.*/)(.*/)(\\S*)( live=1)?$", url, 0, 0))
    return NULL;

  return "The address is not of the form rtmp://host/app/key; an RTMP address needs the name of the "
         "application and the stream key";
}

static const char *
find_srt_option_fault (GUri *uri)
{
  g_autoptr (GHashTable) options = NULL;
  const char *text;
  gint64 number;

  if (g_uri_get_query (uri) == NULL)
    return NULL;

  options = g_uri_parse_params (g_uri_get_query (uri), -1, "&", G_URI_PARAMS_NONE, NULL);
  if (options == NULL)
    return "The options after the question mark are not of the form name=value&name=value; percent-"
           "encode what is special in them";

  text = g_hash_table_lookup (options, "passphrase");
  if (text != NULL && *text != '\0' && (strlen (text) < 10 || strlen (text) > 79))
    return "The passphrase is not of 10 to 79 characters; give one that is";

  text = g_hash_table_lookup (options, "pbkeylen");
  if (text != NULL && !g_strv_contains ((const char *const[]){ "0", "16", "24", "32", NULL }, text))
    return "The pbkeylen is not one of 0, 16, 24 and 32; give one of these";

  text = g_hash_table_lookup (options, "latency");
  if (text != NULL && !g_ascii_string_to_signed (text, 10, 0, G_MAXINT, &number, NULL))
    return "The latency is no number of milliseconds; give one of at least 0";

  return NULL;
}

static gboolean
is_srt_listener (GUri *uri)
{
  const char *query = g_uri_get_query (uri);
  g_autoptr (GHashTable) options = NULL;

  if (query != NULL)
    options = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL);

  return options != NULL && g_strcmp0 (g_hash_table_lookup (options, "mode"), "listener") == 0;
}

static const char *
find_srt_fault (const char *url)
{
  g_autoptr (GUri) uri
      = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED_QUERY, NULL);
  const char *fault;

  if (uri == NULL)
    return "The address cannot be read; write srt://host:port?option=value";
  if (g_uri_get_fragment (uri) != NULL)
    return "The address holds a '#', which cuts it off; write it as %23";

  fault = find_srt_option_fault (uri);
  if (fault != NULL)
    return fault;

  if (g_uri_get_port (uri) <= 0)
    return "The address has no port; write srt://host:port";
  if ((g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0') && !is_srt_listener (uri))
    return "The address has no host; name one, or let the worker listen with mode=listener";

  return NULL;
}

static const char *
find_websocket_fault (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);

  if (uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0')
    return NULL;

  return "The address has no host; write ws://host:port/path or wss://host/path";
}

static gboolean
check_urls (const Livekit__StartEgressRequest *request, GError **error)
{
  Stream stream = { 0 };

  if (!find_stream (request, &stream))
    return TRUE;

  for (size_t i = 0; i < stream.n_urls; i++)
    {
      const char *fault, *server_word;

      switch (stream.protocol)
        {
        case LIVEKIT__STREAM_PROTOCOL__RTMP:
          fault = find_rtmp_fault (get_url (&stream, i));
          server_word = "rtmp urls must be of format rtmp(s)://{host}(/{path})/{app}/{stream_key}";
          break;
        case LIVEKIT__STREAM_PROTOCOL__SRT:
          fault = find_srt_fault (get_url (&stream, i));
          server_word = NULL;
          break;
        default:
          fault = find_websocket_fault (get_url (&stream, i));
          server_word = NULL;
          break;
        }

      if (fault != NULL)
        return fail_url (&stream, i, LK_EGRESS_VALIDATION_ERROR_INVALID, server_word, fault, error);
    }

  return TRUE;
}

/* Raw audio: nothing that is encoded otherwise can be made beside it, but for MP3. */
static gboolean
check_websocket (const Livekit__StartEgressRequest *request, GError **error)
{
  Stream stream = { 0 };

  if (!find_stream (request, &stream) || stream.protocol != LIVEKIT__STREAM_PROTOCOL__WEBSOCKET)
    return TRUE;

  if (!lk_egress_validation_has_audio (request))
    return fail_output (&stream, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "",
                        "no supported codec is compatible with all outputs",
                        "A websocket carries audio and the source gives none; choose some, or "
                        "another protocol",
                        error);

  for (size_t i = 0; i < request->n_outputs; i++)
    {
      const Livekit__Output *output = request->outputs[i];
      gboolean encoded_file = output->config_case == LIVEKIT__OUTPUT__CONFIG_FILE
                              && (output->file->file_type == LIVEKIT__ENCODED_FILE_TYPE__MP4
                                  || output->file->file_type == LIVEKIT__ENCODED_FILE_TYPE__OGG);

      if (encoded_file || output->config_case == LIVEKIT__OUTPUT__CONFIG_SEGMENTS)
        return fail_output (&stream, LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, "",
                            "no supported codec is compatible with all outputs",
                            "A websocket carries raw audio, which cannot be made beside other "
                            "outputs; start an egress of its own for it",
                            error);
    }

  return TRUE;
}

const LkEgressValidationRule lk_egress_validation_stream_rules[] = {
  check_any_url, check_schemes, check_duplicates, check_urls, check_websocket, NULL,
};
