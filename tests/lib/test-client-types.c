/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the first call of a client would register is registered with the client: two threads that do
 * so at the same time may wait for each other for ever. A program of its own, since each type is
 * registered once. */

#include <livekit-egress/livekit-egress.h>

static void
test_registered (void)
{
  static const char *const names[]
      = { "GTask", "GSocket", "GInetSocketAddress", "GNetworkAddress" };
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_type_from_name ("GTask"), ==, 0);
  client = lk_egress_client_new ("http://127.0.0.1:1", credentials, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (g_type_from_name (names[i]) == 0)
        g_error ("%s is not registered", names[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-types/registered", test_registered);

  return g_test_run ();
}
