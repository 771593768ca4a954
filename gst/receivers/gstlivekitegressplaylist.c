/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressplaylist.h"

#include <gio/gio.h>
#include <string.h>

/* What one line after the other builds up. */
typedef struct
{
  GstLiveKitEgressPlaylist *playlist;
  guint line;                   /* its number, from 1 on */
  GstLiveKitEgressPlaylistSegment next; /* what the tags say of the next segment */
  gboolean has_duration;
  guint64 discontinuity;
  const gchar *map;
} Parser;

static gboolean
fail (const Parser * parser, GError ** error, gint code,
    const gchar * format, ...)
G_GNUC_PRINTF (4, 5);

     static gboolean
         fail (const Parser * parser, GError ** error, gint code,
    const gchar * format, ...)
{
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, G_IO_ERROR, code, "line %u of the playlist %s",
      parser->line, text);
  return FALSE;
}

static gboolean
fail_number (const Parser * parser, const gchar * tag, GError ** error)
{
  return fail (parser, error, G_IO_ERROR_INVALID_DATA,
      "has no number, or too large a one, after %s", tag);
}

/*** Values ***/

static gboolean
parse_number (const gchar * text, guint64 maximum, guint64 * number)
{
  return g_ascii_string_to_unsigned (text, 10, 0, maximum, number, NULL);
}

/* "2", "2.0" or "2.033366,title". */
static gboolean
parse_duration (const gchar * text, GstClockTime * duration)
{
  const gsize whole_length = strspn (text, G_CSET_DIGITS);
  g_autofree gchar *whole = g_strndup (text, whole_length);
  const gchar *p = text + whole_length;
  GstClockTime unit = GST_SECOND;
  guint64 seconds;

  if (!parse_number (whole, GST_LIVEKIT_EGRESS_PLAYLIST_MAX_DURATION /
          GST_SECOND, &seconds))
    return FALSE;

  *duration = seconds * GST_SECOND;
  if (*p == '.')
    for (p++; g_ascii_isdigit (*p); p++) {
      unit /= 10;
      *duration += (*p - '0') * unit;
    }
  return *p == '\0' || *p == ',';
}

static gint64
parse_date (const gchar * text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (text, utc);

  if (date == NULL)
    return GST_LIVEKIT_EGRESS_PLAYLIST_NO_DATE;
  return g_date_time_to_unix (date) * G_USEC_PER_SEC
      + g_date_time_get_microsecond (date);
}

/* A quoted attribute such as URI of URI="init.mp4",BYTERANGE="…"; NULL if it is not there. */
static gchar *
dup_attribute (const gchar * attributes, const gchar * name)
{
  const gsize length = strlen (name);
  const gchar *p = attributes;

  while (*p != '\0') {
    const gchar *value = p + strcspn (p, "=,");
    const gboolean found = (gsize) (value - p) == length
        && strncmp (p, name, length) == 0;
    const gchar *end;

    if (*value != '=') {
      p = *value == ',' ? value + 1 : value;
      continue;
    }
    value++;
    end =
        *value == '"' ? strchr (value + 1, '"') : value + strcspn (value, ",");
    if (end == NULL)
      return NULL;
    if (found)
      return *value == '"' ? g_strndup (value + 1, end - value - 1) :
          g_strndup (value, end - value);
    end += strcspn (end, ",");
    p = *end == ',' ? end + 1 : end;
  }
  return NULL;
}

/* Plain names below the playlist: no scheme, no host, no way up, whoever decodes it and however often
 * a server does. */
static gboolean
leads_out (const gchar * uri)
{
  g_autofree gchar *decoded = g_strdup (uri);
  g_auto (GStrv) names = NULL;
  guint i;

  for (i = 0; i < 3; i++) {
    gchar *more = g_uri_unescape_string (decoded, NULL);

    if (more == NULL)
      break;
    g_free (decoded);
    decoded = more;
  }
  if (strchr (decoded, '\\') != NULL)
    return TRUE;

  names = g_strsplit (decoded, "/", -1);
  for (i = 0; names[i] != NULL; i++)
    if (*names[i] == '\0' || g_str_equal (names[i], ".")
        || g_str_equal (names[i], ".."))
      return TRUE;
  return FALSE;
}

static const gchar *
take_uri (const Parser * parser, const gchar * uri, GError ** error)
{
  if (*uri == '\0')
    fail (parser, error, G_IO_ERROR_INVALID_DATA, "has no address");
  else if (leads_out (uri))
    fail (parser, error, G_IO_ERROR_INVALID_FILENAME,
        "leads out of the playlist's own folder; segments are read from there "
        "alone");
  else
    return g_string_chunk_insert (parser->playlist->texts, uri);
  return NULL;
}

/*** Lines ***/

static gboolean
parse_target_duration (Parser * parser, const gchar * value, GError ** error)
{
  guint64 seconds;

  if (!parse_number (value, GST_LIVEKIT_EGRESS_PLAYLIST_MAX_DURATION /
          GST_SECOND, &seconds) || seconds == 0)
    return fail_number (parser, "EXT-X-TARGETDURATION", error);

  parser->playlist->target_duration = seconds * GST_SECOND;
  return TRUE;
}

static gboolean
parse_media_sequence (Parser * parser, const gchar * value, GError ** error)
{
  if (parser->playlist->segments->len > 0)
    return fail (parser, error, G_IO_ERROR_INVALID_DATA,
        "has EXT-X-MEDIA-SEQUENCE after the first segment");
  if (!parse_number (value, G_MAXINT64, &parser->playlist->media_sequence))
    return fail_number (parser, "EXT-X-MEDIA-SEQUENCE", error);
  return TRUE;
}

static gboolean
parse_discontinuity_sequence (Parser * parser, const gchar * value,
    GError ** error)
{
  if (!parse_number (value, G_MAXINT64, &parser->discontinuity))
    return fail_number (parser, "EXT-X-DISCONTINUITY-SEQUENCE", error);
  return TRUE;
}

static gboolean
parse_inf (Parser * parser, const gchar * value, GError ** error)
{
  if (!parse_duration (value, &parser->next.duration))
    return fail (parser, error, G_IO_ERROR_INVALID_DATA,
        "has no duration, or too long a one, after EXTINF");

  parser->has_duration = TRUE;
  return TRUE;
}

static gboolean
parse_program_date_time (Parser * parser, const gchar * value, GError ** error)
{
  parser->next.date = parse_date (value);
  return TRUE;
}

static gboolean
parse_discontinuity (Parser * parser, const gchar * value, GError ** error)
{
  parser->discontinuity++;
  parser->next.discontinuous = TRUE;
  return TRUE;
}

static gboolean
parse_gap (Parser * parser, const gchar * value, GError ** error)
{
  parser->next.gap = TRUE;
  return TRUE;
}

static gboolean
parse_map (Parser * parser, const gchar * value, GError ** error)
{
  g_autofree gchar *uri = dup_attribute (value, "URI");
  g_autofree gchar *range = dup_attribute (value, "BYTERANGE");

  if (range != NULL)
    return fail (parser, error, G_IO_ERROR_NOT_SUPPORTED,
        "has a byte range, which this reader does not know");

  parser->map = take_uri (parser, uri != NULL ? uri : "", error);
  return parser->map != NULL;
}

static gboolean
parse_end (Parser * parser, const gchar * value, GError ** error)
{
  parser->playlist->ended = TRUE;
  return TRUE;
}

static gboolean
parse_key (Parser * parser, const gchar * value, GError ** error)
{
  g_autofree gchar *method = dup_attribute (value, "METHOD");

  return g_strcmp0 (method, "NONE") == 0
      || fail (parser, error, G_IO_ERROR_NOT_SUPPORTED,
      "has a key: no LiveKit egress encrypts its segments");
}

static gboolean
refuse_byte_range (Parser * parser, const gchar * value, GError ** error)
{
  return fail (parser, error, G_IO_ERROR_NOT_SUPPORTED,
      "has a byte range, which this reader does not know");
}

static gboolean
refuse_master (Parser * parser, const gchar * value, GError ** error)
{
  return fail (parser, error, G_IO_ERROR_NOT_SUPPORTED,
      "is of a master playlist, which lists others; set the address of one of "
      "those");
}

static const struct
{
  const gchar *name;
    gboolean (*parse) (Parser * parser, const gchar * value, GError ** error);
} tags[] = {
  {"EXTINF", parse_inf},
  {"EXT-X-PROGRAM-DATE-TIME", parse_program_date_time},
  {"EXT-X-TARGETDURATION", parse_target_duration},
  {"EXT-X-MEDIA-SEQUENCE", parse_media_sequence},
  {"EXT-X-DISCONTINUITY-SEQUENCE", parse_discontinuity_sequence},
  {"EXT-X-DISCONTINUITY", parse_discontinuity},
  {"EXT-X-GAP", parse_gap},
  {"EXT-X-MAP", parse_map},
  {"EXT-X-ENDLIST", parse_end},
  {"EXT-X-KEY", parse_key},
  {"EXT-X-BYTERANGE", refuse_byte_range},
  {"EXT-X-STREAM-INF", refuse_master},
  {"EXT-X-I-FRAME-STREAM-INF", refuse_master},
  {"EXT-X-MEDIA", refuse_master},
};

/* What is not known is left out: section 6.3.1. */
static gboolean
parse_tag (Parser * parser, const gchar * tag, GError ** error)
{
  const gsize length = strcspn (tag, ":");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (tags); i++)
    if (strlen (tags[i].name) == length
        && strncmp (tag, tags[i].name, length) == 0)
      return tags[i].parse (parser, tag[length] == ':' ? tag + length + 1 : "",
          error);
  return TRUE;
}

static gboolean
add_segment (Parser * parser, const gchar * uri, GError ** error)
{
  GArray *segments = parser->playlist->segments;

  if (!parser->has_duration)
    return fail (parser, error, G_IO_ERROR_INVALID_DATA,
        "is a segment without EXTINF");
  if (segments->len >= GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SEGMENTS)
    return fail (parser, error, G_IO_ERROR_NOT_SUPPORTED,
        "is one more than %d segments",
        GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SEGMENTS);

  parser->next.uri = take_uri (parser, uri, error);
  if (parser->next.uri == NULL)
    return FALSE;
  parser->next.sequence = parser->playlist->media_sequence + segments->len;
  parser->next.discontinuity = parser->discontinuity;
  parser->next.map = parser->map;
  g_array_append_val (segments, parser->next);

  parser->next = (GstLiveKitEgressPlaylistSegment) {
  .date = GST_LIVEKIT_EGRESS_PLAYLIST_NO_DATE};
  parser->has_duration = FALSE;
  return TRUE;
}

static gboolean
parse_line (Parser * parser, const gchar * line, GError ** error)
{
  const gchar *p;

  for (p = line; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return fail (parser, error, G_IO_ERROR_INVALID_DATA,
          "has control characters");

  if (parser->line == 1)
    return g_str_equal (line, "#EXTM3U") || fail (parser, error,
        G_IO_ERROR_INVALID_DATA, "is not #EXTM3U");
  if (*line == '#')
    return parse_tag (parser, line + 1, error);
  return *line == '\0' || add_segment (parser, line, error);
}

/* The last line may be one that is still being written, unless it ends. */
static gboolean
parse_lines (Parser * parser, const gchar * text, gsize length, GError ** error)
{
  /* The data of an empty GBytes is NULL, which is nothing to add to. */
  const gchar *const end = length > 0 ? text + length : text;

  while (text < end) {
    const gchar *newline = memchr (text, '\n', end - text);
    gsize size = (newline != NULL ? newline : end) - text;
    g_autofree gchar *line = NULL;

    parser->line++;
    if (size > GST_LIVEKIT_EGRESS_PLAYLIST_MAX_LINE)
      return fail (parser, error, G_IO_ERROR_INVALID_DATA,
          "has more than %d bytes", GST_LIVEKIT_EGRESS_PLAYLIST_MAX_LINE);
    if (newline == NULL && *text != '#')
      break;
    if (size > 0 && text[size - 1] == '\r')
      size--;
    line = g_strndup (text, size);
    if (strlen (line) != size || !g_utf8_validate (line, size, NULL))
      return fail (parser, error, G_IO_ERROR_INVALID_DATA, "is no text");
    if (!parse_line (parser, line, error))
      return FALSE;
    text = newline != NULL ? newline + 1 : end;
  }
  return TRUE;
}

GstLiveKitEgressPlaylist *
gst_livekit_egress_playlist_parse (const gchar * text, gsize length,
    GError ** error)
{
  g_autoptr (GstLiveKitEgressPlaylist) self =
      g_new0 (GstLiveKitEgressPlaylist, 1);
  Parser parser = {.playlist = self,
    .next = {.date = GST_LIVEKIT_EGRESS_PLAYLIST_NO_DATE}
  };

  self->segments = g_array_new (FALSE, FALSE,
      sizeof (GstLiveKitEgressPlaylistSegment));
  self->texts = g_string_chunk_new (1024);

  if (length > GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SIZE) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
        "the playlist has more than %d bytes",
        GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SIZE);
    return NULL;
  }
  if (!parse_lines (&parser, text, length, error))
    return NULL;
  if (parser.line == 0 || self->target_duration == 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "the playlist %s", parser.line == 0 ? "is empty" :
        "has no EXT-X-TARGETDURATION");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
gst_livekit_egress_playlist_free (GstLiveKitEgressPlaylist * self)
{
  g_array_unref (self->segments);
  g_string_chunk_free (self->texts);
  g_free (self);
}

guint64
gst_livekit_egress_playlist_get_end (const GstLiveKitEgressPlaylist * self)
{
  return self->media_sequence + self->segments->len;
}

const GstLiveKitEgressPlaylistSegment *
gst_livekit_egress_playlist_find (const GstLiveKitEgressPlaylist * self,
    guint64 sequence)
{
  if (sequence < self->media_sequence
      || sequence >= gst_livekit_egress_playlist_get_end (self))
    return NULL;
  return &g_array_index (self->segments, GstLiveKitEgressPlaylistSegment,
      sequence - self->media_sequence);
}
