/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-error-private.h"
#include "lk-egress-life-private.h"

#define ID "EG_1"

static void
life_clear (LkEgressLife *life)
{
  lk_egress_life_clear (life);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LkEgressLife, life_clear)

/* One info in a word: STATUS@updated_at, with !ended_at after it, and ?error. */
static LkEgressInfo *
new_info (const char *word)
{
  g_autofree char *json = NULL;
  LkEgressMessage *info;
  g_auto (GStrv) failed = g_strsplit (word, "?", 2);
  g_auto (GStrv) ended = g_strsplit (failed[0], "!", 2);
  g_auto (GStrv) parts = g_strsplit (ended[0], "@", 2);
  static const char *const names[]
      = { "STARTING", "ACTIVE", "ENDING", "COMPLETE", "FAILED", "ABORTED", "LIMIT", "NEW" };
  guint status = 0;

  while (!g_str_equal (names[status], parts[0]))
    status++;
  if (g_str_equal (parts[0], "NEW"))
    status = 42;

  json = g_strdup_printf (
      "{\"egress_id\":\"" ID "\",\"status\":%u,\"updated_at\":\"%s\",\"ended_at\":\"%s\","
      "\"error\":\"%s\"}",
      status, parts[1], ended[1] != NULL ? ended[1] : "0", failed[1] != NULL ? failed[1] : "");
  info = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, NULL);

  return LK_EGRESS_INFO (info);
}

static LkEgressLifeNews
take (LkEgressLife *life, const char *word)
{
  g_autoptr (LkEgressInfo) info = new_info (word);

  return lk_egress_life_take_info (life, info, LK_EGRESS_LIFE_ANSWER);
}

/* What comes in, and a letter for each: Idle, Starting, aCtive, Ending, Done, Failed, Aborted,
 * Limit, in small if that was no news. */
typedef struct
{
  const char *name;
  const char *infos;
  const char *states;
} Sequence;

static const Sequence sequences[] = {
  { "in-order", "STARTING@1 ACTIVE@2 ENDING@3 COMPLETE@4", "SCED" },
  { "repeated", "STARTING@1 STARTING@1 ACTIVE@2 ACTIVE@2", "SsCc" },
  { "newer-in-a-state", "ACTIVE@1 ACTIVE@2", "CC" },
  { "skipped", "STARTING@1 COMPLETE@9", "SD" },
  { "backwards", "ENDING@3 ACTIVE@2 STARTING@1 COMPLETE@4", "EeeD" },
  { "backwards-though-newer", "ENDING@3 ACTIVE@9 COMPLETE@10", "EeD" },
  { "older", "ACTIVE@5 ACTIVE@4 ACTIVE@6", "CcC" },
  { "no-time", "ACTIVE@5 ACTIVE@0 ACTIVE@6", "CCC" },
  /* The clock of the server may jump, or be another than that of the worker. */
  { "further-though-older", "ACTIVE@5 ENDING@4 ENDING@3", "CEe" },
  { "final-though-older", "ACTIVE@5 FAILED@4", "CF" },
  { "final-is-final", "FAILED@4 COMPLETE@5 ACTIVE@6 ABORTED@7", "Ffff" },
  { "complete-is-final", "COMPLETE@4 FAILED@5", "Dd" },
  { "aborted", "STARTING@1 ABORTED@2 ACTIVE@3", "SAa" },
  { "limit", "ACTIVE@1 LIMIT@2 COMPLETE@3", "CLl" },
  { "all-at-once", "LIMIT@1", "L" },
  /* A status of a later protocol: the state stays, unless the egress has ended. */
  { "new-at-first", "NEW@1 ACTIVE@2", "SC" },
  { "new-while-active", "ACTIVE@1 NEW@2 NEW@2 ENDING@3", "CCcE" },
  { "new-older", "ENDING@3 NEW@2 COMPLETE@4", "EeD" },
  { "new-end", "ACTIVE@1 NEW@2!9 FAILED@3", "CDd" },
  { "new-end-by-an-error", "ACTIVE@1 NEW@2!9?gone ACTIVE@3", "CFf" },
  { "new-error-is-no-end", "ACTIVE@1 NEW@2?gone COMPLETE@3", "CCD" },
};

static void
test_sequence (gconstpointer data)
{
  const Sequence *sequence = data;
  g_auto (GStrv) infos = g_strsplit (sequence->infos, " ", -1);
  g_autoptr (GString) states = g_string_new (NULL);
  g_auto (LkEgressLife) life;

  lk_egress_life_init (&life);
  for (guint i = 0; infos[i] != NULL; i++)
    {
      LkEgressJobState before = life.state;
      LkEgressLifeNews news = take (&life, infos[i]);
      char letter = "ISCEDFAL"[life.state];

      g_assert_cmpint ((news & LK_EGRESS_LIFE_STATE) != 0, ==, life.state != before);
      g_string_append_c (states,
                         news != LK_EGRESS_LIFE_NOTHING ? letter : g_ascii_tolower (letter));
    }

  g_assert_cmpstr (states->str, ==, sequence->states);
  g_assert_cmpint (life.error != NULL, ==, strpbrk (states->str, "FAL") != NULL);
}

static void
test_news (void)
{
  g_auto (LkEgressLife) life;

  lk_egress_life_init (&life);
  g_assert_cmpint (lk_egress_life_ask (&life), ==, LK_EGRESS_LIFE_STATE);
  g_assert_cmpint (lk_egress_life_ask (&life), ==, LK_EGRESS_LIFE_NOTHING);
  g_assert_cmpint (take (&life, "STARTING@1"), ==, LK_EGRESS_LIFE_ID | LK_EGRESS_LIFE_INFO);
  g_assert_cmpstr (life.egress_id, ==, ID);
  g_assert_cmpint (take (&life, "ACTIVE@2"), ==, LK_EGRESS_LIFE_INFO | LK_EGRESS_LIFE_STATE);
  g_assert_cmpint (take (&life, "FAILED@3"), ==,
                   LK_EGRESS_LIFE_INFO | LK_EGRESS_LIFE_STATE | LK_EGRESS_LIFE_ERROR);
}

static void
test_other_egress (void)
{
  g_auto (LkEgressLife) life;

  lk_egress_life_init (&life);
  life.egress_id = g_strdup ("EG_2");
  g_assert_cmpint (take (&life, "ACTIVE@1"), ==, LK_EGRESS_LIFE_NOTHING);
  g_assert_null (life.info);
  g_assert_cmpint (life.state, ==, LK_EGRESS_JOB_STATE_IDLE);
}

static void
test_stale (void)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "nobody");
  g_auto (LkEgressLife) life;

  lk_egress_life_init (&life);
  take (&life, "STARTING@1");
  g_assert_cmpint (lk_egress_life_take_silence (&life, reason), ==, LK_EGRESS_LIFE_NOTHING);
  take (&life, "ACTIVE@2");
  g_assert_cmpint (lk_egress_life_take_silence (&life, reason), ==, LK_EGRESS_LIFE_STALE);
  g_assert_error (life.silence, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (lk_egress_life_take_silence (&life, reason), ==, LK_EGRESS_LIFE_NOTHING);

  /* The same again is no sign of life, something new is. */
  take (&life, "ACTIVE@2");
  g_assert_error (life.silence, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (take (&life, "ENDING@3"), ==,
                   LK_EGRESS_LIFE_INFO | LK_EGRESS_LIFE_STATE | LK_EGRESS_LIFE_STALE);
  g_assert_no_error (life.silence);
  lk_egress_life_take_silence (&life, reason);
  g_assert_cmpint (lk_egress_life_take_loss (&life), ==,
                   LK_EGRESS_LIFE_STATE | LK_EGRESS_LIFE_STALE | LK_EGRESS_LIFE_ERROR);
  g_assert_error (life.error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (life.error->message, ID));
  g_assert_cmpint (lk_egress_life_take_silence (&life, reason), ==, LK_EGRESS_LIFE_NOTHING);
}

static void
test_refusal (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "because");
  g_auto (LkEgressLife) life;

  lk_egress_life_init (&life);
  lk_egress_life_ask (&life);
  g_assert_cmpint (lk_egress_life_take_refusal (&life, error), ==,
                   LK_EGRESS_LIFE_STATE | LK_EGRESS_LIFE_ERROR);
  g_assert_cmpint (lk_egress_life_take_refusal (&life, error), ==, LK_EGRESS_LIFE_NOTHING);
  g_assert_cmpint (lk_egress_life_take_loss (&life), ==, LK_EGRESS_LIFE_NOTHING);
  g_assert_cmpint (life.state, ==, LK_EGRESS_JOB_STATE_FAILED);
  g_assert_error (life.error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

/* Infos, or errors that recover; after each the milliseconds until the next question. */
static void
test_intervals (void)
{
  static const struct
  {
    const char *news;
    guint interval;
  } rows[] = {
    { "STARTING@1", 500 }, { "STARTING@1", 500 }, { "-", 1000 },        { "-", 2000 },
    { "-", 4000 },         { "-", 8000 },         { "-", 10000 },       { "STARTING@1", 500 },
    { "ACTIVE@2", 500 },   { "ACTIVE@2", 750 },   { "ACTIVE@2", 1125 }, { "ACTIVE@2", 1687 },
    { "ACTIVE@2", 2530 },  { "ACTIVE@2", 3795 },  { "ACTIVE@2", 5692 }, { "ACTIVE@2", 8538 },
    { "ACTIVE@2", 10000 }, { "-", 10000 },        { "ACTIVE@3", 500 },  { "ACTIVE@3", 750 },
    { "ENDING@4", 100 },   { "ENDING@4", 150 },   { "ENDING@4", 225 },  { "ENDING@4", 337 },
    { "ENDING@4", 500 },   { "ENDING@4", 500 },   { "-", 1000 },        { "ENDING@5", 100 },
  };
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "slow");
  g_auto (LkEgressLife) life;

  lk_egress_life_init (&life);
  g_assert_cmpuint (life.interval, ==, 500);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (g_str_equal (rows[i].news, "-"))
        g_assert_true (lk_egress_life_take_failure (&life, error));
      else
        take (&life, rows[i].news);
      g_assert_cmpuint (life.interval, ==, rows[i].interval);
    }
}

/* A clock that jumped back: what was asked for later is newer all the same. */
static void
test_clock_jumps (void)
{
  g_autoptr (LkEgressInfo) late = new_info ("ACTIVE@5");
  g_autoptr (LkEgressInfo) after = new_info ("ACTIVE@2");
  g_auto (LkEgressLife) life;

  lk_egress_life_init (&life);
  lk_egress_life_take_info (&life, late, LK_EGRESS_LIFE_LOOK);
  g_assert_cmpint (lk_egress_life_take_info (&life, after, LK_EGRESS_LIFE_WEBHOOK), ==,
                   LK_EGRESS_LIFE_NOTHING);
  g_assert_cmpint (lk_egress_life_take_info (&life, after, LK_EGRESS_LIFE_ANSWER), ==,
                   LK_EGRESS_LIFE_NOTHING);
  g_assert_cmpint (lk_egress_life_take_info (&life, after, LK_EGRESS_LIFE_LOOK), ==,
                   LK_EGRESS_LIFE_INFO);
  g_assert_true (life.info == after);
}

/* What mends itself, and what does not. */
static void
test_failures (void)
{
  static const struct
  {
    int code;
    guint http_status;
    gboolean recovers;
  } rows[] = {
    { LK_EGRESS_ERROR_UNAVAILABLE, 503, TRUE },
    { LK_EGRESS_ERROR_DEADLINE_EXCEEDED, 408, TRUE },
    { LK_EGRESS_ERROR_RESOURCE_EXHAUSTED, 429, TRUE },
    { LK_EGRESS_ERROR_INTERNAL, 500, TRUE },
    { LK_EGRESS_ERROR_BAD_REPLY, 200, TRUE },
    { LK_EGRESS_ERROR_UNAUTHENTICATED, 401, FALSE },
    { LK_EGRESS_ERROR_PERMISSION_DENIED, 403, FALSE },
    { LK_EGRESS_ERROR_UNIMPLEMENTED, 501, FALSE },
    { LK_EGRESS_ERROR_BAD_ROUTE, 404, FALSE },
  };
  g_auto (LkEgressLife) life;

  lk_egress_life_init (&life);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error
          = lk_egress_error_new (rows[i].code, rows[i].http_status, NULL, NULL, "because");

      g_assert_cmpint (lk_egress_life_take_failure (&life, error), ==, rows[i].recovers);
    }
  g_assert_cmpint (life.state, ==, LK_EGRESS_JOB_STATE_IDLE);
}

static void
test_has_reached (void)
{
  const GError *error;
  g_auto (LkEgressLife) life;

  lk_egress_life_init (&life);
  g_assert_false (lk_egress_life_has_reached (&life, LK_EGRESS_JOB_STATE_STARTING, &error));
  take (&life, "ENDING@1");
  g_assert_true (lk_egress_life_has_reached (&life, LK_EGRESS_JOB_STATE_ACTIVE, &error));
  g_assert_true (lk_egress_life_has_reached (&life, LK_EGRESS_JOB_STATE_ENDING, &error));
  g_assert_false (lk_egress_life_has_reached (&life, LK_EGRESS_JOB_STATE_FAILED, &error));
  g_assert_null (error);
  take (&life, "FAILED@2");
  g_assert_true (lk_egress_life_has_reached (&life, LK_EGRESS_JOB_STATE_FAILED, &error));
  g_assert_null (error);
  g_assert_true (lk_egress_life_has_reached (&life, LK_EGRESS_JOB_STATE_COMPLETE, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++)
    {
      g_autofree char *path = g_strconcat ("/life/sequence/", sequences[i].name, NULL);

      g_test_add_data_func (path, &sequences[i], test_sequence);
    }
  g_test_add_func ("/life/news", test_news);
  g_test_add_func ("/life/other-egress", test_other_egress);
  g_test_add_func ("/life/stale", test_stale);
  g_test_add_func ("/life/refusal", test_refusal);
  g_test_add_func ("/life/intervals", test_intervals);
  g_test_add_func ("/life/clock-jumps", test_clock_jumps);
  g_test_add_func ("/life/failures", test_failures);
  g_test_add_func ("/life/has-reached", test_has_reached);

  return g_test_run ();
}
