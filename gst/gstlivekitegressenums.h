/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* The enumerations of the properties. Their values are described in words, for gst-inspect-1.0; those
 * that the library has too are of the same numbers and nicks there. */

/**
 * GstLiveKitEgressSource:
 * @GST_LIVEKIT_EGRESS_SOURCE_AUTO: what the other properties name
 * @GST_LIVEKIT_EGRESS_SOURCE_ROOM_COMPOSITE: a room as a web page shows it
 * @GST_LIVEKIT_EGRESS_SOURCE_WEB: a web page
 * @GST_LIVEKIT_EGRESS_SOURCE_PARTICIPANT: the tracks of one participant
 * @GST_LIVEKIT_EGRESS_SOURCE_TRACK_COMPOSITE: one audio track, one video track, or both
 *
 * What an egress takes.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_SOURCE_AUTO,
  GST_LIVEKIT_EGRESS_SOURCE_ROOM_COMPOSITE,
  GST_LIVEKIT_EGRESS_SOURCE_WEB,
  GST_LIVEKIT_EGRESS_SOURCE_PARTICIPANT,
  GST_LIVEKIT_EGRESS_SOURCE_TRACK_COMPOSITE,
} GstLiveKitEgressSource;

/**
 * GstLiveKitEgressOnStop:
 * @GST_LIVEKIT_EGRESS_ON_STOP_AUTO: what the element started is stopped, what it attached to goes on
 * @GST_LIVEKIT_EGRESS_ON_STOP_STOP: the egress is stopped with the element
 * @GST_LIVEKIT_EGRESS_ON_STOP_DETACH: the egress goes on without the element
 *
 * What happens to a running egress when the element stops.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_ON_STOP_AUTO,
  GST_LIVEKIT_EGRESS_ON_STOP_STOP,
  GST_LIVEKIT_EGRESS_ON_STOP_DETACH,
} GstLiveKitEgressOnStop;

/**
 * GstLiveKitEgressAttach:
 * @GST_LIVEKIT_EGRESS_ATTACH_NONE: an egress is started
 * @GST_LIVEKIT_EGRESS_ATTACH_ROOM: the running egress is taken that does what the properties say
 *
 * Where the egress of an element comes from.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_ATTACH_NONE,
  GST_LIVEKIT_EGRESS_ATTACH_ROOM,
} GstLiveKitEgressAttach;

/**
 * GstLiveKitEgressOnLeftover:
 * @GST_LIVEKIT_EGRESS_ON_LEFTOVER_STOP: it is stopped
 * @GST_LIVEKIT_EGRESS_ON_LEFTOVER_ADOPT: one of the same request is gone on with, others are stopped
 * @GST_LIVEKIT_EGRESS_ON_LEFTOVER_IGNORE: it goes on
 *
 * What happens to an egress that a killed process of the same owner has left running.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_ON_LEFTOVER_STOP,
  GST_LIVEKIT_EGRESS_ON_LEFTOVER_ADOPT,
  GST_LIVEKIT_EGRESS_ON_LEFTOVER_IGNORE,
} GstLiveKitEgressOnLeftover;

/**
 * GstLiveKitEgressRestart:
 * @GST_LIVEKIT_EGRESS_RESTART_NEVER: the end of the egress is the end of the run
 * @GST_LIVEKIT_EGRESS_RESTART_ON_FAILURE: an egress that failed or was lost is started again
 * @GST_LIVEKIT_EGRESS_RESTART_ALWAYS: one that ended without being stopped here is started again too
 *
 * When an egress that ended is started again.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_RESTART_NEVER,
  GST_LIVEKIT_EGRESS_RESTART_ON_FAILURE,
  GST_LIVEKIT_EGRESS_RESTART_ALWAYS,
} GstLiveKitEgressRestart;

GType gst_livekit_egress_source_get_type (void);
GType gst_livekit_egress_on_stop_get_type (void);
GType gst_livekit_egress_on_leftover_get_type (void);
GType gst_livekit_egress_attach_get_type (void);
GType gst_livekit_egress_restart_get_type (void);

/* LkEgressEncodingPreset */
GType gst_livekit_egress_preset_get_type (void);
/* LkEgressJobState */
GType gst_livekit_egress_state_get_type (void);

/* The nick of a value, for messages. */
const gchar *gst_livekit_egress_enum_get_nick (GType type, gint value);

G_END_DECLS
