/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a client says about the address of its server, and how it gets there. */

#include "lk-egress-client.h"
#include "lk-egress-listing.h"
#include "lk-test-server.h"

#include <string.h>

/* The warnings of the library. */
static GPtrArray *warnings;

static GLogWriterOutput
take_warning (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (level != G_LOG_LEVEL_WARNING)
    return g_log_writer_default (level, fields, n_fields, user_data);

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "MESSAGE"))
        g_ptr_array_add (warnings, g_strdup (fields[i].value));
    }
  return G_LOG_WRITER_HANDLED;
}

/* There was one, and it says this. */
static void
assert_warned (const char *text)
{
  g_assert_cmpuint (warnings->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (warnings, 0), text));
  g_ptr_array_set_size (warnings, 0);
}

static LkEgressClient *
new_client (const char *url)
{
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_key ("key", "secret-secret-secret-secret-secret");
  g_autoptr (GError) error = NULL;
  LkEgressClient *client = lk_egress_client_new (url, credentials, &error);

  g_assert_no_error (error);
  return client;
}

/* Each client says it once. */
static void
test_not_encrypted (void)
{
  static const char *const exposed[] = { "ws://livekit.example", "http://192.0.2.7:7880/path",
                                         "http://[2001:db8::7]", "ws://localhost.example" };
  static const char *const fine[]
      = { "wss://livekit.example", "https://192.0.2.7", "ws://localhost",
          "ws://LocalHost.:7880",  "ws://a.localhost",  "http://127.0.0.1:7880",
          "http://127.8.8.8",      "http://[::1]:7880" };

  for (guint i = 0; i < G_N_ELEMENTS (exposed); i++)
    {
      g_autoptr (LkEgressClient) client = new_client (exposed[i]);

      assert_warned ("not encrypted");
    }
  for (guint i = 0; i < G_N_ELEMENTS (fine); i++)
    {
      g_autoptr (LkEgressClient) client = new_client (fine[i]);

      g_assert_nonnull (client);
      g_assert_cmpuint (warnings->len, ==, 0);
    }
}

static void
test_password (void)
{
  g_autoptr (LkEgressClient) client = new_client ("wss://me:hush@livekit.example/x");

  assert_warned ("The address of https://livekit.example/x has a user or a password");
  g_assert_cmpstr (lk_egress_client_get_url (client), ==, "https://livekit.example/x");
}

static void
reply_nothing (LkTestRequest *request, gpointer user_data)
{
  lk_test_request_reply (request, 200, "application/protobuf", "", 0);
}

/* The proxy of the environment is for what is elsewhere. */
static void
test_proxy (void)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (reply_nothing, NULL);
  g_autoptr (LkTestServer) proxy = lk_test_server_new (reply_nothing, NULL);
  g_autoptr (LkEgressClient) client = new_client (lk_test_server_get_url (server));
  g_autoptr (LkEgressListing) listing = NULL;
  g_auto (GStrv) proxies = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("http_proxy", lk_test_server_get_url (proxy), TRUE);
  g_unsetenv ("no_proxy");
  proxies = g_proxy_resolver_lookup (g_proxy_resolver_get_default (),
                                     lk_test_server_get_url (server), NULL, &error);
  g_assert_no_error (error);
  if (!g_strv_contains ((const char *const *)proxies, lk_test_server_get_url (proxy)))
    {
      g_test_skip ("no GIO module here takes http_proxy for an address of this machine");
      return;
    }

  listing = lk_egress_client_list (client, NULL, FALSE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lk_test_server_get_n_requests (proxy), ==, 0);
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 1);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  warnings = g_ptr_array_new_with_free_func (g_free);
  g_log_set_writer_func (take_warning, NULL, NULL);

  g_test_add_func ("/client-address/not-encrypted", test_not_encrypted);
  g_test_add_func ("/client-address/password", test_password);
  g_test_add_func ("/client-address/proxy", test_proxy);

  status = g_test_run ();
  g_ptr_array_unref (warnings);
  return status;
}
