/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/check/gstcheck.h>

#include "lk-test-devserver.h"

G_BEGIN_DECLS

#define GST_TEST_TIMEOUT (30 * GST_SECOND)

/* Initialises GStreamer with a registry of the program's own that sees the plugins that are named
 * (files without "libgst" and ".so"), space-separated, and nothing else: "livekitegress" is ours,
 * the others are those of the system. Needs the environment of tests/gst/meson.build. */
void gst_test_init (int *argc, char ***argv, const char *plugins);

/* The same where warnings and criticals of GStreamer are no failures. */
void gst_test_init_plain (int *argc, char ***argv, const char *plugins);

/* What the elements of this plugin work with. */
#define GST_TEST_SYSTEM_PLUGINS "coreelements mpegtsdemux videoparsersbad audioparsers"
#define GST_TEST_PLUGINS "livekitegress " GST_TEST_SYSTEM_PLUGINS

/* livekitegresssrc in a pipeline, with a counting sink on each pad, and a dev server behind it. */
typedef struct
{
  LkTestDevserver *server;
  GstElement *pipeline;
  GstElement *src;
  GstBus *bus;

  GMutex pads_lock; /* held while a pad gets its sink; guards dropped */
  gboolean dropped;

  GMutex lock; /* guards the rest */
  GCond cond;
  guint n_video, n_audio; /* buffers */
  guint n_pads;
  GstCaps *video_caps, *audio_caps;
  gboolean no_more_pads;
} GstTestRun;

/* For room demo and participant alice; arguments are those of the server, NULL-terminated. */
GstTestRun *gst_test_run_new (const char *const *arguments);

/* The same with another element of the plugin, which src is then. */
GstTestRun *gst_test_run_new_for (const char *factory, const char *const *arguments);

/* Brings the pipeline down first; server ends. */
void gst_test_run_free (GstTestRun *self);

/* The pipeline goes down and is freed, and the server stays. */
void gst_test_run_drop_pipeline (GstTestRun *self);

void gst_test_run_play (GstTestRun *self);

/* Until that many buffers have come. */
void gst_test_run_wait_buffers (GstTestRun *self, guint n_video, guint n_audio);

/* As gst-launch-1.0 does. */
void gst_test_set_from_text (gpointer object, const char *property, const char *text);

/* The next message of these types, at most GST_TEST_TIMEOUT away. */
GstMessage *gst_test_run_pop (GstTestRun *self, GstMessageType types);

/* The next element message of this name. */
GstMessage *gst_test_run_pop_element (GstTestRun *self, const char *name);

/* EOS, and no error before it. */
void gst_test_run_assert_eos (GstTestRun *self);

/* EOS for the element makes EOS, after which the egress of the server is complete. */
void gst_test_run_stop (GstTestRun *self);

/* How often the sender came back, as the statistics say. */
guint gst_test_run_get_reconnects (GstTestRun *self);

/* The next error is this one, and once the pipeline is down there was no other. */
void gst_test_run_assert_error (GstTestRun *self, GstResourceError code, const char *code_field);

/* It cannot be PAUSED, for a mistake in its settings that the error tells in these words among
 * others, and the server was not asked to start anything. Gives the text of the error. */
char *gst_test_run_assert_refused (GstTestRun *self, const char *said);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstTestRun, gst_test_run_free)

G_END_DECLS
