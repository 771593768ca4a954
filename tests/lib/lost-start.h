/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "fake-egress.h"

G_BEGIN_DECLS

/* For tests of starts whose answer is lost: a scripted server, a client of it, and egresses for the
 * server to list. */

#define LOST_START_ID "EG_ours"

/* How often the server is asked for the egress before it is taken for absent. */
#define LOST_START_LOOKS 5

#define LOST_START_REQUEST                                                                         \
  "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":\"alice\"},"             \
  "\"audio\":{\"routes\":[{\"participant_identity\":\"alice\"}]}},"                                \
  "\"outputs\":[{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9721\"]}}]}"
#define LOST_START_OTHER_REQUEST                                                                   \
  "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":\"bob\"},"               \
  "\"audio\":{\"routes\":[{\"participant_identity\":\"bob\"}]}},"                                  \
  "\"outputs\":[{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9721\"]}}]}"
#define LOST_START_V1_REQUEST                                                                      \
  "{\"room_name\":\"demo\",\"identity\":\"alice\",\"stream_outputs\":"                             \
  "[{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9721\"]}]}"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressRequest *request;
  gboolean async;
  gint64 clock; /* of the server, seconds from ours */
} LostStart;

void lost_start_set_up (LostStart *fixture, gconstpointer data);
void lost_start_tear_down (LostStart *fixture, gconstpointer data);

/* Adds a test as PATH/sync and PATH/async. */
void lost_start_add (const char *path, void (*test) (LostStart *, gconstpointer));

/* Starts the request, in one of the two ways. */
LkEgressInfo *lost_start_run (LostStart *fixture, GError **error);
void lost_start_assert_id (LostStart *fixture, const char *egress_id);
void lost_start_assert_fails (LostStart *fixture, GQuark domain, int code);

/* How often the method was called. */
void lost_start_assert_count (LostStart *fixture, const char *method, guint count);

/* An egress as the server lists it. seconds: when it began, from now; kind: the member that shows
 * the request; more: further members. */
char *lost_start_make_egress_with (LostStart *fixture,
                                   const char *egress_id,
                                   double seconds,
                                   const char *kind,
                                   const char *request,
                                   const char *more);
char *lost_start_make_egress (LostStart *fixture,
                              const char *egress_id,
                              double seconds,
                              const char *request);

/* Listings from now on show just the egress of the start, with this request. */
void lost_start_list (LostStart *fixture, const char *kind, const char *request, const char *more);

/* They show it among others that are not the one, or just those. */
void lost_start_list_decoys (LostStart *fixture, gboolean with_ours);

G_END_DECLS
