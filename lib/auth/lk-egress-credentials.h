/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-macros.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_CREDENTIALS (lk_egress_credentials_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressCredentials, lk_egress_credentials, LK_EGRESS, CREDENTIALS, GObject)

/**
 * LkEgressTokenFunc:
 * @user_data: the data given with the function
 * @error: return location for an error
 *
 * Gets a token for one call. It may run in any thread that makes a call, and again for a retry, so
 * it must be thread safe and quick.
 *
 * Returns: (transfer full) (nullable): a JWT with the `roomRecord` grant, or %NULL with @error set
 * Since: 1.0
 */
typedef char *(*LkEgressTokenFunc) (gpointer user_data, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressCredentials *lk_egress_credentials_new_for_key (const char *api_key,
                                                        const char *api_secret);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressCredentials *lk_egress_credentials_new_for_token (const char *token);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressCredentials *lk_egress_credentials_new_for_func (LkEgressTokenFunc func,
                                                         gpointer user_data,
                                                         GDestroyNotify destroy);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressCredentials *lk_egress_credentials_new_with_defaults (const char *url,
                                                              const char *api_key,
                                                              const char *api_secret,
                                                              const char *token,
                                                              GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressCredentials *lk_egress_credentials_new_from_environment (GError **error);

G_END_DECLS
