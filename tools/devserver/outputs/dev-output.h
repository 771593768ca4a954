/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

#include "dev-plan.h"
#include "dev-store.h"
#include "livekit_manifest.pb-c.h"

G_BEGIN_DECLS

/* Codes of errors, as EgressInfo has them. */
#define DEV_OUTPUT_INVALID 400
#define DEV_OUTPUT_UNAVAILABLE 503

/* What all outputs of an egress know of it; it outlives them. */
typedef struct
{
  const DevPlan *plan;
  const Livekit__EgressInfo *info; /* without results: these are the outputs' own */
  const char *folder;              /* for files; NULL if none are written */
} DevOutputContext;

#define DEV_TYPE_OUTPUT (dev_output_get_type ())
G_DECLARE_DERIVABLE_TYPE (DevOutput, dev_output, DEV, OUTPUT, GObject)

/* One output of an egress: it writes what its destination asks for and holds the results of that.
 * It lives as long as its egress, its media may be shorter. Everything here runs in the main
 * context. The signal "failed" (code, text) tells that the output or one of its streams is dead,
 * and "stored" that all files it has written are where they belong. */
struct _DevOutputClass
{
  GObjectClass parent_class;

  /* For every kind. */

  /* The GStreamer elements that it needs; ends with NULL. */
  const char *const *elements;
  /* Whether it can do what the destination asks for; what no server accepts was refused before. */
  gboolean (*check) (const DevOutputContext *context,
                     const DevDestination *destination,
                     GError **error);
  /* A bin with pads out of "video" (H.264), "picture" and "audio" (both raw), as far as the
   * encoding has them: see dev_output_add_pads (). */
  GstElement *(*create) (DevOutput *self, GError **error);
  /* Adds its results to an info that is about to be sent. */
  void (*fill_result) (DevOutput *self, Livekit__EgressInfo *info);
  /* An element of the bin reports an error. */
  void (*element_failed) (DevOutput *self, GstObject *element, const char *text);

  /* For kinds with streams that come and go while it runs. */

  /* Errors carry the worker's text. A stream that is there already is no error. */
  gboolean (*add) (DevOutput *self, const char *id, const char *url, GError **error);
  /* FALSE if there is no such stream. */
  gboolean (*remove) (DevOutput *self, const char *url);
  /* Whether any stream is left. */
  gboolean (*is_used) (DevOutput *self);

  /* For those that need it. */

  /* The output is new: what the results show from the beginning. */
  void (*set_up) (DevOutput *self);
  /* The pipeline runs: open what may fail by itself. */
  void (*started) (DevOutput *self);
  /* A fault: the connections break off, and are made again a little later. */
  void (*cut) (DevOutput *self);
  /* The sound is muted where it comes from; what flows is silence. */
  void (*set_silent) (DevOutput *self, gboolean silent);
  /* Nothing flows any more and the bin goes away. */
  void (*close) (DevOutput *self);
  /* The results end; error is NULL if they end well. */
  void (*end) (DevOutput *self, const char *error);
  /* How long to wait between the end of the stream and closing, in milliseconds. */
  guint (*get_linger) (DevOutput *self);
  /* An element of the bin has something to tell. */
  void (*handle_message) (DevOutput *self, const GstStructure *message);

  /* For those that write files. */

  void (*fill_manifest) (DevOutput *self, Livekit__Manifest *manifest);
  /* A name beside which it goes. */
  const char *(*get_manifest_neighbour) (DevOutput *self);
};

DevOutput *
dev_output_new (GType type, const DevOutputContext *context, const DevDestination *destination);

/* For the pipeline. The bin belongs to the pipeline that it is added to. */
GstElement *dev_output_create (DevOutput *self, GError **error);
void dev_output_started (DevOutput *self);
/* FALSE if the element is none of its own. */
gboolean dev_output_element_failed (DevOutput *self, GstObject *element, const char *text);
void dev_output_handle_message (DevOutput *self, GstMessage *message);
guint dev_output_get_linger (DevOutput *self);
void dev_output_close (DevOutput *self);

/* For the egress. */
gboolean dev_output_has_streams (DevOutput *self);
gboolean dev_output_add (DevOutput *self, const char *id, const char *url, GError **error);
gboolean dev_output_remove (DevOutput *self, const char *url);
gboolean dev_output_is_used (DevOutput *self);
void dev_output_cut (DevOutput *self);
void dev_output_set_silent (DevOutput *self, gboolean silent);
/* The egress is ACTIVE. */
void dev_output_begin (DevOutput *self);
void dev_output_end (DevOutput *self, const char *error);
void dev_output_fill_result (DevOutput *self, Livekit__EgressInfo *info);
void dev_output_fill_manifest (DevOutput *self, Livekit__Manifest *manifest);
/* Its name with this file name; NULL if the request wants none. */
char *dev_output_get_manifest_name (DevOutput *self, const char *file_name);
/* Whether files are still on their way. */
gboolean dev_output_is_storing (DevOutput *self);

/* For the kinds. */
const DevOutputContext *dev_output_get_context (DevOutput *self);
const DevDestination *dev_output_get_destination (DevOutput *self);
GstElement *dev_output_get_bin (DevOutput *self);
/* NULL for streams. */
DevStore *dev_output_get_store (DevOutput *self);
/* Nanoseconds; 0 before. */
gint64 dev_output_get_began (DevOutput *self);
gint64 dev_output_get_ended (DevOutput *self);
/* Shows the sinks of the elements "video-in", "picture-in" and "audio-in", if there are, as pads.
 */
void dev_output_add_pads (GstElement *bin);
void dev_output_emit_failed (DevOutput *self, int code, const char *text);
/* Refuses a destination: FALSE and UNIMPLEMENTED. */
gboolean dev_output_refuse (GError **error, const char *text);
/* Whether there is a place for files. */
gboolean dev_output_check_store (const DevOutputContext *context,
                                 const DevDestination *destination,
                                 GError **error);

G_END_DECLS
