/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-stream-output.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressStreamOutput:
 *
 * Destinations that get the same stream over RTMP, SRT or a websocket.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamOutput:protocol:
 *
 * How the stream is sent. Default: %LK_EGRESS_STREAM_PROTOCOL_DEFAULT, by the scheme of the first
 * address.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamOutput:urls:
 *
 * The addresses: `rtmp://host/app/key`, `rtmps://`, `srt://host:port?passphrase=…`, `ws://` or
 * `wss://`, and for the services of these names `mux://key` and `twitch://key`. All are of one
 * protocol. The keys and passphrases in them are secrets. Default: none.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamOutput:destinations:
 *
 * Addresses with names chosen by the caller, [class@StreamDestination]. Default: none.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressStreamOutput,
                          lk_egress_stream_output,
                          livekit__stream_output__descriptor)

/**
 * lk_egress_stream_output_new:
 * @protocol: how the stream is sent
 *
 * Creates a stream output without destinations.
 *
 * Returns: (transfer full): a new [class@StreamOutput]
 * Since: 1.0
 */
LkEgressStreamOutput *
lk_egress_stream_output_new (LkEgressStreamProtocol protocol)
{
  return g_object_new (LK_EGRESS_TYPE_STREAM_OUTPUT, "protocol", protocol, NULL);
}

/**
 * lk_egress_stream_output_add_url:
 * @self: a stream output
 * @url: the address of one more destination
 *
 * Appends to [property@StreamOutput:urls].
 *
 * Since: 1.0
 */
void
lk_egress_stream_output_add_url (LkEgressStreamOutput *self, const char *url)
{
  g_return_if_fail (LK_EGRESS_IS_STREAM_OUTPUT (self));
  g_return_if_fail (url != NULL);

  lk_egress_message_append_text (LK_EGRESS_MESSAGE (self), "urls", url);
}
