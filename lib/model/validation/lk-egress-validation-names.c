/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

#include <string.h>

#define MAX_SHOWN 40

char *
lk_egress_validation_clean_path (const char *path)
{
  const char *start = path + strspn (path, "/");
  g_autofree char *clean = g_canonicalize_filename (start, "/");
  gboolean is_folder = clean[1] != '\0' && g_str_has_suffix (path, "/");

  /* Made absolute, so .. at the start is gone as with the worker. */
  return g_strconcat (start != path ? "/" : "", clean + 1, is_folder ? "/" : "", NULL);
}

/* What braces stand for, and when. */
static gboolean
is_known_brace (const LkEgressValidation *self, const char *brace)
{
  static const char *const always[] = { "{time}", "{utc}", "{retry}", NULL };
  static const char *const of_room[] = { "{room_name}", "{room_id}", NULL };
  static const char *const of_track[]
      = { "{track_id}", "{track_type}", "{track_source}", "{publisher_identity}", NULL };

  return g_strv_contains (always, brace)
         || (*self->request->room_name != '\0' && g_strv_contains (of_room, brace))
         || (self->is_passthrough && g_strv_contains (of_track, brace));
}

static gboolean
can_be_shown (const char *brace)
{
  for (const char *at = brace; *at != '\0'; at++)
    {
      if (g_ascii_iscntrl (*at))
        return FALSE;
    }

  return strlen (brace) <= MAX_SHOWN;
}

/* The older API knows whose tracks are recorded, the unified one only for a track that is stored as
 * it is. */
static gboolean
is_of_older_api (const LkEgressValidation *self, const char *brace)
{
  return self->request->source_case == LIVEKIT__START_EGRESS_REQUEST__SOURCE_MEDIA
         && g_str_equal (brace, "{publisher_identity}");
}

/* R35 */
static void
check_braces (LkEgressValidation *self, const char *field, const char *name)
{
  const char *end;

  for (const char *start = strchr (name, '{'); start != NULL; start = strchr (end, '{'))
    {
      g_autofree char *brace = NULL;

      end = strchr (start, '}');
      if (end == NULL)
        return;

      brace = g_strndup (start, ++end - start);
      if (is_known_brace (self, brace))
        continue;

      if (!can_be_shown (brace))
        lk_egress_validation_warn (
            self, field,
            "What is in the braces stays as it is, as it stands for nothing; "
            "correct it");
      else
        lk_egress_validation_warn (
            self, field, "%s stays as it is, %s; use %s", brace,
            is_of_older_api (self, brace) ? "but with the older Egress API"
                                          : "as it stands for nothing with this source",
            *self->request->room_name != '\0' ? "{room_name}, {room_id}, {time} or {utc}"
                                              : "{time} or {utc}");
      return;
    }
}

static gboolean
goes_to_objects (const LkEgressValidation *self, const Livekit__Output *output)
{
  const Livekit__StorageConfig *storage = lk_egress_validation_get_storage (self, output);

  return storage != NULL && storage->provider_case != LIVEKIT__STORAGE_CONFIG__PROVIDER__NOT_SET;
}

static void
check_name (LkEgressValidation *self, size_t index, const char *member, const char *name)
{
  g_autofree char *field = lk_egress_validation_output_path (index, member);

  check_braces (self, field, name);

  if (g_str_has_prefix (name, "../"))
    lk_egress_validation_warn (self, field, "The worker takes off .. at the start; leave it out");

  /* W2 */
  if (*name == '/' && goes_to_objects (self, self->request->outputs[index]))
    lk_egress_validation_warn (
        self, field,
        "The slash at the start makes a folder without a name in the bucket; "
        "leave it out");
}

/* The text from the last dot on, if it looks like an extension. */
static const char *
find_extension (const char *name)
{
  const char *dot = strrchr (name, '.');
  const char *slash = strrchr (name, '/');
  size_t length;

  if (dot == NULL || (slash != NULL && slash > dot) || !g_ascii_isalpha (dot[1]))
    return NULL;

  length = strlen (dot + 1);
  for (const char *at = dot + 1; *at != '\0'; at++)
    {
      if (!g_ascii_isalnum (*at))
        return NULL;
    }

  return length >= 2 && length <= 4 ? dot : NULL;
}

/* R36 */
static void
check_extension (LkEgressValidation *self, size_t index, const char *filepath)
{
  /* Those the worker takes off when they are not the right one; it keeps all others. */
  static const char *const known[]
      = { ".raw", ".ogg", ".mp3", ".ivf", ".mp4", ".ts", ".webm", ".m3u8", ".jpeg", NULL };
  g_autofree char *field = lk_egress_validation_output_path (index, "file.filepath");
  const char *extension = find_extension (filepath);

  if (self->file_extension == NULL || extension == NULL
      || g_str_equal (extension, self->file_extension))
    return;

  if (g_strv_contains (known, extension))
    lk_egress_validation_warn (self, field,
                               "The file will be another one than the name says, and its name end "
                               "in %s in place of %s; set file_type, or end the name so",
                               self->file_extension, extension);
  else if (strlen (extension) > 3)
    lk_egress_validation_warn (self, field,
                               "%s is no kind of file that is made here, and %s is added after it; "
                               "end the name so",
                               extension, self->file_extension);
}

static void
check_names (LkEgressValidation *self)
{
  for (size_t i = 0; i < self->request->n_outputs; i++)
    {
      const Livekit__Output *output = self->request->outputs[i];

      switch (output->config_case)
        {
        case LIVEKIT__OUTPUT__CONFIG_FILE:
          check_name (self, i, "file.filepath", output->file->filepath);
          check_extension (self, i, output->file->filepath);
          break;
        case LIVEKIT__OUTPUT__CONFIG_SEGMENTS:
          check_name (self, i, "segments.filename_prefix", output->segments->filename_prefix);
          check_name (self, i, "segments.playlist_name", output->segments->playlist_name);
          check_name (self, i, "segments.live_playlist_name", output->segments->live_playlist_name);
          break;
        case LIVEKIT__OUTPUT__CONFIG_IMAGES:
          check_name (self, i, "images.filename_prefix", output->images->filename_prefix);
          break;
        default:
          break;
        }
    }
}

const LkEgressValidationRule lk_egress_validation_names_rules[] = { check_names, NULL };
