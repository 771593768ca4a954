/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The bytes of a sender to a websocket, by RFC 6455. */

typedef enum
{
  WEBSOCKET_CONTINUATION = 0x0,
  WEBSOCKET_TEXT = 0x1,
  WEBSOCKET_BINARY = 0x2,
  WEBSOCKET_CLOSE = 0x8,
  WEBSOCKET_PING = 0x9,
  WEBSOCKET_PONG = 0xa,
  WEBSOCKET_FINAL = 0x80, /* added to one of the others */
} WebsocketOpcode;

/* What the worker asks with. */
char *websocket_peer_dup_request (const char *path);

/* A whole frame, masked. */
void websocket_peer_append (GByteArray *out, guint first_byte, gconstpointer payload, gsize size);

/* The start of a frame that may never come in full. */
void websocket_peer_append_header (GByteArray *out, guint first_byte, guint64 size);

G_END_DECLS
