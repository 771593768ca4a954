/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Lets one sender connect over TCP or TLS, and bounds what strangers can do: how many there are, how long
 * each may take to show that it has the secret, and how much it may leave unread. What they say is for a
 * session to judge. The sender stays until it goes, or until another with the secret takes over from it.
 *
 * It runs in a main context of its own while iterate() is called, always from one thread. */
typedef struct _GstLiveKitEgressTcpServer GstLiveKitEgressTcpServer;

typedef enum
{
  GST_LIVEKIT_EGRESS_TCP_STRANGER,
  GST_LIVEKIT_EGRESS_TCP_SENDER,        /* it has shown the secret */
  GST_LIVEKIT_EGRESS_TCP_ENDING,        /* it has said all, and is about to close the connection */
  GST_LIVEKIT_EGRESS_TCP_OVER,  /* the connection is to be closed */
} GstLiveKitEgressTcpStanding;

/* All are called from iterate(), free as well from the end of the server. */
typedef struct
{
  /* One connection: made, fed, asked what to send and where it stands, freed. Takes an error when the
   * connection is over because of what came. */
  gpointer (*session_new) (gpointer user_data);
  gboolean (*feed) (gpointer session, const guint8 * data, gsize size, GError ** error);
  GBytes *(*take_answer) (gpointer session);
  GstLiveKitEgressTcpStanding (*get_standing) (gpointer session);
  void (*session_free) (gpointer session);

  /* A sender came, maybe in place of another, or went. */
  void (*connected) (gboolean connected, gpointer user_data);
  /* Somebody has not shown the secret, and has to go or went. */
  void (*refused) (const gchar * peer, const gchar * why, gpointer user_data);

  /* How long a sender may say nothing before it counts as gone (microseconds); 0: for ever. */
  gint64 max_silence;
} GstLiveKitEgressTcpFuncs;

/* Listens; with TLS if there is a certificate, which has its key. */
GstLiveKitEgressTcpServer *gst_livekit_egress_tcp_server_new (GSocketAddress * address,
    GTlsCertificate * certificate, const GstLiveKitEgressTcpFuncs * funcs, gpointer funcs_data,
    GError ** error);
void gst_livekit_egress_tcp_server_free (GstLiveKitEgressTcpServer * self);

guint gst_livekit_egress_tcp_server_get_port (GstLiveKitEgressTcpServer * self);

/* Does some of what there is to do, and waits for something until then if there is nothing (monotonic
 * time; 0: does not wait). FALSE if there was nothing. */
gboolean gst_livekit_egress_tcp_server_iterate (GstLiveKitEgressTcpServer * self, gint64 end_time);

/* From any thread: nobody new is let in. */
void gst_livekit_egress_tcp_server_refuse_all (GstLiveKitEgressTcpServer * self);

G_END_DECLS
