/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-sigv4-private.h"
#include "lk-egress-storage.h"

G_BEGIN_DECLS

/* lk_egress_storage_sign_get() for any request. */
char **lk_egress_storage_sign (LkEgressStorage *self,
                               const LkEgressSigv4Request *request,
                               GDateTime *now,
                               GError **error);

G_END_DECLS
