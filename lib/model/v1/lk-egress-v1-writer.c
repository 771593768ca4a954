/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-v1-writer-private.h"

#include "lk-egress-error-private.h"
#include "lk-egress-wire-field-private.h"

gboolean
lk_egress_v1_writer_refuse (const LkEgressV1Writer *self,
                            const char *path,
                            const char *name,
                            const char *why)
{
  static const char *const openings[] = {
    [LK_EGRESS_V1_ASKED] = "api-level asks for the older Egress API",
    [LK_EGRESS_V1_OLD_SERVER] = "The server only speaks the older Egress API",
    [LK_EGRESS_V1_AUDIO_MIXING] = "“template.audio_mixing” only exists in the older Egress API",
  };
  g_autofree char *text
      = g_strdup_printf ("%s, which has no place for “%s%s%s”: %s", openings[self->reason], path,
                         *path != '\0' ? "." : "", name, why);

  g_propagate_error (self->error, lk_egress_error_new (LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER, 0,
                                                       NULL, NULL, text));

  return FALSE;
}

gboolean
lk_egress_v1_writer_field (const LkEgressV1Writer *self,
                           const ProtobufCMessage *from,
                           const ProtobufCFieldDescriptor *source,
                           const char *path,
                           ProtobufCMessage *to)
{
  const ProtobufCFieldDescriptor *target;

  if (!lk_egress_wire_has (from, source))
    return TRUE;

  target = lk_egress_wire_find (to, source->name);
  if (target == NULL)
    return lk_egress_v1_writer_refuse (self, path, source->name,
                                       self->reason == LK_EGRESS_V1_OLD_SERVER
                                           ? "leave it out, or use a server that is newer"
                                           : "leave it out");

  lk_egress_wire_copy_value (from, source, to, target);

  return TRUE;
}

gboolean
lk_egress_v1_writer_fields (const LkEgressV1Writer *self,
                            const ProtobufCMessage *from,
                            const char *path,
                            ProtobufCMessage *to)
{
  for (guint i = 0; i < from->descriptor->n_fields; i++)
    {
      if (!lk_egress_v1_writer_field (self, from, &from->descriptor->fields[i], path, to))
        return FALSE;
    }

  return TRUE;
}
