/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Why an egress ended, as an error. */

#include "lk-egress-error.h"
#include "lk-egress-info.h"
#include "lk-egress-message-private.h"
#include "lk-test-recorded.h"

static LkEgressInfo *
new_info (LkEgressStatus status, const char *said, int error_code, const char *details)
{
  LkEgressInfo *info = lk_egress_info_new ();

  /* Numbers of a later protocol go past the check that properties make. */
  ((Livekit__EgressInfo *)lk_egress_message_peek (LK_EGRESS_MESSAGE (info)))->status
      = (Livekit__EgressStatus)status;
  g_object_set (info, "egress-id", "EG_1", "ended-at", G_GINT64_CONSTANT (9), "error", said,
                "error-code", error_code, "details", details, NULL);

  return info;
}

/* error_code is not that of Twirp. */

static const struct
{
  int error_code;
  LkEgressError code;
} codes[] = {
  { 0, LK_EGRESS_ERROR_UNKNOWN },
  { 400, LK_EGRESS_ERROR_INVALID_ARGUMENT },
  { 401, LK_EGRESS_ERROR_UNAUTHENTICATED },
  { 403, LK_EGRESS_ERROR_PERMISSION_DENIED },
  { 404, LK_EGRESS_ERROR_NOT_FOUND },
  { 406, LK_EGRESS_ERROR_INVALID_ARGUMENT },
  { 409, LK_EGRESS_ERROR_ABORTED },
  { 412, LK_EGRESS_ERROR_FAILED_PRECONDITION },
  { 413, LK_EGRESS_ERROR_RESOURCE_EXHAUSTED },
  { 416, LK_EGRESS_ERROR_OUT_OF_RANGE },
  { 422, LK_EGRESS_ERROR_INVALID_ARGUMENT },
  { 424, LK_EGRESS_ERROR_FAILED_PRECONDITION },
  { 429, LK_EGRESS_ERROR_RESOURCE_EXHAUSTED },
  { 500, LK_EGRESS_ERROR_INTERNAL },
  { 501, LK_EGRESS_ERROR_UNIMPLEMENTED },
  { 502, LK_EGRESS_ERROR_UNAVAILABLE },
  { 503, LK_EGRESS_ERROR_UNAVAILABLE },
  { 777, LK_EGRESS_ERROR_UNKNOWN },
  { -1, LK_EGRESS_ERROR_UNKNOWN },
};

static void
test_codes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (LkEgressInfo) info
          = new_info (LK_EGRESS_STATUS_FAILED, "broken", codes[i].error_code, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (lk_egress_info_propagate_error (info, &error));
      g_assert_error (error, LK_EGRESS_ERROR, (int)codes[i].code);
      g_assert_cmpstr (error->message, ==, "Egress EG_1 failed: broken");
      g_assert_cmpstr (lk_egress_error_get_server_text (error), ==, "broken");
      g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, 0);
    }
}

/* What is no error, whatever else is in the info. */
static void
test_none (void)
{
  const LkEgressStatus fine[] = { LK_EGRESS_STATUS_STARTING, LK_EGRESS_STATUS_ACTIVE,
                                  LK_EGRESS_STATUS_ENDING, LK_EGRESS_STATUS_COMPLETE };
  g_autoptr (LkEgressInfo) later = new_info (9, NULL, 0, "End reason: Source closed");
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (fine); i++)
    {
      g_autoptr (LkEgressInfo) info = new_info (fine[i], "broken", 500, "End reason: Failure");

      g_assert_true (lk_egress_info_propagate_error (info, &error));
      g_assert_no_error (error);
    }

  g_assert_true (lk_egress_info_propagate_error (later, &error));
  g_assert_no_error (error);
}

static const struct
{
  LkEgressStatus status;
  const char *said;
  const char *details;
  const char *message;
} texts[] = {
  { LK_EGRESS_STATUS_ABORTED, NULL, NULL,
    "Egress EG_1 was aborted before it was active: the server does not say why" },
  { LK_EGRESS_STATUS_FAILED, NULL, "End reason: Process killed",
    "Egress EG_1 failed: the server does not say why (End reason: Process killed)" },
  { 9, "too loud", NULL, "Egress EG_1 ended: too loud" },

  /* Secrets, and what a terminal would obey. */
  { LK_EGRESS_STATUS_FAILED, "could not send to srt://h:1?passphrase=verysecret1",
    "End reason: Failure",
    "Egress EG_1 failed: could not send to srt://h:1?passphrase={passphrase} "
    "(End reason: Failure)" },
  { LK_EGRESS_STATUS_FAILED, "a\033[2Jb\nc", NULL, "Egress EG_1 failed: a\\x1b[2Jb\nc" },

  /* The usual causes. */
  { LK_EGRESS_STATUS_LIMIT_REACHED, "Session limit reached", "End reason: Session limit reached",
    "Egress EG_1 reached a limit of time or size: Session limit reached "
    "(End reason: Session limit reached). The limit is in the configuration of the workers; what "
    "was recorded until then is kept" },
  { LK_EGRESS_STATUS_ABORTED, "Start signal not received", "End reason: StopEgress API",
    "Egress EG_1 was aborted before it was active: Start signal not received "
    "(End reason: StopEgress API). The page never wrote START_RECORDING to its console: make it do "
    "so, or do not wait for it (await-start-signal)" },
  { LK_EGRESS_STATUS_ABORTED, "Stop called before pipeline could start", NULL,
    "Egress EG_1 was aborted before it was active: Stop called before pipeline could start. "
    "Nothing was recorded: it was stopped too soon" },
  { LK_EGRESS_STATUS_FAILED, "track TR_1 not found", "End reason: Failure",
    "Egress EG_1 failed: track TR_1 not found (End reason: Failure). A worker waits 30 seconds for "
    "the track: check that the id is that of a track that is published in this room now" },
  { LK_EGRESS_STATUS_FAILED, "page load error: net::ERR_CONNECTION_REFUSED", NULL,
    "Egress EG_1 failed: page load error: net::ERR_CONNECTION_REFUSED. The worker's browser could "
    "not open the page within 30 seconds: check that its address can be reached from the worker "
    "and answers with a status below 400" },
  { LK_EGRESS_STATUS_FAILED, "S3 upload failed: AccessDenied", NULL,
    "Egress EG_1 failed: S3 upload failed: AccessDenied. Check bucket, region, endpoint and "
    "credentials of the storage, that the credentials may write there, and that the worker can "
    "reach it" },
  { LK_EGRESS_STATUS_FAILED, "primary: S3 upload failed: x\nbackup: GCP upload failed: y", NULL,
    "Egress EG_1 failed: primary: S3 upload failed: x\nbackup: GCP upload failed: y. Check bucket, "
    "region, endpoint and credentials of the storage, that the credentials may write there, and "
    "that the worker can reach it" },
  { LK_EGRESS_STATUS_FAILED, "Error on SRT socket: Connection setup failure", NULL,
    "Egress EG_1 failed: Error on SRT socket: Connection setup failure. Check that the receiver "
    "listens before the egress is started, that the worker can reach its address, and that the "
    "passphrase is the same" },
  { LK_EGRESS_STATUS_FAILED, "CPU exhausted: 3.98 cores used", "End reason: CPU exhausted",
    "Egress EG_1 failed: CPU exhausted: 3.98 cores used (End reason: CPU exhausted). The worker "
    "has too little processor time for this and what else it does" },
};

static void
test_texts (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (LkEgressInfo) info
          = new_info (texts[i].status, texts[i].said, 0, texts[i].details);
      g_autoptr (GError) error = NULL;

      g_assert_false (lk_egress_info_propagate_error (info, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNKNOWN);
      g_assert_cmpstr (error->message, ==, texts[i].message);
    }
}

/* An id is text of the server, too. */
static void
test_hostile_id (void)
{
  g_autoptr (LkEgressInfo) info = new_info (LK_EGRESS_STATUS_FAILED, "x", 0, NULL);
  g_autoptr (GError) error = NULL;

  g_object_set (info, "egress-id", "EG_\033[2J", NULL);
  g_assert_false (lk_egress_info_propagate_error (info, &error));
  g_assert_cmpstr (error->message, ==, "Egress EG_\\x1b[2J failed: x");
}

static void
test_without_id (void)
{
  g_autoptr (LkEgressInfo) info = lk_egress_info_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (info, "status", LK_EGRESS_STATUS_FAILED, "error", "broken", NULL);
  g_assert_false (lk_egress_info_propagate_error (info, NULL));
  g_assert_false (lk_egress_info_propagate_error (info, &error));
  g_assert_cmpstr (error->message, ==, "An egress failed: broken");
}

/* A server's text of any length is cut. */
static void
test_long (void)
{
  g_autofree char *said = g_strnfill (1000000, 'x');
  g_autoptr (LkEgressInfo) info = new_info (LK_EGRESS_STATUS_FAILED, said, 500, said);
  g_autoptr (GError) error = NULL;

  g_assert_false (lk_egress_info_propagate_error (info, &error));
  g_assert_cmpuint (strlen (lk_egress_error_get_server_text (error)), ==, 1024);
  g_assert_cmpuint (strlen (error->message), <, 2200);
}

static const char *
find_recorded (const char *name)
{
  static JsonArray *exchanges;

  if (exchanges == NULL)
    exchanges = lk_test_load_exchanges ();
  for (guint i = 0; i < json_array_get_length (exchanges); i++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, i);

      if (g_str_equal (json_object_get_string_member (exchange, "case"), name))
        return json_object_get_string_member (json_object_get_object_member (exchange, "response"),
                                              "body");
    }

  g_assert_not_reached ();
}

static void
test_recorded (void)
{
  g_autoptr (JsonNode) root = json_from_string (find_recorded ("participant_missing_end"), NULL);
  JsonArray *items = json_object_get_array_member (json_node_get_object (root), "items");
  g_autofree char *json = json_to_string (json_array_get_element (items, 0), FALSE);
  g_autoptr (GError) local = NULL;
  g_autoptr (LkEgressMessage) info
      = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, &local);
  g_autoptr (GError) error = NULL;

  g_assert_no_error (local);
  g_assert_false (lk_egress_info_propagate_error (LK_EGRESS_INFO (info), &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==,
                   "Egress EG_GhynAHVQX65J failed: participant nobody not found (End reason: "
                   "Failure). A worker waits 30 seconds for the participant: check the identity, "
                   "and start the egress when the participant is in the room");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/info-error/codes", test_codes);
  g_test_add_func ("/info-error/none", test_none);
  g_test_add_func ("/info-error/texts", test_texts);
  g_test_add_func ("/info-error/hostile-id", test_hostile_id);
  g_test_add_func ("/info-error/without-id", test_without_id);
  g_test_add_func ("/info-error/long", test_long);
  g_test_add_func ("/info-error/recorded", test_recorded);

  return g_test_run ();
}
