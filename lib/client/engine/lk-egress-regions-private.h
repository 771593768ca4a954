/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The servers of a LiveKit Cloud project, as its address lists them. May be shared by threads. */
typedef struct _LkEgressRegions LkEgressRegions;

/* Where to ask, with the token of a call. */
#define LK_EGRESS_REGIONS_PATH "/settings/regions"

/* NULL if the address is not one of LiveKit Cloud. */
LkEgressRegions *lk_egress_regions_new (const char *base_url);
LkEgressRegions *lk_egress_regions_ref (LkEgressRegions *self);
void lk_egress_regions_unref (LkEgressRegions *self);

/* The address that it was made with. */
GUri *lk_egress_regions_get_origin (LkEgressRegions *self);

/* Whether what is known may still be used without asking. */
gboolean lk_egress_regions_is_fresh (LkEgressRegions *self);

/* Reads the answer to a query. One that is of no use leaves what was known before. */
void lk_egress_regions_learn (LkEgressRegions *self, SoupMessage *query, GBytes *answer);

/* The first region that is not among these names; scheme, host and port count. */
GUri *lk_egress_regions_find (LkEgressRegions *self, GHashTable *names);

/* HOST:PORT */
char *lk_egress_regions_name (GUri *place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressRegions, lk_egress_regions_unref)

G_END_DECLS
