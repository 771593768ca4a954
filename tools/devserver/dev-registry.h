/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-egress.h"

G_BEGIN_DECLS

/* The rooms, which never change, and all egresses since the start. */
typedef struct _DevRegistry DevRegistry;

DevRegistry *dev_registry_new (void);
void dev_registry_free (DevRegistry *self);

/* "NAME[:identity,identity...]" */
gboolean dev_registry_add_room (DevRegistry *self, const char *description, GError **error);
guint dev_registry_count_rooms (DevRegistry *self);

/* NULL if there is no such room. */
const char *dev_registry_get_room_id (DevRegistry *self, const char *room_name);

/* What the request needs and its room lacks, in the words of LiveKit; NULL if all is there. */
char *dev_registry_find_missing (DevRegistry *self, const DevPlan *plan);

/* Takes the egress. */
void dev_registry_add (DevRegistry *self, DevEgress *egress);
DevEgress *dev_registry_get (DevRegistry *self, const char *egress_id);

/* In the order of their start. */
const GPtrArray *dev_registry_get_all (DevRegistry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DevRegistry, dev_registry_free)

G_END_DECLS
