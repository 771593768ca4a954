/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

#include "lk-egress-wire-equal-private.h"

/* R16. A websocket takes the video away from a source that has audio too; the server notices it
 * only for images that come after it. */
static void
check_video (LkEgressValidation *self, size_t index)
{
  g_autofree char *field = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "].images", index);
  gboolean is_audio_only = self->stream != NULL
                           && self->protocol == LIVEKIT__STREAM_PROTOCOL__WEBSOCKET
                           && self->has_audio;

  if (!self->has_video)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, field,
                                LK_EGRESS_VALIDATION_FIELD ("audio_only images"),
                                "The source gives no video to take pictures of; choose some, or "
                                "take the images out");
  else if (is_audio_only)
    lk_egress_validation_fault (
        self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, field,
        self->stream_index < index ? LK_EGRESS_VALIDATION_FIELD ("audio_only images") : NULL,
        "Beside a websocket there is no video to take pictures of; start an egress of its own for "
        "the images");
}

/* R34 */
static void
check_numbers (LkEgressValidation *self, const Livekit__ImageOutput *images, size_t index)
{
  g_autofree char *codec_field = lk_egress_validation_output_path (index, "images.image_codec");
  g_autofree char *suffix_field
      = lk_egress_validation_output_path (index, "images.filename_suffix");
  g_autofree char *width_field = lk_egress_validation_output_path (index, "images.width");
  g_autofree char *height_field = lk_egress_validation_output_path (index, "images.height");

  if (images->image_codec != LIVEKIT__IMAGE_CODEC__IC_DEFAULT
      && images->image_codec != LIVEKIT__IMAGE_CODEC__IC_JPEG)
    lk_egress_validation_fault (
        self, LK_EGRESS_VALIDATION_ERROR_INVALID, codec_field, LK_EGRESS_VALIDATION_NO_CODEC,
        "%d is no codec for pictures; give IC_JPEG", (int)images->image_codec);

  if (protobuf_c_enum_descriptor_get_value (&livekit__image_file_suffix__descriptor,
                                            images->filename_suffix)
      == NULL)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID, suffix_field,
                                LK_EGRESS_VALIDATION_FIELD ("filename_suffix"),
                                "%d is no way to number pictures; give IMAGE_SUFFIX_INDEX, "
                                "IMAGE_SUFFIX_TIMESTAMP or IMAGE_SUFFIX_NONE_OVERWRITE",
                                (int)images->filename_suffix);

  if (images->width < 0 || images->height < 0)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID,
                                images->width < 0 ? width_field : height_field, NULL,
                                "%d pixels cannot be; give a number above 0, or 0 for the size of "
                                "the video",
                                images->width < 0 ? images->width : images->height);
}

static gboolean
is_same_storage (const LkEgressValidation *self, const Livekit__Output *a, const Livekit__Output *b)
{
  const Livekit__StorageConfig *one = lk_egress_validation_get_storage (self, a);
  const Livekit__StorageConfig *other = lk_egress_validation_get_storage (self, b);

  return one == other
         || (one != NULL && other != NULL && lk_egress_wire_equal (&one->base, &other->base));
}

static gboolean
has_same_names (const LkEgressValidation *self, const Livekit__Output *a, const Livekit__Output *b)
{
  g_autofree char *prefix = lk_egress_validation_clean_path (a->images->filename_prefix);
  g_autofree char *other = lk_egress_validation_clean_path (b->images->filename_prefix);

  return a->images->filename_suffix == b->images->filename_suffix && g_str_equal (prefix, other)
         && is_same_storage (self, a, b);
}

/* As for two sizes. The server does not notice. */
static void
check_names (LkEgressValidation *self, size_t index)
{
  const Livekit__Output *output = self->request->outputs[index];
  g_autofree char *field = lk_egress_validation_output_path (index, "images.filename_prefix");

  for (size_t i = 0; i < index; i++)
    {
      const Livekit__Output *other = self->request->outputs[i];

      if (other->config_case != LIVEKIT__OUTPUT__CONFIG_IMAGES
          || !has_same_names (self, other, output))
        continue;

      lk_egress_validation_warn (self, field,
                                 "Its pictures are named as those of outputs[%" G_GSIZE_FORMAT
                                 "], so one replaces the other; give it another prefix",
                                 i);
      return;
    }
}

static void
check_images (LkEgressValidation *self)
{
  for (size_t i = 0; i < self->request->n_outputs; i++)
    {
      const Livekit__Output *output = self->request->outputs[i];

      if (output->config_case != LIVEKIT__OUTPUT__CONFIG_IMAGES)
        continue;

      check_video (self, i);
      check_numbers (self, output->images, i);
      check_names (self, i);
    }
}

const LkEgressValidationRule lk_egress_validation_images_rules[] = { check_images, NULL };
