/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressamf0.h"

G_BEGIN_DECLS

/* A command of RTMP: what a publisher asks for. */
typedef struct
{
  GstLiveKitEgressAmf0Text name;
  gdouble transaction;          /* 0: wants no answer */
  GstLiveKitEgressAmf0Text app; /* of the command object; empty: none */
  GstLiveKitEgressAmf0Text argument;    /* the first, if it is a text; otherwise empty */
} GstLiveKitEgressRtmpCommand;

/* Points into the data. FALSE when it is no command. */
gboolean gst_livekit_egress_rtmp_command_read (GstLiveKitEgressRtmpCommand * self,
    const guint8 * data, gsize size);

G_END_DECLS
