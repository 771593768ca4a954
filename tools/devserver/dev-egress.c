/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-egress.h"

#include <string.h>

#include "dev-checks.h"
#include "dev-info.h"
#include "dev-media.h"
#include "dev-message.h"
#include "lk-egress-error.h"
#include "outputs/dev-manifest.h"
#include "outputs/dev-outputs.h"

#define NOT_FOUND 404
#define PRECONDITION_FAILED 412
#define TOO_LARGE 413
#define INTERNAL 500

#define LIFE_FAULT_DELAY_MS 1000
#define SLOW_END_MS 2000
#define STALL_MS 2000
#define MUTE_MS 2000
/* How long an SRT peer takes to notice that a killed worker is gone. */
#define LOST_CONNECTION_MS 5000
#define TEST_ERROR "Error on SRT socket: test"
#define NOT_STARTED "Start signal not received"
#define STOPPED_TOO_EARLY "Stop called before pipeline could start"

/* How it ends, as soon as all files are where they belong. */
typedef struct
{
  Livekit__EgressStatus status;
  char *error; /* NULL if it ends well */
  int error_code;
  const char *details;
} Verdict;

struct _DevEgress
{
  GObject parent_instance;

  DevPlan *plan;
  DevLife life;
  guint times; /* how often it is still cut, stalled or muted */
  guint start_delay;
  char *missing; /* the participant or track it waits for, in words */

  Livekit__EgressInfo *info;
  DevOutputContext context;
  GPtrArray *outputs; /* of DevOutput */
  DevMedia *media;    /* NULL when nothing runs */

  guint timer; /* the next step of its life */
  gboolean delay_passed;
  gboolean media_runs;
  gboolean lost;

  gboolean is_settling; /* the media ended, files are on their way */
  Verdict verdict;
  gboolean has_manifest; /* or wants none */
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
  g_autoptr (DevMedia) media = g_steal_pointer (&self->media);

  if (media == NULL)
    return;
  g_signal_handlers_disconnect_by_data (media, self);
  dev_media_close (media);
}

/* Whether there is anything left to write to. */
static gboolean
has_work (DevEgress *self)
{
  for (guint i = 0; i < self->outputs->len; i++)
    if (dev_output_is_used (g_ptr_array_index (self->outputs, i)))
      return TRUE;
  return FALSE;
}

/* Life */

static void
end_outputs (DevEgress *self, const char *error)
{
  for (guint i = 0; i < self->outputs->len; i++)
    dev_output_end (g_ptr_array_index (self->outputs, i), error);
}

static gboolean
is_storing (DevEgress *self)
{
  for (guint i = 0; i < self->outputs->len; i++)
    if (dev_output_is_storing (g_ptr_array_index (self->outputs, i)))
      return TRUE;
  return FALSE;
}

static void
write_manifest (DevEgress *self)
{
  g_autofree char *manifest = dev_manifest_write (&self->context, self->outputs, dev_info_now ());

  self->has_manifest = TRUE;
  if (manifest != NULL)
    dev_message_set_string (&self->info->manifest_location, manifest);
}

/* The manifest goes where the files are. */
static void
settle (DevEgress *self)
{
  const Verdict *verdict = &self->verdict;

  if (!self->is_settling || is_storing (self))
    return;
  if (!self->has_manifest)
    write_manifest (self);
  if (is_storing (self))
    return;
  self->is_settling = FALSE;
  dev_info_end (self->info, verdict->status, verdict->error, verdict->error_code, verdict->details);
  changed (self);
}

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
  if (self->missing == NULL && !self->is_settling)
    end_outputs (self, status == LIVEKIT__EGRESS_STATUS__EGRESS_FAILED ? "" : NULL);
  self->is_settling = TRUE;
  g_free (self->verdict.error);
  self->verdict = (Verdict){ status, g_strdup (error), error_code, details };
  if (is_storing (self) && self->info->status == LIVEKIT__EGRESS_STATUS__EGRESS_ACTIVE)
    {
      self->info->status = LIVEKIT__EGRESS_STATUS__EGRESS_ENDING;
      changed (self);
    }
  settle (self);
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
  for (guint i = 0; dev_plan_is_browser (self->plan) && i < self->outputs->len; i++)
    if (dev_output_has_streams (g_ptr_array_index (self->outputs, i)))
      dev_output_end (g_ptr_array_index (self->outputs, i), NULL);
  changed (self);
  if (self->media != NULL)
    dev_media_end (self->media);
  else
    set_timer (self, 0, complete_step);
}

static gboolean
lost_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  drop_media (self);
  return G_SOURCE_REMOVE;
}

static void
set_silent (DevEgress *self, gboolean silent)
{
  dev_media_set_silent (self->media, silent);
  for (guint i = 0; i < self->outputs->len; i++)
    dev_output_set_silent (g_ptr_array_index (self->outputs, i), silent);
}

static gboolean life_fault_step (gpointer user_data);

/* The fault comes again a while later, unless it came often enough. */
static void
repeat_fault (DevEgress *self)
{
  if (--self->times > 0)
    set_timer (self, LIFE_FAULT_DELAY_MS, life_fault_step);
}

static gboolean
mute_ended_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  set_silent (self, FALSE);
  repeat_fault (self);
  return G_SOURCE_REMOVE;
}

static gboolean
stall_ended_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  dev_media_set_muted (self->media, FALSE);
  repeat_fault (self);
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
      end_outputs (self, TEST_ERROR);
      fail (self, TEST_ERROR, DEV_OUTPUT_UNAVAILABLE);
    }
  else if (self->life == DEV_LIFE_LIMIT)
    dev_media_end (self->media);
  else if (self->life == DEV_LIFE_WORKER_LOST)
    {
      dev_media_set_muted (self->media, TRUE);
      set_timer (self, LOST_CONNECTION_MS, lost_step);
    }
  else if (self->life == DEV_LIFE_STALL)
    {
      dev_media_set_muted (self->media, TRUE);
      set_timer (self, STALL_MS, stall_ended_step);
    }
  else if (self->life == DEV_LIFE_MUTE)
    {
      set_silent (self, TRUE);
      set_timer (self, MUTE_MS, mute_ended_step);
    }
  else if (self->life == DEV_LIFE_CUT)
    {
      for (guint i = 0; i < self->outputs->len; i++)
        dev_output_cut (g_ptr_array_index (self->outputs, i));
      repeat_fault (self);
    }
  return G_SOURCE_REMOVE;
}

static void
become_active (DevEgress *self)
{
  if (!self->delay_passed || !self->media_runs)
    return;
  self->info->status = LIVEKIT__EGRESS_STATUS__EGRESS_ACTIVE;
  for (guint i = 0; i < self->outputs->len; i++)
    dev_output_begin (g_ptr_array_index (self->outputs, i));
  self->lost = self->life == DEV_LIFE_WORKER_LOST;
  if (self->lost || self->life == DEV_LIFE_FAIL_ACTIVE || self->life == DEV_LIFE_LIMIT
      || self->life == DEV_LIFE_CUT || self->life == DEV_LIFE_STALL || self->life == DEV_LIFE_MUTE)
    set_timer (self, LIFE_FAULT_DELAY_MS, life_fault_step);
  changed (self);
}

static gboolean
delay_step (gpointer user_data)
{
  DevEgress *self = user_data;

  self->timer = 0;
  if (self->life == DEV_LIFE_FAIL_STARTING)
    fail (self, TEST_ERROR, DEV_OUTPUT_UNAVAILABLE);
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

/* A stream of several is missed by nobody else. */
static void
on_output_failed (DevEgress *self, int code, const char *text, DevOutput *output)
{
  /* It is over, or lost. */
  if (self->media == NULL && !self->is_settling)
    return;
  if (dev_output_has_streams (output) && has_work (self))
    changed (self);
  else
    fail (self, text, code);
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

static void
make_outputs (DevEgress *self)
{
  self->outputs = dev_outputs_new (&self->context);
  for (guint i = 0; i < self->outputs->len; i++)
    {
      DevOutput *output = g_ptr_array_index (self->outputs, i);

      g_signal_connect_object (output, "failed", G_CALLBACK (on_output_failed), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (output, "stored", G_CALLBACK (settle), self, G_CONNECT_SWAPPED);
    }
}

static void
start_media (DevEgress *self)
{
  const DevPlan *plan = self->plan;
  g_autoptr (GError) error = NULL;

  self->media
      = dev_media_new (&plan->encoding, dev_plan_is_live (plan),
                       *plan->url != '\0' ? plan->url : plan->room_name, get_subtitle (plan));
  g_signal_connect_swapped (self->media, "running", G_CALLBACK (on_media_running), self);
  g_signal_connect_swapped (self->media, "failed", G_CALLBACK (on_media_failed), self);
  g_signal_connect_swapped (self->media, "ended", G_CALLBACK (on_media_ended), self);
  dev_media_set_muted (self->media, self->life == DEV_LIFE_NO_MEDIA);
  for (guint i = 0; i < self->outputs->len; i++)
    {
      DevOutput *output = g_ptr_array_index (self->outputs, i);

      if (!dev_media_add_output (self->media, output, &error))
        {
          on_media_failed (self, error->message);
          return;
        }
    }
  dev_media_start (self->media);
}

static void
start (DevEgress *self, const char *missing, const DevEgressSettings *settings)
{
  if (self->life == DEV_LIFE_NEVER_ACTIVE)
    return;
  if (missing != NULL)
    {
      self->missing = g_strdup (missing);
      set_timer (self, settings->track_timeout * 1000, missing_step);
      return;
    }
  set_timer (self, self->start_delay, delay_step);
  if (self->life == DEV_LIFE_IDLE)
    self->media_runs = TRUE;
  else if (self->life != DEV_LIFE_FAIL_STARTING && self->life != DEV_LIFE_ABORT)
    start_media (self);
}

DevEgress *
dev_egress_new (DevPlan *plan,
                const char *room_id,
                const char *missing,
                const DevFault *fault,
                const DevEgressSettings *settings,
                GError **error)
{
  g_autoptr (DevEgress) self = g_object_new (DEV_TYPE_EGRESS, NULL);

  self->plan = plan;
  self->life = fault != NULL ? fault->life : DEV_LIFE_NORMAL;
  self->times = fault != NULL ? fault->times : 0;
  self->start_delay = settings->start_delay;
  self->info = dev_info_new (plan, room_id);
  self->context = (DevOutputContext){ .plan = plan, .info = self->info, .folder = settings->out };
  if (!dev_outputs_check (&self->context, error))
    return NULL;
  make_outputs (self);
  start (self, missing, settings);
  return g_steal_pointer (&self);
}

static void
dev_egress_dispose (GObject *object)
{
  DevEgress *self = DEV_EGRESS (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  drop_media (self);
  g_clear_pointer (&self->outputs, g_ptr_array_unref);
  G_OBJECT_CLASS (dev_egress_parent_class)->dispose (object);
}

static void
dev_egress_finalize (GObject *object)
{
  DevEgress *self = DEV_EGRESS (object);

  g_clear_pointer (&self->info, dev_info_free);
  g_clear_pointer (&self->plan, dev_plan_free);
  g_free (self->missing);
  g_free (self->verdict.error);
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
  Livekit__EgressInfo *info = (Livekit__EgressInfo *)lk_egress_wire_copy (&self->info->base);

  for (guint i = 0; i < self->outputs->len; i++)
    dev_output_fill_result (g_ptr_array_index (self->outputs, i), info);
  if (self->outputs->len == 1)
    dev_info_add_older_result (info);
  return info;
}

const ProtobufCMessage *
dev_egress_get_request (DevEgress *self)
{
  return self->plan->request;
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
      /* The answer to the stop comes before the last word of the worker, and differs from it. It
       * is no event of its own. */
      dev_info_end (self->info, LIVEKIT__EGRESS_STATUS__EGRESS_ABORTED, STOPPED_TOO_EARLY,
                    PRECONDITION_FAILED, details);
      dev_info_touch (self->info);
      self->timer = g_idle_add_full (G_PRIORITY_HIGH, abort_step, self, NULL);
    }
}

/* What several addresses of one call do. */
typedef struct
{
  DevOutput *output;
  gboolean changed;
  LkEgressError code; /* of the first line */
  GString *lines;     /* what went wrong */
} Update;

static void
add_line (Update *update, LkEgressError code, const char *line)
{
  if (update->lines->len > 0)
    g_string_append_c (update->lines, '\n');
  else
    update->code = code;
  g_string_append (update->lines, line);
}

static void
add_stream (Update *update, const char *id, const char *url)
{
  g_autoptr (GError) error = NULL;

  if (dev_output_add (update->output, id, url, &error))
    update->changed = TRUE;
  else
    add_line (update, error->code, error->message + strlen (DEV_TEXT_PREFIX));
}

static void
remove_stream (Update *update, const char *url)
{
  g_autofree char *line = g_strdup_printf ("stream %s not found", url);

  if (dev_output_remove (update->output, url))
    update->changed = TRUE;
  else
    add_line (update, LK_EGRESS_ERROR_NOT_FOUND, line);
}

static DevOutput *
find_stream_output (DevEgress *self)
{
  for (guint i = 0; i < self->outputs->len; i++)
    if (dev_output_has_streams (g_ptr_array_index (self->outputs, i)))
      return g_ptr_array_index (self->outputs, i);
  return NULL;
}

/* As the worker does it: additions first, and one wrong address does not undo the others. */
gboolean
dev_egress_update_stream (DevEgress *self,
                          const Livekit__UpdateStreamRequest *request,
                          GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  Update update = { .output = find_stream_output (self), .lines = lines };

  if (update.output == NULL)
    {
      g_set_error_literal (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_INVALID_ARGUMENT,
                           DEV_TEXT_PREFIX "UpdateStream called on non-streaming egress");
      return FALSE;
    }
  for (size_t i = 0; i < request->n_add_output_urls; i++)
    add_stream (&update, "", request->add_output_urls[i]);
  for (size_t i = 0; i < request->n_add_destinations; i++)
    add_stream (&update, request->add_destinations[i]->id, request->add_destinations[i]->url);
  for (size_t i = 0; i < request->n_remove_output_urls; i++)
    remove_stream (&update, request->remove_output_urls[i]);

  if (!has_work (self))
    start_ending (self, "End reason: All streams stopped");
  else if (update.changed)
    changed (self);
  if (lines->len > 0)
    g_set_error (error, LK_EGRESS_ERROR, update.code, DEV_TEXT_PREFIX "%s", lines->str);
  return lines->len == 0;
}

void
dev_egress_set_layout (DevEgress *self, const char *layout)
{
  if (self->media != NULL && dev_plan_is_browser (self->plan))
    dev_media_set_subtitle (self->media, layout);
}
