/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Packed messages, looked at where they are: nothing is allocated. */

#include "lk-egress-wire-field-private.h"

#include <string.h>

/* What protobuf-c reads, and no more: longer numbers and other wire types are no message to it. */
#define MAX_KEY_LENGTH 5
#define MAX_SIZE_LENGTH 5
#define MAX_VARINT_LENGTH 10
#define MAX_NUMBER ((1U << 29) - 1)

/* Messages in messages, far more than any of the API has. */
#define MAX_DEPTH 64

typedef enum
{
  GOOD,
  NO_MESSAGE,
  NO_TEXT, /* a string that is not UTF-8 */
} Verdict;

static inline gboolean
read_varint (LkEgressWireSpan *span, guint max_length, guint64 *value)
{
  guint shift = 0;

  *value = 0;
  for (guint i = 0; i < max_length && span->at < span->end; i++)
    {
      guint8 byte = *span->at++;

      *value |= (guint64)(byte & 0x7f) << shift;
      if (byte < 0x80)
        return TRUE;
      shift += 7;
    }

  return FALSE;
}

static inline gboolean
take (LkEgressWireSpan *span, guint64 size, LkEgressWireSpan *value)
{
  if (size > G_MAXINT32 || size > (guint64)(span->end - span->at))
    return FALSE;

  value->at = span->at;
  value->end = span->at += size;

  return TRUE;
}

static inline gboolean
read_field (LkEgressWireSpan *span, LkEgressWireField *field)
{
  guint64 key, number;

  if (!read_varint (span, MAX_KEY_LENGTH, &key) || key >> 3 == 0 || key >> 3 > MAX_NUMBER)
    return FALSE;

  field->number = key >> 3;
  field->type = key & 7;
  field->value.at = span->at;

  switch (field->type)
    {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
      if (!read_varint (span, MAX_VARINT_LENGTH, &number))
        return FALSE;
      field->value.end = span->at;
      return TRUE;
    case PROTOBUF_C_WIRE_TYPE_64BIT:
      return take (span, 8, &field->value);
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
      return read_varint (span, MAX_SIZE_LENGTH, &number) && take (span, number, &field->value);
    case PROTOBUF_C_WIRE_TYPE_32BIT:
      return take (span, 4, &field->value);
    default:
      return FALSE;
    }
}

gboolean
lk_egress_wire_span_next (LkEgressWireSpan *span, LkEgressWireField *field)
{
  return span->at < span->end && read_field (span, field);
}

gboolean
lk_egress_wire_span_find (LkEgressWireSpan span, guint32 number, LkEgressWireSpan *value)
{
  LkEgressWireField field;
  gboolean found = FALSE;

  while (lk_egress_wire_span_next (&span, &field))
    {
      if (field.number == number)
        {
          *value = field.value;
          found = TRUE;
        }
    }

  return found;
}

/* hint is where the field before was found: they come in the order of their numbers, most of the
 * time. */
static inline const ProtobufCFieldDescriptor *
find_field (const ProtobufCMessageDescriptor *descriptor, guint32 number, guint *hint)
{
  const ProtobufCFieldDescriptor *field;

  for (guint i = *hint; i < descriptor->n_fields && i - *hint < 3; i++)
    {
      if (descriptor->fields[i].id == number)
        {
          *hint = i;
          return &descriptor->fields[i];
        }
    }

  field = protobuf_c_message_descriptor_get_field (descriptor, number);
  if (field != NULL)
    *hint = field - descriptor->fields;

  return field;
}

static ProtobufCWireType
get_wire_type (ProtobufCType type)
{
  switch (type)
    {
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
      return PROTOBUF_C_WIRE_TYPE_32BIT;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
      return PROTOBUF_C_WIRE_TYPE_64BIT;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
      return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
    default:
      return PROTOBUF_C_WIRE_TYPE_VARINT;
    }
}

/* The numbers of a repeated field in one piece. */
static Verdict
check_packed (ProtobufCType type, LkEgressWireSpan numbers)
{
  guint64 number;

  switch (get_wire_type (type))
    {
    case PROTOBUF_C_WIRE_TYPE_32BIT:
      return (numbers.end - numbers.at) % 4 == 0 ? GOOD : NO_MESSAGE;
    case PROTOBUF_C_WIRE_TYPE_64BIT:
      return (numbers.end - numbers.at) % 8 == 0 ? GOOD : NO_MESSAGE;
    default:
      while (numbers.at < numbers.end)
        {
          if (!read_varint (&numbers, MAX_VARINT_LENGTH, &number)
              || (type == PROTOBUF_C_TYPE_BOOL && number > 1))
            return NO_MESSAGE;
        }
      return GOOD;
    }
}

static inline const guint8 *
skip_ascii (const guint8 *at, const guint8 *end)
{
  guint64 word;

  for (; end - at >= 8; at += 8)
    {
      memcpy (&word, at, 8);
      if ((word & G_GUINT64_CONSTANT (0x8080808080808080)) != 0)
        break;
    }
  while (at < end && *at < 0x80)
    at++;

  return at;
}

/* A byte of zero is a character like any other here, though C reads the text only up to it. */
static Verdict
check_text (LkEgressWireSpan text)
{
  const char *stop;

  for (const guint8 *at = skip_ascii (text.at, text.end); at < text.end;
       at = (const guint8 *)stop + 1)
    {
      if (g_utf8_validate_len ((const char *)at, text.end - at, &stop))
        break;
      if (stop == (const char *)text.end || *stop != '\0')
        return NO_TEXT;
    }

  return GOOD;
}

/* Puts the field before the path to what is wrong in it. before is what its message has before it.
 */
static void
extend_path (char **path, const ProtobufCFieldDescriptor *field, LkEgressWireSpan before)
{
  g_autofree char *rest = g_steal_pointer (path);
  const char *dot = rest != NULL ? "." : "";
  LkEgressWireField earlier;
  guint index = 0;

  if (!lk_egress_wire_is_repeated (field))
    {
      *path = g_strconcat (field->name, dot, rest, NULL);
      return;
    }

  while (lk_egress_wire_span_next (&before, &earlier))
    index += earlier.number == field->id;
  *path = g_strdup_printf ("%s[%u]%s%s", field->name, index, dot, rest != NULL ? rest : "");
}

/* depth is how much deeper messages may be. */
static Verdict
check_message (const ProtobufCMessageDescriptor *descriptor,
               LkEgressWireSpan span,
               guint depth,
               char **path)
{
  const guint8 *start = span.at;
  guint64 children = 0; /* the single messages that were there, by index */
  guint hint = 0;

  g_assert (descriptor->n_fields <= 64);

  if (depth == 0)
    return NO_MESSAGE;

  while (span.at < span.end)
    {
      LkEgressWireSpan before = { start, span.at };
      LkEgressWireField value;
      const ProtobufCFieldDescriptor *field;
      Verdict verdict = GOOD;

      if (!read_field (&span, &value))
        return NO_MESSAGE;

      field = find_field (descriptor, value.number, &hint);
      if (field == NULL)
        continue;

      if (value.type != get_wire_type (field->type))
        {
          if (!lk_egress_wire_is_repeated (field)
              || value.type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
            return NO_MESSAGE;
          verdict = check_packed (field->type, value.value);
        }
      else if (field->type == PROTOBUF_C_TYPE_STRING)
        {
          verdict = check_text (value.value);
        }
      else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        {
          /* Two of them are to be merged, at which protobuf-c 1.4 reads memory that is not its own.
           */
          if (!lk_egress_wire_is_repeated (field) && !lk_egress_wire_is_oneof (field))
            {
              if ((children & (G_GUINT64_CONSTANT (1) << hint)) != 0)
                return NO_MESSAGE;
              children |= G_GUINT64_CONSTANT (1) << hint;
            }
          verdict = check_message (field->descriptor, value.value, depth - 1, path);
        }

      if (verdict != GOOD)
        {
          if (verdict == NO_TEXT)
            extend_path (path, field, before);
          return verdict;
        }
    }

  return GOOD;
}

gboolean
lk_egress_wire_check (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes, GError **error)
{
  LkEgressWireSpan span = lk_egress_wire_span (bytes);
  g_autofree char *path = NULL;

  switch (check_message (descriptor, span, MAX_DEPTH, &path))
    {
    case GOOD:
      return TRUE;
    case NO_TEXT:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "%s in the protobuf message %s is no UTF-8 text", path, descriptor->name);
      return FALSE;
    case NO_MESSAGE:
    default:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "The %" G_GSIZE_FORMAT " bytes are no protobuf message %s",
                   g_bytes_get_size (bytes), descriptor->name);
      return FALSE;
    }
}
