/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"

#include "livekit_egress.pb-c.h"
#include "lk-egress-error.h"
#include "lk-egress-listing-private.h"
#include "lk-egress-operations-private.h"
#include "lk-test-server.h"

#define FIRST_PAGE                                                                                 \
  "{\"items\":[{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\"},{\"egress_id\":\"EG_2\"}],"   \
  "\"next_page_token\":{\"token\":\"two\"}}"
#define EMPTY_PAGE "{\"items\":[],\"next_page_token\":{\"token\":\"three\"}}"
#define LAST_PAGE "{\"items\":[{\"egress_id\":\"EG_3\"}],\"next_page_token\":{}}"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressListing *listing;
  GString *changes; /* what signals said */
} Fixture;

static void
items_changed (GListModel *model, guint position, guint removed, guint added, GString *changes)
{
  g_string_append_printf (changes, "%u-%u+%u ", position, removed, added);
}

static void
completed (GObject *listing, GParamSpec *pspec, GString *changes)
{
  g_string_append (changes, "complete");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  if (data != NULL)
    g_object_set (fixture->client, "wire-format", LK_EGRESS_WIRE_FORMAT_JSON, NULL);
  fixture->listing = lk_egress_listing_new (fixture->client, "demo", NULL, TRUE);
  fixture->changes = g_string_new (NULL);
  g_signal_connect (fixture->listing, "items-changed", G_CALLBACK (items_changed),
                    fixture->changes);
  g_signal_connect (fixture->listing, "notify::complete", G_CALLBACK (completed), fixture->changes);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->listing);
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
  g_string_free (fixture->changes, TRUE);
}

static void
reply (Fixture *fixture, const char *json)
{
  fake_egress_reply (fixture->server, "ListEgress", 200, json);
}

static void
reply_pages (Fixture *fixture)
{
  reply (fixture, FIRST_PAGE);
  reply (fixture, EMPTY_PAGE);
  reply (fixture, LAST_PAGE);
}

static void
load_more (LkEgressListing *listing)
{
  GError *error = NULL;

  g_assert_true (lk_egress_listing_load_more (listing, NULL, &error));
  g_assert_no_error (error);
}

static guint
count (LkEgressListing *listing)
{
  return g_list_model_get_n_items (G_LIST_MODEL (listing));
}

static void
assert_ids (LkEgressListing *listing, guint n_items)
{
  g_assert_cmpuint (count (listing), ==, n_items);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (listing), n_items));
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (LkEgressInfo) info = g_list_model_get_item (G_LIST_MODEL (listing), i);
      g_autofree char *egress_id = g_strdup_printf ("EG_%u", i + 1);

      g_assert_true (LK_EGRESS_IS_INFO (info));
      g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, egress_id);
    }
}

static void
assert_requests (Fixture *fixture)
{
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 3);
  fake_egress_assert_request (fixture->server, "ListEgress", 0,
                              "{\"room_name\":\"demo\",\"active\":true}");
  fake_egress_assert_request (
      fixture->server, "ListEgress", 1,
      "{\"room_name\":\"demo\",\"active\":true,\"page_token\":{\"token\":\"two\"}}");
  fake_egress_assert_request (
      fixture->server, "ListEgress", 2,
      "{\"room_name\":\"demo\",\"active\":true,\"page_token\":{\"token\":\"three\"}}");
}

/* The class is there once something was made of it: this is the first test to do so. */
static void
test_lazy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressInfo) info = NULL;

  reply (fixture, FIRST_PAGE);
  load_more (fixture->listing);
  g_assert_null (lk_egress_listing_find (fixture->listing, "EG_3"));
  g_assert_null (g_type_class_peek (LK_EGRESS_TYPE_INFO));
  info = g_list_model_get_item (G_LIST_MODEL (fixture->listing), 1);
  g_assert_nonnull (g_type_class_peek (LK_EGRESS_TYPE_INFO));
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, "EG_2");
}

static void
test_pages (Fixture *fixture, gconstpointer data)
{
  LkEgressListing *listing = fixture->listing;

  g_assert_cmpint (g_list_model_get_item_type (G_LIST_MODEL (listing)), ==, LK_EGRESS_TYPE_INFO);
  assert_ids (listing, 0);
  g_assert_false (lk_egress_listing_is_complete (listing));
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 0);

  reply_pages (fixture);
  load_more (listing);
  assert_ids (listing, 2);
  load_more (listing);
  assert_ids (listing, 2);
  g_assert_false (lk_egress_listing_is_complete (listing));
  g_assert_cmpstr (fixture->changes->str, ==, "0-0+2 ");
  load_more (listing);
  assert_ids (listing, 3);
  g_assert_true (lk_egress_listing_is_complete (listing));
  g_assert_cmpstr (fixture->changes->str, ==, "0-0+2 2-0+1 complete");

  /* There is no more to ask for. */
  load_more (listing);
  assert_requests (fixture);
}

static void
assert_changed_here (GListModel *model, guint position, guint removed, guint added, GThread *thread)
{
  g_assert_true (g_thread_self () == thread);
}

static void
test_pages_async (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  g_signal_connect (fixture->listing, "items-changed", G_CALLBACK (assert_changed_here),
                    g_thread_self ());
  reply_pages (fixture);
  for (guint i = 0; i < 4; i++)
    {
      g_auto (FakeWait) wait = { NULL };

      lk_egress_listing_load_more_async (fixture->listing, NULL, fake_wait_done, &wait);
      g_assert_null (wait.result);
      g_assert_true (
          lk_egress_listing_load_more_finish (fixture->listing, fake_wait_for (&wait), &error));
      g_assert_no_error (error);
    }

  assert_ids (fixture->listing, 3);
  g_assert_cmpstr (fixture->changes->str, ==, "0-0+2 2-0+1 complete");
  assert_requests (fixture);
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressListing) listing = NULL;
  GError *error = NULL;

  reply_pages (fixture);
  listing = lk_egress_client_list (fixture->client, "demo", TRUE, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (lk_egress_listing_is_complete (listing));
  assert_ids (listing, 3);
  assert_requests (fixture);
}

static void
test_filters (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressListing) listing
      = lk_egress_listing_new (fixture->client, NULL, "EG_1", FALSE);
  g_autoptr (LkEgressListing) all = lk_egress_listing_new (fixture->client, NULL, NULL, FALSE);
  g_autoptr (LkEgressClient) client = NULL;
  g_autofree char *room_name = NULL;
  g_autofree char *egress_id = NULL;
  gboolean active;

  g_object_get (fixture->listing, "client", &client, "room-name", &room_name, "active", &active,
                NULL);
  g_assert_true (client == fixture->client);
  g_assert_cmpstr (room_name, ==, "demo");
  g_assert_true (active);
  g_object_get (listing, "egress-id", &egress_id, "active", &active, NULL);
  g_assert_cmpstr (egress_id, ==, "EG_1");
  g_assert_false (active);
  g_assert_true (lk_egress_listing_get_client (listing) == fixture->client);
  g_assert_cmpstr (lk_egress_listing_get_room_name (fixture->listing), ==, "demo");
  g_assert_cmpstr (lk_egress_listing_get_egress_id (listing), ==, "EG_1");
  g_assert_true (lk_egress_listing_get_active (fixture->listing));

  reply (fixture, "{\"next_page_token\":{\"token\":\"two\"}}");
  reply (fixture, "{}");
  reply (fixture, "{}");
  load_more (listing);
  load_more (listing);
  load_more (all);
  g_assert_true (lk_egress_listing_is_complete (all));
  fake_egress_assert_request (fixture->server, "ListEgress", 0, "{\"egress_id\":\"EG_1\"}");
  fake_egress_assert_request (fixture->server, "ListEgress", 1,
                              "{\"egress_id\":\"EG_1\",\"page_token\":{\"token\":\"two\"}}");
  fake_egress_assert_request (fixture->server, "ListEgress", 2, "{}");
}

static void
test_same_object (Fixture *fixture, gconstpointer data)
{
  GListModel *model = G_LIST_MODEL (fixture->listing);
  g_autoptr (LkEgressInfo) first = NULL;
  g_autoptr (LkEgressInfo) again = NULL;
  g_autoptr (LkEgressInfo) found = NULL;

  reply_pages (fixture);
  load_more (fixture->listing);
  first = g_list_model_get_item (model, 0);
  g_assert_cmpint (lk_egress_info_get_status (first), ==, LK_EGRESS_STATUS_ACTIVE);
  /* The listing has one reference, the test the other. */
  g_assert_cmpuint (G_OBJECT (first)->ref_count, ==, 2);

  load_more (fixture->listing);
  load_more (fixture->listing);
  again = g_list_model_get_item (model, 0);
  g_assert_true (first == again);

  found = lk_egress_listing_find (fixture->listing, "EG_1");
  g_assert_true (first == found);
}

static void
test_find (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressInfo) info = NULL;

  reply_pages (fixture);
  g_assert_null (lk_egress_listing_find (fixture->listing, "EG_2"));
  load_more (fixture->listing);
  info = lk_egress_listing_find (fixture->listing, "EG_2");
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, "EG_2");
  g_assert_null (lk_egress_listing_find (fixture->listing, "EG_3"));
  g_assert_null (lk_egress_listing_find (fixture->listing, ""));
  g_clear_object (&info);

  load_more (fixture->listing);
  load_more (fixture->listing);
  info = lk_egress_listing_find (fixture->listing, "EG_3");
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, "EG_3");
}

/* The items outlive the listing. */
static void
test_items_alone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressListing) listing = NULL;
  g_autoptr (LkEgressInfo) info = NULL;

  reply (fixture, LAST_PAGE);
  listing = lk_egress_client_list (fixture->client, NULL, FALSE, NULL, NULL);
  info = g_list_model_get_item (G_LIST_MODEL (listing), 0);
  g_assert_finalize_object (g_steal_pointer (&listing));
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, "EG_3");
}

static void
assert_bad_page (Fixture *fixture, const char *text)
{
  g_autofree char *changes = g_strdup (fixture->changes->str);
  guint n_items = count (fixture->listing);
  GError *error = NULL;

  g_assert_false (lk_egress_listing_load_more (fixture->listing, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
  g_assert_nonnull (strstr (error->message, text));
  g_clear_error (&error);
  g_assert_cmpuint (count (fixture->listing), ==, n_items);
  g_assert_cmpstr (fixture->changes->str, ==, changes);
}

static void
test_endless (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  /* In a circle. */
  for (guint i = 0; i < 2; i++)
    {
      reply (fixture,
             "{\"items\":[{\"egress_id\":\"EG_1\"}],\"next_page_token\":{\"token\":\"a\"}}");
      reply (fixture, "{\"next_page_token\":{\"token\":\"b\"}}");
      reply (fixture,
             "{\"items\":[{\"egress_id\":\"EG_2\"}],\"next_page_token\":{\"token\":\"a\"}}");
    }

  g_assert_null (lk_egress_client_list (fixture->client, NULL, TRUE, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 3);

  load_more (fixture->listing);
  load_more (fixture->listing);
  assert_bad_page (fixture, "does not end");
  g_assert_false (lk_egress_listing_is_complete (fixture->listing));

  /* The same page may come right later. */
  reply (fixture, "{\"items\":[{\"egress_id\":\"EG_2\"}]}");
  load_more (fixture->listing);
  assert_ids (fixture->listing, 2);
  g_assert_true (lk_egress_listing_is_complete (fixture->listing));
}

/* After an error the same page can be asked for again. */
static void
test_error (Fixture *fixture, gconstpointer data)
{
  g_autofree char *refusal = fake_egress_error ("permission_denied", "no");
  GError *error = NULL;

  reply (fixture, FIRST_PAGE);
  fake_egress_reply (fixture->server, "ListEgress", 403, refusal);
  reply (fixture, LAST_PAGE);
  load_more (fixture->listing);
  g_assert_false (lk_egress_listing_load_more (fixture->listing, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  assert_ids (fixture->listing, 2);

  load_more (fixture->listing);
  assert_ids (fixture->listing, 3);
  fake_egress_assert_request (
      fixture->server, "ListEgress", 2,
      "{\"room_name\":\"demo\",\"active\":true,\"page_token\":{\"token\":\"two\"}}");
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  reply (fixture, FIRST_PAGE);
  fake_egress_cancel (fixture->server, "ListEgress", cancellable);
  load_more (fixture->listing);
  lk_egress_listing_load_more_async (fixture->listing, cancellable, fake_wait_done, &wait);
  g_assert_false (
      lk_egress_listing_load_more_finish (fixture->listing, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_ids (fixture->listing, 2);

  /* Cancelled before anything is sent. */
  g_assert_false (lk_egress_listing_load_more (fixture->listing, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 2);

  reply (fixture, LAST_PAGE);
  load_more (fixture->listing);
  assert_ids (fixture->listing, 3);
}

/* The page is loaded once, whoever asks. */
static void
test_at_the_same_time (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) first = { NULL };
  g_auto (FakeWait) second = { NULL };

  reply (fixture, FIRST_PAGE);
  reply (fixture, FIRST_PAGE);
  lk_egress_listing_load_more_async (fixture->listing, NULL, fake_wait_done, &first);
  lk_egress_listing_load_more_async (fixture->listing, NULL, fake_wait_done, &second);
  g_assert_true (
      lk_egress_listing_load_more_finish (fixture->listing, fake_wait_for (&first), NULL));
  g_assert_true (
      lk_egress_listing_load_more_finish (fixture->listing, fake_wait_for (&second), NULL));
  assert_ids (fixture->listing, 2);
  g_assert_cmpstr (fixture->changes->str, ==, "0-0+2 ");
}

static void
load_rest (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  while (!lk_egress_listing_is_complete (LK_EGRESS_LISTING (model)))
    load_more (LK_EGRESS_LISTING (model));
}

/* Who hears of a page may ask for the next at once. */
static void
test_in_signal (Fixture *fixture, gconstpointer data)
{
  reply_pages (fixture);
  g_signal_connect (fixture->listing, "items-changed", G_CALLBACK (load_rest), NULL);
  load_more (fixture->listing);
  assert_ids (fixture->listing, 3);
  assert_requests (fixture);
  g_assert_cmpstr (fixture->changes->str, ==, "0-0+2 2-0+1 complete");
}

/* Nobody else holds the listing while it loads, and bindings dispose of what they let go. */
static void
test_dropped (void)
{
  g_autoptr (FakeEgress) server = fake_egress_new ();
  LkEgressClient *client = fake_egress_new_client (server);
  LkEgressListing *listing = lk_egress_listing_new (client, NULL, NULL, FALSE);
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  fake_egress_reply (server, "ListEgress", 200, FIRST_PAGE);
  lk_egress_listing_load_more_async (listing, NULL, fake_wait_done, &wait);
  g_object_unref (client);
  g_object_run_dispose (G_OBJECT (listing));
  g_object_unref (listing);

  fake_wait_for (&wait);
  g_assert_true (lk_egress_listing_load_more_finish (listing, wait.result, &error));
  g_assert_no_error (error);
  assert_ids (listing, 2);
}

static void
drop_listing (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  LkEgressListing **listing = data;

  g_clear_object (listing);
}

static void
test_dropped_in_signal (void)
{
  g_autoptr (FakeEgress) server = fake_egress_new ();
  g_autoptr (LkEgressClient) client = fake_egress_new_client (server);
  LkEgressListing *listing = lk_egress_listing_new (client, NULL, NULL, FALSE);
  GError *error = NULL;

  fake_egress_reply (server, "ListEgress", 200, LAST_PAGE);
  g_signal_connect (listing, "items-changed", G_CALLBACK (drop_listing), &listing);
  g_assert_true (lk_egress_listing_load_more (listing, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (listing);
}

/* Bytes that the script cannot say. */

static const char good_bytes[] = "\x0a\x06\x0a\x04"
                                 "EG_1"
                                 "\x12\x03\x0a\x01x";
/* items[1].egress_id */
static const char bad_bytes[] = "\x0a\x00\x0a\x03\x0a\x01\xff";

static void
serve_bytes (LkTestRequest *request, gpointer user_data)
{
  if (request->index == 0)
    lk_test_request_reply (request, 200, "application/protobuf", good_bytes, sizeof good_bytes - 1);
  else
    lk_test_request_reply (request, 200, "application/protobuf", bad_bytes, sizeof bad_bytes - 1);
}

static void
test_garbage (void)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (serve_bytes, NULL);
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");
  g_autoptr (LkEgressClient) client
      = lk_egress_client_new (lk_test_server_get_url (server), credentials, NULL);
  g_autoptr (LkEgressListing) listing = lk_egress_listing_new (client, NULL, NULL, FALSE);
  GError *error = NULL;

  load_more (listing);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (lk_egress_listing_load_more (listing, NULL, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
      g_assert_nonnull (strstr (error->message, "items[1].egress_id"));
      g_clear_error (&error);
      assert_ids (listing, 1);
    }
}

/* A page that names another. */
static void
serve_endless (LkTestRequest *request, gpointer user_data)
{
  g_autofree char *page = g_strdup_printf ("\x12\x06\x0a\x04%04u", request->index);

  lk_test_request_reply (request, 200, "application/protobuf", page, -1);
}

static void
test_many_pages (void)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (serve_endless, NULL);
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");
  g_autoptr (LkEgressClient) client
      = lk_egress_client_new (lk_test_server_get_url (server), credentials, NULL);
  GError *error = NULL;

  g_assert_null (lk_egress_client_list (client, NULL, TRUE, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
  g_clear_error (&error);
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 1000);
}

/* A page of so many items, all empty. */
static void
serve_crowd (LkTestRequest *request, gpointer user_data)
{
  gsize length = 2 * GPOINTER_TO_UINT (user_data);
  g_autofree char *page = g_malloc (length);

  for (gsize i = 0; i < length; i += 2)
    {
      page[i] = 0x0a;
      page[i + 1] = 0;
    }
  lk_test_request_reply (request, 200, "application/protobuf", page, length);
}

static void
test_crowd (void)
{
  for (guint n_items = 1000000; n_items <= 1000001; n_items++)
    {
      g_autoptr (LkTestServer) server
          = lk_test_server_new (serve_crowd, GUINT_TO_POINTER (n_items));
      g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");
      g_autoptr (LkEgressClient) client
          = lk_egress_client_new (lk_test_server_get_url (server), credentials, NULL);
      g_autoptr (LkEgressListing) listing = lk_egress_listing_new (client, NULL, NULL, FALSE);
      GError *error = NULL;

      if (n_items == 1000000)
        {
          load_more (listing);
          g_assert_cmpuint (count (listing), ==, n_items);
          continue;
        }
      g_assert_false (lk_egress_listing_load_more (listing, NULL, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
      g_assert_cmpuint (count (listing), ==, 0);
      g_clear_error (&error);
    }
}

/* A listing that only properties can make asks the server of the environment, here none. */
static void
test_bare (void)
{
  g_autoptr (LkEgressListing) listing = g_object_new (LK_EGRESS_TYPE_LISTING, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (lk_egress_listing_load_more (listing, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "LIVEKIT_URL"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("LIVEKIT_URL");

#define ADD(name, test) g_test_add ("/listing/" name, Fixture, NULL, set_up, test, tear_down)
#define ADD_JSON(name, test)                                                                       \
  g_test_add ("/listing/json/" name, Fixture, "", set_up, test, tear_down)
  ADD ("lazy", test_lazy);
  ADD ("pages", test_pages);
  ADD ("pages-async", test_pages_async);
  ADD ("list", test_list);
  ADD ("filters", test_filters);
  ADD ("same-object", test_same_object);
  ADD ("find", test_find);
  ADD ("items-alone", test_items_alone);
  ADD ("endless", test_endless);
  ADD ("error", test_error);
  ADD ("cancel", test_cancel);
  ADD ("at-the-same-time", test_at_the_same_time);
  ADD ("in-signal", test_in_signal);
  ADD_JSON ("pages", test_pages);
  ADD_JSON ("pages-async", test_pages_async);
  ADD_JSON ("list", test_list);
  ADD_JSON ("endless", test_endless);
  g_test_add_func ("/listing/bare", test_bare);
  g_test_add_func ("/listing/dropped", test_dropped);
  g_test_add_func ("/listing/dropped-in-signal", test_dropped_in_signal);
  g_test_add_func ("/listing/garbage", test_garbage);
  g_test_add_func ("/listing/many-pages", test_many_pages);
  g_test_add_func ("/listing/crowd", test_crowd);

  return g_test_run ();
}
