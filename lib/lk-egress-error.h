/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-macros.h"

G_BEGIN_DECLS

/**
 * LK_EGRESS_ERROR:
 *
 * Error domain for what a LiveKit server answers, see [error@Error].
 *
 * Since: 1.0
 */
#define LK_EGRESS_ERROR (lk_egress_error_quark ())

/**
 * LkEgressError:
 * @LK_EGRESS_ERROR_CANCELED: the server gave up the call
 * @LK_EGRESS_ERROR_UNKNOWN: the server does not say what went wrong
 * @LK_EGRESS_ERROR_INVALID_ARGUMENT: the request is wrong whatever the state of the server
 * @LK_EGRESS_ERROR_MALFORMED: the server could not decode the request
 * @LK_EGRESS_ERROR_DEADLINE_EXCEEDED: the server, or the worker behind it, took too long
 * @LK_EGRESS_ERROR_NOT_FOUND: no such room, egress or stream
 * @LK_EGRESS_ERROR_BAD_ROUTE: the address is not an Egress API, or the server lacks this call
 * @LK_EGRESS_ERROR_ALREADY_EXISTS: an egress of this id runs already
 * @LK_EGRESS_ERROR_PERMISSION_DENIED: the token is good but may not do this
 * @LK_EGRESS_ERROR_UNAUTHENTICATED: no token, a wrong one, or one without the roomRecord grant
 * @LK_EGRESS_ERROR_RESOURCE_EXHAUSTED: a quota or rate limit is used up
 * @LK_EGRESS_ERROR_FAILED_PRECONDITION: the egress is not in a state that allows this
 * @LK_EGRESS_ERROR_ABORTED: the call lost against another one
 * @LK_EGRESS_ERROR_OUT_OF_RANGE: a value is beyond its range
 * @LK_EGRESS_ERROR_UNIMPLEMENTED: the server does not offer this call
 * @LK_EGRESS_ERROR_INTERNAL: a fault inside the server
 * @LK_EGRESS_ERROR_UNAVAILABLE: the server cannot answer now; trying again may help
 * @LK_EGRESS_ERROR_DATALOSS: the server lost data
 * @LK_EGRESS_ERROR_BAD_REPLY: the answer was too large, not of the announced type, or could not be
 *   decoded
 * @LK_EGRESS_ERROR_NO_WORKER: the server is there but no egress worker took the job
 * @LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER: the server only speaks the older API, which cannot
 *   express the request
 * @LK_EGRESS_ERROR_QUEUE_FULL: as many egresses run as a service may have, and as many starts wait
 *   as may, see [property@StartPolicy:max-queued]
 * @LK_EGRESS_ERROR_QUEUE_TIMEOUT: a start waited too long for another egress to end, see
 *   [property@StartPolicy:queue-timeout]
 *
 * What went wrong, as told by the server. The first group are the error codes of the
 * [Twirp specification](https://twitchtv.github.io/twirp/docs/spec_v7.html#error-codes), in its
 * order; the others are found by this library.
 *
 * Failures below that level keep their own domains: [error@Gio.IOErrorEnum] (with
 * %G_IO_ERROR_CANCELLED and %G_IO_ERROR_TIMED_OUT), [error@Gio.TlsError] and
 * [error@Gio.ResolverError].
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_ERROR_CANCELED,
  LK_EGRESS_ERROR_UNKNOWN,
  LK_EGRESS_ERROR_INVALID_ARGUMENT,
  LK_EGRESS_ERROR_MALFORMED,
  LK_EGRESS_ERROR_DEADLINE_EXCEEDED,
  LK_EGRESS_ERROR_NOT_FOUND,
  LK_EGRESS_ERROR_BAD_ROUTE,
  LK_EGRESS_ERROR_ALREADY_EXISTS,
  LK_EGRESS_ERROR_PERMISSION_DENIED,
  LK_EGRESS_ERROR_UNAUTHENTICATED,
  LK_EGRESS_ERROR_RESOURCE_EXHAUSTED,
  LK_EGRESS_ERROR_FAILED_PRECONDITION,
  LK_EGRESS_ERROR_ABORTED,
  LK_EGRESS_ERROR_OUT_OF_RANGE,
  LK_EGRESS_ERROR_UNIMPLEMENTED,
  LK_EGRESS_ERROR_INTERNAL,
  LK_EGRESS_ERROR_UNAVAILABLE,
  LK_EGRESS_ERROR_DATALOSS,
  LK_EGRESS_ERROR_BAD_REPLY,
  LK_EGRESS_ERROR_NO_WORKER,
  LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER,
  LK_EGRESS_ERROR_QUEUE_FULL,
  LK_EGRESS_ERROR_QUEUE_TIMEOUT,
} LkEgressError;

LK_EGRESS_AVAILABLE_IN_1_0
GQuark lk_egress_error_quark (void);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_error_to_code (LkEgressError error);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_error_get_http_status (const GError *error);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_error_get_server_text (const GError *error);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_error_get_meta (const GError *error, const char *key);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_error_is_uncertain (const GError *error);

G_END_DECLS
