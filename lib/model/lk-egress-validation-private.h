/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-validation.h"

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* One rule of the server, checked before the request is sent. */
typedef gboolean (*LkEgressValidationRule) (const Livekit__StartEgressRequest *request,
                                            GError **error);

/* In the order they are checked, each list ended by NULL. */
extern const LkEgressValidationRule lk_egress_validation_source_rules[];
extern const LkEgressValidationRule lk_egress_validation_encoding_rules[];
extern const LkEgressValidationRule lk_egress_validation_output_rules[];
extern const LkEgressValidationRule lk_egress_validation_stream_rules[];

gboolean lk_egress_validation_check (const Livekit__StartEgressRequest *request, GError **error);

/* Sets the error and returns FALSE. field is a path with the names of the .proto files, server_word
 * what the server would say, NULL if it does not check, format a sentence that tells what is wrong
 * and how to mend it. */
gboolean lk_egress_validation_fail (GError **error,
                                    LkEgressValidationError code,
                                    const char *field,
                                    const char *server_word,
                                    const char *format,
                                    ...) G_GNUC_PRINTF (5, 6);

gboolean lk_egress_validation_is_web_url (const char *url);

/* Whether the source gives any audio. */
gboolean lk_egress_validation_has_audio (const Livekit__StartEgressRequest *request);

G_END_DECLS
