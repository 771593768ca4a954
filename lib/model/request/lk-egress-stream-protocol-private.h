/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* How an address is sent to, by its scheme. DEFAULT_PROTOCOL if streams cannot be sent to it. */
Livekit__StreamProtocol lk_egress_stream_protocol_of_url (const char *url);

G_END_DECLS
