/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-file-output.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressFileOutput:
 *
 * One file, written when the egress ends.
 *
 * Paths may hold `{time}` and `{utc}`, with a room also `{room_name}` and `{room_id}`, and for a
 * track that is stored as it is also `{track_id}`, `{track_type}`, `{track_source}` and
 * `{publisher_identity}`; the server fills them in. The older API has the last one for participants
 * and all tracks.
 *
 * Since: 1.0
 */

/**
 * LkEgressFileOutput:file-type:
 *
 * The container. Default: %LK_EGRESS_FILE_TYPE_DEFAULT, chosen by the server from the codecs.
 *
 * Since: 1.0
 */

/**
 * LkEgressFileOutput:filepath:
 *
 * Where the file goes in its storage. The extension of another kind of file that LiveKit makes is
 * replaced, and after any other that of the container is added; a path that ends in a slash gets a
 * name from the server. Default: %NULL, a name from the server.
 *
 * Since: 1.0
 */

/**
 * LkEgressFileOutput:disable-manifest:
 *
 * Whether the server writes no JSON manifest beside the file. Default: %FALSE.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressFileOutput,
                          lk_egress_file_output,
                          livekit__file_output__descriptor)

/**
 * lk_egress_file_output_new:
 * @filepath: (nullable): where the file goes in its storage
 *
 * Creates a file output.
 *
 * Returns: (transfer full): a new [class@FileOutput]
 * Since: 1.0
 */
LkEgressFileOutput *
lk_egress_file_output_new (const char *filepath)
{
  return g_object_new (LK_EGRESS_TYPE_FILE_OUTPUT, "filepath", filepath, NULL);
}
