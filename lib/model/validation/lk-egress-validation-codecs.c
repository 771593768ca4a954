/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

/* R24, R26 and R27: all outputs share one audio and one video codec. The server looks for them as
 * it is done here, and refuses what leaves none. */

enum
{
  AAC = 1 << 0,
  OPUS = 1 << 1,
  MP3 = 1 << 2,
  RAW = 1 << 3,
  H264 = 1 << 4,
  ANY_AUDIO = AAC | OPUS | MP3 | RAW,
};

typedef struct
{
  const char *name;
  const char *mime;      /* as the server calls it */
  const char *extension; /* NULL for what is no file */
  guint codecs;          /* what can be put into it */
} Format;

static const Format ogg = { "Ogg", "audio/ogg", ".ogg", OPUS };
static const Format mp3 = { "MP3", "audio/mpeg", ".mp3", ANY_AUDIO };
static const Format mp4 = { "MP4", "video/mp4", ".mp4", AAC | OPUS | H264 };
static const Format hls = { "HLS", "application/x-mpegurl", NULL, AAC | H264 };
static const Format rtmp = { "RTMP", "rtmp", NULL, AAC | H264 };
static const Format srt = { "SRT", "srt", NULL, AAC | H264 };
static const Format websocket = { "A websocket", "audio/x-raw", NULL, RAW };
/* A file whose type is left to the server. */
static const Format any_file = { "A file", "", NULL, AAC | OPUS | MP3 | H264 };

/* The outputs that are encoded, in the order of the server. */
typedef struct
{
  const Format *format;
  const char *member;
  size_t index;
} Encoded;

typedef struct
{
  Encoded outputs[3];
  guint n_outputs;
  guint chosen_audio; /* 0 if nothing decides it */
  guint chosen_video;
  guint audio; /* what is left, 0 without audio */
  guint video;
  gboolean has_audio;
  gboolean has_video;
} Encoding;

static const Format *
get_file_format (const Livekit__FileOutput *file)
{
  switch (file->file_type)
    {
    case LIVEKIT__ENCODED_FILE_TYPE__DEFAULT_FILETYPE:
      return &any_file;
    case LIVEKIT__ENCODED_FILE_TYPE__MP4:
      return &mp4;
    case LIVEKIT__ENCODED_FILE_TYPE__OGG:
      return &ogg;
    case LIVEKIT__ENCODED_FILE_TYPE__MP3:
      return &mp3;
    default:
      return NULL; /* newer than these rules */
    }
}

static const Format *
get_format (const LkEgressValidation *self, const Livekit__Output *output)
{
  switch (output->config_case)
    {
    case LIVEKIT__OUTPUT__CONFIG_FILE:
      return get_file_format (output->file);
    case LIVEKIT__OUTPUT__CONFIG_SEGMENTS:
      return output->segments->protocol <= LIVEKIT__SEGMENTED_FILE_PROTOCOL__HLS_PROTOCOL ? &hls
                                                                                          : NULL;
    default:
      break;
    }

  switch (self->protocol)
    {
    case LIVEKIT__STREAM_PROTOCOL__RTMP:
      return &rtmp;
    case LIVEKIT__STREAM_PROTOCOL__SRT:
      return &srt;
    case LIVEKIT__STREAM_PROTOCOL__WEBSOCKET:
      return &websocket;
    default:
      return NULL; /* another rule tells */
    }
}

static void
collect_outputs (const LkEgressValidation *self, Encoding *encoding)
{
  static const struct
  {
    Livekit__Output__ConfigCase kind;
    const char *member;
  } kinds[] = {
    { LIVEKIT__OUTPUT__CONFIG_FILE, "file" },
    { LIVEKIT__OUTPUT__CONFIG_SEGMENTS, "segments" },
    { LIVEKIT__OUTPUT__CONFIG_STREAM, "stream" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Encoded *encoded = &encoding->outputs[encoding->n_outputs];
      const Livekit__Output *output
          = lk_egress_validation_find_output (self, kinds[i].kind, &encoded->index);

      if (output == NULL)
        continue;

      encoded->format = get_format (self, output);
      encoded->member = kinds[i].member;
      if (encoded->format != NULL)
        encoding->n_outputs++;
    }
}

static guint
get_audio_codec (const Livekit__EncodingOptions *options)
{
  switch (options->audio_codec)
    {
    case LIVEKIT__AUDIO_CODEC__OPUS:
      return OPUS;
    case LIVEKIT__AUDIO_CODEC__AAC:
      return AAC;
    case LIVEKIT__AUDIO_CODEC__AC_MP3:
      return MP3;
    default:
      return 0;
    }
}

static gboolean
is_h264 (Livekit__VideoCodec codec)
{
  return codec == LIVEKIT__VIDEO_CODEC__H264_BASELINE || codec == LIVEKIT__VIDEO_CODEC__H264_MAIN
         || codec == LIVEKIT__VIDEO_CODEC__H264_HIGH;
}

/* What the encoder settings ask for, and then what the stream makes of it. */
static void
choose_codecs (const LkEgressValidation *self, Encoding *encoding)
{
  gboolean is_raw = self->protocol == LIVEKIT__STREAM_PROTOCOL__WEBSOCKET;

  if (self->request->encoding_case == LIVEKIT__START_EGRESS_REQUEST__ENCODING_ADVANCED)
    {
      encoding->chosen_audio = get_audio_codec (self->request->advanced);
      if (is_h264 (self->request->advanced->video_codec))
        encoding->chosen_video = H264;
    }

  encoding->has_audio = self->has_audio;
  encoding->has_video = self->has_video;
  if (self->stream != NULL && is_raw)
    {
      encoding->chosen_audio = RAW;
      encoding->has_video = self->has_video && !self->has_audio;
    }
  else if (self->stream != NULL)
    {
      encoding->chosen_audio = AAC;
      encoding->chosen_video = H264;
    }

  if (encoding->has_audio)
    encoding->audio = encoding->chosen_audio != 0 ? encoding->chosen_audio : ANY_AUDIO;
  if (encoding->has_video)
    encoding->video = H264;
}

static const char *
get_mime (guint codec)
{
  switch (codec)
    {
    case AAC:
      return "audio/aac";
    case OPUS:
      return "audio/opus";
    case MP3:
      return "audio/mpeg";
    case RAW:
      return "audio/x-raw";
    case H264:
      return "video/h264";
    default:
      return "";
    }
}

static const char *
get_codec_name (guint codec)
{
  switch (codec)
    {
    case AAC:
      return "AAC";
    case OPUS:
      return "Opus";
    case MP3:
      return "MP3";
    default:
      return "raw audio";
    }
}

/* The server looks at the audio codec to see whether any was chosen, also when it speaks of
 * video. */
static void
tell (LkEgressValidation *self, const Encoding *encoding, const Encoded *output, gboolean is_video)
{
  const Format *format = output->format;
  g_autofree char *field
      = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "].%s", output->index, output->member);
  g_autofree char *said
      = g_strdup_printf ("format %s incompatible with codec %s", format->mime,
                         get_mime (is_video ? encoding->chosen_video : encoding->chosen_audio));
  const char *server_word = encoding->chosen_audio != 0 ? said : LK_EGRESS_VALIDATION_NO_CODEC;

  if (is_video)
    lk_egress_validation_fault (
        self, LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, field, server_word,
        "%s holds no video, and the source gives some; ask for audio alone, "
        "or choose another kind of output",
        format->name);
  else if (encoding->chosen_audio != 0)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, field, server_word,
                                "%s cannot hold %s, which all outputs are to share; choose another "
                                "codec or kind of file, or start an egress of its own for the "
                                "stream",
                                format->name, get_codec_name (encoding->chosen_audio));
  else
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, field, server_word,
                                "%s and the other outputs have no audio codec in common; start an "
                                "egress for each",
                                format->name);
}

static gboolean
narrow (LkEgressValidation *self, const Encoding *encoding, gboolean is_video, guint *codecs)
{
  for (guint i = 0; *codecs != 0 && i < encoding->n_outputs; i++)
    {
      const Encoded *output = &encoding->outputs[i];

      *codecs &= output->format->codecs;
      if (*codecs == 0)
        {
          tell (self, encoding, output, is_video);
          return FALSE;
        }
    }

  return TRUE;
}

/* R27: the type of a file that names none. */
static const Format *
choose_file_format (const Encoding *encoding)
{
  static const Format *const audio_formats[] = { &ogg, &mp4, &mp3 };

  if (encoding->has_video)
    return !encoding->has_audio || (encoding->audio & mp4.codecs) != 0 ? &mp4 : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (audio_formats); i++)
    {
      if ((encoding->audio & audio_formats[i]->codecs) != 0)
        return audio_formats[i];
    }

  return NULL;
}

static void
check_file_type (LkEgressValidation *self, const Encoding *encoding)
{
  const Encoded *output = &encoding->outputs[0];
  const Format *format;
  g_autofree char *field = NULL;

  if (encoding->n_outputs == 0 || !g_str_equal (output->member, "file"))
    return;

  format = output->format == &any_file ? choose_file_format (encoding) : output->format;
  if (format != NULL)
    {
      self->file_extension = format->extension;
      return;
    }

  field = lk_egress_validation_output_path (output->index, "file.file_type");
  lk_egress_validation_fault (
      self, LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, field,
      "no supported file output type is compatible with the selected codecs",
      "No kind of file holds H.264 together with %s; choose AAC or Opus, or leave the codec to the "
      "default",
      get_codec_name (encoding->chosen_audio));
}

static void
check_codecs (LkEgressValidation *self)
{
  Encoding encoding = { 0 };

  if (self->is_passthrough || (!self->has_audio && !self->has_video))
    return;

  collect_outputs (self, &encoding);
  choose_codecs (self, &encoding);
  if (narrow (self, &encoding, FALSE, &encoding.audio)
      && narrow (self, &encoding, TRUE, &encoding.video))
    check_file_type (self, &encoding);
}

const LkEgressValidationRule lk_egress_validation_codecs_rules[] = { check_codecs, NULL };
