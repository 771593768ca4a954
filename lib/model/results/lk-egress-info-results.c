/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-info-private.h"

/**
 * lk_egress_info_get_stream_results:
 * @self: a [class@Info]
 *
 * Gets [property@Info:stream-results].
 *
 * Returns: (transfer none): a list of [class@StreamInfo]
 * Since: 1.0
 */
GListModel *
lk_egress_info_get_stream_results (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "stream-results");
}

/**
 * lk_egress_info_get_file_results:
 * @self: a [class@Info]
 *
 * Gets [property@Info:file-results].
 *
 * Returns: (transfer none): a list of [class@FileInfo]
 * Since: 1.0
 */
GListModel *
lk_egress_info_get_file_results (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "file-results");
}

/**
 * lk_egress_info_get_segment_results:
 * @self: a [class@Info]
 *
 * Gets [property@Info:segment-results].
 *
 * Returns: (transfer none): a list of [class@SegmentsInfo]
 * Since: 1.0
 */
GListModel *
lk_egress_info_get_segment_results (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "segment-results");
}

/**
 * lk_egress_info_get_image_results:
 * @self: a [class@Info]
 *
 * Gets [property@Info:image-results].
 *
 * Returns: (transfer none): a list of [class@ImagesInfo]
 * Since: 1.0
 */
GListModel *
lk_egress_info_get_image_results (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "image-results");
}

/**
 * lk_egress_info_find_streams:
 * @self: a [class@Info]
 * @url: an address as it was asked for
 *
 * Finds all streams that can be what became of an address, see
 * [method@StreamInfo.matches_url].
 *
 * There may be several: an address that was removed and added again has a result each time, and the
 * redacted forms of two keys can be the same.
 *
 * Returns: (transfer full): a list of [class@StreamInfo], in the order in which they were added; it
 *   may be empty
 * Since: 1.0
 */
GListModel *
lk_egress_info_find_streams (LkEgressInfo *self, const char *url)
{
  GListModel *results;
  GListStore *found;

  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);
  g_return_val_if_fail (url != NULL, NULL);

  results = lk_egress_info_get_stream_results (self);
  found = g_list_store_new (LK_EGRESS_TYPE_STREAM_INFO);
  for (guint i = 0; i < g_list_model_get_n_items (results); i++)
    {
      g_autoptr (LkEgressStreamInfo) stream = g_list_model_get_item (results, i);

      if (lk_egress_stream_info_matches_url (stream, url))
        g_list_store_append (found, stream);
    }

  return G_LIST_MODEL (found);
}

/**
 * lk_egress_info_find_stream:
 * @self: a [class@Info]
 * @url: an address as it was asked for
 *
 * Finds what became of an address.
 *
 * Of results that show the address as it is, as those of SRT have it, this is the last one: that is
 * the newest. If only redacted forms of it are shown, there must be no more than one, since two can
 * be those of two addresses: this does not guess. [method@Info.find_streams] has them all then, and
 * [method@Info.find_stream_by_id] tells them apart.
 *
 * Returns: (nullable) (transfer full): the stream; %NULL if there is none, or it cannot be told
 *   which
 * Since: 1.0
 */
LkEgressStreamInfo *
lk_egress_info_find_stream (LkEgressInfo *self, const char *url)
{
  g_autoptr (GListModel) found = lk_egress_info_find_streams (self, url);
  gboolean exact;
  guint n_found;

  g_return_val_if_fail (found != NULL, NULL);

  /* Braces are not for addresses: it is a covered form itself. */
  exact = strchr (url, '{') == NULL;
  n_found = g_list_model_get_n_items (found);
  for (guint i = n_found; i > 0; i--)
    {
      g_autoptr (LkEgressStreamInfo) stream = g_list_model_get_item (found, i - 1);

      if (n_found == 1 || (exact && g_strcmp0 (lk_egress_stream_info_get_url (stream), url) == 0))
        return g_steal_pointer (&stream);
    }

  return NULL;
}

/**
 * lk_egress_info_find_stream_by_id:
 * @self: a [class@Info]
 * @id: the name of a destination, as given in [property@StreamDestination:id]
 *
 * Finds what became of a destination that has a name. Many servers do not repeat the names; then
 * there is none to be found.
 *
 * Returns: (nullable) (transfer full): the stream, the newest if the name was used again; %NULL if
 *   there is none
 * Since: 1.0
 */
LkEgressStreamInfo *
lk_egress_info_find_stream_by_id (LkEgressInfo *self, const char *id)
{
  GListModel *results;

  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  results = lk_egress_info_get_stream_results (self);
  for (guint i = g_list_model_get_n_items (results); i > 0; i--)
    {
      g_autoptr (LkEgressStreamInfo) stream = g_list_model_get_item (results, i - 1);

      if (g_strcmp0 (lk_egress_stream_info_get_id (stream), id) == 0)
        return g_steal_pointer (&stream);
    }

  return NULL;
}
