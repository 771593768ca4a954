/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* Messages as their properties show them, by the public API alone. */

/* A copy that is made by setting properties to what they are. What has no property is not in it. */
LkEgressMessage *lk_test_rebuild (LkEgressMessage *message);

/* All that the library gives of a message, as an object of JSON on one line: "properties" by their
 * names, with messages and lists in them and enums as numbers; "json" and "proto_names", texts of
 * JSON; "bytes" in base64; "getters", how many were called. Ends the program if a getter says
 * something else than its property. */
char *lk_test_describe (LkEgressMessage *message);

G_END_DECLS
