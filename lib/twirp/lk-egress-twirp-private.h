/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "lk-egress-credentials.h"
#include "lk-egress-sessions-private.h"

G_BEGIN_DECLS

/* One Twirp service at one address, spoken over libsoup: build a message, send it, check the reply.
 * The two ends are pure, so the synchronous and the asynchronous call differ only in the middle.
 * https://twitchtv.github.io/twirp/docs/spec_v7.html */

#define LK_EGRESS_TYPE_TWIRP (lk_egress_twirp_get_type ())
G_DECLARE_FINAL_TYPE (LkEgressTwirp, lk_egress_twirp, LK_EGRESS, TWIRP, GObject)

/* Replies larger than this are refused while they are read. */
#define LK_EGRESS_TWIRP_MAX_REPLY (64 * 1024 * 1024)

typedef enum
{
  LK_EGRESS_TWIRP_NONE = 0,
  LK_EGRESS_TWIRP_JSON = 1 << 0,       /* body and reply are JSON, else protobuf */
  LK_EGRESS_TWIRP_IDEMPOTENT = 1 << 1, /* a read: may use a kept connection and be sent again */
} LkEgressTwirpFlags;

/* url: ws, wss, http or https, with an optional path prefix; service: "livekit.Egress";
 * video_grant: JSON object for the token. G_IO_ERROR_INVALID_ARGUMENT for a bad url. */
LkEgressTwirp *lk_egress_twirp_new (const char *url,
                                    const char *service,
                                    LkEgressCredentials *credentials,
                                    const char *video_grant,
                                    GError **error);

/* The address that calls go to, as http(s), without user info. */
const char *lk_egress_twirp_get_base_url (LkEgressTwirp *self);

LkEgressSessions *lk_egress_twirp_get_sessions (LkEgressTwirp *self);

/* In bytes, in place of LK_EGRESS_TWIRP_MAX_REPLY. */
gsize lk_egress_twirp_get_max_reply (LkEgressTwirp *self);
void lk_egress_twirp_set_max_reply (LkEgressTwirp *self, gsize max_reply);

/* build: signs a token and makes the POST. Headers may be added to the result, and another server
 * may be named in its URI. */
SoupMessage *lk_egress_twirp_build (LkEgressTwirp *self,
                                    const char *method,
                                    LkEgressTwirpFlags flags,
                                    GBytes *body,
                                    GError **error);

/* The same for another path of the server, for send alone. */
SoupMessage *lk_egress_twirp_build_get (LkEgressTwirp *self, const char *path, GError **error);

/* Whether a message that was built without LK_EGRESS_TWIRP_IDEMPOTENT can have reached the server:
 * a connection was there, with its TLS, and libsoup began to write. */
gboolean lk_egress_twirp_was_sent (SoupMessage *message);

/* send: the whole exchange takes at most timeout milliseconds (0 = no limit), else
 * G_IO_ERROR_TIMED_OUT. Cancelled: G_IO_ERROR_CANCELLED. What is no HTTP, is cut short or too
 * large: G_IO_ERROR_PARTIAL_INPUT or LK_EGRESS_ERROR_BAD_REPLY. The body is returned whatever the
 * status. Synchronous calls may be made from any thread, asynchronous ones end in the caller's
 * thread-default context. */
GBytes *lk_egress_twirp_send (LkEgressTwirp *self,
                              SoupMessage *message,
                              guint timeout,
                              GCancellable *cancellable,
                              GError **error);

void lk_egress_twirp_send_async (LkEgressTwirp *self,
                                 SoupMessage *message,
                                 guint timeout,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

GBytes *lk_egress_twirp_send_finish (LkEgressTwirp *self, GAsyncResult *result, GError **error);

/* check: the body of a good reply, or the LK_EGRESS_ERROR of any other. Text of the server that is
 * kept in the error has tokens cut out. */
GBytes *lk_egress_twirp_check (SoupMessage *message, GBytes *reply, GError **error);

/* The part of check that knows no SoupMessage: what an error reply means. content_type may be
 * NULL. what names the call, for the text. */
GError *lk_egress_twirp_error_from_reply (const char *what,
                                          guint http_status,
                                          const char *content_type,
                                          GBytes *reply);

G_END_DECLS
