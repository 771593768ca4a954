/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-registry.h"

#include "dev-id.h"

typedef struct
{
  char *id;
  char **identities;
} Room;

struct _DevRegistry
{
  GHashTable *rooms; /* name -> Room */
  GPtrArray *egresses;
};

static void
room_free (Room *room)
{
  g_free (room->id);
  g_strfreev (room->identities);
  g_free (room);
}

DevRegistry *
dev_registry_new (void)
{
  DevRegistry *self = g_new0 (DevRegistry, 1);

  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)room_free);
  self->egresses = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

void
dev_registry_free (DevRegistry *self)
{
  g_ptr_array_unref (self->egresses);
  g_hash_table_unref (self->rooms);
  g_free (self);
}

gboolean
dev_registry_add_room (DevRegistry *self, const char *description, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (description, ":", 2);
  Room *room;

  if (parts[0] == NULL || *parts[0] == '\0')
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The room \"%s\" has no name: write NAME or NAME:identity,identity",
                   description);
      return FALSE;
    }
  room = g_new0 (Room, 1);
  room->id = dev_id_new ("RM_");
  room->identities = g_strsplit (parts[1] != NULL ? parts[1] : "", ",", -1);
  g_hash_table_replace (self->rooms, g_strdup (parts[0]), room);
  return TRUE;
}

guint
dev_registry_count_rooms (DevRegistry *self)
{
  return g_hash_table_size (self->rooms);
}

const char *
dev_registry_get_room_id (DevRegistry *self, const char *room_name)
{
  const Room *room = g_hash_table_lookup (self->rooms, room_name);

  return room != NULL ? room->id : NULL;
}

static gboolean
has_track (const Room *room, const char *track_id)
{
  for (guint i = 0; room->identities[i] != NULL; i++)
    {
      g_autofree char *camera = g_strdup_printf ("TR_%s_camera", room->identities[i]);
      g_autofree char *microphone = g_strdup_printf ("TR_%s_microphone", room->identities[i]);

      if (g_str_equal (track_id, camera) || g_str_equal (track_id, microphone))
        return TRUE;
    }
  return FALSE;
}

char *
dev_registry_find_missing (DevRegistry *self, const DevPlan *plan)
{
  const Room *room = g_hash_table_lookup (self->rooms, plan->room_name);
  const char *const tracks[] = { plan->video_track_id, plan->audio_track_id };

  if (room == NULL)
    return NULL;
  if (*plan->identity != '\0'
      && !g_strv_contains ((const char *const *)room->identities, plan->identity))
    return g_strdup_printf ("participant %s not found", plan->identity);
  for (guint i = 0; i < G_N_ELEMENTS (tracks); i++)
    if (*tracks[i] != '\0' && !has_track (room, tracks[i]))
      return g_strdup_printf ("track %s not found", tracks[i]);
  return NULL;
}

void
dev_registry_add (DevRegistry *self, DevEgress *egress)
{
  g_ptr_array_add (self->egresses, egress);
}

DevEgress *
dev_registry_get (DevRegistry *self, const char *egress_id)
{
  for (guint i = 0; i < self->egresses->len; i++)
    if (g_str_equal (dev_egress_get_id (g_ptr_array_index (self->egresses, i)), egress_id))
      return g_ptr_array_index (self->egresses, i);
  return NULL;
}

const GPtrArray *
dev_registry_get_all (DevRegistry *self)
{
  return self->egresses;
}
