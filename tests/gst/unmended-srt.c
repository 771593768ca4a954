/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The library that srt_startup() is in is taken for libsrt: this one has none of its mends. */

#include <dlfcn.h>
#include <gmodule.h>

G_MODULE_EXPORT int srt_startup (void);

int
srt_startup (void)
{
  int (*start) (void) = NULL;

  *(void **)&start = dlsym (RTLD_NEXT, "srt_startup");
  g_assert_nonnull (start);

  return start ();
}
