/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-stream-protocol-private.h"

static const struct
{
  const char *scheme;
  Livekit__StreamProtocol protocol;
} schemes[] = {
  { "rtmp", LIVEKIT__STREAM_PROTOCOL__RTMP },     { "rtmps", LIVEKIT__STREAM_PROTOCOL__RTMP },
  { "mux", LIVEKIT__STREAM_PROTOCOL__RTMP },      { "twitch", LIVEKIT__STREAM_PROTOCOL__RTMP },
  { "srt", LIVEKIT__STREAM_PROTOCOL__SRT },       { "ws", LIVEKIT__STREAM_PROTOCOL__WEBSOCKET },
  { "wss", LIVEKIT__STREAM_PROTOCOL__WEBSOCKET },
};

Livekit__StreamProtocol
lk_egress_stream_protocol_of_url (const char *url)
{
  g_autofree char *scheme = g_uri_parse_scheme (url);

  for (gsize i = 0; scheme != NULL && i < G_N_ELEMENTS (schemes); i++)
    {
      if (g_ascii_strcasecmp (scheme, schemes[i].scheme) == 0)
        return schemes[i].protocol;
    }

  return LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL;
}
