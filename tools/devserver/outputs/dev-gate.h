/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Holds the first data of all that is linked to the sink pads of a muxer until all of it is there.
 * Muxers of live streams do not wait for a stream that comes a little later: their first header
 * (the PMT of MPEG-TS, the header of FLV) would lack it. */
void dev_gate_add (GstElement *muxer);

G_END_DECLS
