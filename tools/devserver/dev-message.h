/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

/* Fields of any message by name. The older requests share field names but no C types; a field that
 * a message lacks, or that is unset, reads as empty. */
const char *dev_message_string (const ProtobufCMessage *message, const char *name);
int dev_message_number (const ProtobufCMessage *message, const char *name);
const ProtobufCMessage *dev_message_child (const ProtobufCMessage *message, const char *name);
gboolean dev_message_has (const ProtobufCMessage *message, const char *name);

/* The items of a repeated message or string field. */
guint dev_message_list (const ProtobufCMessage *message, const char *name, gpointer **items);

/* Replaces a string field of a message. */
void dev_message_set_string (char **field, const char *value);

/* Makes room for one more message in a repeated field and puts it there. */
void dev_message_append (gpointer items, size_t *n_items, gpointer item);

G_END_DECLS
