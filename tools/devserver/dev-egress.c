/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-egress.h"

#include <string.h>

#include "dev-checks.h"
#include "dev-info.h"
#include "dev-media.h"
#include "dev-message.h"
#include "dev-output-file.h"
#include "dev-output-srt.h"
#include "lk-egress-error.h"

#define UNAVAILABLE 503
#define NOT_FOUND 404
#define PRECONDITION_FAILED 412
#define TOO_LARGE 413
#define INTERNAL 500

#define LIFE_FAULT_DELAY_MS 1000
#define SLOW_END_MS 2000
/* How long an SRT peer takes to notice that a killed worker is gone. */
#define LOST_CONNECTION_MS 5000
#define TEST_ERROR "Error on SRT socket: test"
#define NOT_STARTED "Start signal not received"
#define STOPPED_TOO_EARLY "Stop called before pipeline could start"

struct _DevEgress
{
  GObject parent_instance;

  DevPlan *plan;
  DevLife life;
  guint start_delay;
  char *missing; /* the participant or track it waits for, in words */

  Livekit__EgressInfo *info;
  DevMedia *media;     /* NULL when nothing runs */
  DevOutputSrt *srt;   /* NULL without stream output */
  DevOutputFile *file; /* NULL without file output */

  guint timer; /* the next step of its life */
  gboolean delay_passed;
  gboolean media_runs;
  gboolean lost;
};

G_DEFINE_FINAL_TYPE (DevEgress, dev_egress, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
changed (DevEgress *self)
{
  dev_info_touch (self->info);
  g_message ("%s %s", self->info->egress_id, dev_info_get_status_name (self->info));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
set_timer (DevEgress *self, guint milliseconds, GSourceFunc step)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (milliseconds, step, self);
}

static void
drop_media (DevEgress *self)
{
  if (self->media == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->media, self);
  if (self->srt != NULL)
    g_signal_handlers_disconnect_by_data (self->srt, self);
  if (self->file != NULL)
    g_signal_handlers_disconnect_by_data (self->file, self);
  dev_media_close (self->media);
  g_clear_object (&self->media);
  g_clear_object (&self->srt);
}

/* Life */

static void
end (DevEgress *self,
     Livekit__EgressStatus status,
     const char *error,
     int error_code,
     const char *details)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  drop_media (self);
  /* Without its source it ran no outputs that could end. */
  if (self->missing == NULL)
    dev_info_end_streams (self->info, status == LIVEKIT__EGRESS_STATUS__EGRESS_FAILED ? "" : NULL);
  if (self->file != NULL)
    dev_info_end_file (self->info, dev_output_file_get_location (self->file),
                       dev_output_file_get_size (self->file));
  dev_info_end (self->info, status, error, error_code, details);
  changed (self);
}

static void
abort_unstarted (DevEgress *self)
{
  end (self, LIVEKIT__EGRESS_STATUS__EGRESS_ABORTED, NOT_STARTED, PRECONDITION_FAILED, NULL);
}

static void
complete (DevEgress *self)
{
  end (self, LIVEKIT__EGRESS_STATUS__EGRESS_COMPLETE, NULL, 0, NULL);
}

static void
fail (DevEgress *self, const char *error, int code)
{
  end (self, LIVEKIT__EGRESS_STATUS__EGRESS_FAILED, error, code, "End reason: Failure");
}

static gboolean
abort_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  abort_unstarted (self);
  return G_SOURCE_REMOVE;
}

static gboolean
complete_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  complete (self);
  return G_SOURCE_REMOVE;
}

static void
on_media_ended (DevEgress *self)
{
  if (self->life == DEV_LIFE_SLOW_END)
    set_timer (self, SLOW_END_MS, complete_step);
  else if (self->info->status == LIVEKIT__EGRESS_STATUS__EGRESS_ENDING)
    complete (self);
  else
    end (self, LIVEKIT__EGRESS_STATUS__EGRESS_LIMIT_REACHED, "Session limit reached", TOO_LARGE,
         "End reason: Session limit reached");
}

static void
start_ending (DevEgress *self, const char *details)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->info->status = LIVEKIT__EGRESS_STATUS__EGRESS_ENDING;
  dev_message_set_string (&self->info->details, details);
  if (dev_plan_is_browser (self->plan))
    dev_info_end_streams (self->info, NULL);
  changed (self);
  dev_media_end (self->media);
}

static gboolean
lost_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  drop_media (self);
  return G_SOURCE_REMOVE;
}

/* What a fault does to an egress that was ACTIVE for a while. */
static gboolean
life_fault_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  if (self->life == DEV_LIFE_FAIL_ACTIVE)
    {
      dev_info_end_streams (self->info, TEST_ERROR);
      fail (self, TEST_ERROR, UNAVAILABLE);
    }
  else if (self->life == DEV_LIFE_LIMIT)
    dev_media_end (self->media);
  else if (self->life == DEV_LIFE_WORKER_LOST)
    {
      dev_media_set_muted (self->media, TRUE);
      set_timer (self, LOST_CONNECTION_MS, lost_step);
    }
  return G_SOURCE_REMOVE;
}

static void
become_active (DevEgress *self)
{
  if (!self->delay_passed || !self->media_runs)
    return;
  dev_info_begin (self->info);
  self->lost = self->life == DEV_LIFE_WORKER_LOST;
  if (self->lost || self->life == DEV_LIFE_FAIL_ACTIVE || self->life == DEV_LIFE_LIMIT)
    set_timer (self, LIFE_FAULT_DELAY_MS, life_fault_step);
  changed (self);
}

static gboolean
delay_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  if (self->life == DEV_LIFE_FAIL_STARTING)
    fail (self, TEST_ERROR, UNAVAILABLE);
  else if (self->life == DEV_LIFE_ABORT)
    abort_unstarted (self);
  else
    {
      self->delay_passed = TRUE;
      become_active (self);
    }
  return G_SOURCE_REMOVE;
}

static void
on_media_running (DevEgress *self)
{
  self->media_runs = TRUE;
  if (self->info->status == LIVEKIT__EGRESS_STATUS__EGRESS_STARTING)
    become_active (self);
}

static void
on_media_failed (DevEgress *self, const char *text)
{
  fail (self, text, INTERNAL);
}

static void
on_stream_failed (DevEgress *self, const char *url, const char *text)
{
  Livekit__StreamInfo *stream = url != NULL ? dev_info_find_stream (self->info, url) : NULL;

  if (url != NULL)
    dev_output_srt_remove (self->srt, url);
  if (url != NULL && stream == NULL)
    return;
  if (stream != NULL)
    dev_info_end_stream (stream, text);
  if (url == NULL || (dev_info_count_streams (self->info) == 0 && self->file == NULL))
    fail (self, text, UNAVAILABLE);
  else
    changed (self);
}

static gboolean
missing_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  fail (self, self->missing, NOT_FOUND);
  return G_SOURCE_REMOVE;
}

/* Start */

static const char *
get_subtitle (const DevPlan *plan)
{
  const char *const candidates[]
      = { plan->identity, plan->video_track_id, plan->audio_track_id, plan->layout };

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    if (*candidates[i] != '\0')
      return candidates[i];
  return "";
}

static gboolean
not_here (GError **error, const char *text)
{
  g_set_error_literal (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNIMPLEMENTED, text);
  return FALSE;
}

static gboolean
check_destination (const DevDestination *destination, const char *folder, GError **error)
{
  if (destination->kind == DEV_DESTINATION_FILE)
    {
      int type = dev_message_number (destination->config, "file_type");

      if (folder == NULL)
        return not_here (error, "this development server writes files only if started with --out");
      return type <= LIVEKIT__ENCODED_FILE_TYPE__OGG
             || not_here (error, "this development server writes MP4 and OGG files only");
    }
  if (destination->kind != DEV_DESTINATION_STREAM)
    return not_here (error, "this development server makes no segments or images");
  for (guint i = 0; i < destination->streams->len; i++)
    {
      const DevStream *stream = g_ptr_array_index (destination->streams, i);

      if (!dev_checks_stream_url (LIVEKIT__STREAM_PROTOCOL__SRT, stream->url, NULL))
        return not_here (error, "this development server streams to srt:// URLs only");
    }
  return TRUE;
}

static gboolean
check_destinations (const DevPlan *plan, const char *folder, GError **error)
{
  for (guint i = 0; i < plan->destinations->len; i++)
    if (!check_destination (g_ptr_array_index (plan->destinations, i), folder, error))
      return FALSE;
  return TRUE;
}

static gboolean
add_output (DevEgress *self, DevOutput *output, GError **error)
{
  if (output == NULL)
    return TRUE;
  g_signal_connect_swapped (output, "failed", G_CALLBACK (on_stream_failed), self);
  return dev_media_add_output (self->media, output, error);
}

static void
start_media (DevEgress *self)
{
  const DevPlan *plan = self->plan;
  g_autoptr (GError) error = NULL;

  self->media = dev_media_new (&plan->encoding, *plan->url != '\0' ? plan->url : plan->room_name,
                               get_subtitle (plan));
  g_signal_connect_swapped (self->media, "running", G_CALLBACK (on_media_running), self);
  g_signal_connect_swapped (self->media, "failed", G_CALLBACK (on_media_failed), self);
  g_signal_connect_swapped (self->media, "ended", G_CALLBACK (on_media_ended), self);
  dev_media_set_muted (self->media, self->life == DEV_LIFE_NO_MEDIA);
  if (add_output (self, (DevOutput *)self->srt, &error)
      && add_output (self, (DevOutput *)self->file, &error))
    dev_media_start (self->media);
  else
    on_media_failed (self, error->message);
}

static void
add_stream (DevEgress *self, const char *id, const char *url)
{
  dev_info_add_stream (self->info, id, url);
  dev_output_srt_add (self->srt, url);
}

static void
add_file (DevEgress *self, const char *filepath, const char *folder)
{
  g_autofree char *name = dev_output_file_make_name (self->plan, filepath, self->info->room_id);

  dev_info_add_file (self->info, name);
  self->file = dev_output_file_new (folder, name);
}

static void
add_destination (DevEgress *self, const DevDestination *destination, const char *folder)
{
  if (destination->kind == DEV_DESTINATION_FILE)
    {
      add_file (self, dev_message_string (destination->config, "filepath"), folder);
      return;
    }
  self->srt = dev_output_srt_new ();
  for (guint i = 0; i < destination->streams->len; i++)
    {
      const DevStream *stream = g_ptr_array_index (destination->streams, i);

      if (dev_info_find_stream (self->info, stream->url) == NULL)
        add_stream (self, stream->id, stream->url);
    }
}

static void
start (DevEgress *self, const char *missing, const DevEgressSettings *settings)
{
  for (guint i = 0; i < self->plan->destinations->len; i++)
    add_destination (self, g_ptr_array_index (self->plan->destinations, i), settings->out);
  if (self->life == DEV_LIFE_NEVER_ACTIVE)
    return;
  if (missing != NULL)
    {
      self->missing = g_strdup (missing);
      set_timer (self, settings->track_timeout * 1000, missing_step);
      return;
    }
  set_timer (self, self->start_delay, delay_step);
  if (self->life != DEV_LIFE_FAIL_STARTING && self->life != DEV_LIFE_ABORT)
    start_media (self);
}

DevEgress *
dev_egress_new (DevPlan *plan,
                const char *room_id,
                const char *missing,
                DevLife life,
                const DevEgressSettings *settings,
                GError **error)
{
  g_autoptr (DevPlan) owned = plan;
  DevEgress *self;

  if (!check_destinations (plan, settings->out, error))
    return NULL;

  self = g_object_new (DEV_TYPE_EGRESS, NULL);
  self->plan = g_steal_pointer (&owned);
  self->life = life;
  self->start_delay = settings->start_delay;
  self->info = dev_info_new (plan, room_id);
  start (self, missing, settings);
  return self;
}

static void
dev_egress_dispose (GObject *object)
{
  DevEgress *self = DEV_EGRESS (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  drop_media (self);
  g_clear_object (&self->srt);
  g_clear_object (&self->file);
  G_OBJECT_CLASS (dev_egress_parent_class)->dispose (object);
}

static void
dev_egress_finalize (GObject *object)
{
  DevEgress *self = DEV_EGRESS (object);

  g_clear_pointer (&self->info, dev_info_free);
  g_clear_pointer (&self->plan, dev_plan_free);
  g_free (self->missing);
  G_OBJECT_CLASS (dev_egress_parent_class)->finalize (object);
}

static void
dev_egress_class_init (DevEgressClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = dev_egress_dispose;
  object_class->finalize = dev_egress_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", DEV_TYPE_EGRESS, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
dev_egress_init (DevEgress *self)
{
}

const char *
dev_egress_get_id (DevEgress *self)
{
  return self->info->egress_id;
}

const char *
dev_egress_get_room_name (DevEgress *self)
{
  return self->info->room_name;
}

Livekit__EgressStatus
dev_egress_get_status (DevEgress *self)
{
  return self->info->status;
}

gboolean
dev_egress_is_ended (DevEgress *self)
{
  return self->info->status > LIVEKIT__EGRESS_STATUS__EGRESS_ENDING;
}

const char *
dev_egress_get_status_name (DevEgress *self)
{
  return dev_info_get_status_name (self->info);
}

Livekit__EgressInfo *
dev_egress_dup_info (DevEgress *self)
{
  return dev_info_copy (self->info, self->plan);
}

gboolean
dev_egress_is_reachable (DevEgress *self)
{
  if (self->info->status == LIVEKIT__EGRESS_STATUS__EGRESS_STARTING)
    return self->life == DEV_LIFE_NEVER_ACTIVE;
  return !self->lost;
}

void
dev_egress_stop (DevEgress *self)
{
  static const char details[] = "End reason: StopEgress API";

  if (self->info->status == LIVEKIT__EGRESS_STATUS__EGRESS_ACTIVE)
    start_ending (self, details);
  else if (self->info->status == LIVEKIT__EGRESS_STATUS__EGRESS_STARTING)
    {
      /* The answer to the stop comes before the last word of the worker, and differs from it. */
      dev_info_end (self->info, LIVEKIT__EGRESS_STATUS__EGRESS_ABORTED, STOPPED_TOO_EARLY,
                    PRECONDITION_FAILED, details);
      changed (self);
      self->timer = g_idle_add_full (G_PRIORITY_HIGH, abort_step, self, NULL);
    }
}

static void
add_line (GString *lines, LkEgressError *code, LkEgressError line_code, const char *line)
{
  if (lines->len > 0)
    g_string_append_c (lines, '\n');
  else
    *code = line_code;
  g_string_append (lines, line);
}

/* TRUE if something changed. */
static gboolean
try_add_stream (DevEgress *self,
                const char *id,
                const char *url,
                GString *lines,
                LkEgressError *code)
{
  g_autoptr (GError) error = NULL;

  if (!dev_checks_stream_url (LIVEKIT__STREAM_PROTOCOL__SRT, url, &error))
    {
      add_line (lines, code, error->code, error->message + strlen (DEV_TEXT_PREFIX));
      return FALSE;
    }
  if (dev_info_find_stream (self->info, url) != NULL)
    return FALSE;
  add_stream (self, id, url);
  return TRUE;
}

static gboolean
try_remove_stream (DevEgress *self, const char *url, GString *lines, LkEgressError *code)
{
  Livekit__StreamInfo *stream = dev_info_find_stream (self->info, url);

  if (stream == NULL)
    {
      g_autofree char *line = g_strdup_printf ("stream %s not found", url);

      add_line (lines, code, LK_EGRESS_ERROR_NOT_FOUND, line);
      return FALSE;
    }
  dev_info_end_stream (stream, NULL);
  dev_output_srt_remove (self->srt, url);
  return TRUE;
}

/* As the worker does it: additions first, and one wrong address does not undo the others. */
gboolean
dev_egress_update_stream (DevEgress *self,
                          const Livekit__UpdateStreamRequest *request,
                          GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  LkEgressError code = LK_EGRESS_ERROR_UNKNOWN;
  gboolean is_changed = FALSE;

  if (self->srt == NULL)
    {
      g_set_error_literal (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_INVALID_ARGUMENT,
                           DEV_TEXT_PREFIX "UpdateStream called on non-streaming egress");
      return FALSE;
    }
  for (size_t i = 0; i < request->n_add_output_urls; i++)
    is_changed |= try_add_stream (self, "", request->add_output_urls[i], lines, &code);
  for (size_t i = 0; i < request->n_add_destinations; i++)
    is_changed |= try_add_stream (self, request->add_destinations[i]->id,
                                  request->add_destinations[i]->url, lines, &code);
  for (size_t i = 0; i < request->n_remove_output_urls; i++)
    is_changed |= try_remove_stream (self, request->remove_output_urls[i], lines, &code);

  if (dev_info_count_streams (self->info) == 0 && self->file == NULL)
    start_ending (self, "End reason: All streams stopped");
  else if (is_changed)
    changed (self);
  if (lines->len > 0)
    g_set_error (error, LK_EGRESS_ERROR, code, DEV_TEXT_PREFIX "%s", lines->str);
  return lines->len == 0;
}

void
dev_egress_set_layout (DevEgress *self, const char *layout)
{
  if (self->media != NULL && dev_plan_is_browser (self->plan))
    dev_media_set_subtitle (self->media, layout);
}
