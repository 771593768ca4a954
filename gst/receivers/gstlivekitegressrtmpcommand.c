/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrtmpcommand.h"

gboolean
gst_livekit_egress_rtmp_command_read (GstLiveKitEgressRtmpCommand * self,
    const guint8 * data, gsize size)
{
  GstLiveKitEgressAmf0Reader reader = { data, size, 0 };

  self->app.text = self->argument.text = "";
  self->app.size = self->argument.size = 0;
  if (!gst_livekit_egress_amf0_read_text (&reader, &self->name)
      || !gst_livekit_egress_amf0_read_number (&reader, &self->transaction))
    return FALSE;

  /* The command object, null for most. What comes after the first argument is not needed. */
  if (reader.size > 0
      && !gst_livekit_egress_amf0_read_member (&reader, "app", &self->app))
    return FALSE;
  if (!gst_livekit_egress_amf0_read_text (&reader, &self->argument)) {
    self->argument.text = "";
    self->argument.size = 0;
  }
  return TRUE;
}
