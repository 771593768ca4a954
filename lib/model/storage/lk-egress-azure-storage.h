/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_AZURE_STORAGE (lk_egress_azure_storage_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressAzureStorage, lk_egress_azure_storage, AZURE_STORAGE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressAzureStorage *lk_egress_azure_storage_new (const char *account_name,
                                                   const char *account_key,
                                                   const char *container_name);

G_END_DECLS
