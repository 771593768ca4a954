/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shorthands: a request for what is started most often, built and started. */

#include "lk-egress-service-starts.h"

#include "lk-egress-client-starts-private.h"
#include "lk-egress-service-start-private.h"

static LkEgressRequest *
new_participant (const char *room_name,
                 const char *identity,
                 LkEgressSourceFlags flags,
                 LkEgressOutput *const *outputs,
                 gsize n_outputs,
                 GError **error)
{
  return lk_egress_client_starts_complete (lk_egress_request_new_participant (room_name, identity),
                                           flags, outputs, n_outputs, error);
}

static LkEgressRequest *
new_track (const char *room_name,
           const char *track_id,
           LkEgressTrackKind kind,
           LkEgressOutput *output)
{
  return lk_egress_client_starts_add_outputs (
      lk_egress_request_new_track (room_name, track_id, kind), &output, 1);
}

static LkEgressRequest *
new_web (const char *url,
         LkEgressSourceFlags flags,
         LkEgressOutput *const *outputs,
         gsize n_outputs,
         GError **error)
{
  return lk_egress_client_starts_complete (lk_egress_request_new_web (url), flags, outputs,
                                           n_outputs, error);
}

/* Takes the request over, or the error when there is none. */
static LkEgressJob *
start (LkEgressService *self, LkEgressRequest *taken, GCancellable *cancellable, GError **error)
{
  g_autoptr (LkEgressRequest) request = taken;

  return request != NULL ? lk_egress_service_start (self, request, cancellable, error) : NULL;
}

static void
start_async (LkEgressService *self,
             LkEgressRequest *taken,
             GError *error,
             gpointer source_tag,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_autoptr (LkEgressRequest) request = taken;

  if (request != NULL)
    lk_egress_service_begin_start (self, request, NULL, source_tag, cancellable, callback,
                                   user_data);
  else
    g_task_report_error (self, callback, user_data, source_tag, error);
}

/**
 * lk_egress_service_start_room_composite:
 * @self: a service
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, such as `grid`; %NULL leaves it to
 *   the page
 * @flags: what to take of the room
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress of a whole room, as a web page shows it: a shorthand for
 * [ctor@Request.new_room_composite], [method@Request.apply_source_flags] and
 * [method@Service.start], which say what can go wrong.
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_room_composite (LkEgressService *self,
                                        const char *room_name,
                                        const char *layout,
                                        LkEgressSourceFlags flags,
                                        LkEgressOutput *const *outputs,
                                        gsize n_outputs,
                                        GCancellable *cancellable,
                                        GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (outputs != NULL || n_outputs == 0, NULL);

  return start (self,
                lk_egress_client_starts_new_room_composite (room_name, layout, flags, outputs,
                                                            n_outputs, error),
                cancellable, error);
}

/**
 * lk_egress_service_start_room_composite_async:
 * @self: a service
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, such as `grid`; %NULL leaves it to
 *   the page
 * @flags: what to take of the room
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Service.start_room_composite] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_service_start_room_composite_async (LkEgressService *self,
                                              const char *room_name,
                                              const char *layout,
                                              LkEgressSourceFlags flags,
                                              LkEgressOutput *const *outputs,
                                              gsize n_outputs,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data)
{
  LkEgressRequest *request;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (room_name != NULL);
  g_return_if_fail (outputs != NULL || n_outputs == 0);

  request = lk_egress_client_starts_new_room_composite (room_name, layout, flags, outputs,
                                                        n_outputs, &error);
  start_async (self, request, error, lk_egress_service_start_room_composite_async, cancellable,
               callback, user_data);
}

/**
 * lk_egress_service_start_room_composite_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.start_room_composite_async].
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_room_composite_finish (LkEgressService *self,
                                               GAsyncResult *result,
                                               GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return lk_egress_service_end_start (self, lk_egress_service_start_room_composite_async, result,
                                      error);
}

/**
 * lk_egress_service_start_track_composite:
 * @self: a service
 * @room_name: the room
 * @audio_track_id: (nullable): the id of an audio track, such as `TR_…`
 * @video_track_id: (nullable): the id of a video track, such as `TR_…`
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress of one audio track, one video track, or both together: a shorthand for
 * [ctor@Request.new_track_composite] and [method@Service.start], which say what can go
 * wrong.
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_track_composite (LkEgressService *self,
                                         const char *room_name,
                                         const char *audio_track_id,
                                         const char *video_track_id,
                                         LkEgressOutput *const *outputs,
                                         gsize n_outputs,
                                         GCancellable *cancellable,
                                         GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (outputs != NULL || n_outputs == 0, NULL);

  return start (self,
                lk_egress_client_starts_new_track_composite (room_name, audio_track_id,
                                                             video_track_id, outputs, n_outputs),
                cancellable, error);
}

/**
 * lk_egress_service_start_track_composite_async:
 * @self: a service
 * @room_name: the room
 * @audio_track_id: (nullable): the id of an audio track, such as `TR_…`
 * @video_track_id: (nullable): the id of a video track, such as `TR_…`
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Service.start_track_composite] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_service_start_track_composite_async (LkEgressService *self,
                                               const char *room_name,
                                               const char *audio_track_id,
                                               const char *video_track_id,
                                               LkEgressOutput *const *outputs,
                                               gsize n_outputs,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data)
{
  LkEgressRequest *request;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (room_name != NULL);
  g_return_if_fail (outputs != NULL || n_outputs == 0);

  request = lk_egress_client_starts_new_track_composite (room_name, audio_track_id, video_track_id,
                                                         outputs, n_outputs);
  start_async (self, request, error, lk_egress_service_start_track_composite_async, cancellable,
               callback, user_data);
}

/**
 * lk_egress_service_start_track_composite_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.start_track_composite_async].
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_track_composite_finish (LkEgressService *self,
                                                GAsyncResult *result,
                                                GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return lk_egress_service_end_start (self, lk_egress_service_start_track_composite_async, result,
                                      error);
}

/**
 * lk_egress_service_start_participant:
 * @self: a service
 * @room_name: the room
 * @identity: the identity of the participant
 * @flags: what to take of the participant
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress of one participant, followed from track to track: a shorthand for
 * [ctor@Request.new_participant], [method@Request.apply_source_flags] and [method@Service.start],
 * which say what can go wrong.
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_participant (LkEgressService *self,
                                     const char *room_name,
                                     const char *identity,
                                     LkEgressSourceFlags flags,
                                     LkEgressOutput *const *outputs,
                                     gsize n_outputs,
                                     GCancellable *cancellable,
                                     GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (identity != NULL, NULL);
  g_return_val_if_fail (outputs != NULL || n_outputs == 0, NULL);

  return start (self, new_participant (room_name, identity, flags, outputs, n_outputs, error),
                cancellable, error);
}

/**
 * lk_egress_service_start_participant_async:
 * @self: a service
 * @room_name: the room
 * @identity: the identity of the participant
 * @flags: what to take of the participant
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Service.start_participant] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_service_start_participant_async (LkEgressService *self,
                                           const char *room_name,
                                           const char *identity,
                                           LkEgressSourceFlags flags,
                                           LkEgressOutput *const *outputs,
                                           gsize n_outputs,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data)
{
  LkEgressRequest *request;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (room_name != NULL);
  g_return_if_fail (identity != NULL);
  g_return_if_fail (outputs != NULL || n_outputs == 0);

  request = new_participant (room_name, identity, flags, outputs, n_outputs, &error);
  start_async (self, request, error, lk_egress_service_start_participant_async, cancellable,
               callback, user_data);
}

/**
 * lk_egress_service_start_participant_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.start_participant_async].
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_participant_finish (LkEgressService *self,
                                            GAsyncResult *result,
                                            GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return lk_egress_service_end_start (self, lk_egress_service_start_participant_async, result,
                                      error);
}

/**
 * lk_egress_service_start_track:
 * @self: a service
 * @room_name: the room
 * @track_id: the id of a track, such as `TR_…`
 * @kind: what the track holds
 * @output: where the media goes: a file, or a websocket for audio
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress of one track as it was published: a shorthand for
 * [ctor@Request.new_track] and [method@Service.start], which say what can go
 * wrong.
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_track (LkEgressService *self,
                               const char *room_name,
                               const char *track_id,
                               LkEgressTrackKind kind,
                               LkEgressOutput *output,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (track_id != NULL, NULL);
  g_return_val_if_fail (LK_EGRESS_IS_OUTPUT (output), NULL);

  return start (self, new_track (room_name, track_id, kind, output), cancellable, error);
}

/**
 * lk_egress_service_start_track_async:
 * @self: a service
 * @room_name: the room
 * @track_id: the id of a track, such as `TR_…`
 * @kind: what the track holds
 * @output: where the media goes: a file, or a websocket for audio
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Service.start_track] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_service_start_track_async (LkEgressService *self,
                                     const char *room_name,
                                     const char *track_id,
                                     LkEgressTrackKind kind,
                                     LkEgressOutput *output,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  LkEgressRequest *request;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (room_name != NULL);
  g_return_if_fail (track_id != NULL);
  g_return_if_fail (LK_EGRESS_IS_OUTPUT (output));

  request = new_track (room_name, track_id, kind, output);
  start_async (self, request, error, lk_egress_service_start_track_async, cancellable, callback,
               user_data);
}

/**
 * lk_egress_service_start_track_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.start_track_async].
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_track_finish (LkEgressService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return lk_egress_service_end_start (self, lk_egress_service_start_track_async, result, error);
}

/**
 * lk_egress_service_start_web:
 * @self: a service
 * @url: the http or https address of the page
 * @flags: what to take of the page
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress of a web page: a shorthand for
 * [ctor@Request.new_web], [method@Request.apply_source_flags] and [method@Service.start], which say
 * what can go wrong.
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_web (LkEgressService *self,
                             const char *url,
                             LkEgressSourceFlags flags,
                             LkEgressOutput *const *outputs,
                             gsize n_outputs,
                             GCancellable *cancellable,
                             GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (url != NULL, NULL);
  g_return_val_if_fail (outputs != NULL || n_outputs == 0, NULL);

  return start (self, new_web (url, flags, outputs, n_outputs, error), cancellable, error);
}

/**
 * lk_egress_service_start_web_async:
 * @self: a service
 * @url: the http or https address of the page
 * @flags: what to take of the page
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Service.start_web] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_service_start_web_async (LkEgressService *self,
                                   const char *url,
                                   LkEgressSourceFlags flags,
                                   LkEgressOutput *const *outputs,
                                   gsize n_outputs,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  LkEgressRequest *request;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (url != NULL);
  g_return_if_fail (outputs != NULL || n_outputs == 0);

  request = new_web (url, flags, outputs, n_outputs, &error);
  start_async (self, request, error, lk_egress_service_start_web_async, cancellable, callback,
               user_data);
}

/**
 * lk_egress_service_start_web_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.start_web_async].
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_web_finish (LkEgressService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return lk_egress_service_end_start (self, lk_egress_service_start_web_async, result, error);
}
