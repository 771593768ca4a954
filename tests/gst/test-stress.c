/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Both elements are moved from state to state by several threads, at any moment of the life of
 * their egresses, while the dev server fails as it likes. Nothing hangs, leaks, grows or is left
 * behind. The seed is that of the test program: --seed. GST_TEST_STRESS_STEPS says how many changes
 * of state the mixed test makes, the tests of one protocol each make a fifth of them; 1000 is the
 * full number. */

#include "gst-test.h"
#include "lk-test-folder.h"

#define DEFAULT_STEPS 150
#define MAX_PIPELINES 4
#define MAX_THREADS 3

/* Of the elements, in milliseconds. */
#define STOP_TIMEOUT 1000
#define START_TIMEOUT 3000
#define DATA_TIMEOUT 2000

/* What one change of state may take: the stop and the goodbye of the sender, with a margin for a
 * machine that does more than this. Threads wait for each other. */
#define CALL_LIMIT ((STOP_TIMEOUT * MAX_THREADS + 6000) * G_TIME_SPAN_MILLISECOND)

/* Egresses are seen to for a minute in the background. */
#define END_LIMIT (90 * G_USEC_PER_SEC)

static const char *const faults[] = {
  "{\"life\":\"never-active\"}",
  "{\"life\":\"fail-starting\"}",
  "{\"life\":\"fail-active\"}",
  "{\"life\":\"abort\"}",
  "{\"life\":\"limit\"}",
  "{\"life\":\"no-media\"}",
  "{\"life\":\"slow-end\"}",
  "{\"life\":\"cut\"}",
  "{\"life\":\"stall\"}",
  "{\"life\":\"mute\"}",
  "{\"method\":\"StartEgress\",\"delay_ms\":700}",
  "{\"method\":\"StartEgress\",\"cut\":\"before\"}",
  "{\"method\":\"StartEgress\",\"cut\":\"middle\"}",
  "{\"method\":\"StartEgress\",\"cut\":\"after\"}",
  "{\"method\":\"StartEgress\",\"twirp\":{\"code\":\"unavailable\",\"msg\":\"no response\"}}",
  "{\"method\":\"StartEgress\",\"garbage\":true}",
  "{\"method\":\"ListEgress\",\"delay_ms\":700}",
  "{\"method\":\"ListEgress\",\"http_status\":500,\"body\":\"broken\"}",
  "{\"method\":\"ListEgress\",\"cut\":\"middle\"}",
  "{\"method\":\"StopEgress\",\"delay_ms\":1500}",
  "{\"method\":\"StopEgress\",\"cut\":\"before\"}",
  "{\"method\":\"StopEgress\",\"cut\":\"after\"}",
  "{\"method\":\"StopEgress\",\"twirp\":{\"code\":\"deadline_exceeded\",\"msg\":\"timed out\"}}",
  "{\"method\":\"UpdateStream\",\"twirp\":{\"code\":\"unavailable\",\"msg\":\"no response\"}}",
};

typedef struct _Stress Stress;

typedef struct
{
  Stress *stress;
  const char *kind; /* a protocol of livekitegresssrc, or "sink" */
  GstElement *pipeline;

  GMutex lock;
  GstElement *element;
} Player;

typedef struct
{
  Stress *stress;
  GRand *rand;
  GThread *thread;
  guint n_steps;

  /* What is being done, and since when; for the watch. */
  GMutex lock;
  gint64 since;
  char *doing;
  gint64 longest;
} Worker;

struct _Stress
{
  LkTestDevserver *server;
  char *folder;
  Player players[MAX_PIPELINES];
  guint n_players;
  Worker workers[MAX_THREADS];
  guint n_workers;

  int n_locations;
  int n_running; /* workers */
  int n_active, n_complete, n_failed, n_errors, n_data, n_eos;
};

/*** Elements ***/

static void
on_pad_added (GstElement *src, GstPad *pad, gpointer user_data)
{
  Player *player = user_data;
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  if (!GST_PAD_IS_SRC (pad))
    {
      gst_object_unref (gst_object_ref_sink (sink));
      return;
    }
  g_object_set (sink, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (player->pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  gst_pad_link (pad, sink_pad);
  g_object_set_data_full (G_OBJECT (pad), "stress-sink", gst_object_ref (sink), gst_object_unref);
}

static void
on_pad_removed (GstElement *src, GstPad *pad, gpointer user_data)
{
  Player *player = user_data;
  g_autoptr (GstElement) sink = g_object_steal_data (G_OBJECT (pad), "stress-sink");

  if (sink == NULL)
    return;
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (player->pipeline), sink);
}

static GstElement *
create_element (Player *player)
{
  const gboolean is_sink = g_str_equal (player->kind, "sink");
  Stress *stress = player->stress;
  GstElement *element
      = gst_element_factory_make (is_sink ? "livekitegresssink" : "livekitegresssrc", NULL);
  g_autofree char *location
      = g_strdup_printf ("%s/%d.%s", stress->folder, g_atomic_int_add (&stress->n_locations, 1),
                         is_sink ? "mp4" : "m3u8");

  g_object_set (element, "ws-url", lk_test_devserver_get_url (stress->server), "api-key",
                LK_TEST_API_KEY, "secret-key", LK_TEST_API_SECRET, "room-name", "demo",
                "start-timeout", START_TIMEOUT, "stop-timeout", STOP_TIMEOUT, NULL);
  gst_test_set_from_text (element, "encoding",
                          "encoding,width=160,height=120,framerate=10,video-bitrate=100");
  if (!g_str_equal (player->kind, "hls"))
    g_object_set (element, "restart", g_atomic_int_get (&stress->n_locations) % 3, NULL);
  if (is_sink || g_str_equal (player->kind, "hls"))
    g_object_set (element, "location", location, NULL);
  if (is_sink)
    {
      g_object_set (element, "complete-timeout", 2000, NULL);
      return element;
    }

  gst_test_set_from_text (element, "protocol", player->kind);
  g_object_set (element, "first-data-timeout", DATA_TIMEOUT, "reconnect-window", DATA_TIMEOUT,
                NULL);
  g_signal_connect (element, "pad-added", G_CALLBACK (on_pad_added), player);
  g_signal_connect (element, "pad-removed", G_CALLBACK (on_pad_removed), player);
  return element;
}

static GstElement *
dup_element (Player *player)
{
  GstElement *element;

  g_mutex_lock (&player->lock);
  element = gst_object_ref (player->element);
  g_mutex_unlock (&player->lock);

  return element;
}

/* Another element takes its place in the pipeline, whatever that does. */
static void
replace_element (Player *player)
{
  GstElement *element = create_element (player);
  GstElement *last;

  gst_bin_add (GST_BIN (player->pipeline), gst_object_ref (element));
  gst_element_sync_state_with_parent (element);
  g_mutex_lock (&player->lock);
  last = player->element;
  player->element = element;
  g_mutex_unlock (&player->lock);

  gst_bin_remove (GST_BIN (player->pipeline), last);
  gst_element_set_state (last, GST_STATE_NULL);
  gst_object_unref (last);
}

static void
read_properties (GstElement *element)
{
  guint n_pspecs;
  g_autofree GParamSpec **pspecs
      = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n_pspecs);

  for (guint i = 0; i < n_pspecs; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if (!(pspecs[i]->flags & G_PARAM_READABLE))
        continue;
      g_value_init (&value, pspecs[i]->value_type);
      g_object_get_property (G_OBJECT (element), pspecs[i]->name, &value);
    }
}

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Stress *stress = user_data;
  const GstStructure *structure = gst_message_get_structure (message);
  const char *state;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_atomic_int_inc (&stress->n_errors);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    g_atomic_int_inc (&stress->n_eos);
  if (gst_message_has_name (message, "livekit-egress-first-data"))
    g_atomic_int_inc (&stress->n_data);
  if (gst_message_has_name (message, "livekit-egress-state"))
    {
      state = gst_structure_get_string (structure, "state");
      if (g_str_equal (state, "active"))
        g_atomic_int_inc (&stress->n_active);
      else if (g_str_equal (state, "complete"))
        g_atomic_int_inc (&stress->n_complete);
      else if (g_str_equal (state, "failed") || g_str_equal (state, "aborted"))
        g_atomic_int_inc (&stress->n_failed);
    }
  gst_message_unref (message);

  return GST_BUS_DROP;
}

static void
player_init (Player *player, Stress *stress, const char *kind)
{
  g_autoptr (GstBus) bus = NULL;

  player->stress = stress;
  player->kind = kind;
  player->pipeline = gst_pipeline_new (NULL);
  player->element = create_element (player);
  g_mutex_init (&player->lock);
  bus = gst_element_get_bus (player->pipeline);
  gst_bus_set_sync_handler (bus, on_message, stress, NULL);
  gst_bin_add (GST_BIN (player->pipeline), gst_object_ref (player->element));
}

static void
player_clear (Player *player)
{
  g_assert_cmpint (gst_element_set_state (player->pipeline, GST_STATE_NULL), ==,
                   GST_STATE_CHANGE_SUCCESS);
  gst_object_unref (player->element);
  gst_object_unref (player->pipeline);
  g_mutex_clear (&player->lock);
}

/*** Workers ***/

G_GNUC_PRINTF (2, 3)
static void
begin (Worker *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_mutex_lock (&self->lock);
  self->doing = g_strdup_vprintf (format, arguments);
  self->since = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  va_end (arguments);
}

static void
end (Worker *self)
{
  g_mutex_lock (&self->lock);
  self->longest = MAX (self->longest, g_get_monotonic_time () - self->since);
  g_clear_pointer (&self->doing, g_free);
  g_mutex_unlock (&self->lock);
}

/* At any moment: at once, soon, or when the egress is likely to be active and to send. */
static void
let_time_pass (Worker *self, GstState state)
{
  const int dice = g_rand_int_range (self->rand, 0, 10);

  if (dice >= 7 && state >= GST_STATE_PAUSED)
    g_usleep (g_rand_int_range (self->rand, 300000, 1500000));
  else if (dice >= 3)
    g_usleep (g_rand_int_range (self->rand, 0, 100000));
}

static void
change_state (Worker *self, Player *player, GstState state)
{
  begin (self, "%s to %s", player->kind, gst_element_state_get_name (state));
  gst_element_set_state (player->pipeline, state);
  end (self);
}

/* There is no other place or pace in what is live. A pipeline would pass the step on to its sinks,
 * and that of GStreamer 1.22 takes one badly that comes before its segment. */
static void
try_events (GstElement *element)
{
  g_assert_false (gst_element_seek_simple (element, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0));
  gst_element_send_event (element, gst_event_new_step (GST_FORMAT_BUFFERS, 1, 1.0, TRUE, FALSE));
}

static void
do_something (Worker *self, Player *player)
{
  const int what = g_rand_int_range (self->rand, 0, 16);
  g_autoptr (GstElement) element = dup_element (player);

  begin (self, "%s, action %d", player->kind, what);
  switch (what)
    {
    case 0:
      gst_element_send_event (player->pipeline, gst_event_new_eos ());
      break;
    case 1:
      g_signal_emit_by_name (element, "stop");
      break;
    case 2:
      g_object_set (element, "layout", "grid", NULL);
      break;
    case 3:
      g_signal_emit_by_name (element, "add-stream", "srt://127.0.0.1:9");
      break;
    case 4:
      g_signal_emit_by_name (element, "remove-stream", "srt://127.0.0.1:9");
      break;
    case 5:
      try_events (element);
      break;
    case 6:
      read_properties (element);
      break;
    case 7:
      replace_element (player);
      break;
    default:
      break;
    }
  end (self);
}

static gpointer
run_worker (gpointer data)
{
  Worker *self = data;
  Stress *stress = self->stress;
  static const GstState states[]
      = { GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PLAYING };

  for (guint i = 0; i < self->n_steps; i++)
    {
      Player *player = &stress->players[g_rand_int_range (self->rand, 0, stress->n_players)];
      const GstState state = states[g_rand_int_range (self->rand, 0, G_N_ELEMENTS (states))];

      if (g_rand_int_range (self->rand, 0, 10) < 3)
        lk_test_devserver_add_fault (
            stress->server, faults[g_rand_int_range (self->rand, 0, G_N_ELEMENTS (faults))]);
      change_state (self, player, state);
      let_time_pass (self, state);
      do_something (self, player);
    }
  g_atomic_int_add (&stress->n_running, -1);

  return NULL;
}

static void
watch (Worker *self)
{
  g_mutex_lock (&self->lock);
  if (self->doing != NULL && g_get_monotonic_time () - self->since > CALL_LIMIT)
    g_error ("hangs: %s", self->doing);
  g_mutex_unlock (&self->lock);
}

static void
run (Stress *stress, guint n_steps)
{
  g_atomic_int_set (&stress->n_running, stress->n_workers);
  for (guint i = 0; i < stress->n_workers; i++)
    {
      Worker *worker = &stress->workers[i];

      worker->n_steps = (n_steps + stress->n_workers - 1 - i) / stress->n_workers;
      worker->thread = g_thread_new ("stress", run_worker, worker);
    }
  while (g_atomic_int_get (&stress->n_running) > 0)
    {
      g_usleep (20000);
      for (guint i = 0; i < stress->n_workers; i++)
        watch (&stress->workers[i]);
    }
  for (guint i = 0; i < stress->n_workers; i++)
    g_thread_join (stress->workers[i].thread);
}

/*** What is left ***/

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

typedef struct
{
  guint n_threads;
  guint n_descriptors;
} Held;

static Held
count_held (void)
{
  g_thread_pool_stop_unused_threads ();
  return (Held){ count_entries ("/proc/self/task"), count_entries ("/proc/self/fd") };
}

static guint
count_live (LkTestDevserver *server)
{
  return lk_test_devserver_count (server, "EGRESS_STARTING")
         + lk_test_devserver_count (server, "EGRESS_ACTIVE")
         + lk_test_devserver_count (server, "EGRESS_ENDING");
}

/* All pipelines are down, their elements are new, and no egress is left. */
static void
come_to_rest (Stress *stress)
{
  const gint64 limit = g_get_monotonic_time () + END_LIMIT;

  for (guint i = 0; i < stress->n_players; i++)
    {
      g_assert_cmpint (gst_element_set_state (stress->players[i].pipeline, GST_STATE_NULL), ==,
                       GST_STATE_CHANGE_SUCCESS);
      /* An element keeps one descriptor, of the thread of its last run, for as long as it shows
       * that run. */
      replace_element (&stress->players[i]);
    }
  lk_test_devserver_clear_faults (stress->server);
  while (count_live (stress->server) > 0)
    {
      if (g_get_monotonic_time () > limit)
        g_error ("egresses are left: %s", lk_test_devserver_get_state (stress->server));
      g_usleep (50000);
    }
}

static void
print_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *what = g_file_read_link (path, NULL);

      g_printerr ("descriptor %s: %s\n", name, what != NULL ? what : "closed");
    }
}

static void
assert_no_growth (const Held *before)
{
  const gint64 limit = g_get_monotonic_time () + END_LIMIT;
  Held now;

  for (now = count_held ();
       now.n_threads > before->n_threads || now.n_descriptors > before->n_descriptors;
       now = count_held ())
    {
      if (g_get_monotonic_time () > limit)
        {
          print_descriptors ();
          g_error ("%u threads and %u descriptors have become %u and %u", before->n_threads,
                   before->n_descriptors, now.n_threads, now.n_descriptors);
        }
      g_usleep (50000);
    }
  g_test_message ("%u threads and %u descriptors before, %u and %u after", before->n_threads,
                  before->n_descriptors, now.n_threads, now.n_descriptors);
}

/*** The tests ***/

static guint
get_n_steps (void)
{
  const char *text = g_getenv ("GST_TEST_STRESS_STEPS");

  return text != NULL && *text != '\0' ? (guint)g_ascii_strtoull (text, NULL, 10) : DEFAULT_STEPS;
}

static void
stress (const char *const *kinds, guint n_workers, guint n_steps)
{
  Stress self = { .folder = g_dir_make_tmp ("stress-XXXXXX", NULL), .n_workers = n_workers };
  gint64 longest = 0;
  Held before;

  self.server
      = lk_test_devserver_new ((const char *const[]){ "--out", "/", "--start-delay", "100", NULL });
  for (; kinds[self.n_players] != NULL; self.n_players++)
    player_init (&self.players[self.n_players], &self, kinds[self.n_players]);
  for (guint i = 0; i < n_workers; i++)
    {
      self.workers[i].stress = &self;
      self.workers[i].rand = g_rand_new_with_seed (g_test_rand_int ());
      g_mutex_init (&self.workers[i].lock);
    }

  run (&self, n_steps / 4);
  come_to_rest (&self);
  before = count_held ();
  run (&self, n_steps - n_steps / 4);
  come_to_rest (&self);
  assert_no_growth (&before);

  for (guint i = 0; i < n_workers; i++)
    {
      longest = MAX (longest, self.workers[i].longest);
      g_rand_free (self.workers[i].rand);
      g_mutex_clear (&self.workers[i].lock);
    }
  for (guint i = 0; i < self.n_players; i++)
    player_clear (&self.players[i]);
  g_test_message ("%u changes of state, the longest of %.3f s: %d egresses were active, %d sent "
                  "data, %d completed, %d failed; %d EOS, %d errors",
                  n_steps, (double)longest / G_USEC_PER_SEC, self.n_active, self.n_data,
                  self.n_complete, self.n_failed, self.n_eos, self.n_errors);
  lk_test_devserver_free (self.server);
  lk_test_remove_folder (self.folder);
  g_free (self.folder);
}

static void
test_all (void)
{
  stress ((const char *const[]){ "srt", "sink", "rtmp", "sink", NULL }, MAX_THREADS,
          get_n_steps ());
}

static void
test_protocol (gconstpointer protocol)
{
  stress ((const char *const[]){ protocol, protocol, NULL }, 2, get_n_steps () / 5);
}

int
main (int argc, char **argv)
{
  int status;

  g_setenv ("GST_TRACERS", "leaks", TRUE);
  gst_test_init_plain (&argc, &argv, GST_TEST_PLUGINS " flv isomp4 coretracers");
  g_unsetenv ("GST_TRACERS");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stress/all", test_all);
  g_test_add_data_func ("/stress/srt", "srt", test_protocol);
  g_test_add_data_func ("/stress/rtmp", "rtmp", test_protocol);
  g_test_add_data_func ("/stress/hls", "hls", test_protocol);
  g_test_add_data_func ("/stress/websocket", "websocket", test_protocol);
  status = g_test_run ();

  /* The tracer warns of what is left. */
  gst_deinit ();

  return status;
}
