/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtcaller.h"

#include <string.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegresssrtlibrary.h"
#include "gstlivekitegresssrtreader.h"
#include "gstlivekitegresssrtsecrets.h"

#define GST_CAT_DEFAULT gst_livekit_egress_srt_debug

/* Between one call in vain and the next. */
#define CALL_INTERVAL (250 * G_TIME_SPAN_MILLISECOND)

struct _GstLiveKitEgressSrtCaller
{
  gchar *host;
  guint port;
  GstLiveKitEgressSrtSecrets *secrets;
  GstLiveKitEgressSrtCallerFuncs funcs;
  gpointer user_data;
  int epoll;
  GstLiveKitEgressSrtReader *reader;

  GSocketAddressEnumerator *addresses;  /* those of the host that are left to be tried */
  SRTSOCKET calling;            /* or SRT_INVALID_SOCK */
  gint64 next_call;             /* monotonic */
};

static gboolean
parse_location (GstLiveKitEgressSrtCaller * self, const gchar * location,
    GError ** error)
{
  g_autoptr (GUri) uri = location != NULL ?
      g_uri_parse (location, G_URI_FLAGS_NONE, NULL) : NULL;

  if (uri != NULL && g_str_equal (g_uri_get_scheme (uri), "srt")
      && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0'
      && g_uri_get_port (uri) > 0 && *g_uri_get_path (uri) == '\0'
      && g_uri_get_userinfo (uri) == NULL && g_uri_get_query (uri) == NULL
      && g_uri_get_fragment (uri) == NULL) {
    self->host = g_strdup (g_str_equal (g_uri_get_host (uri), "localhost") ?
        "127.0.0.1" : g_uri_get_host (uri));
    self->port = g_uri_get_port (uri);
    return TRUE;
  }

  /* The text is not quoted: somebody may have put a passphrase into it. */
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      location == NULL ?
      "srt-mode=caller needs srt-location, the address where the egress worker "
      "is to listen; use for example srt://worker.example.com:7000" :
      "srt-location is not an address of the form srt://HOST:PORT; options are "
      "not written there, as each run makes its own passphrase and stream id");
  return FALSE;
}

GstLiveKitEgressSrtCaller *
gst_livekit_egress_srt_caller_new (const gchar * location, guint latency,
    const GstLiveKitEgressSrtCallerFuncs * funcs, gpointer user_data,
    GError ** error)
{
  GstLiveKitEgressSrtCaller *self = g_new0 (GstLiveKitEgressSrtCaller, 1);

  gst_livekit_egress_srt_library_init ();
  self->funcs = *funcs;
  self->user_data = user_data;
  self->calling = SRT_INVALID_SOCK;
  self->epoll = srt_epoll_create ();
  self->reader = gst_livekit_egress_srt_reader_new (self->epoll);

  if (self->epoll == SRT_ERROR) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot wait for SRT: %s", srt_getlasterror_str ());
    goto failed;
  }
  if (!parse_location (self, location, error))
    goto failed;
  self->secrets = gst_livekit_egress_srt_secrets_new (latency, error);
  if (self->secrets == NULL)
    goto failed;

  return self;

failed:
  gst_livekit_egress_srt_caller_free (self);
  return NULL;
}

void
gst_livekit_egress_srt_caller_free (GstLiveKitEgressSrtCaller * self)
{
  if (self->calling != SRT_INVALID_SOCK)
    srt_close (self->calling);
  gst_livekit_egress_srt_reader_free (self->reader);
  if (self->epoll != SRT_ERROR)
    srt_epoll_release (self->epoll);

  g_clear_object (&self->addresses);
  g_clear_pointer (&self->secrets, gst_livekit_egress_srt_secrets_free);
  g_free (self->host);
  g_free (self);
}

/*** What the worker is told ***/

static gboolean
is_ipv6 (GstLiveKitEgressSrtCaller * self)
{
  return strchr (self->host, ':') != NULL;
}

gboolean
gst_livekit_egress_srt_caller_is_local (GstLiveKitEgressSrtCaller * self)
{
  g_autoptr (GInetAddress) address =
      g_inet_address_new_from_string (self->host);

  return address != NULL && g_inet_address_get_is_loopback (address);
}

/* It may know itself by another IPv4 address than we do, and listens on all. One on this machine is for
 * this machine alone. GStreamer cannot listen on all of IPv6. */
gchar *
gst_livekit_egress_srt_caller_dup_url (GstLiveKitEgressSrtCaller * self)
{
  const gboolean all = !is_ipv6 (self)
      && !gst_livekit_egress_srt_caller_is_local (self);
  g_autofree gchar *authority =
      g_strdup_printf (is_ipv6 (self) ? "[%s]:%u" : "%s:%u",
      all ? "0.0.0.0" : self->host, self->port);

  return gst_livekit_egress_srt_secrets_dup_url (self->secrets, authority,
      "listener");
}

/*** Calls ***/

static gboolean
is_heard (GstLiveKitEgressSrtCaller * self, GSocketAddress * address)
{
  return is_ipv6 (self)
      || g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV4;
}

/* The next of the host, from the start again after NULL, at which all were tried. */
static GSocketAddress *
get_address (GstLiveKitEgressSrtCaller * self, GCancellable * cancellable,
    GError ** error)
{
  GSocketAddress *address;

  if (self->addresses == NULL) {
    g_autoptr (GSocketConnectable) host =
        g_network_address_new (self->host, self->port);

    self->addresses = g_socket_connectable_enumerate (host);
  }
  while ((address = g_socket_address_enumerator_next (self->addresses,
              cancellable, error)) != NULL && !is_heard (self, address))
    g_object_unref (address);
  if (address == NULL)
    g_clear_object (&self->addresses);
  return address;
}

static gboolean
call (GstLiveKitEgressSrtCaller * self, GSocketAddress * address,
    GError ** error)
{
  const int events = SRT_EPOLL_OUT | SRT_EPOLL_ERR;
  const gchar *stream_id = self->secrets->stream_id;
  struct sockaddr_storage native;

  if (!g_socket_address_to_native (address, &native, sizeof native, error))
    return FALSE;
  self->calling = srt_create_socket ();
  if (!gst_livekit_egress_srt_secrets_apply (self->secrets, self->calling,
          error))
    return FALSE;
  if (srt_setsockflag (self->calling, SRTO_STREAMID, stream_id,
          strlen (stream_id)) != SRT_ERROR
      && srt_epoll_add_usock (self->epoll, self->calling, &events) != SRT_ERROR
      && srt_connect (self->calling, (struct sockaddr *) &native,
          g_socket_address_get_native_size (address)) != SRT_ERROR)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      srt_getlasterror_str ());
  return FALSE;
}

static void
tell_failure (GstLiveKitEgressSrtCaller * self, const gchar * why)
{
  g_autofree gchar *text =
      g_strdup_printf ("the worker cannot be reached at %s port %u: %s",
      self->host, self->port, why);

  self->funcs.failed (text, self->user_data);
}

static void
give_up (GstLiveKitEgressSrtCaller * self, const gchar * why)
{
  tell_failure (self, why);
  if (self->calling != SRT_INVALID_SOCK) {
    srt_epoll_remove_usock (self->epoll, self->calling);
    srt_close (self->calling);
  }
  self->calling = SRT_INVALID_SOCK;
  self->next_call = g_get_monotonic_time () + CALL_INTERVAL;
}

static void
begin_call (GstLiveKitEgressSrtCaller * self, GCancellable * cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = get_address (self, cancellable, &error);

  if (address == NULL && error == NULL)
    self->next_call = g_get_monotonic_time () + CALL_INTERVAL;
  else if (address == NULL || !call (self, address, &error))
    give_up (self, error->message);
}

static void
check_call (GstLiveKitEgressSrtCaller * self)
{
  const SRT_SOCKSTATUS state = srt_getsockstate (self->calling);

  if (state == SRTS_CONNECTED) {
    srt_epoll_remove_usock (self->epoll, self->calling);
    gst_livekit_egress_srt_reader_take (self->reader, self->calling);
    self->calling = SRT_INVALID_SOCK;
    g_clear_object (&self->addresses);
    self->funcs.connected (TRUE, self->user_data);
  } else if (state != SRTS_CONNECTING && state != SRTS_OPENED) {
    give_up (self, srt_rejectreason_str (srt_getrejectreason (self->calling)));
  }
}

/*** Reading ***/

static GstBuffer *
read_worker (GstLiveKitEgressSrtCaller * self, GstClockTime * age)
{
  gboolean over;
  GstBuffer *buffer =
      gst_livekit_egress_srt_reader_read (self->reader, age, &over);

  if (over) {
    gst_livekit_egress_srt_reader_take (self->reader, SRT_INVALID_SOCK);
    self->next_call = 0;
    self->funcs.connected (FALSE, self->user_data);
  }
  return buffer;
}

static gboolean
is_connected (GstLiveKitEgressSrtCaller * self)
{
  return gst_livekit_egress_srt_reader_get_socket (self->reader) !=
      SRT_INVALID_SOCK;
}

GstBuffer *
gst_livekit_egress_srt_caller_read (GstLiveKitEgressSrtCaller * self,
    GstClockTime timeout, GstClockTime * age, GCancellable * cancellable,
    GError ** error)
{
  const gint64 now = g_get_monotonic_time ();
  GstBuffer *buffer = is_connected (self) ? read_worker (self, age) : NULL;
  SRT_EPOLL_EVENT event;

  if (buffer != NULL)
    return buffer;

  if (!is_connected (self) && self->calling == SRT_INVALID_SOCK) {
    if (now < self->next_call)
      g_usleep (MIN ((gint64) GST_TIME_AS_USECONDS (timeout),
              self->next_call - now));
    else
      begin_call (self, cancellable);
    return NULL;
  }

  if (srt_epoll_uwait (self->epoll, &event, 1,
          timeout / GST_MSECOND) == SRT_ERROR) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot wait for SRT: %s", srt_getlasterror_str ());
    return NULL;
  }
  if (is_connected (self))
    return read_worker (self, age);
  check_call (self);
  return NULL;
}

void
gst_livekit_egress_srt_caller_add_stats (GstLiveKitEgressSrtCaller * self,
    GstStructure * stats)
{
  gst_livekit_egress_srt_reader_add_stats (self->reader, stats);
}
