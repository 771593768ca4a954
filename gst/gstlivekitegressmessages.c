/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressmessages.h"

#include "gstlivekitegressenums.h"

static void
post (GstElement * element, GstStructure * structure)
{
  gst_element_post_message (element,
      gst_message_new_element (GST_OBJECT (element), structure));
}

void
gst_livekit_egress_post_state (GstElement * element, LkEgressJobState state,
    LkEgressJobState previous, LkEgressInfo * info, const GError * error)
{
  g_autofree gchar *id = NULL, *room = NULL, *details = NULL;
  gint error_code = 0;

  if (info != NULL)
    g_object_get (info, "egress-id", &id, "room-name", &room,
        "details", &details, "error-code", &error_code, NULL);

  post (element, gst_structure_new ("livekit-egress-state",
          "egress-id", G_TYPE_STRING, id != NULL ? id : "",
          "room-name", G_TYPE_STRING, room != NULL ? room : "",
          "state", G_TYPE_STRING,
          gst_livekit_egress_enum_get_nick (LK_EGRESS_TYPE_JOB_STATE, state),
          "previous", G_TYPE_STRING,
          gst_livekit_egress_enum_get_nick (LK_EGRESS_TYPE_JOB_STATE, previous),
          "error", G_TYPE_STRING, error != NULL ? error->message : "",
          "error-code", G_TYPE_INT, error_code, "details", G_TYPE_STRING,
          details != NULL ? details : "", NULL));
}

gchar *
gst_livekit_egress_cover_url (const gchar * url)
{
  const gchar *rest = strstr (url, "://");
  const gchar *authority, *at;
  gsize length;

  if (rest == NULL)
    return g_strdup ("");

  authority = rest + strlen ("://");
  length = strcspn (authority, "/?#");
  at = g_strrstr_len (authority, length, "@");
  if (at != NULL)
    authority = at + 1;

  return g_strdup_printf ("%.*s://%.*s", (int) (rest - url), url,
      (int) strcspn (authority, "?#"), authority);
}

void
gst_livekit_egress_post_stream (GstElement * element, const gchar * egress_id,
    LkEgressStreamInfo * stream)
{
  const gchar *url = lk_egress_stream_info_get_url (stream);
  const gchar *error = lk_egress_stream_info_get_error (stream);
  g_autofree gchar *covered =
      gst_livekit_egress_cover_url (url != NULL ? url : "");

  post (element, gst_structure_new ("livekit-egress-stream",
          "egress-id", G_TYPE_STRING, egress_id != NULL ? egress_id : "",
          "url", G_TYPE_STRING, covered,
          "state", G_TYPE_STRING,
          gst_livekit_egress_enum_get_nick (LK_EGRESS_TYPE_STREAM_STATUS,
              lk_egress_stream_info_get_status (stream)), "error",
          G_TYPE_STRING, error != NULL ? error : "", NULL));
}

void
gst_livekit_egress_post_first_data (GstElement * element,
    const gchar * egress_id, GstClockTime delay)
{
  post (element, gst_structure_new ("livekit-egress-first-data",
          "egress-id", G_TYPE_STRING, egress_id != NULL ? egress_id : "",
          "delay", G_TYPE_UINT64, delay, NULL));
}

static void
post_progress (GstLiveKitEgressProgress * self, GstElement * element,
    GstProgressType type, const gchar * text)
{
  gst_element_post_message (element,
      gst_message_new_progress (GST_OBJECT (element), type, self->code, text));
}

void
gst_livekit_egress_progress_begin (GstLiveKitEgressProgress * self,
    GstElement * element, const gchar * text)
{
  self->open = TRUE;
  post_progress (self, element, GST_PROGRESS_TYPE_START, text);
}

void
gst_livekit_egress_progress_end (GstLiveKitEgressProgress * self,
    GstElement * element, GstProgressType type, const gchar * text)
{
  if (!self->open)
    return;

  self->open = FALSE;
  post_progress (self, element, type, text);
}
