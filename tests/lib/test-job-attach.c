/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Attaching to the egress that does what a request says. */

#include "lk-egress-error.h"
#include "lk-egress-job.h"

#include "fake-egress.h"

#define EGRESS(id, status, request)                                                                \
  "{\"egress_id\":\"" id "\",\"room_name\":\"demo\",\"status\":\"EGRESS_" status "\"," request "}"
#define LIST(...) "{\"items\":[" __VA_ARGS__ "]}"
#define ROOM(output) "\"room_composite\":{\"room_name\":\"demo\",\"layout\":\"grid\"," output "}"
#define ALICE                                                                                      \
  "\"participant\":{\"room_name\":\"demo\",\"identity\":\"alice\","                                \
  "\"file_outputs\":[{\"filepath\":\"a.mp4\"}]}"
#define FILE "\"file_outputs\":[{\"file_type\":\"MP4\",\"filepath\":\"rec/{room_name}\"}]"
#define STREAM                                                                                     \
  "\"stream_outputs\":[{\"protocol\":\"RTMP\",\"urls\":[\"rtmp://h/app/{str...123}\"]}]"
/* As a server tells one that it started by a preset of the room. */
#define PRESET                                                                                     \
  "\"egress\":{\"room_name\":\"demo\",\"template\":{},\"outputs\":[{\"segments\":"                 \
  "{\"playlist_name\":\"p.m3u8\",\"segment_duration\":6}}],"                                       \
  "\"storage\":{\"s3\":{\"bucket\":\"b\",\"secret\":\"{secret}\"}}}"

static const char all[] = LIST (EGRESS ("EG_file", "ACTIVE", ROOM (FILE)) "," EGRESS (
    "EG_stream",
    "STARTING",
    ROOM (STREAM)) "," EGRESS ("EG_alice",
                               "ACTIVE",
                               ALICE) "," EGRESS ("EG_preset",
                                                  "ACTIVE",
                                                  PRESET) "," EGRESS ("EG_gone", "ENDING", ALICE));

static const struct
{
  const char *name;
  const char *request;
  const char *found; /* or else */
  const char *said;
} cases[] = {
  { "source", "{\"room_name\":\"demo\",\"identity\":\"alice\"}", "EG_alice", NULL },
  { "file", "{\"room_name\":\"demo\",\"file_outputs\":[{\"filepath\":\"rec/{room_name}\"}]}",
    "EG_file", NULL },
  { "stream",
    "{\"room_name\":\"demo\",\"stream_outputs\":[{\"urls\":[\"rtmp://h/app/stream-key-123\"]}]}",
    "EG_stream", NULL },
  { "preset", "{\"room_name\":\"demo\",\"segment_outputs\":[{\"playlist_name\":\"p.m3u8\"}]}",
    "EG_preset", NULL },
  { "storage",
    "{\"room_name\":\"demo\",\"template\":{},\"storage\":{\"s3\":{\"bucket\":\"b\","
    "\"secret\":\"s\"}}}",
    "EG_preset", NULL },
  { "none", "{\"room_name\":\"demo\",\"identity\":\"bob\"}", NULL,
    "No running egress of room demo does what is asked for; 5 run there" },
  { "other-output",
    "{\"room_name\":\"demo\",\"identity\":\"alice\",\"file_outputs\":[{\"filepath\":\"b.mp4\"}]}",
    NULL, "No running egress of room demo does what is asked for; 5 run there" },
  { "several", "{\"room_name\":\"demo\",\"layout\":\"grid\"}", NULL,
    "2 running egresses do what is asked for: EG_file, EG_stream; say which one by its id" },
};

static LkEgressJob *
new_job (LkEgressClient *client, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_from_json (json, &error);

  g_assert_no_error (error);
  return lk_egress_job_new (client, request);
}

static gboolean
attach (LkEgressJob *job, gboolean async, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  if (!async)
    return lk_egress_job_attach (job, NULL, error);

  lk_egress_job_attach_async (job, NULL, fake_wait_done, &wait);
  return lk_egress_job_attach_finish (job, fake_wait_for (&wait), error);
}

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  for (gboolean async = FALSE; async <= TRUE; async++)
    {
      g_autoptr (FakeEgress) server = fake_egress_new ();
      g_autoptr (LkEgressClient) client = fake_egress_new_client (server);
      g_autoptr (LkEgressJob) job = new_job (client, cases[i].request);
      g_autoptr (GError) error = NULL;

      fake_egress_always (server, "ListEgress", 200, all);
      if (cases[i].found != NULL)
        {
          g_assert_true (attach (job, async, &error));
          g_assert_no_error (error);
          g_assert_cmpstr (lk_egress_job_get_egress_id (job), ==, cases[i].found);
          g_assert_cmpint (lk_egress_job_get_state (job), >, LK_EGRESS_JOB_STATE_IDLE);
          /* It is that of this egress now, and not to be started. */
          g_assert_false (lk_egress_job_start (job, NULL, &error));
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
        }
      else
        {
          g_assert_false (attach (job, async, &error));
          g_assert_cmpstr (error->message, ==, cases[i].said);
          g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_IDLE);
          g_assert_null (lk_egress_job_get_egress_id (job));
        }
      fake_egress_assert_request (server, "ListEgress", 0,
                                  "{\"room_name\":\"demo\",\"active\":true}");
      g_assert_cmpuint (fake_egress_count (server, "StartEgress"), ==, 0);
    }
}

/* What cannot be asked is told, and leaves the job as it was. */
static void
test_refused (void)
{
  g_autoptr (FakeEgress) server = fake_egress_new ();
  g_autoptr (LkEgressClient) client = fake_egress_new_client (server);
  g_autoptr (LkEgressJob) job = new_job (client, cases[0].request);
  g_autofree char *refusal = fake_egress_error ("permission_denied", "no");

  fake_egress_always (server, "ListEgress", 403, refusal);
  for (gboolean async = FALSE; async <= TRUE; async++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (attach (job, async, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_PERMISSION_DENIED);
      g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_IDLE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/job-attach/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/job-attach/refused", test_refused);

  return g_test_run ();
}
