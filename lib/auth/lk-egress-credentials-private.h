/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-credentials.h"

G_BEGIN_DECLS

/* A token for one call, with the video grants given as a JSON object ({"roomRecord":true}).
 * Fixed tokens and callbacks carry their own grants; theirs are returned as they are. */
char *lk_egress_credentials_get_token (LkEgressCredentials *self,
                                       const char *video_grant,
                                       GError **error);

/* The same at a time that both clocks of GLib show, in microseconds. */
char *lk_egress_credentials_get_token_at (LkEgressCredentials *self,
                                          const char *video_grant,
                                          gint64 real_time,
                                          gint64 monotonic_time,
                                          GError **error);

G_END_DECLS
