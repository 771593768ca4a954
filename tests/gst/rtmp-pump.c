/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rtmp-pump.h"

#include "rtmp-peer.h"

#define TIMEOUT 60 /* seconds */

struct _RtmpPump
{
  GSocket *listener;
  guint port;
  GThread *thread;
  GstLiveKitEgressRtmpSession *session;
  GByteArray *media;
  GError *error;
};

static void
send_all (GSocket *socket, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  gsize size, sent = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  while (sent < size)
    {
      const gssize n = g_socket_send (socket, data + sent, size - sent, NULL, &error);

      /* Who has said that it ends does not wait for answers. */
      if (n < 0)
        return;
      sent += (gsize)n;
    }
}

static gpointer
run (gpointer data)
{
  RtmpPump *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_accept (self->listener, NULL, &error);
  gboolean fine = TRUE;

  g_assert_no_error (error);
  g_socket_set_timeout (socket, TIMEOUT);

  while (fine)
    {
      guint8 block[16384];
      const gssize n = g_socket_receive (socket, (char *)block, sizeof block, NULL, &error);
      g_autoptr (GBytes) answer = NULL;
      g_autoptr (GByteArray) media = NULL;

      if (n == 0 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
        break;
      g_assert_no_error (error);
      fine = gst_livekit_egress_rtmp_session_feed (self->session, block, (gsize)n, &self->error);
      answer = gst_livekit_egress_rtmp_session_take_answer (self->session);
      if (answer != NULL)
        send_all (socket, answer);
      media = rtmp_take_media (self->session);
      g_byte_array_append (self->media, media->data, media->len);
    }

  return NULL;
}

RtmpPump *
rtmp_pump_new (void)
{
  RtmpPump *self = g_new0 (RtmpPump, 1);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  self->listener
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_set_timeout (self->listener, TIMEOUT);
  g_socket_bind (self->listener, any, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (self->listener, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (self->listener, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));

  self->session = gst_livekit_egress_rtmp_session_new (RTMP_APP, RTMP_KEY);
  self->media = g_byte_array_new ();
  self->thread = g_thread_new ("rtmp-pump", run, self);
  return self;
}

void
rtmp_pump_free (RtmpPump *self)
{
  if (self->thread != NULL)
    g_thread_join (self->thread);
  gst_livekit_egress_rtmp_session_free (self->session);
  g_byte_array_unref (self->media);
  g_clear_error (&self->error);
  g_object_unref (self->listener);
  g_free (self);
}

guint
rtmp_pump_get_port (RtmpPump *self)
{
  return self->port;
}

GstLiveKitEgressRtmpSession *
rtmp_pump_join (RtmpPump *self)
{
  g_thread_join (g_steal_pointer (&self->thread));
  return self->session;
}

const GError *
rtmp_pump_get_error (RtmpPump *self)
{
  return self->error;
}

GByteArray *
rtmp_pump_get_media (RtmpPump *self)
{
  return self->media;
}
