/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-plan.h"

G_BEGIN_DECLS

/* What LiveKit puts before the texts that come from behind the server. */
#define DEV_TEXT_PREFIX "twirp error unknown: "

/* The checks of the egress worker, with its texts. Errors are in LK_EGRESS_ERROR. */
gboolean dev_checks_run (const DevPlan *plan, GError **error);

/* That a stream address is SRT, as all that this server sends to. */
gboolean dev_checks_stream_url (Livekit__StreamProtocol protocol, const char *url, GError **error);

G_END_DECLS
