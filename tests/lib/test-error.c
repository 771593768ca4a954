/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "lk-egress-error-private.h"

static const struct
{
  LkEgressError code;
  const char *name;
  gboolean from_server;
} codes[] = {
  { LK_EGRESS_ERROR_CANCELED, "canceled", TRUE },
  { LK_EGRESS_ERROR_UNKNOWN, "unknown", TRUE },
  { LK_EGRESS_ERROR_INVALID_ARGUMENT, "invalid_argument", TRUE },
  { LK_EGRESS_ERROR_MALFORMED, "malformed", TRUE },
  { LK_EGRESS_ERROR_DEADLINE_EXCEEDED, "deadline_exceeded", TRUE },
  { LK_EGRESS_ERROR_NOT_FOUND, "not_found", TRUE },
  { LK_EGRESS_ERROR_BAD_ROUTE, "bad_route", TRUE },
  { LK_EGRESS_ERROR_ALREADY_EXISTS, "already_exists", TRUE },
  { LK_EGRESS_ERROR_PERMISSION_DENIED, "permission_denied", TRUE },
  { LK_EGRESS_ERROR_UNAUTHENTICATED, "unauthenticated", TRUE },
  { LK_EGRESS_ERROR_RESOURCE_EXHAUSTED, "resource_exhausted", TRUE },
  { LK_EGRESS_ERROR_FAILED_PRECONDITION, "failed_precondition", TRUE },
  { LK_EGRESS_ERROR_ABORTED, "aborted", TRUE },
  { LK_EGRESS_ERROR_OUT_OF_RANGE, "out_of_range", TRUE },
  { LK_EGRESS_ERROR_UNIMPLEMENTED, "unimplemented", TRUE },
  { LK_EGRESS_ERROR_INTERNAL, "internal", TRUE },
  { LK_EGRESS_ERROR_UNAVAILABLE, "unavailable", TRUE },
  { LK_EGRESS_ERROR_DATALOSS, "dataloss", TRUE },
  { LK_EGRESS_ERROR_BAD_REPLY, "bad_reply", FALSE },
  { LK_EGRESS_ERROR_NO_WORKER, "no_worker", FALSE },
  { LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER, "not_supported_by_server", FALSE },
  { LK_EGRESS_ERROR_QUEUE_FULL, "queue_full", FALSE },
  { LK_EGRESS_ERROR_QUEUE_TIMEOUT, "queue_timeout", FALSE },
};

static void
test_codes (void)
{
  LkEgressError code;

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_assert_cmpint (codes[i].code, ==, i);
      g_assert_cmpstr (lk_egress_error_to_code (codes[i].code), ==, codes[i].name);
      g_assert_cmpint (lk_egress_error_from_code (codes[i].name, &code), ==, codes[i].from_server);
      if (codes[i].from_server)
        g_assert_cmpint (code, ==, codes[i].code);
    }

  g_assert_true (lk_egress_error_from_code ("data_loss", &code));
  g_assert_cmpint (code, ==, LK_EGRESS_ERROR_DATALOSS);
  g_assert_false (lk_egress_error_from_code ("", &code));
  g_assert_false (lk_egress_error_from_code ("NOT_FOUND", &code));
  g_assert_null (lk_egress_error_to_code (G_N_ELEMENTS (codes)));
  g_assert_null (lk_egress_error_to_code ((LkEgressError)-1));
}

static void
test_details_survive_copies (void)
{
  g_autoptr (GHashTable) meta = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) copy = NULL;
  g_autoptr (GError) prefixed = NULL;
  GError *error;

  g_hash_table_insert (meta, (gpointer) "twirp_invalid_route", (gpointer) "POST /x");
  error = lk_egress_error_new (LK_EGRESS_ERROR_BAD_ROUTE, 404, "no handler", meta, "X: no handler");
  g_clear_pointer (&meta, g_hash_table_unref);

  copy = g_error_copy (error);
  g_propagate_prefixed_error (&prefixed, error, "in a test: ");

  g_assert_error (copy, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_ROUTE);
  g_assert_cmpstr (copy->message, ==, "X: no handler");
  g_assert_cmpuint (lk_egress_error_get_http_status (copy), ==, 404);
  g_assert_cmpstr (lk_egress_error_get_server_text (copy), ==, "no handler");
  g_assert_cmpstr (lk_egress_error_get_meta (copy, "twirp_invalid_route"), ==, "POST /x");
  g_assert_null (lk_egress_error_get_meta (copy, "other"));

  g_assert_cmpstr (prefixed->message, ==, "in a test: X: no handler");
  g_assert_cmpuint (lk_egress_error_get_http_status (prefixed), ==, 404);
  g_assert_cmpstr (lk_egress_error_get_meta (prefixed, "twirp_invalid_route"), ==, "POST /x");
}

static void
assert_no_details (GError *taken)
{
  g_autoptr (GError) error = taken;

  g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, 0);
  g_assert_null (lk_egress_error_get_server_text (error));
  g_assert_null (lk_egress_error_get_meta (error, "any"));
}

static void
test_errors_without_details (void)
{
  assert_no_details (g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "late"));
  assert_no_details (g_error_new (LK_EGRESS_ERROR, LK_EGRESS_ERROR_NO_WORKER, "none"));
  assert_no_details (lk_egress_error_new (LK_EGRESS_ERROR_NO_WORKER, 0, NULL, NULL, "none"));
}

static void
test_uncertain (void)
{
  static const struct
  {
    LkEgressError code;
    guint status;
    gboolean uncertain;
  } rows[] = {
    { LK_EGRESS_ERROR_BAD_REPLY, 200, TRUE },      { LK_EGRESS_ERROR_BAD_REPLY, 421, FALSE },
    { LK_EGRESS_ERROR_UNAVAILABLE, 502, TRUE },    { LK_EGRESS_ERROR_UNAVAILABLE, 503, FALSE },
    { LK_EGRESS_ERROR_UNAVAILABLE, 504, TRUE },    { LK_EGRESS_ERROR_UNKNOWN, 500, FALSE },
    { LK_EGRESS_ERROR_UNKNOWN, 524, TRUE },        { LK_EGRESS_ERROR_DEADLINE_EXCEEDED, 408, TRUE },
    { LK_EGRESS_ERROR_CANCELED, 408, TRUE },       { LK_EGRESS_ERROR_NO_WORKER, 503, FALSE },
    { LK_EGRESS_ERROR_NOT_FOUND, 404, FALSE },     { LK_EGRESS_ERROR_UNAUTHENTICATED, 401, FALSE },
    { LK_EGRESS_ERROR_UNIMPLEMENTED, 501, FALSE },
  };
  static const struct
  {
    GIOErrorEnum code;
    gboolean uncertain;
  } io_rows[] = {
    { G_IO_ERROR_TIMED_OUT, TRUE },
    { G_IO_ERROR_CANCELLED, TRUE },
    { G_IO_ERROR_CONNECTION_CLOSED, TRUE },
    { G_IO_ERROR_CONNECTION_REFUSED, FALSE },
  };
  g_autoptr (GError) other
      = g_error_new (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error
          = lk_egress_error_new (rows[i].code, rows[i].status, NULL, NULL, "a row");

      g_assert_cmpint (lk_egress_error_is_uncertain (error), ==, rows[i].uncertain);
    }
  for (guint i = 0; i < G_N_ELEMENTS (io_rows); i++)
    {
      g_autoptr (GError) error = g_error_new (G_IO_ERROR, io_rows[i].code, "a row");

      g_assert_cmpint (lk_egress_error_is_uncertain (error), ==, io_rows[i].uncertain);
    }
  g_assert_false (lk_egress_error_is_uncertain (other));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/codes", test_codes);
  g_test_add_func ("/error/details-survive-copies", test_details_survive_copies);
  g_test_add_func ("/error/without-details", test_errors_without_details);
  g_test_add_func ("/error/uncertain", test_uncertain);

  return g_test_run ();
}
