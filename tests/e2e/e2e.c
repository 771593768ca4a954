/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "e2e.h"

#include <gst/gst.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

#include "lk-test-child.h"
#include "lk-test-devserver.h"

#define SOME_MEDIA 40000 /* bytes */
#define POLL_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)
#define LAST_WORD (5 * G_TIME_SPAN_SECOND)

static const char *
get_variable (const char *name)
{
  const char *value = g_getenv (name);

  if (value == NULL)
    g_error ("The environment variable %s is not set: run this under stack.py", name);
  return value;
}

gboolean
e2e_is_real (void)
{
  return g_getenv ("LK_E2E_WORKER_PID") != NULL;
}

static LkEgressClient *
new_client (LkEgressCredentials *credentials)
{
  g_autoptr (GError) error = NULL;
  LkEgressClient *client = lk_egress_client_new (NULL, credentials, &error);

  g_assert_no_error (error);
  return client;
}

LkEgressClient *
e2e_new_client (void)
{
  return new_client (NULL);
}

LkEgressClient *
e2e_new_client_with_wrong_secret (void)
{
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_key (
      get_variable ("LIVEKIT_API_KEY"), "a secret that the server does not know");

  return new_client (credentials);
}

void
e2e_add_fault (const char *json)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = soup_message_new ("POST", get_variable ("LK_E2E_FAULTS"));
  g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (GError) error = NULL;

  soup_message_set_request_body_from_bytes (message, "application/json", body);
  reply = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
}

void
e2e_add_life_fault (const char *life)
{
  g_autofree char *json = g_strdup_printf ("{\"life\":\"%s\"}", life);

  e2e_add_fault (json);
}

char *
e2e_dup_track (const char *identity, const char *kind)
{
  g_autoptr (JsonNode) rooms = json_from_string (get_variable ("LK_E2E_ROOMS"), NULL);
  JsonObject *room = json_object_get_object_member (json_node_get_object (rooms), "demo");
  JsonObject *participants = json_object_get_object_member (room, "participants");
  JsonObject *tracks = json_object_get_object_member (participants, identity);

  return g_strdup (json_object_get_string_member (tracks, kind));
}

void
e2e_make_small (LkEgressRequest *request)
{
  g_autoptr (LkEgressEncodingOptions) options = lk_egress_encoding_options_new ();

  g_object_set (options, "width", 320, "height", 180, "framerate", 15, "video-bitrate", 400, NULL);
  g_object_set (request, "advanced", options, NULL);
}

LkEgressRequest *
e2e_new_request (const char *identity, const char *url)
{
  LkEgressRequest *request = lk_egress_request_new_participant ("demo", identity);

  e2e_make_small (request);
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, url);
  return request;
}

static guint
count_active (void)
{
  g_autoptr (LkEgressClient) client = e2e_new_client ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressListing) active = lk_egress_client_list (client, "demo", TRUE, NULL, &error);

  g_assert_no_error (error);
  return g_list_model_get_n_items (G_LIST_MODEL (active));
}

void
e2e_assert_nothing_active (void)
{
  gint64 end = g_get_monotonic_time () + LAST_WORD;

  while (count_active () > 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (POLL_INTERVAL);
    }
}

/* Receiver */

struct _E2eReceiver
{
  char *url;
  GstElement *pipeline;
  GMutex lock;
  GCond cond;
  gsize received;
};

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  E2eReceiver *self = user_data;

  g_mutex_lock (&self->lock);
  self->received += gst_buffer_get_size (buffer);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

E2eReceiver *
e2e_receiver_new (void)
{
  E2eReceiver *self = g_new0 (E2eReceiver, 1);
  g_autofree char *line = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->url = g_strdup_printf ("srt://127.0.0.1:%u", lk_test_find_port (G_SOCKET_TYPE_DATAGRAM));
  line = g_strdup_printf ("srtsrc uri=%s?mode=listener keep-listening=true ! "
                          "fakesink name=sink signal-handoffs=true sync=false",
                          self->url);
  self->pipeline = gst_parse_launch (line, &error);
  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), self);
  /* A live source listens before this returns. */
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), !=,
                   GST_STATE_CHANGE_FAILURE);
  return self;
}

void
e2e_receiver_free (E2eReceiver *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->url);
  g_free (self);
}

const char *
e2e_receiver_get_url (E2eReceiver *self)
{
  return self->url;
}

void
e2e_receiver_wait_media (E2eReceiver *self)
{
  g_mutex_lock (&self->lock);
  while (self->received < SOME_MEDIA)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}
