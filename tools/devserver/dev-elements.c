/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-elements.h"

#include <gst/gst.h>

gboolean
dev_elements_check (const char *const *names, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GstElementFactory) factory = gst_element_factory_find (names[i]);

      if (factory == NULL)
        {
          g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
                       "The GStreamer element %s is missing; install the base, good, bad, ugly, "
                       "libav and x plugins",
                       names[i]);
          return FALSE;
        }
    }
  return TRUE;
}
