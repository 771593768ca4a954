/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as AMF0: what is read of them lies in them, and reading a value for one of its members
 * is reading it. */

#include "fuzz.h"

#include "gstlivekitegressamf0.h"
#include "gstlivekitegressrtmpcommand.h"

static void
check_text (const GstLiveKitEgressAmf0Text *text, const guint8 *data, size_t size)
{
  const guint8 *start = (const guint8 *)text->text;

  if (text->size == 0)
    return;
  g_assert_true (start >= data && start <= data + size);
  g_assert_cmpuint (text->size, <=, (gsize)(data + size - start));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  GstLiveKitEgressAmf0Reader reader = { data, size, 0 };
  GstLiveKitEgressRtmpCommand command;

  for (;;)
    {
      GstLiveKitEgressAmf0Reader whole = reader;
      GstLiveKitEgressAmf0Text text;
      const gboolean is_value = gst_livekit_egress_amf0_skip (&whole);

      g_assert_true (gst_livekit_egress_amf0_read_member (&reader, "app", &text) == is_value);
      if (!is_value)
        break;
      g_assert_true (reader.data == whole.data);
      g_assert_cmpuint (reader.size, ==, whole.size);
      g_assert_cmpuint (reader.n_values, ==, whole.n_values);
      check_text (&text, data, size);
    }

  if (gst_livekit_egress_rtmp_command_read (&command, data, size))
    {
      check_text (&command.name, data, size);
      check_text (&command.app, data, size);
      check_text (&command.argument, data, size);
    }
  return 0;
}
