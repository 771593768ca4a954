/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT_WEBSOCKET (dev_output_websocket_get_type ())
G_DECLARE_FINAL_TYPE (DevOutputWebsocket, dev_output_websocket, DEV, OUTPUT_WEBSOCKET, DevOutput)

/* Raw sound to a websocket: S16LE, 48 kHz, stereo, ten milliseconds in each message, and a text
 * message when the track is muted. */

G_END_DECLS
