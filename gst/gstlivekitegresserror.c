/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresserror.h"

/* *INDENT-OFF* */
G_DEFINE_QUARK (gst-livekit-egress-error-quark, gst_livekit_egress_error);
/* *INDENT-ON* */

static const gchar *
get_code (const GError * error)
{
  static const gchar *const own_codes[] = {
    [GST_LIVEKIT_EGRESS_ERROR_START_TIMEOUT] = "start-timeout",
    [GST_LIVEKIT_EGRESS_ERROR_FIRST_DATA_TIMEOUT] = "first-data-timeout",
    [GST_LIVEKIT_EGRESS_ERROR_CONNECTION_LOST] = "connection-lost",
    [GST_LIVEKIT_EGRESS_ERROR_NO_MEDIA] = "no-media",
    [GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED] = "egress-failed",
    [GST_LIVEKIT_EGRESS_ERROR_EGRESS_ENDED] = "egress-ended",
  };

  if (error->domain == GST_LIVEKIT_EGRESS_ERROR)
    return own_codes[error->code];
  if (error->domain == LK_EGRESS_ERROR)
    return lk_egress_error_to_code (error->code);
  if (error->domain == LK_EGRESS_VALIDATION_ERROR)
    return "invalid-request";
  if (error->domain == G_IO_ERROR) {
    g_autoptr (GEnumClass) codes = g_type_class_ref (G_TYPE_IO_ERROR_ENUM);
    const GEnumValue *value = g_enum_get_value (codes, error->code);

    if (value != NULL)
      return value->value_nick;
  }
  return g_quark_to_string (error->domain);
}

static GstResourceError
from_server_error (LkEgressError code)
{
  switch (code) {
    case LK_EGRESS_ERROR_UNAUTHENTICATED:
    case LK_EGRESS_ERROR_PERMISSION_DENIED:
      return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
    case LK_EGRESS_ERROR_NOT_FOUND:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case LK_EGRESS_ERROR_RESOURCE_EXHAUSTED:
      return GST_RESOURCE_ERROR_BUSY;
    case LK_EGRESS_ERROR_INVALID_ARGUMENT:
    case LK_EGRESS_ERROR_MALFORMED:
    case LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER:
      return GST_RESOURCE_ERROR_SETTINGS;
    default:
      return GST_RESOURCE_ERROR_OPEN_READ;
  }
}

/* The worker's numbers are those of HTTP. */
static GstResourceError
from_worker_error (gint error_code)
{
  switch (error_code) {
    case 400:
      return GST_RESOURCE_ERROR_SETTINGS;
    case 401:
    case 403:
      return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
    case 404:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    default:
      return GST_RESOURCE_ERROR_READ;
  }
}

static GstResourceError
get_resource_error (const GError * error, gint worker_code)
{
  if (error->domain == LK_EGRESS_ERROR)
    return from_server_error (error->code);
  if (error->domain == LK_EGRESS_VALIDATION_ERROR
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    return GST_RESOURCE_ERROR_SETTINGS;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
  if (g_error_matches (error, GST_LIVEKIT_EGRESS_ERROR,
          GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED))
    return from_worker_error (worker_code);
  if (error->domain == GST_LIVEKIT_EGRESS_ERROR
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return GST_RESOURCE_ERROR_READ;
  return GST_RESOURCE_ERROR_OPEN_READ;
}

/* The bus wants sentences, and nothing in them that a terminal obeys or nobody should read. */
static gchar *
to_sentence (const gchar * text)
{
  g_autofree gchar *shown = lk_egress_redact_text (text);
  const gboolean complete = g_str_has_suffix (shown, ".")
      || g_str_has_suffix (shown, "?");

  return g_strconcat (shown, complete ? "" : ".", NULL);
}

gboolean
gst_livekit_egress_refuse (GError ** error, const gchar * format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (G_IO_ERROR,
          G_IO_ERROR_INVALID_ARGUMENT, format, arguments));
  va_end (arguments);
  return FALSE;
}

GError *
gst_livekit_egress_error_of_start (guint milliseconds)
{
  return g_error_new (GST_LIVEKIT_EGRESS_ERROR,
      GST_LIVEKIT_EGRESS_ERROR_START_TIMEOUT,
      "The egress was not active within %u ms; is an egress worker running, "
      "and is the participant or track there?", milliseconds);
}

GError *
gst_livekit_egress_error_of_job (LkEgressJob * job)
{
  const LkEgressJobState state = lk_egress_job_get_state (job);
  const GError *cause = lk_egress_job_get_error (job);

  if (state == LK_EGRESS_JOB_STATE_COMPLETE
      || state == LK_EGRESS_JOB_STATE_LIMIT_REACHED)
    return NULL;
  /* The server refused to start it. */
  if (lk_egress_job_get_info (job) == NULL && cause != NULL)
    return g_error_copy (cause);

  return g_error_new_literal (GST_LIVEKIT_EGRESS_ERROR,
      GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED,
      cause != NULL ? cause->message : "The egress was aborted");
}

gboolean
gst_livekit_egress_error_may_pass (const GError * error)
{
  if (error->domain == GST_LIVEKIT_EGRESS_ERROR
      || error->domain == G_RESOLVER_ERROR)
    return TRUE;
  /* What is wrong with a setting stays wrong. */
  if (error->domain == G_IO_ERROR)
    return error->code != G_IO_ERROR_INVALID_ARGUMENT
        && error->code != G_IO_ERROR_PERMISSION_DENIED
        && error->code != G_IO_ERROR_NO_SPACE;
  if (error->domain != LK_EGRESS_ERROR)
    return FALSE;

  switch (error->code) {
    case LK_EGRESS_ERROR_CANCELED:
    case LK_EGRESS_ERROR_DEADLINE_EXCEEDED:
    case LK_EGRESS_ERROR_RESOURCE_EXHAUSTED:
    case LK_EGRESS_ERROR_ABORTED:
    case LK_EGRESS_ERROR_INTERNAL:
    case LK_EGRESS_ERROR_UNAVAILABLE:
    case LK_EGRESS_ERROR_NO_WORKER:
      return TRUE;
    default:
      return FALSE;
  }
}

/* The text is what is said, the error why. */
static void
post (GstElement * element, GstMessageType type, const gchar * text,
    const GError * error, const gchar * egress_id, LkEgressInfo * info)
{
  const gchar *code = get_code (error);
  g_autofree gchar *worker_error = NULL, *details = NULL;
  g_autofree gchar *shown_id = NULL, *shown_error = NULL;
  g_autofree gchar *shown_worker_error = NULL, *shown_details = NULL;
  gint worker_code = 0;
  GstStructure *fields;
  gchar *debug;

  if (info != NULL)
    g_object_get (info, "error", &worker_error, "error-code", &worker_code,
        "details", &details, NULL);
  shown_id = lk_egress_redact_text (egress_id != NULL ? egress_id : "");
  shown_error = lk_egress_redact_text (error->message);
  shown_worker_error =
      lk_egress_redact_text (worker_error != NULL ? worker_error : "");
  shown_details = lk_egress_redact_text (details != NULL ? details : "");

  fields = gst_structure_new ("livekit-egress-error",
      "egress-id", G_TYPE_STRING, shown_id,
      "code", G_TYPE_STRING, code,
      "error", G_TYPE_STRING, shown_error,
      "worker-error", G_TYPE_STRING, shown_worker_error,
      "worker-error-code", G_TYPE_INT, worker_code,
      "details", G_TYPE_STRING, shown_details, NULL);
  debug = g_strdup_printf ("egress %s: code %s%s%s",
      *shown_id != '\0' ? shown_id : "not started", code,
      *shown_details != '\0' ? ", " : "", shown_details);

  gst_element_message_full_with_details (element, type,
      GST_RESOURCE_ERROR, get_resource_error (error, worker_code),
      to_sentence (text), debug, __FILE__, GST_FUNCTION, __LINE__, fields);
}

void
gst_livekit_egress_post_error (GstElement * element, const GError * error,
    const gchar * egress_id, LkEgressInfo * info)
{
  post (element, GST_MESSAGE_ERROR, error->message, error, egress_id, info);
}

void
gst_livekit_egress_post_restart (GstElement * element, const GError * error,
    LkEgressInfo * info, guint milliseconds, guint count, guint limit)
{
  g_autofree gchar *of_limit =
      limit > 0 ? g_strdup_printf (" of %u", limit) : g_strdup ("");
  g_autofree gchar *text = g_strdup_printf ("The egress is started again in "
      "%u ms (restart %u%s): %s", milliseconds, count, of_limit,
      error->message);

  post (element, GST_MESSAGE_WARNING, text, error,
      info != NULL ? lk_egress_info_get_egress_id (info) : NULL, info);
}
