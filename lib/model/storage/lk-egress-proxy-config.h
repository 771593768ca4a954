/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_PROXY_CONFIG (lk_egress_proxy_config_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressProxyConfig, lk_egress_proxy_config, PROXY_CONFIG)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressProxyConfig *lk_egress_proxy_config_new (const char *url);

G_END_DECLS
