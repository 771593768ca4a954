/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-error-private.h"

typedef struct
{
  guint http_status;
  char *server_text;
  GHashTable *meta; /* never changed once it is here, so copies share it */
} LkEgressErrorPrivate;

static void
lk_egress_error_private_init (LkEgressErrorPrivate *priv)
{
}

static void
lk_egress_error_private_copy (const LkEgressErrorPrivate *from, LkEgressErrorPrivate *to)
{
  to->http_status = from->http_status;
  to->server_text = g_strdup (from->server_text);
  to->meta = from->meta ? g_hash_table_ref (from->meta) : NULL;
}

static void
lk_egress_error_private_clear (LkEgressErrorPrivate *priv)
{
  g_clear_pointer (&priv->server_text, g_free);
  g_clear_pointer (&priv->meta, g_hash_table_unref);
}

/**
 * lk_egress_error_quark:
 *
 * Gets the domain of the errors that a server answers with.
 *
 * Returns: %LK_EGRESS_ERROR
 * Since: 1.0
 */
G_DEFINE_EXTENDED_ERROR (LkEgressError, lk_egress_error)

static const char *const codes[] = {
  [LK_EGRESS_ERROR_CANCELED] = "canceled",
  [LK_EGRESS_ERROR_UNKNOWN] = "unknown",
  [LK_EGRESS_ERROR_INVALID_ARGUMENT] = "invalid_argument",
  [LK_EGRESS_ERROR_MALFORMED] = "malformed",
  [LK_EGRESS_ERROR_DEADLINE_EXCEEDED] = "deadline_exceeded",
  [LK_EGRESS_ERROR_NOT_FOUND] = "not_found",
  [LK_EGRESS_ERROR_BAD_ROUTE] = "bad_route",
  [LK_EGRESS_ERROR_ALREADY_EXISTS] = "already_exists",
  [LK_EGRESS_ERROR_PERMISSION_DENIED] = "permission_denied",
  [LK_EGRESS_ERROR_UNAUTHENTICATED] = "unauthenticated",
  [LK_EGRESS_ERROR_RESOURCE_EXHAUSTED] = "resource_exhausted",
  [LK_EGRESS_ERROR_FAILED_PRECONDITION] = "failed_precondition",
  [LK_EGRESS_ERROR_ABORTED] = "aborted",
  [LK_EGRESS_ERROR_OUT_OF_RANGE] = "out_of_range",
  [LK_EGRESS_ERROR_UNIMPLEMENTED] = "unimplemented",
  [LK_EGRESS_ERROR_INTERNAL] = "internal",
  [LK_EGRESS_ERROR_UNAVAILABLE] = "unavailable",
  [LK_EGRESS_ERROR_DATALOSS] = "dataloss",
  [LK_EGRESS_ERROR_BAD_REPLY] = "bad_reply",
  [LK_EGRESS_ERROR_NO_WORKER] = "no_worker",
  [LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER] = "not_supported_by_server",
  [LK_EGRESS_ERROR_QUEUE_FULL] = "queue_full",
  [LK_EGRESS_ERROR_QUEUE_TIMEOUT] = "queue_timeout",
};

/**
 * lk_egress_error_to_code:
 * @error: an error code
 *
 * Gets the name of an error code as the server writes it, such as `not_found`. The codes that this
 * library adds are `bad_reply`, `no_worker`, `not_supported_by_server`, `queue_full` and
 * `queue_timeout`.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL if @error is no [error@Error] code
 * Since: 1.0
 */
const char *
lk_egress_error_to_code (LkEgressError error)
{
  return (guint)error < G_N_ELEMENTS (codes) ? codes[error] : NULL;
}

gboolean
lk_egress_error_from_code (const char *name, LkEgressError *code)
{
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (code != NULL, FALSE);

  /* Both spellings are in use among Twirp servers. */
  if (g_str_equal (name, "data_loss"))
    name = "dataloss";

  /* The codes after this one are not the server's to use. */
  for (guint i = 0; i <= LK_EGRESS_ERROR_DATALOSS; i++)
    {
      if (g_str_equal (codes[i], name))
        {
          *code = i;
          return TRUE;
        }
    }

  return FALSE;
}

GError *
lk_egress_error_new (LkEgressError code,
                     guint http_status,
                     const char *server_text,
                     GHashTable *meta,
                     const char *message)
{
  GError *error = g_error_new_literal (LK_EGRESS_ERROR, (int)code, message);
  LkEgressErrorPrivate *priv = lk_egress_error_get_private (error);

  priv->http_status = http_status;
  priv->server_text = g_strdup (server_text);
  priv->meta = meta ? g_hash_table_ref (meta) : NULL;

  return error;
}

/**
 * lk_egress_error_get_http_status:
 * @error: an error of any domain
 *
 * Gets the HTTP status of the reply that @error was made from. It is for reports: intermediaries
 * and servers disagree about it, the error code is what to act on.
 *
 * An exception of Python keeps nothing but domain, code and message of an error, so this finds
 * nothing there; the status is in the message, too.
 *
 * Returns: the status, or 0 if @error did not come with a reply
 * Since: 1.0
 */
guint
lk_egress_error_get_http_status (const GError *error)
{
  g_return_val_if_fail (error != NULL, 0);

  if (error->domain != LK_EGRESS_ERROR)
    return 0;

  return lk_egress_error_get_private (error)->http_status;
}

/**
 * lk_egress_error_get_server_text:
 * @error: an error of any domain
 *
 * Gets what the server said, without the words that this library puts around it. Access tokens and
 * stream keys in it are redacted, and it is cut to about a kilobyte.
 *
 * An exception of Python has only the message, which holds this text.
 *
 * Returns: (transfer none) (nullable): the text, or %NULL if there is none
 * Since: 1.0
 */
const char *
lk_egress_error_get_server_text (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != LK_EGRESS_ERROR)
    return NULL;

  return lk_egress_error_get_private (error)->server_text;
}

/**
 * lk_egress_error_get_meta:
 * @error: an error of any domain
 * @key: a key of the reply's `meta` object, such as `twirp_invalid_route`
 *
 * Gets one of the further details that came with the error.
 *
 * Returns: (transfer none) (nullable): the value, or %NULL if there is none
 * Since: 1.0
 */
const char *
lk_egress_error_get_meta (const GError *error, const char *key)
{
  GHashTable *meta;

  g_return_val_if_fail (error != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  if (error->domain != LK_EGRESS_ERROR)
    return NULL;

  meta = lk_egress_error_get_private (error)->meta;
  return meta ? g_hash_table_lookup (meta, key) : NULL;
}

/**
 * lk_egress_error_is_uncertain:
 * @error: what a start failed with
 *
 * Tells whether an egress may run although its start failed: the request was, or may have been,
 * sent, and nothing that came back says what the server made of it. Such an egress can be found by
 * [method@Client.list].
 *
 * Returns: %FALSE if the error shows that no egress was started
 * Since: 1.0
 */
gboolean
lk_egress_error_is_uncertain (const GError *error)
{
  guint status;

  g_return_val_if_fail (error != NULL, FALSE);

  if (error->domain == G_IO_ERROR)
    return error->code != G_IO_ERROR_CONNECTION_REFUSED;
  if (error->domain != LK_EGRESS_ERROR)
    return FALSE;

  status = lk_egress_error_get_http_status (error);
  switch ((LkEgressError)error->code)
    {
    case LK_EGRESS_ERROR_DEADLINE_EXCEEDED:
    case LK_EGRESS_ERROR_CANCELED:
      return TRUE;
    case LK_EGRESS_ERROR_BAD_REPLY:
      /* 421: the connection belongs to another server, which did not read the request. */
      return status != 421;
    case LK_EGRESS_ERROR_UNKNOWN:
    case LK_EGRESS_ERROR_UNAVAILABLE:
      /* The server itself says these with 500 and 503. */
      return status == 502 || status >= 504;
    default:
      return FALSE;
    }
}
