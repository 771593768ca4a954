/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

/**
 * lk_egress_validation_error_quark:
 *
 * Gets the domain of validation errors.
 *
 * Returns: %LK_EGRESS_VALIDATION_ERROR
 * Since: 1.0
 */
G_DEFINE_QUARK (LkEgressValidationError, lk_egress_validation_error)

/* In the order of the server, and after that what only this library checks: the first fault is the
 * one that is told. */
static const LkEgressValidationRule *const rule_lists[] = {
  lk_egress_validation_room_rules,        lk_egress_validation_encoding_rules,
  lk_egress_validation_passthrough_rules, lk_egress_validation_source_rules,
  lk_egress_validation_output_rules,      lk_egress_validation_stream_rules,
  lk_egress_validation_segments_rules,    lk_egress_validation_images_rules,
  lk_egress_validation_codecs_rules,      lk_egress_validation_encoder_rules,
  lk_egress_validation_names_rules,       lk_egress_validation_storage_rules,
  lk_egress_validation_webhook_rules,     lk_egress_validation_newer_rules,
};

static gboolean
has_video_source (const Livekit__MediaSource *media)
{
  if (media->video_case == LIVEKIT__MEDIA_SOURCE__VIDEO_VIDEOS)
    return media->videos->capture_all || media->videos->n_selectors > 0;

  return media->video_case != LIVEKIT__MEDIA_SOURCE__VIDEO__NOT_SET;
}

static void
read_source (LkEgressValidation *self)
{
  const Livekit__StartEgressRequest *request = self->request;
  const Livekit__AudioConfig *audio;

  switch (request->source_case)
    {
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_TEMPLATE:
      self->has_audio = !request->template_->video_only;
      self->has_video = !request->template_->audio_only;
      break;
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_WEB:
      self->has_audio = !request->web->video_only;
      self->has_video = !request->web->audio_only;
      break;
    case LIVEKIT__START_EGRESS_REQUEST__SOURCE_MEDIA:
      audio = request->media->audio;
      self->has_audio = audio != NULL && (audio->capture_all || audio->n_routes > 0);
      self->has_video = has_video_source (request->media);
      break;
    default:
      break;
    }
}

static void
read_stream (LkEgressValidation *self)
{
  const Livekit__Output *output = lk_egress_validation_find_output (
      self, LIVEKIT__OUTPUT__CONFIG_STREAM, &self->stream_index);

  if (output == NULL)
    return;

  self->stream = output->stream;
  self->n_stream_urls = output->stream->n_urls + output->stream->n_destinations;
  self->protocol = output->stream->protocol;
  if (self->protocol == LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL && self->n_stream_urls > 0)
    self->protocol = lk_egress_stream_protocol_of_url (output->stream->n_urls > 0
                                                           ? output->stream->urls[0]
                                                           : output->stream->destinations[0]->url);
}

gboolean
lk_egress_validation_check (const Livekit__StartEgressRequest *request,
                            GPtrArray *warnings,
                            GError **error)
{
  LkEgressValidation self = { request, .warnings = warnings };

  self.is_passthrough = request->encoding_case == LIVEKIT__START_EGRESS_REQUEST__ENCODING_PRESET
                        && request->preset == LIVEKIT__ENCODING_OPTIONS_PRESET__PASSTHROUGH;
  read_source (&self);
  read_stream (&self);

  for (gsize i = 0; i < G_N_ELEMENTS (rule_lists); i++)
    {
      for (const LkEgressValidationRule *rule = rule_lists[i]; *rule != NULL; rule++)
        (*rule) (&self);
    }

  if (self.fault == NULL)
    return TRUE;

  g_propagate_error (error, self.fault);

  return FALSE;
}

void
lk_egress_validation_fault (LkEgressValidation *self,
                            LkEgressValidationError code,
                            const char *field,
                            const char *server_word,
                            const char *format,
                            ...)
{
  g_autofree char *sentence = NULL;
  g_autofree char *server = NULL;
  va_list args;

  if (self->fault != NULL)
    return;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);

  if (server_word != NULL)
    server = g_strdup_printf ("the server would say \"%s\"", server_word);

  self->fault = g_error_new (LK_EGRESS_VALIDATION_ERROR, code, "%s: %s (%s)", field, sentence,
                             server != NULL ? server : "the server does not check this");
}

void
lk_egress_validation_warn (LkEgressValidation *self, const char *field, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  if (self->warnings == NULL)
    return;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);

  g_ptr_array_add (self->warnings, g_strdup_printf ("%s: %s", field, sentence));
}

char *
lk_egress_validation_output_path (size_t index, const char *member)
{
  return g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "].%s", index, member);
}

const Livekit__Output *
lk_egress_validation_find_output (const LkEgressValidation *self,
                                  Livekit__Output__ConfigCase kind,
                                  size_t *index)
{
  for (size_t i = 0; i < self->request->n_outputs; i++)
    {
      if (self->request->outputs[i]->config_case != kind)
        continue;

      if (index != NULL)
        *index = i;
      return self->request->outputs[i];
    }

  return NULL;
}

const Livekit__StorageConfig *
lk_egress_validation_get_storage (const LkEgressValidation *self, const Livekit__Output *output)
{
  return output->storage != NULL ? output->storage : self->request->storage;
}
