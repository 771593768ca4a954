/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "websocket-peer.h"

#include <string.h>

static const guint8 mask[] = { 0x12, 0xab, 0x07, 0xf1 };

char *
websocket_peer_dup_request (const char *path)
{
  return g_strdup_printf ("GET %s HTTP/1.1\r\n"
                          "Host: 127.0.0.1:19361\r\n"
                          "User-Agent: Go-http-client/1.1\r\n"
                          "Connection: Upgrade\r\n"
                          "Content-Type: audio/x-raw\r\n"
                          "Sec-WebSocket-Key: rRevCJcPlRrKoCaYZLv4vg==\r\n"
                          "Sec-WebSocket-Version: 13\r\n"
                          "Upgrade: websocket\r\n\r\n",
                          path);
}

void
websocket_peer_append_header (GByteArray *out, guint first_byte, guint64 size)
{
  guint8 header[10] = { (guint8)first_byte };
  guint n = 2, n_size = size < 126 ? 0 : size <= G_MAXUINT16 ? 2 : 8;

  header[1] = 0x80 | (n_size == 0 ? (guint8)size : n_size == 2 ? 126 : 127);
  for (guint i = n_size; i > 0; i--)
    header[n++] = (guint8)(size >> (8 * (i - 1)));
  g_byte_array_append (out, header, n);
  g_byte_array_append (out, mask, sizeof mask);
}

void
websocket_peer_append (GByteArray *out, guint first_byte, gconstpointer payload, gsize size)
{
  const guint8 *bytes = payload;

  websocket_peer_append_header (out, first_byte, size);
  for (gsize i = 0; i < size; i++)
    {
      const guint8 masked = bytes[i] ^ mask[i % sizeof mask];

      g_byte_array_append (out, &masked, 1);
    }
}
