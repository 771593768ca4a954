/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-route-private.h"

struct _LkEgressRoute
{
  LkEgressRegions *regions;
  GUri *place;
  gboolean moved;
  gboolean once;         /* the exchange is of something that is sent once */
  gboolean no_other;     /* there is no region left for it */
  GHashTable *failed[2]; /* places, as host:port, by once */
};

LkEgressRoute *
lk_egress_route_new (LkEgressRegions *regions)
{
  LkEgressRoute *self = g_new0 (LkEgressRoute, 1);

  self->regions = lk_egress_regions_ref (regions);
  self->place = g_uri_ref (lk_egress_regions_get_origin (regions));
  for (guint i = 0; i < G_N_ELEMENTS (self->failed); i++)
    self->failed[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
lk_egress_route_free (LkEgressRoute *self)
{
  lk_egress_regions_unref (self->regions);
  g_uri_unref (self->place);
  for (guint i = 0; i < G_N_ELEMENTS (self->failed); i++)
    g_hash_table_unref (self->failed[i]);
  g_free (self);
}

void
lk_egress_route_begin (LkEgressRoute *self, gboolean once)
{
  self->once = once;
  self->no_other = FALSE;
  g_hash_table_remove_all (self->failed[FALSE]);
}

void
lk_egress_route_apply (LkEgressRoute *self, SoupMessage *message)
{
  g_autoptr (GUri) uri = NULL;

  if (!self->moved)
    return;

  uri = soup_uri_copy (soup_message_get_uri (message), SOUP_URI_SCHEME,
                       g_uri_get_scheme (self->place), SOUP_URI_HOST, g_uri_get_host (self->place),
                       SOUP_URI_PORT, g_uri_get_port (self->place), SOUP_URI_NONE);
  soup_message_set_uri (message, uri);
}

void
lk_egress_route_failed (LkEgressRoute *self)
{
  g_hash_table_add (self->failed[self->once], lk_egress_regions_name (self->place));
}

gboolean
lk_egress_route_may_change (LkEgressRoute *self)
{
  return !self->no_other;
}

gboolean
lk_egress_route_wants_change (LkEgressRoute *self)
{
  g_autofree char *name = lk_egress_regions_name (self->place);

  return !self->no_other && g_hash_table_contains (self->failed[self->once], name);
}

gboolean
lk_egress_route_change (LkEgressRoute *self)
{
  GUri *other = lk_egress_regions_find (self->regions, self->failed[self->once]);

  if (other == NULL)
    {
      self->no_other = TRUE;
      return FALSE;
    }

  g_uri_unref (self->place);
  self->place = other;
  self->moved = TRUE;

  return TRUE;
}
