/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-json-private.h"
#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

/* proto3 JSON, https://protobuf.dev/programming-guides/json/ */
typedef enum
{
  LK_EGRESS_WIRE_JSON_NONE = 0,             /* lowerCamelCase names, defaults left out */
  LK_EGRESS_WIRE_JSON_PROTO_NAMES = 1 << 0, /* the names of the .proto file */
  LK_EGRESS_WIRE_JSON_DEFAULTS = 1 << 1,    /* fields of value zero too, absent messages as null */
  LK_EGRESS_WIRE_JSON_PRETTY = 1 << 2,
  LK_EGRESS_WIRE_JSON_REDACTED = 1 << 3, /* no secret in it */
} LkEgressWireJsonFlags;

char *lk_egress_wire_to_json (const ProtobufCMessage *message, LkEgressWireJsonFlags flags);

/* Takes either style of names; fields it does not know are skipped, names of enums it does not know
 * are the number -1, null is absence, and none may appear twice. length may be -1. Errors
 * (G_IO_ERROR_INVALID_DATA) name the path, as "outputs[0].stream.urls", and never the text found
 * there, which may be a secret. */
ProtobufCMessage *lk_egress_wire_from_json (const ProtobufCMessageDescriptor *descriptor,
                                            const char *json,
                                            gssize length,
                                            GError **error);

/* The same of what was parsed. strict is for what people write: a field or a name of an enum that
 * is not known here is an error too, and one of an unknown field quotes its name. */
ProtobufCMessage *lk_egress_wire_from_json_value (const ProtobufCMessageDescriptor *descriptor,
                                                  const LkEgressJson *json,
                                                  gboolean strict,
                                                  GError **error);

/* Whether a name in either style means the field: "roomName" and "room_name" are room_name. */
gboolean lk_egress_wire_json_name_is (const char *name, const char *proto_name);

/* "aliOSS" -> "aliOSS", "room_name" -> "roomName" */
char *lk_egress_wire_json_name (const char *proto_name);

G_END_DECLS
