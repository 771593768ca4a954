/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shorthands: a request for what is started most often, built and sent. */

#include "lk-egress-client-starts.h"

static LkEgressRequest *
add_outputs (LkEgressRequest *request, LkEgressOutput *const *outputs, gsize n_outputs)
{
  for (gsize i = 0; i < n_outputs; i++)
    lk_egress_request_add_output (request, outputs[i]);

  return request;
}

static LkEgressRequest *
new_room_composite (const char *room_name,
                    const char *layout,
                    gboolean audio_only,
                    gboolean video_only,
                    LkEgressOutput *const *outputs,
                    gsize n_outputs)
{
  LkEgressRequest *request = lk_egress_request_new_room_composite (room_name, layout);
  g_autoptr (LkEgressTemplateSource) source = NULL;

  g_object_get (request, "template", &source, NULL);
  g_object_set (source, "audio-only", audio_only, "video-only", video_only, NULL);

  return add_outputs (request, outputs, n_outputs);
}

static LkEgressRequest *
new_track_composite (const char *room_name,
                     const char *audio_track_id,
                     const char *video_track_id,
                     LkEgressOutput *const *outputs,
                     gsize n_outputs)
{
  return add_outputs (
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
              LkEgressStorage *storage)
{
  LkEgressRequest *request = lk_egress_request_new_room_composite (room_name, layout);
  g_autofree char *playlist = g_strconcat (filename_prefix, ".m3u8", NULL);
  g_autofree char *live_playlist = g_strconcat (filename_prefix, "-live.m3u8", NULL);
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
 * @layout: (nullable): how the participants are arranged, as `grid`; %NULL leaves it to the page
 * @audio_only: whether to take no video
 * @video_only: whether to take no audio
 * @outputs: (array length=n_outputs): where the media goes
 * @n_outputs: how many outputs there are
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress of a whole room, as a web page shows it: a shorthand for
 * [ctor@Request.new_room_composite] and [method@Client.start], which says what can go wrong.
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_composite (LkEgressClient *self,
                                       const char *room_name,
                                       const char *layout,
                                       gboolean audio_only,
                                       gboolean video_only,
                                       LkEgressOutput *const *outputs,
                                       gsize n_outputs,
                                       GCancellable *cancellable,
                                       GError **error)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (outputs != NULL || n_outputs == 0, NULL);

  request = new_room_composite (room_name, layout, audio_only, video_only, outputs, n_outputs);

  return lk_egress_client_start (self, request, cancellable, error);
}

/**
 * lk_egress_client_start_room_composite_async:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, as `grid`; %NULL leaves it to the page
 * @audio_only: whether to take no video
 * @video_only: whether to take no audio
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
                                             gboolean audio_only,
                                             gboolean video_only,
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

  request = new_room_composite (room_name, layout, audio_only, video_only, outputs, n_outputs);

  lk_egress_client_start_async (self, request, cancellable, callback, user_data);
}

/**
 * lk_egress_client_start_room_composite_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Client.start_room_composite_async].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_composite_finish (LkEgressClient *self,
                                              GAsyncResult *result,
                                              GError **error)
{
  return lk_egress_client_start_finish (self, result, error);
}

/**
 * lk_egress_client_start_track_composite:
 * @self: a client
 * @room_name: the room
 * @audio_track_id: (nullable): the id of an audio track, as `TR_…`
 * @video_track_id: (nullable): the id of a video track, as `TR_…`
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

  request = new_track_composite (room_name, audio_track_id, video_track_id, outputs, n_outputs);

  return lk_egress_client_start (self, request, cancellable, error);
}

/**
 * lk_egress_client_start_track_composite_async:
 * @self: a client
 * @room_name: the room
 * @audio_track_id: (nullable): the id of an audio track, as `TR_…`
 * @video_track_id: (nullable): the id of a video track, as `TR_…`
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

  request = new_track_composite (room_name, audio_track_id, video_track_id, outputs, n_outputs);

  lk_egress_client_start_async (self, request, cancellable, callback, user_data);
}

/**
 * lk_egress_client_start_track_composite_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Client.start_track_composite_async].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_track_composite_finish (LkEgressClient *self,
                                               GAsyncResult *result,
                                               GError **error)
{
  return lk_egress_client_start_finish (self, result, error);
}

/**
 * lk_egress_client_start_room_rtmp:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, as `grid`; %NULL leaves it to the page
 * @urls: (array zero-terminated=1): where to send to, stream keys included
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Sends a whole room, as a web page shows it, to RTMP servers. Addresses are of the form
 * `rtmp://host/app/key`; `rtmps`, `mux` and `twitch` do as well. What can go wrong is told at
 * [method@Client.start].
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
 * @layout: (nullable): how the participants are arranged, as `grid`; %NULL leaves it to the page
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

  lk_egress_client_start_async (self, request, cancellable, callback, user_data);
}

/**
 * lk_egress_client_start_room_rtmp_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Client.start_room_rtmp_async].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_rtmp_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  return lk_egress_client_start_finish (self, result, error);
}

/**
 * lk_egress_client_start_room_hls:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, as `grid`; %NULL leaves it to the page
 * @filename_prefix: what the names of segments and playlists begin with, folder included, as
 * `hls/demo`
 * @storage: (nullable): where the files go, %NULL for what the server is configured with
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Records a whole room, as a web page shows it, as HLS: segments of 4 seconds, a playlist of all of
 * them, `PREFIX.m3u8`, and a live one of the last five, `PREFIX-live.m3u8`. What can go wrong is
 * told at [method@Client.start].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_hls (LkEgressClient *self,
                                 const char *room_name,
                                 const char *layout,
                                 const char *filename_prefix,
                                 LkEgressStorage *storage,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (room_name != NULL, NULL);
  g_return_val_if_fail (filename_prefix != NULL, NULL);
  g_return_val_if_fail (storage == NULL || LK_EGRESS_IS_STORAGE (storage), NULL);

  request = new_room_hls (room_name, layout, filename_prefix, storage);

  return lk_egress_client_start (self, request, cancellable, error);
}

/**
 * lk_egress_client_start_room_hls_async:
 * @self: a client
 * @room_name: the room
 * @layout: (nullable): how the participants are arranged, as `grid`; %NULL leaves it to the page
 * @filename_prefix: what the names of segments and playlists begin with, folder included, as
 * `hls/demo`
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

  request = new_room_hls (room_name, layout, filename_prefix, storage);

  lk_egress_client_start_async (self, request, cancellable, callback, user_data);
}

/**
 * lk_egress_client_start_room_hls_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Client.start_room_hls_async].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_room_hls_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  return lk_egress_client_start_finish (self, result, error);
}
