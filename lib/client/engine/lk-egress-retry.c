/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-retry-private.h"

#include "lk-egress-error.h"

#define MAX_RETRY_AFTER 10000

/* What the server says when no worker took a request, whatever the code beside it. */
#define NO_WORKER_TEXT "no response from servers"

gboolean
lk_egress_retry_is_no_worker (const GError *error)
{
  const char *text = lk_egress_error_get_server_text (error);

  return text != NULL && strstr (text, NO_WORKER_TEXT) != NULL;
}

gboolean
lk_egress_retry_is_transient (const GError *error)
{
  if (error->domain == LK_EGRESS_ERROR)
    {
      switch ((LkEgressError)error->code)
        {
        case LK_EGRESS_ERROR_UNAVAILABLE:
        case LK_EGRESS_ERROR_RESOURCE_EXHAUSTED:
          return TRUE;
        case LK_EGRESS_ERROR_UNIMPLEMENTED:
          return FALSE;
        default:
          return lk_egress_error_get_http_status (error) >= 500;
        }
    }

  /* That the connection ended, in the handshake or later, is no matter of TLS. */
  if (error->domain == G_TLS_ERROR)
    return error->code == G_TLS_ERROR_NOT_TLS || error->code == G_TLS_ERROR_EOF;

  /* The time that the caller gave is over, the address is none: that stays so, as does a
   * certificate that is not trusted. */
  return !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
         && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

gboolean
lk_egress_retry_may_recover (const GError *error)
{
  return lk_egress_retry_is_transient (error)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
         || g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_DEADLINE_EXCEEDED)
         || g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
}

gboolean
lk_egress_retry_is_lost (const GError *error)
{
  guint status;

  if (error->domain != LK_EGRESS_ERROR)
    return lk_egress_retry_is_transient (error);

  /* By something before the server. */
  status = lk_egress_error_get_http_status (error);
  return error->code == LK_EGRESS_ERROR_UNAVAILABLE && (status == 502 || status == 504);
}

gboolean
lk_egress_retry_is_of_region (const GError *error)
{
  if (error->domain != LK_EGRESS_ERROR)
    return lk_egress_retry_is_transient (error)
           || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

  return lk_egress_error_get_http_status (error) >= 500
         && error->code != LK_EGRESS_ERROR_UNIMPLEMENTED && !lk_egress_retry_is_no_worker (error);
}

guint
lk_egress_retry_get_after (SoupMessage *message)
{
  const char *text
      = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds;
  gint64 milliseconds;

  if (text == NULL)
    return 0;
  if (g_ascii_string_to_unsigned (text, 10, 0, MAX_RETRY_AFTER / 1000, &seconds, NULL))
    return seconds * 1000;
  if (g_ascii_isdigit (*text))
    return MAX_RETRY_AFTER;

  date = soup_date_time_new_from_http_string (text);
  if (date == NULL)
    return 0;
  milliseconds = g_date_time_to_unix (date) * 1000 - g_get_real_time () / 1000;

  return CLAMP (milliseconds, 0, MAX_RETRY_AFTER);
}
