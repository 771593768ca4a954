/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-child.h"

#include <sys/prctl.h>

void
lk_test_die_with_parent (gpointer signal)
{
  prctl (PR_SET_PDEATHSIG, GPOINTER_TO_INT (signal));
}

guint
lk_test_find_port (GSocketType type)
{
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, type, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}
