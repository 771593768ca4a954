/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The warning of a libsrt without the mends of its overflows, which unmended-srt.c looks like. */

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"

int srt_startup (void);
int srt_cleanup (void);

/* Gives the first warning of a receiver that listens there, NULL without one. */
static char *
listen_on (const char *address)
{
  const GstLiveKitEgressReceiverConfig config
      = { .listen_address = address, .advertise_address = "media.example.com" };
  GstElement *receiver = gst_livekit_egress_receiver_new (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, &config);
  GstElement *pipeline = gst_pipeline_new (NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) warning = NULL;

  g_assert_nonnull (receiver);
  gst_bin_add (GST_BIN (pipeline), receiver);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  if (message != NULL)
    {
      g_assert_true (GST_MESSAGE_SRC (message) == GST_OBJECT (receiver));
      gst_message_parse_warning (message, &warning, NULL);
    }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);

  return warning != NULL ? g_strdup (warning->message) : NULL;
}

static void
test_beyond_this_machine (void)
{
  static const char *const addresses[] = { "0.0.0.0", "::" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autofree char *warning = listen_on (addresses[i]);

      g_assert_nonnull (warning);
      g_assert_nonnull (strstr (warning, "CVE-2026-55868"));
      g_assert_nonnull (strstr (warning, "1.5.1-1+deb12u2"));
    }
}

static void
test_on_loopback (void)
{
  g_autofree char *warning = listen_on ("127.0.0.1");

  g_assert_null (warning);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();
  /* Or the linker leaves that one out. */
  g_assert_cmpint (srt_startup (), >=, 0);

  g_test_add_func ("/srt-unmended/beyond-this-machine", test_beyond_this_machine);
  g_test_add_func ("/srt-unmended/on-loopback", test_on_loopback);

  status = g_test_run ();
  /* The plugin has started libsrt too, which at the exit ends its threads after one start alone. */
  srt_cleanup ();
  return status;
}
