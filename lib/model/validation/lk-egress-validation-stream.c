/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

static const char *
get_url (const LkEgressValidation *self, size_t index)
{
  if (index < self->stream->n_urls)
    return self->stream->urls[index];

  return self->stream->destinations[index - self->stream->n_urls]->url;
}

static char *
get_url_path (const LkEgressValidation *self, size_t index)
{
  size_t n_urls = self->stream->n_urls;

  if (index < n_urls)
    return g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "].stream.urls[%" G_GSIZE_FORMAT "]",
                            self->stream_index, index);

  return g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "].stream.destinations[%" G_GSIZE_FORMAT
                          "].url",
                          self->stream_index, index - n_urls);
}

/* R12 and R19 */
static void
check_any_url (LkEgressValidation *self)
{
  g_autofree char *protocol_field = NULL;
  g_autofree char *urls_field = NULL;

  if (self->stream == NULL || self->n_stream_urls > 0)
    return;

  protocol_field = lk_egress_validation_output_path (self->stream_index, "stream.protocol");
  urls_field = lk_egress_validation_output_path (self->stream_index, "stream.urls");

  if (self->protocol == LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING, protocol_field,
                                LK_EGRESS_VALIDATION_FIELD ("stream protocol"),
                                "There is no address to tell the protocol; set it, or add an "
                                "address");
  /* Addresses may be added later as long as something else keeps the egress alive. */
  else if (self->request->n_outputs == 1)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING, urls_field,
                                LK_EGRESS_VALIDATION_FIELD ("output"),
                                "The only output has nowhere to send to; add an address");
}

static void
check_urls (LkEgressValidation *self)
{
  for (size_t i = 0; i < self->n_stream_urls; i++)
    {
      g_autofree char *field = get_url_path (self, i);

      lk_egress_validation_stream_url (self, field, get_url (self, i), self->protocol);
    }
}

/* The address that the worker makes of it and knows the stream by. */
static char *
expand_url (const char *url)
{
  if (g_ascii_strncasecmp (url, "mux://", 6) == 0)
    return g_strconcat ("rtmps://global-live.mux.com:443/app/", url + 6, NULL);

  return g_strdup (url);
}

/* R23: the server counts both and keeps one, so the egress would not end with its last stream. */
static void
check_duplicates (LkEgressValidation *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (size_t i = 0; i < self->n_stream_urls; i++)
    {
      g_autofree char *field = get_url_path (self, i);

      if (!g_hash_table_add (seen, expand_url (get_url (self, i))))
        lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, field, NULL,
                                    "The address is there twice, which keeps the egress from "
                                    "ending; take one out");
    }
}

/* R24 */
static void
check_websocket (LkEgressValidation *self)
{
  g_autofree char *field = NULL;

  if (self->stream == NULL || self->protocol != LIVEKIT__STREAM_PROTOCOL__WEBSOCKET
      || !self->has_audio || !self->has_video)
    return;

  field = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "].stream", self->stream_index);
  lk_egress_validation_warn (self, field,
                             "A websocket carries audio, and the video of the source is left out; "
                             "ask for audio alone if that is meant");
}

const LkEgressValidationRule lk_egress_validation_stream_rules[] = {
  check_any_url, check_urls, check_duplicates, check_websocket, NULL,
};
