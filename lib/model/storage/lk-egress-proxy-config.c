/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-proxy-config.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressProxyConfig:
 *
 * An HTTP proxy between the worker and the storage.
 *
 * Since: 1.0
 */

/**
 * LkEgressProxyConfig:url:
 *
 * The address of the proxy. It is required.
 *
 * Since: 1.0
 */

/**
 * LkEgressProxyConfig:username:
 *
 * The user name that the proxy asks for. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressProxyConfig:password:
 *
 * The password that the proxy asks for, a secret. Default: %NULL.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressProxyConfig,
                          lk_egress_proxy_config,
                          livekit__proxy_config__descriptor)

/**
 * lk_egress_proxy_config_new:
 * @url: the address of the proxy
 *
 * Creates the description of a proxy.
 *
 * Returns: (transfer full): a new [class@ProxyConfig]
 * Since: 1.0
 */
LkEgressProxyConfig *
lk_egress_proxy_config_new (const char *url)
{
  return g_object_new (LK_EGRESS_TYPE_PROXY_CONFIG, "url", url, NULL);
}
