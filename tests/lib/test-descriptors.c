/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The compiled descriptors against the table of the published API, both ways. */

#include "lk-egress-wire-field-private.h"
#include "lk-test-recorded.h"

/* Columns of the table. A row without its oneof is the key; the oneof is the value. */
enum
{
  KIND,
  PARENT,
  NAME,
  NUMBER,
  TYPE,
  LABEL,
  ONEOF,
  DEPRECATED,
  N_COLUMNS
};

/* Not of livekit_egress.proto: what its messages and webhooks refer to. */
static const char *const shared_types[] = {
  "AudioCodec",  "FilterParams",    "ImageCodec",           "IngressInfo",
  "Job",         "ParticipantInfo", "ParticipantInfo.Kind", "ParticipantInfo.State",
  "Room",        "RoomEndReason",   "TokenPagination",      "TrackInfo",
  "TrackSource", "TrackType",       "VideoCodec",           "WebhookConfig",
  NULL,
};

static char *
make_row (const char *kind,
          const char *parent,
          const char *name,
          int number,
          const char *type,
          gboolean repeated,
          gboolean deprecated)
{
  return g_strdup_printf ("%s %s %s %d %s%s%s", kind, parent, name, number, type,
                          repeated ? " repeated" : "", deprecated ? " deprecated" : "");
}

/* row -> name of its oneof or "" */
static GHashTable *
load_table (void)
{
  GHashTable *rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *path = lk_test_data_path ("egress-fields.tsv");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);

  /* The first line names the columns. */
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", N_COLUMNS);

      g_assert_cmpuint (g_strv_length (cells), ==, N_COLUMNS);
      g_assert_true (g_hash_table_insert (rows,
                                          make_row (cells[KIND], cells[PARENT], cells[NAME],
                                                    atoi (cells[NUMBER]), cells[TYPE],
                                                    g_str_equal (cells[LABEL], "repeated"),
                                                    g_str_equal (cells[DEPRECATED], "deprecated")),
                                          g_strdup (cells[ONEOF])));
    }
  g_assert_cmpuint (g_hash_table_size (rows), >, 300);

  return rows;
}

static const char *
local_name (const char *name)
{
  g_assert_true (g_str_has_prefix (name, "livekit."));

  return name + strlen ("livekit.");
}

static const char *
type_name (const ProtobufCFieldDescriptor *field)
{
  switch (field->type)
    {
    case PROTOBUF_C_TYPE_STRING:
      return "string";
    case PROTOBUF_C_TYPE_BOOL:
      return "bool";
    case PROTOBUF_C_TYPE_INT32:
      return "int32";
    case PROTOBUF_C_TYPE_UINT32:
      return "uint32";
    case PROTOBUF_C_TYPE_INT64:
      return "int64";
    case PROTOBUF_C_TYPE_DOUBLE:
      return "double";
    case PROTOBUF_C_TYPE_ENUM:
      return ((const ProtobufCEnumDescriptor *)field->descriptor)->name;
    case PROTOBUF_C_TYPE_MESSAGE:
      return ((const ProtobufCMessageDescriptor *)field->descriptor)->name;
    default:
      /* lib/wire has no such values. */
      g_assert_not_reached ();
    }
}

/* Takes the row of something compiled out of the table; it must be there unless its type is shared.
 * Returns the name of its oneof. */
static char *
take_row (GHashTable *rows, const char *parent, char *row)
{
  g_autofree char *found = NULL;
  char *oneof = NULL;

  if (g_hash_table_steal_extended (rows, row, (gpointer *)&found, (gpointer *)&oneof))
    g_test_message ("%s", row);
  else if (!g_strv_contains (shared_types, parent))
    g_error ("not in the published API: %s", row);
  g_free (row);

  return oneof;
}

static void
take_enum (GHashTable *rows, GHashTable *seen, const ProtobufCEnumDescriptor *descriptor)
{
  if (!g_hash_table_add (seen, (gpointer)descriptor))
    return;

  for (guint i = 0; i < descriptor->n_values; i++)
    {
      const char *name = local_name (descriptor->name);

      g_free (take_row (rows, name,
                        make_row ("enum", name, descriptor->values[i].name,
                                  descriptor->values[i].value, "", FALSE, FALSE)));
    }
}

static void
take_message (GHashTable *rows, GHashTable *seen, const ProtobufCMessageDescriptor *descriptor)
{
  const char *parent = local_name (descriptor->name);
  g_autoptr (GHashTable) name_by_group = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) group_by_name
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!g_hash_table_add (seen, (gpointer)descriptor))
    return;

  for (guint i = 0; i < descriptor->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
      gboolean repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
      gpointer group = GUINT_TO_POINTER (field->quantifier_offset);
      g_autofree char *oneof
          = take_row (rows, parent,
                      make_row ("field", parent, field->name, field->id, type_name (field),
                                repeated, (field->flags & PROTOBUF_C_FIELD_FLAG_DEPRECATED) != 0));

      /* Presence is that of proto3 everywhere; lib/wire knows no has_ members. */
      g_assert_true (repeated || field->label == PROTOBUF_C_LABEL_NONE);

      if (oneof != NULL)
        {
          g_assert_cmpint (*oneof != '\0', ==, (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0);
          if (*oneof != '\0')
            {
              const char *name = g_hash_table_lookup (name_by_group, group);

              /* One name, one place of the case, and the other way round. */
              if (name != NULL)
                g_assert_cmpstr (name, ==, oneof);
              if (g_hash_table_contains (group_by_name, oneof))
                g_assert_true (g_hash_table_lookup (group_by_name, oneof) == group);
              else
                {
                  name = g_steal_pointer (&oneof);
                  g_hash_table_insert (group_by_name, (gpointer)name, group);
                  g_hash_table_insert (name_by_group, group, (gpointer)name);
                }
            }
        }

      if (field->type == PROTOBUF_C_TYPE_ENUM)
        take_enum (rows, seen, field->descriptor);
      else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        take_message (rows, seen, field->descriptor);
    }
}

static void
take_service (GHashTable *rows, GHashTable *seen, const ProtobufCServiceDescriptor *service)
{
  for (guint i = 0; i < service->n_methods; i++)
    {
      const ProtobufCMethodDescriptor *method = &service->methods[i];
      g_autofree char *type
          = g_strdup_printf ("%s -> %s", method->input->name, method->output->name);

      g_free (take_row (
          rows, local_name (service->name),
          make_row ("rpc", local_name (service->name), method->name, 0, type, FALSE, FALSE)));
      take_message (rows, seen, method->input);
      take_message (rows, seen, method->output);
    }
}

static void
test_published (void)
{
  g_autoptr (GHashTable) rows = load_table ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer row;

  /* The one field of our own, the place of what only an older request has. */
  g_assert_true (g_hash_table_insert (
      rows, g_strdup ("field TemplateSource audio_mixing 1000 livekit.AudioMixing"),
      g_strdup ("")));

  take_service (rows, seen, &livekit__egress__descriptor);
  take_message (rows, seen, &livekit__webhook_event__descriptor);
  /* Settings of a room: no RPC of the service takes them. */
  take_message (rows, seen, &livekit__auto_participant_egress__descriptor);
  take_message (rows, seen, &livekit__auto_track_egress__descriptor);

  g_hash_table_iter_init (&iter, rows);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    g_test_message ("not compiled: %s", (const char *)row);
  g_assert_cmpuint (g_hash_table_size (rows), ==, 0);
}

static void
test_maps (void)
{
  const ProtobufCMessageDescriptor *s3 = &livekit__s3_upload__descriptor;

  g_assert_true (
      lk_egress_wire_is_map (protobuf_c_message_descriptor_get_field_by_name (s3, "metadata")));
  for (guint i = 0; i < s3->n_fields; i++)
    {
      if (!g_str_equal (s3->fields[i].name, "metadata"))
        g_assert_false (lk_egress_wire_is_map (&s3->fields[i]));
    }
  g_assert_false (lk_egress_wire_is_map (protobuf_c_message_descriptor_get_field_by_name (
      &livekit__list_egress_response__descriptor, "items")));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/descriptors/published", test_published);
  g_test_add_func ("/descriptors/maps", test_maps);

  return g_test_run ();
}
