/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressmessages.h"

#include "gstlivekitegressenums.h"

/* A server may write anything into its texts. */
static void
set_text (GstStructure * structure, const gchar * field, const gchar * text)
{
  g_autofree gchar *shown = lk_egress_redact_text (text != NULL ? text : "");

  gst_structure_set (structure, field, G_TYPE_STRING, shown, NULL);
}

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
  GstStructure *s = gst_structure_new_empty ("livekit-egress-state");
  g_autofree gchar *id = NULL, *room = NULL, *details = NULL;
  gint error_code = 0;

  if (info != NULL)
    g_object_get (info, "egress-id", &id, "room-name", &room,
        "details", &details, "error-code", &error_code, NULL);

  set_text (s, "egress-id", id);
  set_text (s, "room-name", room);
  gst_structure_set (s, "state", G_TYPE_STRING,
      gst_livekit_egress_enum_get_nick (LK_EGRESS_TYPE_JOB_STATE, state),
      "previous", G_TYPE_STRING,
      gst_livekit_egress_enum_get_nick (LK_EGRESS_TYPE_JOB_STATE, previous),
      "error-code", G_TYPE_INT, error_code, NULL);
  set_text (s, "error", error != NULL ? error->message : NULL);
  set_text (s, "details", details);
  post (element, s);
}

void
gst_livekit_egress_post_stream (GstElement * element, const gchar * egress_id,
    LkEgressStreamInfo * stream)
{
  GstStructure *s = gst_structure_new_empty ("livekit-egress-stream");
  const gchar *url = lk_egress_stream_info_get_url (stream);
  g_autofree gchar *shown = lk_egress_redact_url (url != NULL ? url : "");

  set_text (s, "egress-id", egress_id);
  gst_structure_set (s, "url", G_TYPE_STRING, shown, "state", G_TYPE_STRING,
      gst_livekit_egress_enum_get_nick (LK_EGRESS_TYPE_STREAM_STATUS,
          lk_egress_stream_info_get_status (stream)), NULL);
  set_text (s, "error", lk_egress_stream_info_get_error (stream));
  post (element, s);
}

void
gst_livekit_egress_post_first_data (GstElement * element,
    const gchar * egress_id, GstClockTime delay)
{
  GstStructure *s = gst_structure_new ("livekit-egress-first-data",
      "delay", G_TYPE_UINT64, delay, NULL);

  set_text (s, "egress-id", egress_id);
  post (element, s);
}

static void
post_progress (GstLiveKitEgressProgress * self, GstElement * element,
    GstProgressType type, const gchar * text)
{
  g_autofree gchar *shown = lk_egress_redact_text (text);

  gst_element_post_message (element,
      gst_message_new_progress (GST_OBJECT (element), type, self->code, shown));
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
