/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrtmpanswer.h"

#include <gst/gst.h>

#include "gstlivekitegressamf0.h"
#include "gstlivekitegressrtmpchunks.h"

#define WINDOW_SIZE 2500000
#define CHUNK_SIZE 4096
#define DYNAMIC_LIMIT 2         /* how strict the peer is to take its bandwidth */

#define CONTROL_CHUNKS 2        /* chunk streams */
#define COMMAND_CHUNKS 3
#define STATUS_CHUNKS 5

#define STREAM 1                /* message stream */

#define STREAM_BEGIN 0          /* user control */
#define PING_RESPONSE 7

void
gst_livekit_egress_rtmp_answer_init (GstLiveKitEgressRtmpAnswer * self)
{
  self->bytes = g_byte_array_new ();
  self->chunk_size = GST_LIVEKIT_EGRESS_RTMP_DEFAULT_CHUNK_SIZE;
}

void
gst_livekit_egress_rtmp_answer_clear (GstLiveKitEgressRtmpAnswer * self)
{
  g_byte_array_unref (self->bytes);
}

GBytes *
gst_livekit_egress_rtmp_answer_take (GstLiveKitEgressRtmpAnswer * self)
{
  GByteArray *bytes = self->bytes;

  if (bytes->len == 0)
    return NULL;
  self->bytes = g_byte_array_new ();
  return g_byte_array_free_to_bytes (bytes);
}

static void
send (GstLiveKitEgressRtmpAnswer * self, guint8 chunk_stream, guint8 type,
    guint32 message_stream, const guint8 * body, gsize size)
{
  gst_livekit_egress_rtmp_write_message (self->bytes, self->chunk_size,
      chunk_stream, type, message_stream, body, size);
}

/*** Control messages ***/

static void
send_control (GstLiveKitEgressRtmpAnswer * self, guint8 type, guint32 value)
{
  guint8 body[4];

  GST_WRITE_UINT32_BE (body, value);
  send (self, CONTROL_CHUNKS, type, 0, body, sizeof body);
}

static void
send_user_control (GstLiveKitEgressRtmpAnswer * self, guint16 event,
    guint32 value)
{
  guint8 body[6];

  GST_WRITE_UINT16_BE (body, event);
  GST_WRITE_UINT32_BE (body + 2, value);
  send (self, CONTROL_CHUNKS, GST_LIVEKIT_EGRESS_RTMP_USER_CONTROL, 0, body,
      sizeof body);
}

static void
send_bandwidth (GstLiveKitEgressRtmpAnswer * self)
{
  guint8 body[5];

  GST_WRITE_UINT32_BE (body, WINDOW_SIZE);
  body[4] = DYNAMIC_LIMIT;
  send (self, CONTROL_CHUNKS, GST_LIVEKIT_EGRESS_RTMP_SET_PEER_BANDWIDTH, 0,
      body, sizeof body);
}

void
gst_livekit_egress_rtmp_answer_acknowledge (GstLiveKitEgressRtmpAnswer * self,
    guint32 n_bytes)
{
  send_control (self, GST_LIVEKIT_EGRESS_RTMP_ACKNOWLEDGEMENT, n_bytes);
}

void
gst_livekit_egress_rtmp_answer_window (GstLiveKitEgressRtmpAnswer * self)
{
  send_control (self, GST_LIVEKIT_EGRESS_RTMP_WINDOW_ACK_SIZE, WINDOW_SIZE);
}

void
gst_livekit_egress_rtmp_answer_pong (GstLiveKitEgressRtmpAnswer * self,
    guint32 timestamp)
{
  send_user_control (self, PING_RESPONSE, timestamp);
}

void
gst_livekit_egress_rtmp_answer_begin (GstLiveKitEgressRtmpAnswer * self)
{
  send_user_control (self, STREAM_BEGIN, STREAM);
}

/*** Commands ***/

static GByteArray *
begin_command (const gchar * name, gdouble transaction)
{
  GByteArray *body = g_byte_array_new ();

  gst_livekit_egress_amf0_write_text (body, name);
  gst_livekit_egress_amf0_write_number (body, transaction);
  return body;
}

/* Takes the body. */
static void
send_command (GstLiveKitEgressRtmpAnswer * self, guint8 chunk_stream,
    guint32 message_stream, GByteArray * body)
{
  send (self, chunk_stream, GST_LIVEKIT_EGRESS_RTMP_COMMAND, message_stream,
      body->data, body->len);
  g_byte_array_unref (body);
}

static void
write_member (GByteArray * out, const gchar * name, const gchar * text)
{
  gst_livekit_egress_amf0_write_name (out, name);
  gst_livekit_egress_amf0_write_text (out, text);
}

static void
write_member_number (GByteArray * out, const gchar * name, gdouble number)
{
  gst_livekit_egress_amf0_write_name (out, name);
  gst_livekit_egress_amf0_write_number (out, number);
}

static void
begin_info (GByteArray * out, const gchar * level, const gchar * code,
    const gchar * description)
{
  gst_livekit_egress_amf0_begin_object (out);
  write_member (out, "level", level);
  write_member (out, "code", code);
  write_member (out, "description", description);
}

void
gst_livekit_egress_rtmp_answer_connected (GstLiveKitEgressRtmpAnswer * self,
    gdouble transaction)
{
  GByteArray *body = begin_command ("_result", transaction);

  gst_livekit_egress_rtmp_answer_window (self);
  send_bandwidth (self);
  send_control (self, GST_LIVEKIT_EGRESS_RTMP_SET_CHUNK_SIZE, CHUNK_SIZE);
  self->chunk_size = CHUNK_SIZE;

  /* What clients expect of a server: a version of Adobe's, and all that it can do. */
  gst_livekit_egress_amf0_begin_object (body);
  write_member (body, "fmsVer", "FMS/3,0,1,123");
  write_member_number (body, "capabilities", 31);
  gst_livekit_egress_amf0_end_object (body);
  begin_info (body, "status", "NetConnection.Connect.Success",
      "Connection succeeded.");
  write_member_number (body, "objectEncoding", 0);      /* AMF0 */
  gst_livekit_egress_amf0_end_object (body);
  send_command (self, COMMAND_CHUNKS, 0, body);
}

void
gst_livekit_egress_rtmp_answer_stream (GstLiveKitEgressRtmpAnswer * self,
    gdouble transaction)
{
  GByteArray *body = begin_command ("_result", transaction);

  gst_livekit_egress_amf0_write_null (body);
  gst_livekit_egress_amf0_write_number (body, STREAM);
  send_command (self, COMMAND_CHUNKS, 0, body);
}

void
gst_livekit_egress_rtmp_answer_result (GstLiveKitEgressRtmpAnswer * self,
    gdouble transaction)
{
  GByteArray *body = begin_command ("_result", transaction);

  gst_livekit_egress_amf0_write_null (body);
  gst_livekit_egress_amf0_write_null (body);
  send_command (self, COMMAND_CHUNKS, 0, body);
}

void
gst_livekit_egress_rtmp_answer_error (GstLiveKitEgressRtmpAnswer * self,
    gdouble transaction, const gchar * code, const gchar * description)
{
  GByteArray *body = begin_command ("_error", transaction);

  gst_livekit_egress_amf0_write_null (body);
  begin_info (body, "error", code, description);
  gst_livekit_egress_amf0_end_object (body);
  send_command (self, COMMAND_CHUNKS, 0, body);
}

void
gst_livekit_egress_rtmp_answer_notice (GstLiveKitEgressRtmpAnswer * self,
    const gchar * name)
{
  GByteArray *body = begin_command (name, 0);

  gst_livekit_egress_amf0_write_null (body);
  send_command (self, COMMAND_CHUNKS, 0, body);
}

void
gst_livekit_egress_rtmp_answer_status (GstLiveKitEgressRtmpAnswer * self,
    const gchar * level, const gchar * code, const gchar * description)
{
  GByteArray *body = begin_command ("onStatus", 0);

  gst_livekit_egress_amf0_write_null (body);
  begin_info (body, level, code, description);
  gst_livekit_egress_amf0_end_object (body);
  send_command (self, STATUS_CHUNKS, STREAM, body);
}
