/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresshlsplan.h"

#include <string.h>

#include "gstlivekitegresserror.h"

/* Short ones, as the stream is played that much later. */
#define SEGMENT_SECONDS 2

#define EXAMPLES "such as /srv/egress/live.m3u8 or s3://bucket/live/play.m3u8"
#define PLAYLIST_SUFFIX ".m3u8"

/* Where the worker writes: in a storage, or on its own disk. */
typedef struct
{
  LkEgressStorage *storage;
  gchar *folder;                /* NULL for the top of the storage */
  gchar *name;                  /* of the main playlist, without its suffix */
} Place;

static void
place_clear (Place * self)
{
  g_clear_object (&self->storage);
  g_free (self->folder);
  g_free (self->name);
}

/* *INDENT-OFF* */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)
/* *INDENT-ON* */

/*** location ***/

static gboolean
has_dots (const gchar * path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);

  return g_strv_contains ((const gchar * const *) names, ".")
      || g_strv_contains ((const gchar * const *) names, "..");
}

static gboolean
split_path (Place * self, const gchar * path, GError ** error)
{
  const gchar *slash = strrchr (path, '/');
  const gchar *name = slash != NULL ? slash + 1 : path;

  if (!g_str_has_suffix (name, PLAYLIST_SUFFIX)
      || g_str_equal (name, PLAYLIST_SUFFIX))
    return gst_livekit_egress_refuse (error, "location names no playlist: its "
        "end is the name of one, " EXAMPLES);
  if (strchr (path, '{') != NULL)
    return gst_livekit_egress_refuse (error, "location has a name in braces, "
        "which the worker fills in: to be read it has to be known, so write "
        "what is meant");
  if (has_dots (path))
    return gst_livekit_egress_refuse (error,
        "location has \".\" or \"..\" in it; write the whole path");

  if (slash != NULL)
    self->folder = g_strndup (path, MAX (slash - path, 1));
  self->name = g_strndup (name, strlen (name) - strlen (PLAYLIST_SUFFIX));
  return TRUE;
}

static gboolean
parse_location (Place * self, const gchar * location, gboolean read_elsewhere,
    GError ** error)
{
  g_autofree gchar *path = NULL;
  g_autofree gchar *scheme = NULL;

  if (location == NULL)
    return gst_livekit_egress_refuse (error, "location is not set: with "
        "protocol=hls it says where the egress worker writes, " EXAMPLES);

  if (strstr (location, "://") == NULL) {
    if (!g_path_is_absolute (location) && !read_elsewhere)
      return gst_livekit_egress_refuse (error, "location is no path from / on, "
          EXAMPLES ": the worker and this element run in other folders");
    return split_path (self, location, error);
  }

  scheme = g_uri_parse_scheme (location);
  if (g_strcmp0 (scheme, "http") == 0 || g_strcmp0 (scheme, "https") == 0)
    return gst_livekit_egress_refuse (error, "location is an address on the "
        "web, where no worker writes: set location to where it writes, "
        EXAMPLES ", and playback-uri to this address");

  self->storage = lk_egress_storage_new_from_uri (location, &path, error);
  if (self->storage == NULL) {
    g_prefix_error (error, "location: ");
    return FALSE;
  }
  return split_path (self, path != NULL ? path : "", error);
}

/*** The output ***/

static gchar *
join (const Place * place, const gchar * name)
{
  return place->folder != NULL ?
      g_build_path ("/", place->folder, name, NULL) : g_strdup (name);
}

/* The name that is set, which lies beside the main playlist. */
static gboolean
get_name (LkEgressSegmentedFileOutput * segments, const gchar * property,
    const gchar * otherwise, gchar ** name, GError ** error)
{
  g_autofree gchar *set = NULL;

  g_object_get (segments, property, &set, NULL);
  if (set != NULL && strchr (set, '/') != NULL)
    return gst_livekit_egress_refuse (error, "outputs: the %s of the segments "
        "that are read has a folder in it; they lie in that of location",
        property);
  if (set != NULL && strchr (set, '{') != NULL)
    return gst_livekit_egress_refuse (error, "outputs: the %s of the segments "
        "that are read has a name in braces, which the worker fills in; write "
        "what is meant", property);

  *name = g_strdup (set != NULL ? set : otherwise);
  return TRUE;
}

/* All lie in one folder, and their names begin alike. */
static gboolean
make_output (GstLiveKitEgressHlsPlan * self, const Place * place,
    const GstLiveKitEgressReceiverConfig * config, GError ** error)
{
  g_autoptr (LkEgressSegmentedFileOutput) segments = config->segments != NULL ?
      LK_EGRESS_SEGMENTED_FILE_OUTPUT (lk_egress_message_copy (LK_EGRESS_MESSAGE
          (config->segments))) :
      lk_egress_segmented_file_output_new (NULL, NULL);
  g_autofree gchar *main_name = g_strconcat (place->name, PLAYLIST_SUFFIX,
      NULL);
  g_autofree gchar *live_default = g_strconcat (place->name, "-live"
      PLAYLIST_SUFFIX, NULL);
  g_autofree gchar *main_path = join (place, main_name);
  g_autofree gchar *prefix = NULL, *prefix_path = NULL;
  g_autofree gchar *live_name = NULL, *live_path = NULL;
  guint seconds = 0;

  if (lk_egress_message_has (LK_EGRESS_MESSAGE (segments), "playlist-name"))
    return gst_livekit_egress_refuse (error, "outputs: the segments that are "
        "read have a location or playlist-name of their own, which the "
        "property location says already; leave it out");
  if (!get_name (segments, "filename-prefix", place->name, &prefix, error)
      || !get_name (segments, "live-playlist-name", live_default, &live_name,
          error))
    return FALSE;

  prefix_path = join (place, prefix);
  live_path = join (place, live_name);
  g_object_set (segments, "filename-prefix", prefix_path,
      "playlist-name", main_path, "live-playlist-name", live_path, NULL);
  g_object_get (segments, "segment-duration", &seconds, NULL);
  if (seconds == 0) {
    seconds = SEGMENT_SECONDS;
    g_object_set (segments, "segment-duration", seconds, NULL);
  }

  self->output = lk_egress_output_new_segments (segments);
  if (place->storage != NULL)
    g_object_set (self->output, "storage", place->storage, NULL);
  self->segment_duration = seconds * GST_SECOND;
  self->playlist =
      g_strdup (config->hls_start == GST_LIVEKIT_EGRESS_HLS_START_LIVE ?
      live_name : main_name);
  return TRUE;
}

/*** The origin ***/

static gboolean
set_url (GstLiveKitEgressHlsPlan * self, const gchar * url, GError ** error)
{
  g_autofree gchar *name = NULL;

  self->origin = gst_livekit_egress_hls_origin_new_url (url, &name, error);
  if (name != NULL) {
    g_free (self->playlist);
    self->playlist = g_steal_pointer (&name);
  }
  return self->origin != NULL;
}

static gboolean
make_origin (GstLiveKitEgressHlsPlan * self, const Place * place,
    const gchar * playback_uri, GError ** error)
{
  if (playback_uri != NULL)
    return set_url (self, playback_uri, error);

  self->origin = place->storage != NULL ?
      gst_livekit_egress_hls_origin_new_storage (place->storage,
      place->folder) : gst_livekit_egress_hls_origin_new_folder (place->folder);
  return TRUE;
}

gboolean
gst_livekit_egress_hls_plan_init (GstLiveKitEgressHlsPlan * self,
    const GstLiveKitEgressReceiverConfig * config, GError ** error)
{
  g_auto (Place) place = { NULL };

  if (!parse_location (&place, config->location, config->playback_uri != NULL,
          error))
    return FALSE;

  if (make_output (self, &place, config, error)
      && make_origin (self, &place, config->playback_uri, error))
    return TRUE;

  gst_livekit_egress_hls_plan_clear (self);
  return FALSE;
}

void
gst_livekit_egress_hls_plan_clear (GstLiveKitEgressHlsPlan * self)
{
  g_clear_object (&self->output);
  g_clear_pointer (&self->origin, gst_livekit_egress_hls_origin_free);
  g_clear_pointer (&self->playlist, g_free);
}
