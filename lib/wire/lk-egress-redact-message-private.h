/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

typedef enum
{
  LK_EGRESS_SECRET_NO,
  LK_EGRESS_SECRET_VALUE,    /* shown as {field_name} when not empty */
  LK_EGRESS_SECRET_URL,      /* an address, see lk_egress_redact_url() */
  LK_EGRESS_SECRET_LOCATION, /* a path, or an address whose query may be a signature */
} LkEgressSecret;

typedef struct
{
  const char *message;
  const char *field;
  LkEgressSecret kind;
} LkEgressSecretField;

/* Ends with a row of NULL. */
extern const LkEgressSecretField lk_egress_secret_fields[];

LkEgressSecret lk_egress_redact_kind (const ProtobufCMessageDescriptor *descriptor,
                                      const ProtobufCFieldDescriptor *field);

/* The stream key of an RTMP address of the form that LiveKit wants: what follows the last slash,
 * but for " live=1", with at least one slash more after the scheme and no white space in it. NULL
 * for any other address. */
const char *lk_egress_redact_find_rtmp_key (const char *url, gsize *length);

/* Whether shown can be what a server or lk_egress_redact_url() makes of the address that a stream
 * was asked for with: the address itself, or with its key, its query values or its user covered;
 * for mux:// and twitch:// the address that they stand for. A covered form can be that of several
 * addresses. */
gboolean lk_egress_redact_matches_url (const char *shown, const char *url);

/* Whether shown can be what a server shows of a message that was sent. An address counts as it is
 * if it is shown as it is; of another secret it counts only that there is one. */
gboolean lk_egress_redact_matches_message (const ProtobufCMessage *shown,
                                           const ProtobufCMessage *message);

/* The same of a message that may say more than part, see lk_egress_wire_covers(). */
gboolean lk_egress_redact_covers_message (const ProtobufCMessage *shown,
                                          const ProtobufCMessage *part);

/* A copy of a message with every secret covered. */
ProtobufCMessage *lk_egress_redact_message (const ProtobufCMessage *message);

G_END_DECLS
