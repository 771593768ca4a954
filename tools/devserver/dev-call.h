/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "dev-faults.h"
#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

#define DEV_TYPE_CALL (dev_call_get_type ())
G_DECLARE_FINAL_TYPE (DevCall, dev_call, DEV, CALL, GObject)

/* One HTTP request that waits for its one answer. The answer suffers what the fault of the call
 * does to it. The signal "answered" tells that it is done with, also when the client went away. */
DevCall *dev_call_new (SoupServerMessage *message);
SoupServerMessage *dev_call_get_message (DevCall *self);

void dev_call_set_fault (DevCall *self, DevFault *fault);

/* Each of these is the answer; the second and later ones are ignored. */
void dev_call_answer (DevCall *self, guint status, const char *content_type, GBytes *body);
void dev_call_answer_text (DevCall *self, guint status, const char *content_type, const char *text);
void dev_call_answer_message (DevCall *self, const ProtobufCMessage *message);
void dev_call_answer_error (DevCall *self, const GError *error);
void dev_call_answer_twirp (DevCall *self,
                            const char *code,
                            const char *text,
                            const char *meta_key,
                            const char *meta);
void dev_call_cut (DevCall *self);

/* Whether the request is JSON (else protobuf), and its type without parameters. */
char *dev_call_get_content_type (DevCall *self);
gboolean dev_call_is_json (DevCall *self);

G_END_DECLS
