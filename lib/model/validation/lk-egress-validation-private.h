/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-stream-protocol-private.h"
#include "lk-egress-validation.h"

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* A request that is being checked, what the rules need to know of it as a whole, and what they have
 * found. Rules tell all they find; they may be run on a request that breaks others. */
typedef struct
{
  const Livekit__StartEgressRequest *request;

  gboolean is_passthrough;
  gboolean has_audio; /* the source gives some */
  gboolean has_video;

  /* The stream output, NULL if there is none, and its place among the outputs. Its addresses are
   * its urls and after them those of its destinations. */
  const Livekit__StreamOutput *stream;
  size_t stream_index;
  size_t n_stream_urls;
  Livekit__StreamProtocol protocol; /* the one declared, else that of the first address */

  const char *file_extension; /* what the name of the file will end in, NULL if not known */

  GError *fault;       /* the first one found */
  GPtrArray *warnings; /* of sentences */
} LkEgressValidation;

/* One rule of the server. Numbers as R4 in comments are those of docs/reference/validation.md. */
typedef void (*LkEgressValidationRule) (LkEgressValidation *self);

/* By topic, in the order of the server within each. Each list ends with NULL. */
extern const LkEgressValidationRule lk_egress_validation_room_rules[];
extern const LkEgressValidationRule lk_egress_validation_encoding_rules[];
extern const LkEgressValidationRule lk_egress_validation_passthrough_rules[];
extern const LkEgressValidationRule lk_egress_validation_source_rules[];
extern const LkEgressValidationRule lk_egress_validation_output_rules[];
extern const LkEgressValidationRule lk_egress_validation_stream_rules[];
extern const LkEgressValidationRule lk_egress_validation_segments_rules[];
extern const LkEgressValidationRule lk_egress_validation_images_rules[];
extern const LkEgressValidationRule lk_egress_validation_codecs_rules[];
extern const LkEgressValidationRule lk_egress_validation_encoder_rules[];
extern const LkEgressValidationRule lk_egress_validation_names_rules[];
extern const LkEgressValidationRule lk_egress_validation_storage_rules[];
extern const LkEgressValidationRule lk_egress_validation_webhook_rules[];
extern const LkEgressValidationRule lk_egress_validation_newer_rules[];

/* Runs all rules: sets the error to the first fault and returns FALSE, or returns TRUE. Warnings
 * are added to the array unless it is NULL. */
gboolean lk_egress_validation_check (const Livekit__StartEgressRequest *request,
                                     GPtrArray *warnings,
                                     GError **error);

/* The rules for UpdateStream. */
gboolean lk_egress_validation_check_update (const Livekit__UpdateStreamRequest *update,
                                            GError **error);

/* Tells what the server refuses, what fails later for sure, or what would silently be something
 * else than was asked for. field is a path with the names of the .proto files, server_word what the
 * server would say, NULL if it does not check, format a sentence that tells what is wrong and how
 * to mend it; neither holds a secret. */
void lk_egress_validation_fault (LkEgressValidation *self,
                                 LkEgressValidationError code,
                                 const char *field,
                                 const char *server_word,
                                 const char *format,
                                 ...) G_GNUC_PRINTF (5, 6);

/* Tells what works but looks like a mistake. */
void
lk_egress_validation_warn (LkEgressValidation *self, const char *field, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* The words of the server for most faults. */
#define LK_EGRESS_VALIDATION_FIELD(name) "request has missing or invalid field: " name
#define LK_EGRESS_VALIDATION_NO_CODEC "no supported codec is compatible with all outputs"

/* outputs[2].member */
char *lk_egress_validation_output_path (size_t index, const char *member);

/* The first output of a kind, NULL if there is none. index may be NULL. */
const Livekit__Output *lk_egress_validation_find_output (const LkEgressValidation *self,
                                                         Livekit__Output__ConfigCase kind,
                                                         size_t *index);

/* Where the files of an output go, NULL for what the server is configured with. */
const Livekit__StorageConfig *lk_egress_validation_get_storage (const LkEgressValidation *self,
                                                                const Livekit__Output *output);

gboolean lk_egress_validation_is_web_url (const char *url);

/* Checks one address that is to be sent to by a protocol; DEFAULT_PROTOCOL says that none could be
 * found, since it is the first of an output that does not declare one. */
void lk_egress_validation_stream_url (LkEgressValidation *self,
                                      const char *field,
                                      const char *url,
                                      Livekit__StreamProtocol protocol);

/* A name as the worker uses it: without . and .. and doubled slashes. */
char *lk_egress_validation_clean_path (const char *path);

G_END_DECLS
