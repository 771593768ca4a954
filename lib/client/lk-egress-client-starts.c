/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shorthands: a request for what is started most often, built and sent. */

#include "lk-egress-client-starts-private.h"

#include "lk-egress-operations-private.h"

#define M3U8 ".m3u8"

LkEgressRequest *
lk_egress_client_starts_add_outputs (LkEgressRequest *request,
                                     LkEgressOutput *const *outputs,
                                     gsize n_outputs)
{
  for (gsize i = 0; i < n_outputs; i++)
    lk_egress_request_add_output (request, outputs[i]);

  return request;
}

LkEgressRequest *
lk_egress_client_starts_complete (LkEgressRequest *taken,
                                  LkEgressSourceFlags flags,
                                  LkEgressOutput *const *outputs,
                                  gsize n_outputs,
                                  GError **error)
{
  g_autoptr (LkEgressRequest) request = taken;

  if (!lk_egress_request_apply_source_flags (request, flags, error))
    return NULL;

  return lk_egress_client_starts_add_outputs (g_steal_pointer (&request), outputs, n_outputs);
}

LkEgressRequest *
lk_egress_client_starts_new_room_composite (const char *room_name,
                                            const char *layout,
                                            LkEgressSourceFlags flags,
                                            LkEgressOutput *const *outputs,
                                            gsize n_outputs,
                                            GError **error)
{
  return lk_egress_client_starts_complete (lk_egress_request_new_room_composite (room_name, layout),
                                           flags, outputs, n_outputs, error);
}

LkEgressRequest *
lk_egress_client_starts_new_track_composite (const char *room_name,
                                             const char *audio_track_id,
                                             const char *video_track_id,
                                             LkEgressOutput *const *outputs,
                                             gsize n_outputs)
{
  return lk_egress_client_starts_add_outputs (
      lk_egress_request_new_track_composite (room_name, audio_track_id, video_track_id), outputs,
      n_outputs);
}

static LkEgressRequest *
new_room_rtmp (const char *room_name, const char *layout, const char *const *urls)
{
  LkEgressRequest *request = lk_egress_request_new_room_composite (room_name, layout);

  for (gsize i = 0; urls[i] != NULL; i++)
    lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_RTMP, urls[i]);

  return request;
}

static LkEgressRequest *
new_room_hls (const char *room_name,
              const char *layout,
              const char *filename_prefix,
              const char *playlist_name,
              LkEgressStorage *storage)
{
  LkEgressRequest *request = lk_egress_request_new_room_composite (room_name, layout);
  g_autofree char *playlist = playlist_name != NULL ? g_strdup (playlist_name)
                                                    : g_strconcat (filename_prefix, M3U8, NULL);
  gsize stem = strlen (playlist) - (g_str_has_suffix (playlist, M3U8) ? strlen (M3U8) : 0);
  g_autofree char *live_playlist = g_strdup_printf ("%.*s-live" M3U8, (int)stem, playlist);
  g_autoptr (LkEgressSegmentedFileOutput) segments
      = lk_egress_segmented_file_output_new (filename_prefix, playlist);
  g_autoptr (LkEgressOutput) output = lk_egress_output_new_segments (segments);

  g_object_set (segments, "live-playlist-name", live_playlist, NULL);
  g_object_set (output, "storage", storage, NULL);
  lk_egress_request_add_output (request, output);

  return request;
}

/**
 * lk_egress_client_start_room_composite:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, such as `grid`; %NULL leaves it to the
 *   page
 * @flags: what to take of the room; a page chooses by itself what it shows of shared screens
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress of a whole room, as a web page shows it: a shorthand for
 * [ctor@Request.new_room_composite], [method@Request.apply_source_flags] and
 * [method@Client.start], which say what can go wrong.
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_composite (LkEgressClient *self,
                                       const char *room_name,
                                       const char *layout,
                                       LkEgressSourceFlags flags,
                                       LkEgressOutput *const *outputs,
                                       gsize n_outputs,
                                       GCancellable *cancellable,
                                       GError **error)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (outputs != NULL || n_outputs == 0, NULL);

  request = lk_egress_client_starts_new_room_composite (room_name, layout, flags, outputs,
                                                        n_outputs, error);
  if (request == NULL)
    return NULL;

  return lk_egress_client_start (self, request, cancellable, error);
}

/**
 * lk_egress_client_start_room_composite_async:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, such as `grid`; %NULL leaves it to the
 *   page
 * @flags: what to take of the room; a page chooses by itself what it shows of shared screens
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Client.start_room_composite] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_start_room_composite_async (LkEgressClient *self,
                                             const char *room_name,
                                             const char *layout,
                                             LkEgressSourceFlags flags,
                                             LkEgressOutput *const *outputs,
                                             gsize n_outputs,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data)
{
  g_autoptr (LkEgressRequest) request = NULL;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (room_name != NULL);
  g_return_if_fail (outputs != NULL || n_outputs == 0);

  request = lk_egress_client_starts_new_room_composite (room_name, layout, flags, outputs,
                                                        n_outputs, &error);
  if (request == NULL)
    {
      g_task_report_error (self, callback, user_data, lk_egress_client_start_room_composite_async,
                           error);
      return;
    }

  lk_egress_call_run_async (lk_egress_operation_start (self, request, NULL), self,
                            lk_egress_client_start_room_composite_async, "StartEgress", cancellable,
                            callback, user_data);
}

/**
 * lk_egress_client_start_room_composite_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.start_room_composite_async].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_composite_finish (LkEgressClient *self,
                                              GAsyncResult *result,
                                              GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_start_room_composite_async, result,
                                    error);
}

/**
 * lk_egress_client_start_track_composite:
 * @self: a client
 * @room_name: the room
 * @audio_track_id: (nullable): the id of an audio track, such as `TR_…`
 * @video_track_id: (nullable): the id of a video track, such as `TR_…`
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress of one audio track, one video track, or both together: a shorthand for
 * [ctor@Request.new_track_composite] and [method@Client.start], which says what can go wrong.
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_track_composite (LkEgressClient *self,
                                        const char *room_name,
                                        const char *audio_track_id,
                                        const char *video_track_id,
                                        LkEgressOutput *const *outputs,
                                        gsize n_outputs,
                                        GCancellable *cancellable,
                                        GError **error)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (outputs != NULL || n_outputs == 0, NULL);

  request = lk_egress_client_starts_new_track_composite (room_name, audio_track_id, video_track_id,
                                                         outputs, n_outputs);

  return lk_egress_client_start (self, request, cancellable, error);
}

/**
 * lk_egress_client_start_track_composite_async:
 * @self: a client
 * @room_name: the room
 * @audio_track_id: (nullable): the id of an audio track, such as `TR_…`
 * @video_track_id: (nullable): the id of a video track, such as `TR_…`
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Client.start_track_composite] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_start_track_composite_async (LkEgressClient *self,
                                              const char *room_name,
                                              const char *audio_track_id,
                                              const char *video_track_id,
                                              LkEgressOutput *const *outputs,
                                              gsize n_outputs,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (room_name != NULL);
  g_return_if_fail (outputs != NULL || n_outputs == 0);

  request = lk_egress_client_starts_new_track_composite (room_name, audio_track_id, video_track_id,
                                                         outputs, n_outputs);

  lk_egress_call_run_async (lk_egress_operation_start (self, request, NULL), self,
                            lk_egress_client_start_track_composite_async, "StartEgress",
                            cancellable, callback, user_data);
}

/**
 * lk_egress_client_start_track_composite_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.start_track_composite_async].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_track_composite_finish (LkEgressClient *self,
                                               GAsyncResult *result,
                                               GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_start_track_composite_async, result,
                                    error);
}

/**
 * lk_egress_client_start_room_rtmp:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, such as `grid`; %NULL leaves it to the
 *   page
 * @urls: (array zero-terminated=1): where to send to, stream keys included
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Sends a whole room, as a web page shows it, to RTMP servers. Addresses are of the form
 * `rtmp://host/app/key`; those that begin with `rtmps`, `mux` or `twitch` do as well. What can go
 * wrong is told at [method@Client.start].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_rtmp (LkEgressClient *self,
                                  const char *room_name,
                                  const char *layout,
                                  const char *const *urls,
                                  GCancellable *cancellable,
                                  GError **error)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (urls != NULL, NULL);

  request = new_room_rtmp (room_name, layout, urls);

  return lk_egress_client_start (self, request, cancellable, error);
}

/**
 * lk_egress_client_start_room_rtmp_async:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, such as `grid`; %NULL leaves it to the
 *   page
 * @urls: (array zero-terminated=1): where to send to, stream keys included
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Client.start_room_rtmp] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_start_room_rtmp_async (LkEgressClient *self,
                                        const char *room_name,
                                        const char *layout,
                                        const char *const *urls,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (room_name != NULL);
  g_return_if_fail (urls != NULL);

  request = new_room_rtmp (room_name, layout, urls);

  lk_egress_call_run_async (lk_egress_operation_start (self, request, NULL), self,
                            lk_egress_client_start_room_rtmp_async, "StartEgress", cancellable,
                            callback, user_data);
}

/**
 * lk_egress_client_start_room_rtmp_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.start_room_rtmp_async].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_rtmp_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_start_room_rtmp_async, result, error);
}

/**
 * lk_egress_client_start_room_hls:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, such as `grid`; %NULL leaves it to the
 *   page
 * @filename_prefix: what the names of segments begin with, folder included, such as `hls/demo`
 * @playlist_name: (nullable): the name of the playlist, such as `play.m3u8`; without a folder it is
 *   in that of the segments. %NULL for @filename_prefix with `.m3u8`
 * @storage: (nullable): where the files go, %NULL for what the server is configured with
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Records a whole room, as a web page shows it, as HLS: segments of 4 seconds, a playlist of all of
 * them, and a live one of the last five that has `-live` in its name, such as `play-live.m3u8`.
 * What can go wrong is told at [method@Client.start].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_hls (LkEgressClient *self,
                                 const char *room_name,
                                 const char *layout,
                                 const char *filename_prefix,
                                 const char *playlist_name,
                                 LkEgressStorage *storage,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (filename_prefix != NULL, NULL);
  g_return_val_if_fail (storage == NULL || LK_EGRESS_IS_STORAGE (storage), NULL);

  request = new_room_hls (room_name, layout, filename_prefix, playlist_name, storage);

  return lk_egress_client_start (self, request, cancellable, error);
}

/**
 * lk_egress_client_start_room_hls_async:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, such as `grid`; %NULL leaves it to the
 *   page
 * @filename_prefix: what the names of segments begin with, folder included, such as `hls/demo`
 * @playlist_name: (nullable): the name of the playlist, such as `play.m3u8`; without a folder it is
 *   in that of the segments. %NULL for @filename_prefix with `.m3u8`
 * @storage: (nullable): where the files go, %NULL for what the server is configured with
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Client.start_room_hls] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_start_room_hls_async (LkEgressClient *self,
                                       const char *room_name,
                                       const char *layout,
                                       const char *filename_prefix,
                                       const char *playlist_name,
                                       LkEgressStorage *storage,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (room_name != NULL);
  g_return_if_fail (filename_prefix != NULL);
  g_return_if_fail (storage == NULL || LK_EGRESS_IS_STORAGE (storage));

  request = new_room_hls (room_name, layout, filename_prefix, playlist_name, storage);

  lk_egress_call_run_async (lk_egress_operation_start (self, request, NULL), self,
                            lk_egress_client_start_room_hls_async, "StartEgress", cancellable,
                            callback, user_data);
}

/**
 * lk_egress_client_start_room_hls_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.start_room_hls_async].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_hls_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_start_room_hls_async, result, error);
}
