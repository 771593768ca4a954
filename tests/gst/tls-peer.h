/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

/* Takes a connection, and makes it one over TLS that believes any certificate, for tests. It reads
 * no authorities of the system: on a busy machine that takes longer than a listener waits for a
 * stranger. */
GIOStream *tls_peer_new (GIOStream *connection);
