/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-loopback.h"

#include <gio/gio.h>

gboolean
dev_loopback_is_host (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return g_strcmp0 (host, "localhost") == 0
         || (address != NULL && g_inet_address_get_is_loopback (address));
}
