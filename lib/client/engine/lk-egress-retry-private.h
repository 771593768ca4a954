/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What a failed exchange says of sending again. Nothing here knows what was sent. */

/* The same may have more luck a little later: the server is out of reach, overloaded or faulty. */
gboolean lk_egress_retry_is_transient (const GError *error);

/* The same, for one who can wait: later there may be an answer, or one that can be read. */
gboolean lk_egress_retry_may_recover (const GError *error);

/* There may have been an answer, which did not arrive. */
gboolean lk_egress_retry_is_lost (const GError *error);

/* Another region may have more luck: this one is out of reach, slow or faulty. */
gboolean lk_egress_retry_is_of_region (const GError *error);

/* The server found no worker, under whatever code. */
gboolean lk_egress_retry_is_no_worker (const GError *error);

/* The pause that the server asks for, in milliseconds; 0 when it does not ask. */
guint lk_egress_retry_get_after (SoupMessage *message);

G_END_DECLS
