/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "torture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "torture-calls.h"

/* Processes at the same time, at the most. */
#define MAX_PARALLEL 16

/* Descriptors that are left to a process, at the most. */
#define MAX_DESCRIPTORS 15

/* All of those below are taken in a process that is left with few. */
#define FIRST_DESCRIPTOR 64

#define MAX_OUTPUT 1500

/* What fails in one process. */
typedef struct
{
  TortureCall call; /* TORTURE_NONE: all later ones */
  gint n;           /* which, 0 for none */
  gint descriptors; /* that are left, -1 for enough */
} Failure;

typedef struct
{
  pid_t process; /* 0 if there is none */
  Failure failure;
  TortureState *state;
  FILE *output;
} Run;

/* A test: the failures that belong to one kind of call. */
typedef struct
{
  const Torture *torture;
  TortureCall call;
  gboolean descriptors;
} Test;

static gboolean
wants_all (void)
{
  return g_strcmp0 (g_getenv ("LK_EGRESS_TORTURE"), "all") == 0;
}

static void
leave_descriptors (gint n)
{
  struct rlimit limit;
  int fd;

  do
    fd = dup (STDIN_FILENO);
  while (fd < FIRST_DESCRIPTOR);

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = (rlim_t)(fd + 1 + n);
  setrlimit (RLIMIT_NOFILE, &limit);
}

/* Criticals end the process where they can be ours. Those of GStreamer and of dconf, and warnings,
 * are about what fails here. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  static const char *const others[] = { "GStreamer", "dconf", NULL };
  const char *domain = NULL;

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "GLIB_DOMAIN"))
        domain = fields[i].value;
    }
  if (level & ~(GLogLevelFlags)(G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
    g_log_writer_standard_streams (level, fields, n_fields, NULL);
  if ((level & G_LOG_LEVEL_CRITICAL) && (domain == NULL || !g_strv_contains (others, domain)))
    abort ();

  return G_LOG_WRITER_HANDLED;
}

static void
run_start (Run *self, const Torture *torture, Failure failure)
{
  self->failure = failure;
  self->state = torture_state_new ();
  self->output = tmpfile ();
  g_assert_nonnull (self->output);
  fflush (NULL);
  self->process = fork ();
  g_assert_cmpint (self->process, >=, 0);
  if (self->process > 0)
    return;

  dup2 (fileno (self->output), STDOUT_FILENO);
  dup2 (fileno (self->output), STDERR_FILENO);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_writer_func (write_log, NULL, NULL);
  if (torture->prepare != NULL)
    torture->prepare (torture->data);
  alarm (torture->max_seconds);
  if (failure.descriptors >= 0)
    leave_descriptors (failure.descriptors);
  torture_begin (self->state, failure.call, failure.n);
  torture->cycle (torture->data);
  torture_end ();
  _exit (0);
}

static char *
describe (const Failure *failure)
{
  if (failure->descriptors >= 0)
    return g_strdup_printf ("with %d descriptors left", failure->descriptors);
  if (failure->n == 0)
    return g_strdup ("with nothing that fails");
  if (failure->call == TORTURE_NONE)
    return g_strdup_printf ("with call %d and all after it failing", failure->n);

  return g_strdup_printf ("with %s %d failing", torture_call_names[failure->call], failure->n);
}

/* The end of what the process wrote. */
static char *
read_output (FILE *output)
{
  char *text = g_malloc0 (MAX_OUTPUT + 1);
  long length;

  fseek (output, 0, SEEK_END);
  length = ftell (output);
  fseek (output, MAX (length - MAX_OUTPUT, 0), SEEK_SET);
  text[fread (text, 1, MAX_OUTPUT, output)] = '\0';

  return text;
}

static const TortureKnown *
find_known (const TortureKnown *known, const char *culprit)
{
  g_auto (GStrv) parts = g_strsplit (culprit, " < ", -1);

  for (; known->call != NULL; known++)
    {
      if (g_strcmp0 (parts[0], known->call) == 0
          && g_strv_contains ((const char *const *)parts, known->function))
        return known;
    }

  return NULL;
}

static void
run_end (Run *self, const Torture *torture, int status)
{
  g_autofree char *what = describe (&self->failure);
  /* GLib makes some threads with all signals blocked, so that the last word is not had. */
  const char *culprit = self->state->signal != 0 ? self->state->culprit : self->state->last_failed;
  const TortureKnown *known = WIFSIGNALED (status) || self->state->signal != 0
                                  ? find_known (torture->known, culprit)
                                  : NULL;

  if (known != NULL)
    {
      g_test_message ("known: %s in %s: %s (%s)", known->call, known->function, known->what, what);
    }
  else if (status != 0)
    {
      g_autofree char *output = read_output (self->output);

      g_test_message ("%s it ended with status %d, signal %d: %s\nThe last to fail: %s\n%s", what,
                      status, self->state->signal, culprit, self->state->last_failed, output);
      g_test_fail ();
    }

  torture_state_free (self->state);
  fclose (self->output);
  self->process = 0;
}

/* Runs one after the other, some at the same time. */
typedef struct
{
  const Torture *torture;
  Run runs[MAX_PARALLEL];
} Runner;

static Run *
runner_find (Runner *self, pid_t process)
{
  for (guint i = 0; i < self->torture->n_parallel; i++)
    {
      if (self->runs[i].process == process)
        return &self->runs[i];
    }

  return NULL;
}

/* FALSE when there is none left. */
static gboolean
runner_wait (Runner *self)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->torture->n_parallel; i++)
    any = any || self->runs[i].process != 0;
  while (any)
    {
      int status;
      pid_t process = wait (&status);
      Run *run = runner_find (self, process);

      if (run != NULL)
        {
          run_end (run, self->torture, status);
          return TRUE;
        }
    }

  return FALSE;
}

static void
runner_add (Runner *self, Failure failure)
{
  if (runner_find (self, 0) == NULL)
    runner_wait (self);
  run_start (runner_find (self, 0), self->torture, failure);
}

/* How often each call is made when none fails. */
static void
count_calls (const Torture *torture, gint counts[N_TORTURE_CALLS], gint *total)
{
  Run run = { 0 };
  int status;

  run_start (&run, torture, (Failure){ .descriptors = -1 });
  g_assert_cmpint (waitpid (run.process, &status, 0), ==, run.process);
  memcpy (counts, run.state->counts, sizeof run.state->counts);
  *total = run.state->total;
  run_end (&run, torture, status);
}

static void
test_descriptors (Runner *runner)
{
  gint step = wants_all () || runner->torture->max_calls > MAX_DESCRIPTORS
                  ? 1
                  : 1 + MAX_DESCRIPTORS / (gint)runner->torture->max_calls;

  for (gint left = 0; left <= MAX_DESCRIPTORS; left += step)
    runner_add (runner, (Failure){ .call = TORTURE_NONE, .descriptors = left });
}

/* As many as may be, evenly from all there are. */
static void
test_calls (Runner *runner, TortureCall call)
{
  gint counts[N_TORTURE_CALLS];
  gint total, n_calls, n_runs;

  count_calls (runner->torture, counts, &total);
  n_calls = call == TORTURE_NONE ? total : counts[call];
  n_runs = wants_all () ? n_calls : MIN (n_calls, (gint)runner->torture->max_calls);
  g_test_message ("%d of %d", n_runs, n_calls);
  for (gint i = 0; i < n_runs; i++)
    runner_add (runner,
                (Failure){ .call = call, .n = 1 + i * n_calls / n_runs, .descriptors = -1 });
}

static void
test (gconstpointer data)
{
  const Test *self = data;
  Runner runner = { .torture = self->torture };

  if (self->descriptors)
    test_descriptors (&runner);
  else
    test_calls (&runner, self->call);
  while (runner_wait (&runner))
    ;
}

static void
add_test (const Torture *torture, TortureCall call, gboolean descriptors, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/torture/%s/%s", torture->name, name);
  Test *self = g_new0 (Test, 1);

  self->torture = torture;
  self->call = call;
  self->descriptors = descriptors;
  g_test_add_data_func_full (path, self, test, g_free);
}

void
torture_add (const Torture *torture)
{
  for (guint i = 0; i < N_TORTURE_CALLS; i++)
    add_test (torture, i, FALSE, torture_call_names[i]);
  add_test (torture, TORTURE_NONE, FALSE, "all-later");
  add_test (torture, TORTURE_NONE, TRUE, "descriptors");
}
