/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressmessages.h"

#include "gstlivekitegressenums.h"
#include "gstlivekitegressresults.h"

/* A server may write anything into its texts. */
static void
set_text (GstStructure * structure, const gchar * field, const gchar * text)
{
  g_autofree gchar *shown = lk_egress_redact_text (text != NULL ? text : "");

  gst_structure_set (structure, field, G_TYPE_STRING, shown, NULL);
}

static void
set_results (GstStructure * structure, LkEgressInfo * info)
{
  GValue results = G_VALUE_INIT;

  g_value_init (&results, GST_TYPE_ARRAY);
  gst_livekit_egress_results_get (info, &results);
  gst_structure_take_value (structure, "results", &results);
}

static void
append_run (GValue * array, GstStructure * run)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, run);
  gst_value_array_append_and_take_value (array, &value);
}

/* Takes the last. */
static void
set_runs (GstStructure * structure, GPtrArray * runs, GstStructure * last)
{
  GValue array = G_VALUE_INIT;
  guint i;

  g_value_init (&array, GST_TYPE_ARRAY);
  for (i = 0; i < runs->len; i++)
    append_run (&array, gst_structure_copy (g_ptr_array_index (runs, i)));
  append_run (&array, last);
  gst_structure_take_value (structure, "runs", &array);
}

static void
post (GstElement * element, GstStructure * structure)
{
  gst_element_post_message (element,
      gst_message_new_element (GST_OBJECT (element), structure));
}

void
gst_livekit_egress_post_state (GstElement * element, LkEgressJobState state,
    LkEgressJobState previous, LkEgressInfo * info, const GError * error,
    GPtrArray * runs)
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
  if (info != NULL && lk_egress_job_state_is_final (state))
    set_results (s, info);
  if (info != NULL && lk_egress_job_state_is_final (state)
      && runs != NULL && runs->len > 0)
    set_runs (s, runs, gst_livekit_egress_results_new_run (state, info));
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

void
gst_livekit_egress_post_leftover (GstElement * element,
    const gchar * owner_name, const gchar * egress_id, const gchar * outcome)
{
  GstStructure *s = gst_structure_new ("livekit-egress-leftover",
      "owner", G_TYPE_STRING, owner_name,
      "outcome", G_TYPE_STRING, outcome, NULL);

  set_text (s, "egress-id", egress_id);
  post (element, s);
}

void
gst_livekit_egress_post_mute (GstElement * element, const gchar * egress_id,
    gboolean muted)
{
  GstStructure *s = gst_structure_new ("livekit-egress-mute",
      "muted", G_TYPE_BOOLEAN, muted, NULL);

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
