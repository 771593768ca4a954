/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "lk-test-devserver.h"

G_BEGIN_DECLS

/* Egresses of a dev server, by calls in JSON. */

/* Makes a call that must be answered with this status. */
JsonObject *
egress_call (LkTestDevserver *server, const char *method, guint status, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* Starts an egress of alice in the room demo, small and cheap; outputs are the JSON objects of the
 * request's outputs. Gives its id. */
char *egress_start (LkTestDevserver *server, const char *outputs);

JsonObject *egress_stop (LkTestDevserver *server, const char *id);
JsonObject *egress_get_info (LkTestDevserver *server, const char *id);

/* Waits for the one egress that gets this status, which must be this one. */
void egress_assert_end (LkTestDevserver *server,
                        const char *id,
                        const char *status,
                        const char *error,
                        int code,
                        const char *details);

/* The results of one of its streams. */
char *egress_get_stream_status (LkTestDevserver *server, const char *id, guint index);
void
egress_assert_stream (LkTestDevserver *server, const char *id, guint index, const char *status);

G_END_DECLS
