/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-manifest.h"

#include <json-glib/json-glib.h>

#include "dev-message.h"
#include "lk-egress-wire-json-private.h"

Livekit__ManifestFile *
dev_manifest_file_new (const char *filename, const char *location)
{
  Livekit__ManifestFile *file
      = (Livekit__ManifestFile *)lk_egress_wire_new (&livekit__manifest_file__descriptor);

  dev_message_set_string (&file->filename, filename);
  dev_message_set_string (&file->location, location);
  return file;
}

static Livekit__Manifest *
manifest_new (const DevOutputContext *context, gint64 ended_at)
{
  const DevPlan *plan = context->plan;
  Livekit__Manifest *manifest
      = (Livekit__Manifest *)lk_egress_wire_new (&livekit__manifest__descriptor);

  dev_message_set_string (&manifest->egress_id, context->info->egress_id);
  dev_message_set_string (&manifest->room_id, context->info->room_id);
  dev_message_set_string (&manifest->room_name, context->info->room_name);
  dev_message_set_string (&manifest->url, plan->url);
  manifest->started_at = context->info->started_at;
  manifest->ended_at = ended_at;
  dev_message_set_string (&manifest->publisher_identity, plan->identity);
  dev_message_set_string (&manifest->audio_track_id, plan->audio_track_id);
  dev_message_set_string (&manifest->video_track_id, plan->video_track_id);
  return manifest;
}

/* The worker writes its times as numbers, which JSON of protobuf does not. */
static char *
to_text (const Livekit__Manifest *manifest)
{
  g_autofree char *json = lk_egress_wire_to_json (&manifest->base, LK_EGRESS_WIRE_JSON_PROTO_NAMES);
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  JsonObject *object = json_node_get_object (node);

  json_object_set_int_member (object, "started_at", manifest->started_at);
  json_object_set_int_member (object, "ended_at", manifest->ended_at);
  return json_to_string (node, FALSE);
}

char *
dev_manifest_write (const DevOutputContext *context, GPtrArray *outputs, gint64 ended_at)
{
  Livekit__Manifest *manifest = manifest_new (context, ended_at);
  g_autofree char *file_name = g_strconcat (manifest->egress_id, ".json", NULL);
  g_autofree char *text = NULL;
  char *location = NULL;

  for (guint i = 0; i < outputs->len; i++)
    dev_output_fill_manifest (g_ptr_array_index (outputs, i), manifest);
  text = to_text (manifest);
  for (guint i = 0; i < outputs->len; i++)
    {
      DevStore *store = dev_output_get_store (g_ptr_array_index (outputs, i));
      g_autofree char *name
          = dev_output_get_manifest_name (g_ptr_array_index (outputs, i), file_name);
      g_autofree char *path = name != NULL ? dev_store_get_path (store, name) : NULL;
      g_autoptr (GError) error = NULL;

      if (path == NULL)
        continue;
      if (g_file_set_contents (path, text, -1, &error))
        {
          if (dev_store_put (store, name))
            {
              g_free (location);
              location = dev_store_get_location (store, name);
            }
        }
      else
        g_warning ("The manifest was not written: %s", error->message);
    }
  lk_egress_wire_free (&manifest->base);
  return location;
}
