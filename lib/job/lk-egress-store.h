/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "lk-egress-store-entry.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_STORE (lk_egress_store_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (LkEgressStore, lk_egress_store, LK_EGRESS, STORE, GObject)

/**
 * LkEgressStoreInterface:
 * @list: the virtual function of [method@Store.list]
 * @claim: the virtual function of [method@Store.claim]
 * @put: the virtual function of [method@Store.put]
 * @remove: the virtual function of [method@Store.remove]
 * @release: the virtual function of [method@Store.release]
 * @get_lease: the virtual function of [method@Store.get_lease]; %NULL stands for 0
 * @renew: the virtual function of [method@Store.renew]; %NULL if claims need none
 *
 * What a store implements. All functions may be called from any thread.
 *
 * Since: 1.0
 */
struct _LkEgressStoreInterface
{
  GTypeInterface parent_iface;

  GPtrArray *(*list) (LkEgressStore *self,
                      const char *owner,
                      GCancellable *cancellable,
                      GError **error);
  GPtrArray *(*claim) (LkEgressStore *self,
                       const char *owner,
                       GCancellable *cancellable,
                       GError **error);
  gboolean (*put) (LkEgressStore *self,
                   LkEgressStoreEntry *entry,
                   GCancellable *cancellable,
                   GError **error);
  gboolean (*remove) (LkEgressStore *self,
                      LkEgressStoreEntry *entry,
                      GCancellable *cancellable,
                      GError **error);
  void (*release) (LkEgressStore *self, LkEgressStoreEntry *entry);
  guint (*get_lease) (LkEgressStore *self);
  GPtrArray *(*renew) (LkEgressStore *self,
                       const char *owner,
                       GCancellable *cancellable,
                       GError **error);
};

LK_EGRESS_AVAILABLE_IN_1_0
GPtrArray *lk_egress_store_list (LkEgressStore *self,
                                 const char *owner,
                                 GCancellable *cancellable,
                                 GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
GPtrArray *lk_egress_store_claim (LkEgressStore *self,
                                  const char *owner,
                                  GCancellable *cancellable,
                                  GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_store_put (LkEgressStore *self,
                              LkEgressStoreEntry *entry,
                              GCancellable *cancellable,
                              GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_store_remove (LkEgressStore *self,
                                 LkEgressStoreEntry *entry,
                                 GCancellable *cancellable,
                                 GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_store_release (LkEgressStore *self, LkEgressStoreEntry *entry);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_store_get_lease (LkEgressStore *self);

LK_EGRESS_AVAILABLE_IN_1_0
GPtrArray *lk_egress_store_renew (LkEgressStore *self,
                                  const char *owner,
                                  GCancellable *cancellable,
                                  GError **error);

G_END_DECLS
