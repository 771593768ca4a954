/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* Why a request takes the form of the older API. Some values have a place in its messages but came
 * with the newer API; a server that is old would drop or refuse them in its own words. */
typedef enum
{
  LK_EGRESS_LOWER_ASKED,        /* the caller wants it so: these values are sent as they are */
  LK_EGRESS_LOWER_OLD_SERVER,   /* the server has no other: they are refused here */
  LK_EGRESS_LOWER_AUDIO_MIXING, /* only the older API has it: the same */
} LkEgressLowerReason;

/* The unified request in the form of the older API: gives the message and the call that takes it.
 * Nothing is dropped: what the older form has no place for is
 * LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER naming the field. */
ProtobufCMessage *lk_egress_lower (const Livekit__StartEgressRequest *request,
                                   LkEgressLowerReason reason,
                                   const char **method,
                                   GError **error);

G_END_DECLS
