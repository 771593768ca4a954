/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A program that knows nothing but the installed files. Exit status 0 when the library works. */

#include <livekit-egress/livekit-egress.h>

#if !LK_EGRESS_CHECK_VERSION(1, 0, 0)
#error "The version header is wrong."
#endif

int
main (void)
{
  g_autoptr (LkEgressCredentials) credentials = NULL;
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (LkEgressRequest) request = NULL;
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (GError) error = NULL;

  credentials = lk_egress_credentials_new_for_key ("key", "secret");
  client = lk_egress_client_new ("http://127.0.0.1:1", credentials, &error);
  g_assert_no_error (error);

  request = lk_egress_request_new_participant ("room", "alice");
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:7000");
  job = lk_egress_job_new (client, request);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_IDLE);
  g_assert_nonnull (g_type_class_ref (LK_EGRESS_TYPE_JOB_STATE));

  /* Nothing listens there. */
  g_assert_false (lk_egress_job_start (job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  return 0;
}
