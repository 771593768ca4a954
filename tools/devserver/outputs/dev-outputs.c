/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-outputs.h"

#include "dev-elements.h"
#include "dev-output-file.h"
#include "dev-output-images.h"
#include "dev-output-rtmp.h"
#include "dev-output-segments.h"
#include "dev-output-srt.h"
#include "dev-output-websocket.h"

static const struct
{
  DevDestinationKind kind;
  Livekit__StreamProtocol protocol; /* of streams */
  GType (*get_type) (void);
} kinds[] = {
  { DEV_DESTINATION_FILE, 0, dev_output_file_get_type },
  { DEV_DESTINATION_IMAGES, 0, dev_output_images_get_type },
  { DEV_DESTINATION_SEGMENTS, 0, dev_output_segments_get_type },
  { DEV_DESTINATION_STREAM, LIVEKIT__STREAM_PROTOCOL__RTMP, dev_output_rtmp_get_type },
  { DEV_DESTINATION_STREAM, LIVEKIT__STREAM_PROTOCOL__SRT, dev_output_srt_get_type },
  { DEV_DESTINATION_STREAM, LIVEKIT__STREAM_PROTOCOL__WEBSOCKET, dev_output_websocket_get_type },
};

/* G_TYPE_INVALID if there is none. */
static GType
find (const DevDestination *destination)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].kind == destination->kind
        && (destination->kind != DEV_DESTINATION_STREAM
            || kinds[i].protocol == dev_destination_get_protocol (destination)))
      return kinds[i].get_type ();
  return G_TYPE_INVALID;
}

gboolean
dev_outputs_check_elements (GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GTypeClass) klass = g_type_class_ref (kinds[i].get_type ());

      if (!dev_elements_check (DEV_OUTPUT_CLASS (klass)->elements, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
dev_outputs_check (const DevOutputContext *context, GError **error)
{
  for (guint i = 0; i < context->plan->destinations->len; i++)
    {
      const DevDestination *destination = g_ptr_array_index (context->plan->destinations, i);
      GType type = find (destination);
      g_autoptr (GTypeClass) klass = type != G_TYPE_INVALID ? g_type_class_ref (type) : NULL;

      if (klass == NULL)
        return dev_output_refuse (error, "this development server has no output of this kind");
      if (!DEV_OUTPUT_CLASS (klass)->check (context, destination, error))
        return FALSE;
    }
  return TRUE;
}

GPtrArray *
dev_outputs_new (const DevOutputContext *context)
{
  GPtrArray *outputs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < context->plan->destinations->len; i++)
    {
      const DevDestination *destination = g_ptr_array_index (context->plan->destinations, i);

      g_ptr_array_add (outputs, dev_output_new (find (destination), context, destination));
    }
  return outputs;
}
