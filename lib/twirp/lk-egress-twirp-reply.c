/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a reply means. Nothing here sends or waits. */

#include "lk-egress-twirp-private.h"

#include <string.h>

#include "lk-egress-error-private.h"
#include "lk-egress-json-private.h"
#include "lk-egress-redact-private.h"

/* What is looked at of an error reply. */
#define MAX_ERROR_BODY (64 * 1024)

/* livekit-server puts this before the text of errors that came from behind it, whatever their code.
 */
#define RELAY_PREFIX "twirp error unknown: "

typedef struct
{
  LkEgressError code;
  char *text;
  GHashTable *meta;
} TwirpError;

static void
twirp_error_clear (TwirpError *self)
{
  g_free (self->text);
  g_clear_pointer (&self->meta, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwirpError, twirp_error_clear)

static GHashTable *
read_meta (const LkEgressJson *object)
{
  GHashTable *meta = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  LkEgressJsonIter iter;
  const LkEgressJson *value;
  const char *name;

  lk_egress_json_iter_init (&iter, object);
  while ((value = lk_egress_json_next_member (&iter, &name)) != NULL)
    {
      if (value->kind == LK_EGRESS_JSON_KIND_STRING)
        g_hash_table_insert (meta, g_strdup (name), lk_egress_redact_text (value->string));
    }

  return meta;
}

static gboolean
read_twirp_error (const char *data, gsize length, TwirpError *out)
{
  g_autoptr (LkEgressJson) root = NULL;
  const LkEgressJson *meta;
  const char *code, *text;

  if (length <= MAX_ERROR_BODY)
    root = lk_egress_json_parse (data, (gssize)length, NULL);
  code = lk_egress_json_find_string (root, "code");
  if (code == NULL)
    return FALSE;

  if (!lk_egress_error_from_code (code, &out->code))
    out->code = LK_EGRESS_ERROR_UNKNOWN;

  text = lk_egress_json_find_string (root, "msg");
  if (text != NULL)
    {
      if (g_str_has_prefix (text, RELAY_PREFIX))
        text += strlen (RELAY_PREFIX);
      out->text = lk_egress_redact_server_text (text, strlen (text));
    }

  meta = lk_egress_json_find (root, "meta");
  if (lk_egress_json_is (meta, LK_EGRESS_JSON_KIND_OBJECT))
    out->meta = read_meta (meta);

  return TRUE;
}

/* The Twirp specification's table for what is not from a Twirp server but from something before it.
 */
static LkEgressError
code_of_intermediary (guint http_status)
{
  if (http_status >= 300 && http_status < 400)
    return LK_EGRESS_ERROR_INTERNAL;

  switch (http_status)
    {
    case 400:
      return LK_EGRESS_ERROR_INTERNAL;
    case 401:
      return LK_EGRESS_ERROR_UNAUTHENTICATED;
    case 403:
      return LK_EGRESS_ERROR_PERMISSION_DENIED;
    case 404:
      return LK_EGRESS_ERROR_BAD_ROUTE;
    case 429:
      return LK_EGRESS_ERROR_RESOURCE_EXHAUSTED;
    case 502:
    case 503:
    case 504:
      return LK_EGRESS_ERROR_UNAVAILABLE;
    default:
      return LK_EGRESS_ERROR_UNKNOWN;
    }
}

static const char *
get_advice (LkEgressError code, guint http_status)
{
  if (http_status >= 300 && http_status < 400)
    return "Redirects are not followed, for the access token would go along: use the address that"
           " the server really has";

  switch (code)
    {
    case LK_EGRESS_ERROR_UNAUTHENTICATED:
      return "Check the API key, its secret, that the clocks agree, and that a token made elsewhere"
             " has the roomRecord grant";
    case LK_EGRESS_ERROR_PERMISSION_DENIED:
      return "Check what the API key or token is allowed to do";
    case LK_EGRESS_ERROR_BAD_ROUTE:
      return "Is this the address of a LiveKit server, and is the server recent enough for this"
             " call?";
    case LK_EGRESS_ERROR_RESOURCE_EXHAUSTED:
      return "A limit of the server is reached: end other egresses, or try again later";
    default:
      return NULL;
    }
}

/* "text/html; charset=utf-8" is "text/html". */
static gboolean
is_media_type (const char *content_type, const char *type)
{
  gsize length = strlen (type);

  return content_type != NULL && g_ascii_strncasecmp (content_type, type, length) == 0
         && strchr ("; \t", content_type[length]) != NULL;
}

GError *
lk_egress_twirp_error_from_reply (const char *what,
                                  guint http_status,
                                  const char *content_type,
                                  GBytes *reply)
{
  gsize length;
  const char *data = g_bytes_get_data (reply, &length);
  g_auto (TwirpError) twirp = { 0 };
  g_autofree char *message = NULL;
  const char *shown, *advice;

  if (length == 0 || !read_twirp_error (data, length, &twirp))
    {
      twirp.code = code_of_intermediary (http_status);
      twirp.text = length > 0 ? lk_egress_redact_server_text (data, length) : NULL;
    }

  if (twirp.text == NULL || twirp.text[0] == '\0')
    shown = "the server gave no reason";
  else if (is_media_type (content_type, "text/html"))
    shown = "the answer is a web page";
  else
    shown = twirp.text;

  advice = get_advice (twirp.code, http_status);
  message = g_strdup_printf ("%s: %s (%s, HTTP %u)%s%s", what, shown,
                             lk_egress_error_to_code (twirp.code), http_status, advice ? ". " : "",
                             advice ? advice : "");

  return lk_egress_error_new (twirp.code, http_status, twirp.text, twirp.meta, message);
}

/* The token of the call may have any form; wherever the server repeats it, it is cut out by
 * comparing. */
static GBytes *
remove_own_token (SoupMessage *message, GBytes *reply)
{
  const char *authorization
      = soup_message_headers_get_one (soup_message_get_request_headers (message), "Authorization");
  GString *text;
  gsize length;
  const char *data = g_bytes_get_data (reply, &length);

  if (authorization == NULL || !g_str_has_prefix (authorization, "Bearer ") || length == 0)
    return g_bytes_ref (reply);

  text = g_string_new_len (data, (gssize)MIN (length, MAX_ERROR_BODY));
  g_string_replace (text, authorization + strlen ("Bearer "), "{token}", 0);
  return g_string_free_to_bytes (text);
}

/* %NULL if a reply of status 200 is of the form that was asked for. */
static GError *
check_form (SoupMessage *message, const char *what, GBytes *reply)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *wanted
      = soup_message_headers_get_one (soup_message_get_request_headers (message), "Content-Type");
  const char *type = soup_message_headers_get_one (headers, "Content-Type");
  const char *coding = soup_message_headers_get_one (headers, "Content-Encoding");
  const char *found = coding ? coding : type ? type : "unknown";
  g_autoptr (GBytes) body = NULL;
  g_autofree char *form = NULL;
  g_autofree char *explanation = NULL;
  g_autofree char *text = NULL;
  gsize length;
  const char *data;

  if (coding == NULL && is_media_type (type, wanted))
    return NULL;

  form = lk_egress_redact_server_text (found, strlen (found));
  explanation = g_strdup_printf ("%s: the answer is %s %s where plain %s was asked for. Is this the"
                                 " address of a LiveKit server?",
                                 what, coding ? "compressed by" : "of type", form, wanted);
  body = remove_own_token (message, reply);
  data = g_bytes_get_data (body, &length);
  text = length > 0 && coding == NULL ? lk_egress_redact_server_text (data, length) : NULL;

  return lk_egress_error_new (LK_EGRESS_ERROR_BAD_REPLY, SOUP_STATUS_OK, text, NULL, explanation);
}

/* The error that a reply of any other status stands for. */
static GError *
read_failure (SoupMessage *message, const char *what, GBytes *reply)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  guint status = soup_message_get_status (message);
  const char *type = soup_message_headers_get_one (headers, "Content-Type");
  const char *location = soup_message_headers_get_one (headers, "Location");
  g_autoptr (GBytes) readable = NULL;
  g_autoptr (GBytes) body = NULL;

  if (SOUP_STATUS_IS_REDIRECTION (status) && location != NULL)
    {
      char *text = g_strdup_printf ("it redirects to %s", location);

      readable = g_bytes_new_take (text, strlen (text));
      type = NULL;
    }
  else if (soup_message_headers_get_one (headers, "Content-Encoding") != NULL)
    readable = g_bytes_new (NULL, 0);
  else
    readable = g_bytes_ref (reply);

  body = remove_own_token (message, readable);
  return lk_egress_twirp_error_from_reply (what, status, type, body);
}

GBytes *
lk_egress_twirp_check (SoupMessage *message, GBytes *reply, GError **error)
{
  g_autofree char *what = NULL;
  GError *failure;

  g_return_val_if_fail (SOUP_IS_MESSAGE (message), NULL);
  g_return_val_if_fail (reply != NULL, NULL);

  what = g_path_get_basename (g_uri_get_path (soup_message_get_uri (message)));
  if (soup_message_get_status (message) == SOUP_STATUS_OK)
    failure = check_form (message, what, reply);
  else
    failure = read_failure (message, what, reply);

  if (failure == NULL)
    return g_bytes_ref (reply);
  g_propagate_error (error, failure);
  return NULL;
}
