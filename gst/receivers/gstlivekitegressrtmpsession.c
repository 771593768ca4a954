/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrtmpsession.h"

#include <string.h>

#include "gstlivekitegressflv.h"
#include "gstlivekitegressrtmpanswer.h"
#include "gstlivekitegressrtmpchunks.h"
#include "gstlivekitegressrtmpcommand.h"
#include "gstlivekitegressrtmphandshake.h"
#include "gstlivekitegresssecret.h"

/* What the peer may have begun to send, before it has shown the key and afterwards. */
#define MAX_UNFINISHED_OPEN (16 * 1024)
#define MAX_UNFINISHED_PUBLISHING (8 * 1024 * 1024)

/* What may wait to be taken. */
#define MAX_ANSWER (64 * 1024)
#define MAX_MEDIA (32 * 1024 * 1024)
#define TAG_COST 512            /* of a buffer, beside its bytes */

/* How much may come before it is acknowledged. The peer may ask for less. */
#define MAX_ACK_INTERVAL (16 * 1024)
#define MIN_ACK_INTERVAL 1024

#define PING_REQUEST 6          /* user control */

struct _GstLiveKitEgressRtmpSession
{
  gchar *app;
  gchar *key;
  GstLiveKitEgressRtmpSessionState state;
  GError *error;                /* when FAILED */

  GstLiveKitEgressRtmpHandshake handshake;
  GstLiveKitEgressRtmpChunkReader *reader;
  gboolean connected;
  gboolean stream_created;
  guint64 received;             /* after the handshake, as GStreamer counts it */
  guint64 acknowledged;
  guint64 ack_interval;

  GstLiveKitEgressRtmpAnswer answer;

  GstLiveKitEgressFlvStream flv;
  GQueue media;
  gsize media_size;
  guint64 dropped;
};

GstLiveKitEgressRtmpSession *
gst_livekit_egress_rtmp_session_new (const gchar * app, const gchar * key)
{
  GstLiveKitEgressRtmpSession *self = g_new0 (GstLiveKitEgressRtmpSession, 1);

  self->app = g_strdup (app);
  self->key = g_strdup (key);
  self->reader =
      gst_livekit_egress_rtmp_chunk_reader_new
      (GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE, GST_LIVEKIT_EGRESS_FLV_POINTER_SIZE);
  gst_livekit_egress_rtmp_chunk_reader_set_limit (self->reader,
      MAX_UNFINISHED_OPEN);
  self->ack_interval = MAX_ACK_INTERVAL;
  gst_livekit_egress_rtmp_answer_init (&self->answer);
  g_queue_init (&self->media);
  return self;
}

void
gst_livekit_egress_rtmp_session_free (GstLiveKitEgressRtmpSession * self)
{
  g_queue_clear_full (&self->media, (GDestroyNotify) gst_buffer_unref);
  gst_livekit_egress_rtmp_answer_clear (&self->answer);
  gst_livekit_egress_rtmp_chunk_reader_free (self->reader);
  g_clear_error (&self->error);
  g_free (self->app);
  g_free (self->key);
  g_free (self);
}

GstLiveKitEgressRtmpSessionState
gst_livekit_egress_rtmp_session_get_state (GstLiveKitEgressRtmpSession * self)
{
  return self->state;
}

guint64
gst_livekit_egress_rtmp_session_get_dropped (GstLiveKitEgressRtmpSession * self)
{
  return self->dropped;
}

void
gst_livekit_egress_rtmp_session_acknowledge (GstLiveKitEgressRtmpSession * self)
{
  if (self->received == 0
      || self->state == GST_LIVEKIT_EGRESS_RTMP_SESSION_FAILED)
    return;
  self->acknowledged = self->received;
  gst_livekit_egress_rtmp_answer_acknowledge (&self->answer,
      (guint32) self->received);
}

/* A query behind it is no part of it. */
static gboolean
is_secret (const GstLiveKitEgressAmf0Text * given, const gchar * secret)
{
  const gchar *query = given->size > 0
      ? memchr (given->text, '?', given->size) : NULL;

  return gst_livekit_egress_secret_is (secret, given->text,
      query != NULL ? (gsize) (query - given->text) : given->size);
}

/* Takes the buffer. */
static gboolean
add_media (GstLiveKitEgressRtmpSession * self, GstBuffer * buffer,
    GError ** error)
{
  self->media_size += gst_buffer_get_size (buffer) + TAG_COST;
  g_queue_push_tail (&self->media, buffer);

  if (self->media_size <= MAX_MEDIA)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
      "The publisher sends more than is taken");
  return FALSE;
}

/*** Commands ***/

static gboolean
handle_connect (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command, GError ** error)
{
  if (self->connected) {
    gst_livekit_egress_rtmp_answer_error (&self->answer, command->transaction,
        "NetConnection.Connect.Rejected", "It is connected already.");
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "The peer sends connect twice");
    return FALSE;
  }
  if (!is_secret (&command->app, self->app)) {
    gst_livekit_egress_rtmp_answer_error (&self->answer, command->transaction,
        "NetConnection.Connect.Rejected", "There is no such application here.");
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        "The peer asks for another application than \"%s\"", self->app);
    return FALSE;
  }

  self->connected = TRUE;
  gst_livekit_egress_rtmp_answer_connected (&self->answer,
      command->transaction);
  return TRUE;
}

/* The transaction 0 wants no answer. */
static void
answer_result (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command)
{
  if (command->transaction != 0)
    gst_livekit_egress_rtmp_answer_result (&self->answer, command->transaction);
}

static gboolean
handle_fc_publish (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command, GError ** error)
{
  answer_result (self, command);
  gst_livekit_egress_rtmp_answer_notice (&self->answer, "onFCPublish");
  return TRUE;
}

/* There is one stream: whoever creates another gets the same. */
static gboolean
handle_create_stream (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command, GError ** error)
{
  self->stream_created = TRUE;
  gst_livekit_egress_rtmp_answer_stream (&self->answer, command->transaction);
  return TRUE;
}

static gboolean
handle_publish (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command, GError ** error)
{
  if (!self->stream_created
      || self->state == GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING) {
    gst_livekit_egress_rtmp_answer_status (&self->answer, "error",
        "NetStream.Publish.BadName",
        "A connection publishes one stream, once, after it has created it.");
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        self->stream_created ? "The peer sends publish twice" :
        "The peer sends publish before createStream");
    return FALSE;
  }
  if (!is_secret (&command->argument, self->key)) {
    gst_livekit_egress_rtmp_answer_status (&self->answer, "error",
        "NetStream.Publish.BadName", "The stream key is wrong.");
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        "The peer publishes with a wrong stream key");
    return FALSE;
  }

  self->state = GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING;
  gst_livekit_egress_rtmp_chunk_reader_set_limit (self->reader,
      MAX_UNFINISHED_PUBLISHING);
  gst_livekit_egress_rtmp_answer_begin (&self->answer);
  gst_livekit_egress_rtmp_answer_status (&self->answer, "status",
      "NetStream.Publish.Start", "The stream is published.");
  /* An egress worker tries again after a cut only if something was acknowledged. */
  gst_livekit_egress_rtmp_session_acknowledge (self);
  return add_media (self, gst_livekit_egress_flv_new_header (), error);
}

/* The id of the stream is not looked at: some send its name. */
static gboolean
handle_end (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command, GError ** error)
{
  answer_result (self, command);
  if (self->state != GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING)
    return TRUE;

  if (gst_livekit_egress_amf0_text_is (&command->name, "FCUnpublish"))
    gst_livekit_egress_rtmp_answer_notice (&self->answer, "onFCUnpublish");
  gst_livekit_egress_rtmp_answer_status (&self->answer, "status",
      "NetStream.Unpublish.Success", "The stream is not published any more.");
  self->state = GST_LIVEKIT_EGRESS_RTMP_SESSION_ENDED;
  return TRUE;
}

static gboolean
handle_play (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command, GError ** error)
{
  gst_livekit_egress_rtmp_answer_status (&self->answer, "error",
      "NetStream.Play.StreamNotFound", "Nothing is played here.");
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
      "The peer wants to play a stream, not to publish one");
  return FALSE;
}

static gboolean
handle_release_stream (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command, GError ** error)
{
  answer_result (self, command);
  return TRUE;
}

/* An answer to what was not asked. */
static gboolean
handle_answer (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command, GError ** error)
{
  return TRUE;
}

typedef gboolean (*CommandFunc) (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpCommand * command, GError ** error);

static const struct
{
  const gchar *name;
  CommandFunc handle;
} commands[] = {
  {"connect", handle_connect},
  {"releaseStream", handle_release_stream},
  {"FCPublish", handle_fc_publish},
  {"createStream", handle_create_stream},
  {"publish", handle_publish},
  {"FCUnpublish", handle_end},
  {"closeStream", handle_end},
  {"deleteStream", handle_end},
  {"play", handle_play},
  {"play2", handle_play},
  {"_result", handle_answer},
  {"_error", handle_answer},
  {"onStatus", handle_answer},
};

static gboolean
handle_command (GstLiveKitEgressRtmpSession * self, const guint8 * data,
    gsize size, GError ** error)
{
  GstLiveKitEgressRtmpCommand command;
  guint i;

  if (!gst_livekit_egress_rtmp_command_read (&command, data, size)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "The peer sends a command that is no valid AMF0");
    return FALSE;
  }
  if (!self->connected
      && !gst_livekit_egress_amf0_text_is (&command.name, "connect")) {
    gst_livekit_egress_rtmp_answer_error (&self->answer, command.transaction,
        "NetConnection.Call.Failed", "It is not connected.");
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "The peer sends another command before connect");
    return FALSE;
  }

  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    if (gst_livekit_egress_amf0_text_is (&command.name, commands[i].name))
      return commands[i].handle (self, &command, error);

  if (command.transaction != 0)
    gst_livekit_egress_rtmp_answer_error (&self->answer, command.transaction,
        "NetConnection.Call.Failed", "There is no such command here.");
  return TRUE;
}

/*** Media ***/

/* Takes the block of the message. */
static gboolean
handle_media (GstLiveKitEgressRtmpSession * self,
    GstLiveKitEgressRtmpMessage * message, GError ** error)
{
  if (self->state != GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        "The peer sends media before it may publish");
    return FALSE;
  }

  switch (gst_livekit_egress_flv_check (&self->flv, message->type,
          message->block + message->start, message->size, error)) {
    case GST_LIVEKIT_EGRESS_FLV_REFUSED:
      gst_livekit_egress_rtmp_answer_status (&self->answer, "error",
          "NetStream.Publish.Denied", (*error)->message);
      return FALSE;
    case GST_LIVEKIT_EGRESS_FLV_BROKEN:
      self->dropped++;
      return TRUE;
    case GST_LIVEKIT_EGRESS_FLV_IDLE:
      return TRUE;
    case GST_LIVEKIT_EGRESS_FLV_GOOD:
      break;
  }

  return add_media (self, gst_livekit_egress_flv_new_tag (message->type,
          message->timestamp, g_steal_pointer (&message->block),
          message->start, message->size), error);
}

/* Without what is for the server: the name @setDataFrame before the data. */
static gboolean
handle_data (GstLiveKitEgressRtmpSession * self,
    GstLiveKitEgressRtmpMessage * message, GError ** error)
{
  GstLiveKitEgressAmf0Reader reader =
      { message->block + message->start, message->size, 0 };
  GstLiveKitEgressAmf0Text name;

  if (gst_livekit_egress_amf0_read_text (&reader, &name)
      && gst_livekit_egress_amf0_text_is (&name, "@setDataFrame")) {
    message->start += message->size - reader.size;
    message->size = reader.size;
  }
  message->type = GST_LIVEKIT_EGRESS_RTMP_DATA;
  return handle_media (self, message, error);
}

static gboolean
handle_aggregate (GstLiveKitEgressRtmpSession * self,
    const GstLiveKitEgressRtmpMessage * message, GError ** error)
{
  const guint8 *tag = message->block + message->start;
  gsize left = message->size;
  guint32 shift = 0;
  gboolean first = TRUE;

  while (left >= GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE) {
    const gsize size = GST_READ_UINT24_BE (tag + 1);
    const guint32 timestamp =
        GST_READ_UINT24_BE (tag + 4) | (guint32) tag[7] << 24;
    const gsize whole = GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE + size
        + GST_LIVEKIT_EGRESS_FLV_POINTER_SIZE;
    GstLiveKitEgressRtmpMessage part;
    gboolean fine;

    if (whole > left)
      break;
    /* Timestamps in it count from the one of the message. */
    if (first)
      shift = message->timestamp - timestamp;
    first = FALSE;

    part.type = tag[0];
    part.timestamp = timestamp + shift;
    part.block = g_memdup2 (tag, whole);
    part.start = GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE;
    part.size = size;
    fine = part.type == GST_LIVEKIT_EGRESS_RTMP_DATA
        ? handle_data (self, &part, error) : handle_media (self, &part, error);
    g_free (part.block);
    if (!fine)
      return FALSE;
    tag += whole;
    left -= whole;
  }

  self->dropped += left > 0;
  return TRUE;
}

/*** Messages ***/

static gboolean
handle_user_control (GstLiveKitEgressRtmpSession * self, const guint8 * data,
    gsize size)
{
  if (size >= 6 && GST_READ_UINT16_BE (data) == PING_REQUEST)
    gst_livekit_egress_rtmp_answer_pong (&self->answer,
        GST_READ_UINT32_BE (data + 2));
  return TRUE;
}

static gboolean
handle_control (GstLiveKitEgressRtmpSession * self, guint8 type,
    const guint8 * data, gsize size, GError ** error)
{
  guint32 value;

  if (size < 4) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "The peer sends a control message (type %u) of %" G_GSIZE_FORMAT
        " bytes", type, size);
    return FALSE;
  }
  value = GST_READ_UINT32_BE (data);

  switch (type) {
    case GST_LIVEKIT_EGRESS_RTMP_SET_CHUNK_SIZE:
      return gst_livekit_egress_rtmp_chunk_reader_set_chunk_size (self->reader,
          value, error);
    case GST_LIVEKIT_EGRESS_RTMP_ABORT:
      gst_livekit_egress_rtmp_chunk_reader_abort (self->reader, value);
      break;
    case GST_LIVEKIT_EGRESS_RTMP_WINDOW_ACK_SIZE:
      self->ack_interval = CLAMP (value, MIN_ACK_INTERVAL, MAX_ACK_INTERVAL);
      break;
    case GST_LIVEKIT_EGRESS_RTMP_SET_PEER_BANDWIDTH:
      gst_livekit_egress_rtmp_answer_window (&self->answer);
      break;
  }
  return TRUE;
}

/* Takes the block of the message, or leaves it. */
static gboolean
handle_message (GstLiveKitEgressRtmpSession * self,
    GstLiveKitEgressRtmpMessage * message, GError ** error)
{
  /* What has to do with AMF3 has a byte before it, and then AMF0 all the same. */
  if ((message->type == GST_LIVEKIT_EGRESS_RTMP_COMMAND_AMF3
          || message->type == GST_LIVEKIT_EGRESS_RTMP_DATA_AMF3)
      && message->size > 0) {
    message->start++;
    message->size--;
  }

  switch (message->type) {
    case GST_LIVEKIT_EGRESS_RTMP_SET_CHUNK_SIZE:
    case GST_LIVEKIT_EGRESS_RTMP_ABORT:
    case GST_LIVEKIT_EGRESS_RTMP_ACKNOWLEDGEMENT:
    case GST_LIVEKIT_EGRESS_RTMP_WINDOW_ACK_SIZE:
    case GST_LIVEKIT_EGRESS_RTMP_SET_PEER_BANDWIDTH:
      return handle_control (self, message->type,
          message->block + message->start, message->size, error);
    case GST_LIVEKIT_EGRESS_RTMP_USER_CONTROL:
      return handle_user_control (self, message->block + message->start,
          message->size);
    case GST_LIVEKIT_EGRESS_RTMP_COMMAND:
    case GST_LIVEKIT_EGRESS_RTMP_COMMAND_AMF3:
      return handle_command (self, message->block + message->start,
          message->size, error);
    case GST_LIVEKIT_EGRESS_RTMP_AUDIO:
    case GST_LIVEKIT_EGRESS_RTMP_VIDEO:
      return handle_media (self, message, error);
    case GST_LIVEKIT_EGRESS_RTMP_DATA:
    case GST_LIVEKIT_EGRESS_RTMP_DATA_AMF3:
      return handle_data (self, message, error);
    case GST_LIVEKIT_EGRESS_RTMP_AGGREGATE:
      return handle_aggregate (self, message, error);
    default:                   /* shared objects, and what is unknown */
      return TRUE;
  }
}

static gboolean
is_over (GstLiveKitEgressRtmpSession * self)
{
  return self->state == GST_LIVEKIT_EGRESS_RTMP_SESSION_ENDED;
}

static gboolean
feed (GstLiveKitEgressRtmpSession * self, const guint8 * data, gsize size,
    GError ** error)
{
  if (self->state == GST_LIVEKIT_EGRESS_RTMP_SESSION_HANDSHAKE) {
    if (!gst_livekit_egress_rtmp_handshake_feed (&self->handshake, &data, &size,
            self->answer.bytes, error))
      return FALSE;
    if (!gst_livekit_egress_rtmp_handshake_is_done (&self->handshake))
      return TRUE;
    self->state = GST_LIVEKIT_EGRESS_RTMP_SESSION_OPEN;
  }

  self->received += size;
  while (size > 0 && !is_over (self)) {
    GstLiveKitEgressRtmpMessage message;
    gboolean fine;

    if (!gst_livekit_egress_rtmp_chunk_reader_read (self->reader, &data, &size,
            &message, error))
      return FALSE;
    if (message.block == NULL)
      break;
    fine = handle_message (self, &message, error);
    g_free (message.block);
    if (!fine)
      return FALSE;
    if (self->answer.bytes->len > MAX_ANSWER) {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
          "The peer asks more than it waits for answers");
      return FALSE;
    }
  }

  if (self->received - self->acknowledged >= self->ack_interval)
    gst_livekit_egress_rtmp_session_acknowledge (self);
  return TRUE;
}

gboolean
gst_livekit_egress_rtmp_session_feed (GstLiveKitEgressRtmpSession * self,
    const guint8 * data, gsize size, GError ** error)
{
  if (self->error == NULL && !is_over (self)
      && !feed (self, data, size, &self->error))
    self->state = GST_LIVEKIT_EGRESS_RTMP_SESSION_FAILED;

  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

/*** Out ***/

GBytes *
gst_livekit_egress_rtmp_session_take_answer (GstLiveKitEgressRtmpSession * self)
{
  return gst_livekit_egress_rtmp_answer_take (&self->answer);
}

GstBuffer *
gst_livekit_egress_rtmp_session_take_media (GstLiveKitEgressRtmpSession * self)
{
  GstBuffer *buffer = g_queue_pop_head (&self->media);

  if (buffer != NULL)
    self->media_size -= gst_buffer_get_size (buffer) + TAG_COST;
  return buffer;
}
