/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ten thousand short histories of a few egresses and the jobs that watch them, each another one:
 * webhooks are lost, repeated, late and out of order; polls fail, are slow, and race with them; the
 * clock of the server jumps; the server forgets. Whatever happens, a job emits each state once and
 * in order, and in the end knows what the server knows.
 *
 * There is no server, no socket and no clock: what the monitor calls is played here, in a time that
 * runs as fast as the test. The first history is that of --seed; LK_EGRESS_HISTORY=N plays the one
 * of that number alone and prints what happens. */

#include "lk-egress-client-private.h"
#include "lk-egress-error-private.h"
#include "lk-egress-job-private.h"
#include "lk-egress-listing-private.h"

#define lk_egress_client_list_async play_list_async
#define lk_egress_client_list_finish play_list_finish
#define lk_egress_client_get_async play_get_async
#define lk_egress_client_get_finish play_get_finish
#define lk_egress_listing_find play_find
#define lk_egress_listing_find_packed play_find_packed
#define g_get_monotonic_time play_now
#define g_source_set_ready_time play_set_ready_time
#define g_source_get_ready_time play_get_ready_time

static void play_list_async (LkEgressClient *client,
                             const char *room_name,
                             gboolean active,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
static LkEgressListing *
play_list_finish (LkEgressClient *client, GAsyncResult *result, GError **error);
static void play_get_async (LkEgressClient *client,
                            const char *egress_id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
static LkEgressInfo *play_get_finish (LkEgressClient *client, GAsyncResult *result, GError **error);
static LkEgressInfo *play_find (LkEgressListing *listing, const char *egress_id);
static gboolean
play_find_packed (LkEgressListing *listing, const char *egress_id, LkEgressWireSpan *packed);
static gint64 play_now (void);
static void play_set_ready_time (GSource *source, gint64 time);
static gint64 play_get_ready_time (GSource *source);

#include "lk-egress-monitor.c"

/* The sanitizers keep the stack of each allocation, which takes them minutes. */
#ifdef __SANITIZE_ADDRESS__
#define N_HISTORIES 500
#else
#define N_HISTORIES 10000
#endif
#define MAX_EGRESSES 3
#define MAX_JOBS 3
#define MS G_TIME_SPAN_MILLISECOND
#define SECOND G_TIME_SPAN_SECOND
/* After all has happened. Two of the longest pauses, and what a slow answer takes. */
#define PATIENCE (200 * SECOND)

typedef struct
{
  char id[8];
  GPtrArray *infos; /* one after the other, of LkEgressInfo */
  guint n_infos;    /* that the server has got to; 0 before the start */
  gint64 skew;      /* of the server's clock */
  gboolean jumped;  /* that clock did */
  gboolean silent;  /* nobody is told by webhooks */
  gboolean forgotten;
} Egress;

typedef struct
{
  LkEgressJob *job; /* NULL once it was let go */
  Egress *egress;
  LkEgressJobState state; /* that was told last */
  guint info;             /* which of the infos was told last */
} User;

/* A question to the server. */
typedef struct
{
  char *egress_id; /* NULL for a listing */
  GCancellable *cancellable;
  GAsyncReadyCallback callback;
  gpointer user_data;
  GListStore *found; /* once the server has looked */
  GError *error;
} Question;

typedef enum
{
  CHANGE,  /* the egress comes to its next info */
  FORGET,  /* the egress */
  WEBHOOK, /* with the info arrives */
  REPLY,   /* with the info to a call of the job */
  LOOK,    /* the server looks for the answer to the question */
  ANSWER,  /* to the question arrives */
  REFRESH, /* the user */
  SILENCE, /* the user hears that nobody obeys */
  LET_GO,  /* the user lets the job go */
} What;

typedef struct
{
  gint64 time;
  guint number; /* of two at the same time the first goes first */
  What what;
  Egress *egress;
  LkEgressInfo *info;
  Question *question;
  User *user;
} Event;

static struct
{
  guint number;
  gboolean verbose;
  GRand *rand;
  LkEgressClient *client;
  gint64 now;
  GPtrArray *events; /* of Event, that are still to come */
  guint n_events;
  Egress egresses[MAX_EGRESSES];
  guint n_egresses;
  User users[MAX_EGRESSES * MAX_JOBS];
  guint n_users;
  gint64 outage; /* when the server cannot be asked, and its end */
  gint64 outage_end;
  GSource *timer; /* of the monitor */
  gint64 due;
} play;

static gboolean
chance (guint percent)
{
  return g_rand_int_range (play.rand, 0, 100) < (int)percent;
}

/* Mostly short, now and then long. */
static gint64
pick_delay (gint64 usual, gint64 longest)
{
  return (gint64)(g_rand_double (play.rand) * (double)(chance (10) ? longest : usual));
}

static void say (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
say (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (!play.verbose)
    return;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("%9.3f %s", (double)play.now / SECOND, text);
}

static void
expect (gboolean holds, const char *what)
{
  if (!holds)
    g_error ("History %u, after %.3f seconds: %s", play.number, (double)play.now / SECOND, what);
}

static const char *
describe (LkEgressInfo *info)
{
  const char *details = lk_egress_info_get_details (info);

  return details != NULL ? details : "";
}

static Event *
add_event (What what, gint64 delay)
{
  Event *event = g_new0 (Event, 1);

  event->what = what;
  event->time = play.now + delay;
  event->number = play.n_events++;
  g_ptr_array_add (play.events, event);

  return event;
}

static void
event_free (gpointer data)
{
  Event *event = data;

  g_clear_object (&event->info);
  g_free (event);
}

/* The server */

static LkEgressInfo *
get_truth (const Egress *egress)
{
  return egress->n_infos > 0 ? g_ptr_array_index (egress->infos, egress->n_infos - 1) : NULL;
}

static void
question_free (Question *question)
{
  g_free (question->egress_id);
  g_clear_object (&question->cancellable);
  g_clear_object (&question->found);
  g_clear_error (&question->error);
  g_free (question);
}

static void
ask (const char *egress_id,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  Question *question = g_new0 (Question, 1);

  say ("? %s", egress_id != NULL ? egress_id : "all");
  question->egress_id = g_strdup (egress_id);
  question->cancellable = g_object_ref (cancellable);
  question->callback = callback;
  question->user_data = user_data;
  add_event (LOOK, pick_delay (20 * MS, 5 * SECOND))->question = question;
}

static void
play_list_async (LkEgressClient *client,
                 const char *room_name,
                 gboolean active,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  ask (NULL, cancellable, callback, user_data);
}

static void
play_get_async (LkEgressClient *client,
                const char *egress_id,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  ask (egress_id, cancellable, callback, user_data);
}

static gboolean
is_in_answer (const Question *question, const Egress *egress)
{
  LkEgressInfo *truth = get_truth (egress);

  if (truth == NULL || egress->forgotten)
    return FALSE;

  return question->egress_id != NULL ? g_str_equal (question->egress_id, egress->id)
                                     : !lk_egress_info_is_final (truth);
}

static void
look (Question *question)
{
  gboolean away = play.now >= play.outage && play.now < play.outage_end;

  question->found = g_list_store_new (LK_EGRESS_TYPE_INFO);
  for (guint i = 0; i < play.n_egresses; i++)
    if (is_in_answer (question, &play.egresses[i]))
      g_list_store_append (question->found, get_truth (&play.egresses[i]));

  if (away || chance (5))
    question->error
        = lk_egress_error_new (LK_EGRESS_ERROR_UNAVAILABLE, 503, NULL, NULL, "restarting");
  else if (question->egress_id != NULL
           && g_list_model_get_n_items (G_LIST_MODEL (question->found)) == 0)
    question->error = lk_egress_error_new (LK_EGRESS_ERROR_NOT_FOUND, 404, NULL, NULL, "unknown");
  add_event (ANSWER, pick_delay (20 * MS, 5 * SECOND))->question = question;
}

static gboolean
fail (const Question *question, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (question->cancellable, error))
    return TRUE;
  if (question->error != NULL)
    g_propagate_error (error, g_error_copy (question->error));

  return question->error != NULL;
}

static LkEgressListing *
play_list_finish (LkEgressClient *client, GAsyncResult *result, GError **error)
{
  const Question *question = (gpointer)result;

  return fail (question, error) ? NULL : (gpointer)g_object_ref (question->found);
}

static LkEgressInfo *
play_get_finish (LkEgressClient *client, GAsyncResult *result, GError **error)
{
  const Question *question = (gpointer)result;

  return fail (question, error) ? NULL : g_list_model_get_item (G_LIST_MODEL (question->found), 0);
}

static LkEgressInfo *
play_find (LkEgressListing *listing, const char *egress_id)
{
  GListModel *found = (gpointer)listing;

  for (guint i = 0; i < g_list_model_get_n_items (found); i++)
    {
      g_autoptr (LkEgressInfo) info = g_list_model_get_item (found, i);

      if (g_str_equal (lk_egress_info_get_egress_id (info), egress_id))
        return g_steal_pointer (&info);
    }

  return NULL;
}

static gboolean
play_find_packed (LkEgressListing *listing, const char *egress_id, LkEgressWireSpan *packed)
{
  g_autoptr (LkEgressInfo) info = play_find (listing, egress_id);
  GBytes *bytes;

  if (info == NULL)
    return FALSE;

  bytes = lk_egress_message_to_bytes (LK_EGRESS_MESSAGE (info));
  *packed = lk_egress_wire_span (bytes);
  g_object_set_data_full (G_OBJECT (info), "packed", bytes, (GDestroyNotify)g_bytes_unref);
  return TRUE;
}

/* The time */

static gint64
play_now (void)
{
  return play.now;
}

static void
play_set_ready_time (GSource *source, gint64 time)
{
  play.timer = source;
  play.due = time;
}

static gint64
play_get_ready_time (GSource *source)
{
  return source == play.timer ? play.due : -1;
}

static LkEgressMonitor *
get_monitor (void)
{
  LkEgressMonitor *monitor
      = g_hash_table_lookup (get_table (play.client), g_main_context_default ());

  if (monitor == NULL || monitor->timer != play.timer)
    {
      play.timer = NULL;
      play.due = -1;
    }

  return monitor;
}

/* What happens */

static void
add_info (Egress *egress, gint64 time, LkEgressStatus status)
{
  LkEgressInfo *info = lk_egress_info_new ();
  g_autofree char *details
      = g_strdup_printf ("%s:%d:%u", egress->id, (int)status, egress->infos->len);

  if (chance (10))
    {
      egress->jumped = TRUE;
      egress->skew = g_rand_int_range (play.rand, -3600, 3600) * (gint64)SECOND;
    }
  g_object_set (info, "egress-id", egress->id, "status", status, "updated-at",
                (G_GINT64_CONSTANT (1795430246000000) + time + egress->skew) * 1000, "details",
                details, NULL);
  if (status >= LK_EGRESS_STATUS_COMPLETE)
    g_object_set (info, "ended-at", time, NULL);
  if (status == LK_EGRESS_STATUS_FAILED || status == LK_EGRESS_STATUS_ABORTED)
    g_object_set (info, "error", "it was to be so", NULL);
  g_ptr_array_add (egress->infos, info);
  add_event (CHANGE, time)->egress = egress;
}

/* All infos of an egress, and when the server comes to them. */
static void
write_history (Egress *egress)
{
  static const LkEgressStatus ends[] = { LK_EGRESS_STATUS_COMPLETE, LK_EGRESS_STATUS_FAILED,
                                         LK_EGRESS_STATUS_ABORTED, LK_EGRESS_STATUS_LIMIT_REACHED };
  gint64 time = pick_delay (SECOND, 10 * SECOND);
  gint64 pause = chance (20) ? 10 * MS : 2 * SECOND;

  add_info (egress, time, LK_EGRESS_STATUS_STARTING);
  if (chance (85))
    for (guint n = g_rand_int_range (play.rand, 1, 4); n > 0; n--)
      add_info (egress, time += pick_delay (pause, 40 * SECOND), LK_EGRESS_STATUS_ACTIVE);
  if (chance (15))
    return;
  if (chance (70))
    add_info (egress, time += pick_delay (pause, 40 * SECOND), LK_EGRESS_STATUS_ENDING);
  add_info (egress, time += pick_delay (pause, 5 * SECOND),
            ends[g_rand_int_range (play.rand, 0, G_N_ELEMENTS (ends))]);
}

static void
tell_webhook (Egress *egress, LkEgressInfo *info)
{
  if (egress->silent || chance (15))
    return;

  do
    add_event (WEBHOOK, pick_delay (60 * MS, 30 * SECOND))->info = g_object_ref (info);
  while (chance (10));
}

/* The answer to a stop, to one who watches. */
static void
answer_stop (Egress *egress, LkEgressInfo *info)
{
  User *user = &play.users[g_rand_int_range (play.rand, 0, (int)play.n_users)];
  Event *event;

  if (user->egress != egress || lk_egress_info_get_status (info) != LK_EGRESS_STATUS_ENDING)
    return;

  event = add_event (REPLY, pick_delay (20 * MS, 5 * SECOND));
  event->user = user;
  event->info = g_object_ref (info);
}

static void
on_state_changed (LkEgressJob *job, LkEgressJobState state, User *user)
{
  say ("! %s is %d", user->egress->id, (int)state);
  expect (state == lk_egress_job_get_state (job), "the signal tells another state than the job");
  expect (state != user->state, "a state is told twice");
  expect (MIN (state, LK_EGRESS_JOB_STATE_COMPLETE)
              > MIN (user->state, LK_EGRESS_JOB_STATE_COMPLETE),
          "the state goes backwards, or leaves a final one");
  user->state = state;
}

/* What was known is not replaced by what was before it, as far as the clock can tell. */
static void
on_info (LkEgressJob *job, GParamSpec *pspec, User *user)
{
  guint index;

  if (!g_ptr_array_find_with_equal_func (user->egress->infos, lk_egress_job_get_info (job),
                                         (GEqualFunc)lk_egress_message_equal, &index))
    expect (FALSE, "the server never said that");
  expect (user->egress->jumped || index >= user->info, "an older info is told");
  user->info = index;
}

static void
happen (const Event *event)
{
  switch (event->what)
    {
    case CHANGE:
      event->egress->n_infos++;
      say ("= %s", describe (get_truth (event->egress)));
      tell_webhook (event->egress, get_truth (event->egress));
      answer_stop (event->egress, get_truth (event->egress));
      break;
    case FORGET:
      say ("= %s is forgotten", event->egress->id);
      event->egress->forgotten = TRUE;
      break;
    case WEBHOOK:
      say ("> %s", describe (event->info));
      lk_egress_monitor_deliver (play.client, NULL, event->info);
      break;
    case REPLY:
      if (event->user->job == NULL || !event->user->job->watched)
        break;
      say ("< %s", describe (event->info));
      lk_egress_job_take (event->user->job, event->info, LK_EGRESS_LIFE_ANSWER, NULL);
      lk_egress_job_look (event->user->job);
      break;
    case LOOK:
      look (event->question);
      break;
    case ANSWER:
      say (". %s", event->question->error != NULL ? event->question->error->message : "");
      event->question->callback (G_OBJECT (play.client), (gpointer)event->question,
                                 event->question->user_data);
      question_free (event->question);
      break;
    case REFRESH:
      if (event->user->job != NULL && event->user->job->watched)
        lk_egress_job_refresh (event->user->job);
      break;
    case SILENCE:
      if (event->user->job != NULL)
        {
          g_autoptr (GError) reason
              = lk_egress_error_new (LK_EGRESS_ERROR_UNAVAILABLE, 503, NULL, NULL, "nobody");

          lk_egress_job_tell (event->user->job,
                              lk_egress_life_take_silence (&event->user->job->life, reason));
        }
      break;
    case LET_GO:
      g_clear_object (&event->user->job);
      break;
    }
}

static int
find_next (void)
{
  int next = -1;

  for (guint i = 0; i < play.events->len; i++)
    {
      const Event *event = g_ptr_array_index (play.events, i);
      const Event *best = next >= 0 ? g_ptr_array_index (play.events, next) : NULL;

      if (best == NULL || event->time < best->time
          || (event->time == best->time && event->number < best->number))
        next = (int)i;
    }

  return next;
}

/* The next event or poll, whichever is first. FALSE if there is none before the end. */
static gboolean
step (gint64 end)
{
  LkEgressMonitor *monitor = get_monitor ();
  int index = find_next ();
  Event *event = index >= 0 ? g_ptr_array_index (play.events, index) : NULL;
  gint64 time = event != NULL ? event->time : G_MAXINT64;

  if (play.due >= 0 && play.due < time)
    {
      if (play.due > end)
        return FALSE;
      play.now = MAX (play.now, play.due);
      play.due = -1;
      poll_is_due (monitor);
    }
  else
    {
      if (time > end)
        return FALSE;
      play.now = time;
      event = g_ptr_array_steal_index_fast (play.events, (guint)index);
      happen (event);
      event_free (event);
    }

  while (g_main_context_iteration (NULL, FALSE))
    ;

  return TRUE;
}

/* The jobs, and what their users do. */
static void
write_users (Egress *egress, gint64 end)
{
  for (guint n = g_rand_int_range (play.rand, 1, MAX_JOBS + 1); n > 0; n--)
    {
      User *user = &play.users[play.n_users++];

      *user = (User){ .egress = egress };
      user->job = lk_egress_job_new_for_id (play.client, egress->id);
      g_signal_connect (user->job, "state-changed", G_CALLBACK (on_state_changed), user);
      g_signal_connect (user->job, "notify::info", G_CALLBACK (on_info), user);
      if (chance (20))
        add_event (REFRESH, pick_delay (end, end))->user = user;
      if (chance (20))
        add_event (SILENCE, pick_delay (end, end))->user = user;
      if (chance (10))
        add_event (LET_GO, pick_delay (end, end))->user = user;
    }
}

static void
check_user (const User *user)
{
  LkEgressInfo *truth = get_truth (user->egress);
  LkEgressStatus status = lk_egress_info_get_status (truth);
  LkEgressJobState state = lk_egress_job_get_state (user->job);
  const GError *error = lk_egress_job_get_error (user->job);

  expect (state == user->state, "the last state was not told");
  if (user->egress->forgotten
      && g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND))
    return;

  /* Both enums have the states in the same order. */
  expect ((int)state == (int)status + 1, "the state is not that of the server");
  expect (lk_egress_message_equal (LK_EGRESS_MESSAGE (lk_egress_job_get_info (user->job)),
                                   LK_EGRESS_MESSAGE (truth)),
          "the info is not that of the server");
  expect ((error != NULL)
              == (status == LK_EGRESS_STATUS_FAILED || status == LK_EGRESS_STATUS_ABORTED
                  || status == LK_EGRESS_STATUS_LIMIT_REACHED),
          "there is an error and should be none, or the reverse");
  if (lk_egress_job_state_is_final (state))
    expect (!lk_egress_job_get_stale (user->job), "an egress that has ended is stale");
}

static void
play_history (guint number)
{
  gint64 end = 0;

  play.number = number;
  play.rand = g_rand_new_with_seed (number);
  play.now = 0;
  play.n_events = play.n_users = 0;
  play.n_egresses = (guint)g_rand_int_range (play.rand, 1, MAX_EGRESSES + 1);
  play.timer = NULL;
  play.due = -1;

  for (guint i = 0; i < play.n_egresses; i++)
    {
      Egress *egress = &play.egresses[i];

      *egress = (Egress){ .infos = g_ptr_array_new_with_free_func (g_object_unref),
                          .silent = chance (25) };
      g_snprintf (egress->id, sizeof egress->id, "EG_%u", i);
      write_history (egress);
    }
  for (guint i = 0; i < play.events->len; i++)
    end = MAX (end, ((Event *)g_ptr_array_index (play.events, i))->time);
  for (guint i = 0; i < play.n_egresses; i++)
    {
      write_users (&play.egresses[i], end);
      if (chance (5))
        add_event (FORGET, end + pick_delay (SECOND, 60 * SECOND))->egress = &play.egresses[i];
    }
  play.outage = play.outage_end = 0;
  if (chance (20))
    {
      play.outage = pick_delay (end, end);
      play.outage_end = play.outage + pick_delay (10 * SECOND, 60 * SECOND);
    }

  /* They begin to watch when their egresses are there. */
  while (play.users[0].egress->n_infos == 0 || play.egresses[play.n_egresses - 1].n_infos == 0
         || play.egresses[play.n_egresses / 2].n_infos == 0)
    step (G_MAXINT64);
  for (guint i = 0; i < play.n_users; i++)
    if (play.users[i].job != NULL)
      lk_egress_job_watch (play.users[i].job);

  end = MAX (end, play.outage_end) + 60 * SECOND + PATIENCE;
  while (step (end))
    ;

  for (guint i = 0; i < play.n_users; i++)
    if (play.users[i].job != NULL)
      {
        check_user (&play.users[i]);
        g_assert_finalize_object (g_steal_pointer (&play.users[i].job));
      }
  /* Questions that are under way, and webhooks for nobody. */
  while (play.events->len > 0)
    step (G_MAXINT64);
  for (guint i = 0; i < play.n_egresses; i++)
    g_ptr_array_unref (play.egresses[i].infos);
  g_rand_free (play.rand);
}

static void
test_histories (void)
{
  const char *alone = g_getenv ("LK_EGRESS_HISTORY");
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_token ("header.payload.signature");
  guint first = (guint)g_test_rand_int ();
  guint n_steps = 0;

  play.client = lk_egress_client_new ("http://127.0.0.1:9", credentials, NULL);
  g_assert_nonnull (play.client);
  play.events = g_ptr_array_new ();
  play.verbose = alone != NULL;
  if (alone != NULL)
    play_history ((guint)g_ascii_strtoull (alone, NULL, 10));
  for (guint i = 0; alone == NULL && i < N_HISTORIES; i++)
    {
      play_history (first + i);
      n_steps += play.n_events;
    }
  g_test_message ("%u events", n_steps);

  g_ptr_array_unref (play.events);
  g_assert_finalize_object (play.client);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/monitor-random/histories", test_histories);

  return g_test_run ();
}
