/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressrtmpsession.h"

/* The other side of an RTMP session, for tests: what a publisher sends, byte by byte as the test
 * wants it, and what it is answered. */

#define RTMP_APP "live"
#define RTMP_KEY "k3y" /* that of tests/data/rtmp.rec */

/* What the worker sent in the recorded session. */
GByteArray *rtmp_recorded (void);

/* The kinds of chunk headers. */
#define RTMP_FULL 0
#define RTMP_SAME_STREAM 1
#define RTMP_SAME_SIZE 2
#define RTMP_SAME_ALL 3

#define RTMP_CHUNK_SIZE 128

/* These append to what is to be sent. */
void rtmp_add_handshake (GByteArray *out);
/* Of the chunk stream 2 to 63; what the kind does not have is not written. */
void rtmp_add_header (GByteArray *out,
                      guint kind,
                      guint8 chunk_stream,
                      guint32 time,
                      gsize size,
                      guint8 type);
void rtmp_add_message (GByteArray *out,
                       guint8 chunk_stream,
                       guint8 type,
                       guint32 time,
                       const void *body,
                       gsize size);
void rtmp_add_control (GByteArray *out, guint8 type, guint32 value);
void rtmp_add_command (GByteArray *out,
                       const char *name,
                       double transaction,
                       const char *app,
                       const char *argument);
/* A whole beginning: handshake, connect, createStream, publish. */
GByteArray *rtmp_publisher_new (const char *app, const char *key);

/* Feeds all at once. */
gboolean rtmp_feed (GstLiveKitEgressRtmpSession *session, GByteArray *data, GError **error);
/* All that waits, as one block of bytes. */
GByteArray *rtmp_take_media (GstLiveKitEgressRtmpSession *session);

/* One line a tag: type, timestamp, size of the body. */
char *rtmp_print_media (GByteArray *flv);

/* What a session answered, one line a message: its type in decimal, and for commands the texts in
 * it. */
char *rtmp_take_answer (GstLiveKitEgressRtmpSession *session);

/*** Sessions ***/

typedef GstLiveKitEgressRtmpSession RtmpSession;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtmpSession, gst_livekit_egress_rtmp_session_free)

/* The key of the sessions made here. */
#define RTMP_SECRET "a-key-that-nobody-else-knows"

/* What rtmp_publisher_new() is answered up to createStream, and with the right key. */
#define RTMP_START                                                                                 \
  "handshake\n5\n6\n1\n20 _result status NetConnection.Connect.Success\n20 _result\n"
#define RTMP_STARTED RTMP_START "4\n20 onStatus status NetStream.Publish.Start\n3\n"

RtmpSession *rtmp_session_new (void);
/* One that publishes, with all its answers and the header taken. */
RtmpSession *rtmp_publishing_new (void);

void rtmp_feed_fine (RtmpSession *session, GByteArray *data);
void rtmp_assert_state (RtmpSession *session, GstLiveKitEgressRtmpSessionState state);
/* These take what they look at: as rtmp_take_answer() and rtmp_print_media() print it. */
void rtmp_assert_answer (RtmpSession *session, const char *expected);
void rtmp_assert_media (RtmpSession *session, const char *expected);
/* The data fails, in a sentence without the key; from then on nothing is used, not even what is
 * right. */
void rtmp_assert_fails (RtmpSession *session, GByteArray *data, int code, const char *text);
