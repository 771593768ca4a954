/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressplugin.h"

static gboolean
plugin_init (GstPlugin * plugin)
{
  return GST_ELEMENT_REGISTER (livekitegresssrc, plugin)
      && GST_ELEMENT_REGISTER (livekitegresssink, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, livekitegress,
    "LiveKit egress as sources and sinks", plugin_init, VERSION, "LGPL",
    PACKAGE, ORIGIN)
