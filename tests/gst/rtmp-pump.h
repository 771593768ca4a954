/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "gstlivekitegressrtmpsession.h"

/* A server with one session, for tests: it takes one connection on the loopback interface and moves
 * bytes between it and the session, which is looked at when the peer has gone. */
typedef struct _RtmpPump RtmpPump;

/* For RTMP_APP and RTMP_KEY. */
RtmpPump *rtmp_pump_new (void);
void rtmp_pump_free (RtmpPump *self);

guint rtmp_pump_get_port (RtmpPump *self);

/* Waits until the peer has gone, at most a minute for each thing that it sends. */
GstLiveKitEgressRtmpSession *rtmp_pump_join (RtmpPump *self);

/* What the session failed with; NULL: it did not. */
const GError *rtmp_pump_get_error (RtmpPump *self);

/* After join: all FLV that came out. */
GByteArray *rtmp_pump_get_media (RtmpPump *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtmpPump, rtmp_pump_free)
