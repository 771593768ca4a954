/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Uses what is newer than the release that it is compiled for, and what is deprecated. */

#include <livekit-egress/livekit-egress.h>

#ifdef USE_NEWER
LK_EGRESS_UNAVAILABLE (1, 2)
#else
LK_EGRESS_AVAILABLE_IN_1_0
#endif
void lk_egress_newer (void);

#ifdef USE_DEPRECATED
LK_EGRESS_DEPRECATED_IN_1_0_FOR (lk_egress_newer)
#else
LK_EGRESS_AVAILABLE_IN_1_0
#endif
void lk_egress_older (void);

int
main (void)
{
  lk_egress_newer ();
  lk_egress_older ();
  return 0;
}
