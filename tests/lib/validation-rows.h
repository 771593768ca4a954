/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-request.h"

G_BEGIN_DECLS

/* Cases of the rules in docs/reference/validation.md. */

typedef enum
{
  VALIDATION_GOOD,  /* nothing is told */
  VALIDATION_WARNS, /* exactly one warning */
  VALIDATION_FAILS,
} ValidationOutcome;

/* A rule by its number, a request, and what is told: the field at the start of the message, and for
 * a fault the code and all that the server would say, NULL if it does not check; for a warning
 * something of its text. */
typedef struct
{
  const char *rule;
  const char *json;
  ValidationOutcome outcome;
  LkEgressValidationError code;
  const char *field;
  const char *words;
} ValidationRow;

/* Each ends with a row of NULL. */
extern const ValidationRow validation_source_rows[];
extern const ValidationRow validation_encoding_rows[];
extern const ValidationRow validation_output_rows[];
extern const ValidationRow validation_stream_rows[];
extern const ValidationRow validation_storage_rows[];

#define GOOD(rule, ...)                                                                            \
  {                                                                                                \
    rule, __VA_ARGS__, VALIDATION_GOOD, 0, NULL, NULL                                              \
  }
#define WARNS(rule, field, words, ...)                                                             \
  {                                                                                                \
    rule, __VA_ARGS__, VALIDATION_WARNS, 0, field, words                                           \
  }
#define FAILS(rule, code, field, words, ...)                                                       \
  {                                                                                                \
    rule, __VA_ARGS__, VALIDATION_FAILS, LK_EGRESS_VALIDATION_ERROR_##code, field, words           \
  }

#define FIELD(name) "request has missing or invalid field: " name
#define NO_CODEC "no supported codec is compatible with all outputs"
#define NOT_CHECKED NULL

/* Parts of requests. */
#define ROOM "\"room_name\":\"demo\""
#define PARTICIPANT ROOM ",\"media\":{\"participant_video\":{\"identity\":\"alice\"}}"
#define AUDIO_ROUTE "\"audio\":{\"routes\":[{\"track_id\":\"TR_A\"}]}"
#define AUDIO ROOM ",\"media\":{" AUDIO_ROUTE "}"
#define BOTH ROOM ",\"media\":{\"video_track_id\":\"TR_V\"," AUDIO_ROUTE "}"
#define OUTPUTS(...) "\"outputs\":[" __VA_ARGS__ "]"
#define A_FILE "{\"file\":{\"filepath\":\"a\"}}"
#define A_STREAM "{\"stream\":{\"urls\":[\"srt://h:1\"]}}"
#define A_WEBSOCKET "{\"stream\":{\"urls\":[\"wss://h/x\"]}}"

/* The request of a row. */
static inline LkEgressRequest *
validation_parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  LkEgressMessage *request = lk_egress_message_new_from_json (LK_EGRESS_TYPE_REQUEST, json, &error);

  g_assert_no_error (error);

  return LK_EGRESS_REQUEST (request);
}

/* The message ends with what the server would say. */
static inline void
validation_assert_said (const char *message, const char *words)
{
  g_autofree char *end = words != NULL ? g_strdup_printf (" (the server would say \"%s\")", words)
                                       : g_strdup (" (the server does not check this)");

  g_test_message ("%s", message);
  g_assert_true (g_str_has_suffix (message, end));
}

G_END_DECLS
