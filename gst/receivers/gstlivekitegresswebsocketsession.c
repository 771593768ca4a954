/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresswebsocketsession.h"

#include <string.h>

#include "gstlivekitegresssecret.h"

/* Of a request, with all its header fields. */
#define MAX_REQUEST (8 * 1024)

/* RFC 6455, section 1.3 */
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define KEY_BYTES 16
#define KEY_LENGTH 24           /* in base64 */

/* RFC 6455, section 5.2 */
#define MAX_HEADER 14
#define MASK_BYTES 4
#define MAX_CONTROL 125
#define OP_CONTINUATION 0x0
#define OP_TEXT 0x1
#define OP_BINARY 0x2
#define OP_CLOSE 0x8
#define OP_PING 0x9
#define OP_PONG 0xa

/* RFC 6455, section 7.4 */
#define CLOSE_PROTOCOL_ERROR 1002
#define CLOSE_NO_TEXT 1007
#define CLOSE_TOO_BIG 1009

/* Where the server would read the next frame of a message. */
typedef struct
{
  guint8 header[MAX_HEADER];
  guint n_header;
  guint8 opcode;
  gboolean final;
  guint8 mask[MASK_BYTES];
  gsize size;
  gsize n_read;
} Frame;

struct _GstLiveKitEgressWebsocketSession
{
  gchar *path;
  GstLiveKitEgressWebsocketFunc message_func;
  gpointer user_data;

  GstLiveKitEgressWebsocketSessionState state;
  GByteArray *request;          /* up to its empty line */
  Frame frame;
  guint8 opcode;                /* of the message that comes; OP_CONTINUATION: none does */
  GByteArray *message;
  guint8 control[MAX_CONTROL];
  gboolean must_pong;           /* with what is in pong; only the last ping needs an answer */
  GByteArray *pong;
  GByteArray *answer;
};

GstLiveKitEgressWebsocketSession *
gst_livekit_egress_websocket_session_new (const gchar * path,
    GstLiveKitEgressWebsocketFunc message, gpointer user_data)
{
  GstLiveKitEgressWebsocketSession *self =
      g_new0 (GstLiveKitEgressWebsocketSession, 1);

  self->path = g_strdup (path);
  self->message_func = message;
  self->user_data = user_data;
  self->request = g_byte_array_new ();
  /* With room for a byte: GLib's empty array has no address, an empty message has one. */
  self->message = g_byte_array_sized_new (1);
  self->pong = g_byte_array_new ();
  self->answer = g_byte_array_new ();
  return self;
}

void
gst_livekit_egress_websocket_session_free (GstLiveKitEgressWebsocketSession *
    self)
{
  g_free (self->path);
  g_byte_array_unref (self->request);
  g_byte_array_unref (self->message);
  g_byte_array_unref (self->pong);
  g_byte_array_unref (self->answer);
  g_free (self);
}

GstLiveKitEgressWebsocketSessionState
gst_livekit_egress_websocket_session_get_state (GstLiveKitEgressWebsocketSession
    * self)
{
  return self->state;
}

/*** Answers ***/

static void
append_frame (GByteArray * out, guint8 opcode, const guint8 * data, gsize size)
{
  const guint8 header[] = { 0x80 | opcode, (guint8) size };

  g_assert (size <= MAX_CONTROL);
  g_byte_array_append (out, header, sizeof header);
  g_byte_array_append (out, data, size);
}

/* The sender broke the rules of the protocol. */
static gboolean
fail (GstLiveKitEgressWebsocketSession * self, guint code, const gchar * what,
    GError ** error)
{
  const guint8 reason[] = { code >> 8, code & 0xff };

  append_frame (self->answer, OP_CLOSE, reason, sizeof reason);
  self->state = GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_FAILED;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);
  return FALSE;
}

/* It is not let in at all. */
static gboolean
refuse (GstLiveKitEgressWebsocketSession * self, const gchar * status,
    const gchar * what, GError ** error)
{
  g_autofree gchar *text = g_strdup_printf ("HTTP/1.1 %s\r\n"
      "Sec-WebSocket-Version: 13\r\n"
      "Connection: close\r\nContent-Length: 0\r\n\r\n", status);

  g_byte_array_append (self->answer, (const guint8 *) text, strlen (text));
  self->state = GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_FAILED;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, what);
  return FALSE;
}

GBytes *gst_livekit_egress_websocket_session_take_answer
    (GstLiveKitEgressWebsocketSession * self)
{
  GByteArray *answer;

  if (self->must_pong
      && self->state == GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_OPEN)
    append_frame (self->answer, OP_PONG, self->pong->data, self->pong->len);
  self->must_pong = FALSE;
  if (self->answer->len == 0)
    return NULL;

  answer = self->answer;
  self->answer = g_byte_array_new ();
  return g_byte_array_free_to_bytes (answer);
}

/*** The request ***/

typedef enum
{
  HOST,
  UPGRADE,
  CONNECTION,
  VERSION,
  KEY,
  ORIGIN,
  CONTENT_LENGTH,
  TRANSFER_ENCODING,
  N_FIELDS
} Field;

static const gchar *const field_names[N_FIELDS] = {
  "Host", "Upgrade", "Connection", "Sec-WebSocket-Version",
  "Sec-WebSocket-Key", "Origin", "Content-Length", "Transfer-Encoding"
};

/* FALSE if one that matters is there twice, or a line is none. */
static gboolean
read_fields (gchar ** lines, const gchar * fields[N_FIELDS])
{
  guint i;

  for (; *lines != NULL && **lines != '\0'; lines++) {
    gchar *colon = strchr (*lines, ':');

    if (colon == NULL || colon == *lines || g_ascii_isspace (**lines)
        || g_ascii_isspace (colon[-1]))
      return FALSE;
    *colon = '\0';
    for (i = 0; i < N_FIELDS; i++) {
      if (g_ascii_strcasecmp (*lines, field_names[i]) != 0)
        continue;
      if (fields[i] != NULL)
        return FALSE;
      fields[i] = g_strstrip (colon + 1);
    }
  }
  return TRUE;
}

static gboolean
has_token (const gchar * list, const gchar * token)
{
  g_auto (GStrv) tokens = NULL;
  guint i;

  if (list == NULL)
    return FALSE;
  tokens = g_strsplit (list, ",", -1);
  for (i = 0; tokens[i] != NULL; i++)
    if (g_ascii_strcasecmp (g_strstrip (tokens[i]), token) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_key (const gchar * key)
{
  gsize size = 0;
  g_autofree guchar *bytes = NULL;

  if (key == NULL || strlen (key) != KEY_LENGTH)
    return FALSE;
  bytes = g_base64_decode (key, &size);
  return size == KEY_BYTES;
}

static void
accept_key (GstLiveKitEgressWebsocketSession * self, const gchar * key)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree gchar *accept = NULL, *text = NULL;
  guint8 digest[20];
  gsize size = sizeof digest;

  g_checksum_update (sum, (const guchar *) key, -1);
  g_checksum_update (sum, (const guchar *) ACCEPT_GUID, -1);
  g_checksum_get_digest (sum, digest, &size);
  accept = g_base64_encode (digest, size);
  text = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
  g_byte_array_append (self->answer, (const guint8 *) text, strlen (text));
}

static gboolean
names_path (GstLiveKitEgressWebsocketSession * self, const gchar * line)
{
  static const gchar method[] = "GET ", version[] = " HTTP/1.1";

  return g_str_has_prefix (line, method) && g_str_has_suffix (line, version)
      && strlen (line) > strlen (method) + strlen (version)
      && gst_livekit_egress_secret_is (self->path, line + strlen (method),
      strlen (line) - strlen (method) - strlen (version));
}

/* Whoever does not name the path learns nothing but that there is nothing. */
static gboolean
read_request (GstLiveKitEgressWebsocketSession * self, GError ** error)
{
  g_autofree gchar *text = g_strndup ((const gchar *) self->request->data,
      self->request->len);
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  const gchar *fields[N_FIELDS] = { NULL };

  /* Nothing is no line. */
  if (lines[0] == NULL || !names_path (self, lines[0]))
    return refuse (self, "404 Not Found", "it does not ask for the path of "
        "this run", error);
  if (strlen (text) != self->request->len || !read_fields (lines + 1, fields)
      || fields[HOST] == NULL)
    return refuse (self, "400 Bad Request", "its request is no good HTTP",
        error);
  if (fields[TRANSFER_ENCODING] != NULL
      || g_strcmp0 (fields[CONTENT_LENGTH] != NULL ?
          fields[CONTENT_LENGTH] : "0", "0") != 0)
    return refuse (self, "400 Bad Request", "its request has a body", error);
  if (fields[ORIGIN] != NULL)
    return refuse (self, "403 Forbidden", "it is a page in a browser", error);
  if (!has_token (fields[UPGRADE], "websocket")
      || !has_token (fields[CONNECTION], "upgrade")
      || g_strcmp0 (fields[VERSION], "13") != 0)
    return refuse (self, "426 Upgrade Required",
        "it does not ask for a websocket of version 13", error);
  if (!is_key (fields[KEY]))
    return refuse (self, "400 Bad Request", "its Sec-WebSocket-Key is none",
        error);

  accept_key (self, fields[KEY]);
  self->state = GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_OPEN;
  return TRUE;
}

/* How much of the data is of the request. */
static gsize
feed_request (GstLiveKitEgressWebsocketSession * self, const guint8 * data,
    gsize size, GError ** error)
{
  static const gchar end[] = "\r\n\r\n";
  const gsize n = MIN (size, MAX_REQUEST - self->request->len);
  /* Its end may have begun before. */
  const gsize from = self->request->len > strlen (end) ?
      self->request->len - strlen (end) : 0;
  const guint8 *found;
  gsize used;

  g_byte_array_append (self->request, data, n);
  found = (const guint8 *) g_strstr_len ((const gchar *) self->request->data +
      from, self->request->len - from, end);
  if (found == NULL) {
    if (self->request->len == MAX_REQUEST)
      refuse (self, "431 Request Header Fields Too Large",
          "its request is too long", error);
    return n;
  }

  used = n - (self->request->data + self->request->len - found - strlen (end));
  g_byte_array_set_size (self->request, found - self->request->data);
  read_request (self, error);
  g_byte_array_set_size (self->request, 0);
  return used;
}

/*** Frames ***/

static gboolean
is_control (guint8 opcode)
{
  return (opcode & 0x8) != 0;
}

/* What the first two bytes tell. */
static gboolean
check_header (GstLiveKitEgressWebsocketSession * self, GError ** error)
{
  Frame *frame = &self->frame;
  const guint8 size = frame->header[1] & 0x7f;

  frame->opcode = frame->header[0] & 0xf;
  frame->final = (frame->header[0] & 0x80) != 0;
  if ((frame->header[0] & 0x70) != 0)
    return fail (self, CLOSE_PROTOCOL_ERROR, "it uses an extension that was "
        "not agreed on", error);
  if ((frame->header[1] & 0x80) == 0)
    return fail (self, CLOSE_PROTOCOL_ERROR, "its frame is not masked", error);

  switch (frame->opcode) {
    case OP_CLOSE:
    case OP_PING:
    case OP_PONG:
      if (!frame->final || size > MAX_CONTROL)
        return fail (self, CLOSE_PROTOCOL_ERROR, "its control frame is too "
            "long or in parts", error);
      return TRUE;
    case OP_CONTINUATION:
      if (self->opcode == OP_CONTINUATION)
        return fail (self, CLOSE_PROTOCOL_ERROR, "it goes on with a message "
            "that has not begun", error);
      return TRUE;
    case OP_TEXT:
    case OP_BINARY:
      if (self->opcode != OP_CONTINUATION)
        return fail (self, CLOSE_PROTOCOL_ERROR, "it begins a message within "
            "another", error);
      self->opcode = frame->opcode;
      return TRUE;
    default:
      return fail (self, CLOSE_PROTOCOL_ERROR, "its frame is of no known kind",
          error);
  }
}

static guint
get_size_bytes (const Frame * frame)
{
  switch (frame->header[1] & 0x7f) {
    case 126:
      return 2;
    case 127:
      return 8;
    default:
      return 0;
  }
}

/* The sum is looked at before memory is set aside for it. */
static gboolean
read_size (GstLiveKitEgressWebsocketSession * self, GError ** error)
{
  Frame *frame = &self->frame;
  const guint n = get_size_bytes (frame);
  guint64 size = n > 0 ? 0 : frame->header[1] & 0x7f;
  guint i;

  for (i = 0; i < n; i++)
    size = size << 8 | frame->header[2 + i];
  memcpy (frame->mask, frame->header + 2 + n, MASK_BYTES);
  if (!is_control (frame->opcode)
      && size > GST_LIVEKIT_EGRESS_WEBSOCKET_MAX_MESSAGE - self->message->len)
    return fail (self, CLOSE_TOO_BIG, "its message is too long", error);

  frame->size = size;
  frame->n_read = 0;
  return TRUE;
}

static gboolean
end_message (GstLiveKitEgressWebsocketSession * self, GError ** error)
{
  const gboolean is_text = self->opcode == OP_TEXT;

  if (is_text && !g_utf8_validate_len ((const gchar *) self->message->data,
          self->message->len, NULL))
    return fail (self, CLOSE_NO_TEXT, "its text is no UTF-8", error);

  self->message_func (is_text, self->message->data, self->message->len,
      self->user_data);
  g_byte_array_set_size (self->message, 0);
  self->opcode = OP_CONTINUATION;
  return TRUE;
}

static gboolean
end_frame (GstLiveKitEgressWebsocketSession * self, GError ** error)
{
  Frame *frame = &self->frame;

  frame->n_header = 0;
  switch (frame->opcode) {
    case OP_CLOSE:
      append_frame (self->answer, OP_CLOSE, self->control,
          MIN (frame->size, 2));
      self->state = GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_ENDED;
      return TRUE;
    case OP_PING:
      g_byte_array_set_size (self->pong, 0);
      g_byte_array_append (self->pong, self->control, frame->size);
      self->must_pong = TRUE;
      return TRUE;
    case OP_PONG:
      return TRUE;
    default:
      return !frame->final || end_message (self, error);
  }
}

static gsize
feed_header (GstLiveKitEgressWebsocketSession * self, const guint8 * data,
    gsize size, GError ** error)
{
  Frame *frame = &self->frame;
  gsize used = 0;

  while (used < size) {
    frame->header[frame->n_header++] = data[used++];
    if (frame->n_header == 2 && !check_header (self, error))
      break;
    if (frame->n_header < 2
        || frame->n_header < 2 + get_size_bytes (frame) + MASK_BYTES)
      continue;
    if (read_size (self, error) && frame->size == 0)
      end_frame (self, error);
    break;
  }
  return used;
}

static gsize
feed_payload (GstLiveKitEgressWebsocketSession * self, const guint8 * data,
    gsize size, GError ** error)
{
  Frame *frame = &self->frame;
  const gsize n = MIN (size, frame->size - frame->n_read);
  guint8 *to;
  gsize i;

  if (is_control (frame->opcode)) {
    to = self->control + frame->n_read;
  } else {
    g_byte_array_set_size (self->message, self->message->len + n);
    to = self->message->data + self->message->len - n;
  }
  for (i = 0; i < n; i++)
    to[i] = data[i] ^ frame->mask[(frame->n_read + i) % MASK_BYTES];

  frame->n_read += n;
  if (frame->n_read == frame->size)
    end_frame (self, error);
  return n;
}

static gboolean
is_header_complete (const Frame * frame)
{
  return frame->n_header >= 2
      && frame->n_header == 2 + get_size_bytes (frame) + MASK_BYTES;
}

gboolean
gst_livekit_egress_websocket_session_feed (GstLiveKitEgressWebsocketSession *
    self, const guint8 * data, gsize size, GError ** error)
{
  if (self->state == GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_FAILED)
    return TRUE;

  while (size > 0) {
    gsize used;

    if (self->state == GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_HANDSHAKE)
      used = feed_request (self, data, size, error);
    else if (self->state != GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_OPEN)
      break;
    else if (is_header_complete (&self->frame))
      used = feed_payload (self, data, size, error);
    else
      used = feed_header (self, data, size, error);

    data += used;
    size -= used;
  }
  return self->state != GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_FAILED;
}
