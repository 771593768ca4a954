/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Nothing is allocated here. */

#include "lk-egress-wire-check-private.h"

#include <string.h>

#include "lk-egress-wire-field-private.h"

/* What protobuf-c reads, and no more: longer numbers and other wire types are no message to it. */
#define MAX_KEY_LENGTH 5
#define MAX_SIZE_LENGTH 5
#define MAX_VARINT_LENGTH 10
#define MAX_NUMBER ((1U << 29) - 1)

/* Messages in messages, far more than any of the API has. */
#define MAX_DEPTH 64

/* Of eight bytes: those of varints that go on, and of text that is not ASCII. */
#define HIGH_BITS G_GUINT64_CONSTANT (0x8080808080808080)

typedef enum
{
  GOOD,
  NO_MESSAGE,
  NO_TEXT, /* a string that is not UTF-8 */
} Verdict;

/* The lowest bits of the word are those of its first byte. */
static inline guint64
load_word (const guint8 *at)
{
  guint64 word;

  memcpy (&word, at, sizeof word);

  return GUINT64_FROM_LE (word);
}

/* Keys and sizes, of which most are of one byte and nearly all others of two. */
static inline gboolean
read_varint (LkEgressWireSpan *span, gsize max_length, guint64 *value)
{
  const guint8 *at = span->at;
  const guint8 *stop;

  if (G_LIKELY (span->end - at >= 2))
    {
      if (at[0] < 0x80)
        {
          *value = at[0];
          span->at = at + 1;
          return TRUE;
        }
      if (at[1] < 0x80)
        {
          *value = (at[0] & 0x7f) | at[1] << 7;
          span->at = at + 2;
          return TRUE;
        }
    }

  stop = at + MIN (max_length, (gsize)(span->end - at));
  *value = 0;
  for (guint shift = 0; at < stop; shift += 7)
    {
      guint8 byte = *at++;

      *value |= (guint64)(byte & 0x7f) << shift;
      if (byte < 0x80)
        {
          span->at = at;
          return TRUE;
        }
    }

  return FALSE;
}

static inline gboolean
skip_varint (LkEgressWireSpan *span)
{
  const guint8 *at = span->at;
  const guint8 *stop;

  if (G_LIKELY (at < span->end) && *at < 0x80)
    {
      span->at = at + 1;
      return TRUE;
    }

  /* Times are of nine bytes: eight are looked at together. */
  stop = at + MIN (MAX_VARINT_LENGTH, span->end - at);
  if (stop - at > 8 && (load_word (at) & HIGH_BITS) == HIGH_BITS)
    at += 8;
  while (at < stop && *at >= 0x80)
    at++;
  if (at == stop)
    return FALSE;
  span->at = at + 1;

  return TRUE;
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

G_ALWAYS_INLINE static inline gboolean
read_field (LkEgressWireSpan *span, LkEgressWireField *field)
{
  guint64 key, size;

  if (!read_varint (span, MAX_KEY_LENGTH, &key) || (key >> 3) - 1 >= MAX_NUMBER)
    return FALSE;

  field->number = key >> 3;
  field->type = key & 7;
  field->value.at = span->at;

  switch (field->type)
    {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
      if (!skip_varint (span))
        return FALSE;
      field->value.end = span->at;
      return TRUE;
    case PROTOBUF_C_WIRE_TYPE_64BIT:
      return take (span, 8, &field->value);
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
      return read_varint (span, MAX_SIZE_LENGTH, &size) && take (span, size, &field->value);
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

/* shift is by how much the number of the field before is larger than its index. There are few gaps
 * between the numbers, so it is that of this field too, most of the time. */
static inline const ProtobufCFieldDescriptor *
find_field (const ProtobufCMessageDescriptor *descriptor, guint32 number, guint32 *shift)
{
  const ProtobufCFieldDescriptor *field;
  guint32 index = number - *shift;

  if (G_LIKELY (index < descriptor->n_fields && descriptor->fields[index].id == number))
    return &descriptor->fields[index];

  field = protobuf_c_message_descriptor_get_field (descriptor, number);
  if (field != NULL)
    *shift = number - (guint32)(field - descriptor->fields);

  return field;
}

static const guint8 wire_types[] = {
  [PROTOBUF_C_TYPE_INT32] = PROTOBUF_C_WIRE_TYPE_VARINT,
  [PROTOBUF_C_TYPE_SINT32] = PROTOBUF_C_WIRE_TYPE_VARINT,
  [PROTOBUF_C_TYPE_SFIXED32] = PROTOBUF_C_WIRE_TYPE_32BIT,
  [PROTOBUF_C_TYPE_INT64] = PROTOBUF_C_WIRE_TYPE_VARINT,
  [PROTOBUF_C_TYPE_SINT64] = PROTOBUF_C_WIRE_TYPE_VARINT,
  [PROTOBUF_C_TYPE_SFIXED64] = PROTOBUF_C_WIRE_TYPE_64BIT,
  [PROTOBUF_C_TYPE_UINT32] = PROTOBUF_C_WIRE_TYPE_VARINT,
  [PROTOBUF_C_TYPE_FIXED32] = PROTOBUF_C_WIRE_TYPE_32BIT,
  [PROTOBUF_C_TYPE_UINT64] = PROTOBUF_C_WIRE_TYPE_VARINT,
  [PROTOBUF_C_TYPE_FIXED64] = PROTOBUF_C_WIRE_TYPE_64BIT,
  [PROTOBUF_C_TYPE_FLOAT] = PROTOBUF_C_WIRE_TYPE_32BIT,
  [PROTOBUF_C_TYPE_DOUBLE] = PROTOBUF_C_WIRE_TYPE_64BIT,
  [PROTOBUF_C_TYPE_BOOL] = PROTOBUF_C_WIRE_TYPE_VARINT,
  [PROTOBUF_C_TYPE_ENUM] = PROTOBUF_C_WIRE_TYPE_VARINT,
  [PROTOBUF_C_TYPE_STRING] = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
  [PROTOBUF_C_TYPE_BYTES] = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
  [PROTOBUF_C_TYPE_MESSAGE] = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
};

/* The numbers of a repeated field in one piece. */
static Verdict
check_packed (ProtobufCType type, LkEgressWireSpan numbers)
{
  switch (wire_types[type])
    {
    case PROTOBUF_C_WIRE_TYPE_32BIT:
      return (numbers.end - numbers.at) % 4 == 0 ? GOOD : NO_MESSAGE;
    case PROTOBUF_C_WIRE_TYPE_64BIT:
      return (numbers.end - numbers.at) % 8 == 0 ? GOOD : NO_MESSAGE;
    default:
      while (numbers.at < numbers.end)
        {
          /* Of bools, protobuf-c takes each byte for one. */
          if (type == PROTOBUF_C_TYPE_BOOL ? *numbers.at++ > 1 : !skip_varint (&numbers))
            return NO_MESSAGE;
        }
      return GOOD;
    }
}

static inline gboolean
is_ascii (LkEgressWireSpan text)
{
  if (text.end - text.at >= 8)
    {
      for (; text.end - text.at > 8; text.at += 8)
        {
          if ((load_word (text.at) & HIGH_BITS) != 0)
            return FALSE;
        }
      return (load_word (text.end - 8) & HIGH_BITS) == 0;
    }

  while (text.at < text.end && *text.at < 0x80)
    text.at++;

  return text.at == text.end;
}

/* A byte of zero is a character like any other here, though C reads the text only up to it. */
static Verdict
check_text (LkEgressWireSpan text)
{
  const char *stop;

  if (is_ascii (text))
    return GOOD;

  for (; text.at < text.end; text.at = (const guint8 *)stop + 1)
    {
      if (g_utf8_validate_len ((const char *)text.at, text.end - text.at, &stop))
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
  guint32 shift = 1;

  g_assert (descriptor->n_fields <= 64);

  if (depth == 0)
    return NO_MESSAGE;

  while (span.at < span.end)
    {
      const guint8 *here = span.at;
      LkEgressWireField value;
      const ProtobufCFieldDescriptor *field;
      Verdict verdict = GOOD;

      if (!read_field (&span, &value))
        return NO_MESSAGE;

      field = find_field (descriptor, value.number, &shift);
      if (field == NULL)
        continue;

      if (value.type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
        {
          if (wire_types[field->type] != value.type)
            return NO_MESSAGE;
          continue;
        }

      switch (field->type)
        {
        case PROTOBUF_C_TYPE_STRING:
          verdict = check_text (value.value);
          break;
        case PROTOBUF_C_TYPE_MESSAGE:
          /* Two of them are to be merged, at which protobuf-c 1.4 reads memory that is not its own.
           */
          if (!lk_egress_wire_is_repeated (field) && !lk_egress_wire_is_oneof (field))
            {
              guint64 child = G_GUINT64_CONSTANT (1) << (field - descriptor->fields);

              if ((children & child) != 0)
                return NO_MESSAGE;
              children |= child;
            }
          verdict = check_message (field->descriptor, value.value, depth - 1, path);
          break;
        case PROTOBUF_C_TYPE_BYTES:
          break;
        default:
          verdict = lk_egress_wire_is_repeated (field) ? check_packed (field->type, value.value)
                                                       : NO_MESSAGE;
          break;
        }

      if (G_UNLIKELY (verdict != GOOD))
        {
          if (verdict == NO_TEXT)
            extend_path (path, field, (LkEgressWireSpan){ start, here });
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

ProtobufCMessage *
lk_egress_wire_unpack (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes, GError **error)
{
  if (!lk_egress_wire_check (descriptor, bytes, error))
    return NULL;

  return lk_egress_wire_unpack_checked (descriptor, lk_egress_wire_span (bytes));
}

/* With the same outcome as protobuf-c for numbers that are too large. */
static inline void
read_number (ProtobufCType type, LkEgressWireSpan span, gpointer slot)
{
  guint64 number = 0;

  switch (wire_types[type])
    {
    case PROTOBUF_C_WIRE_TYPE_64BIT:
      memcpy (&number, span.at, sizeof (guint64));
      *(guint64 *)slot = GUINT64_FROM_LE (number);
      return;
    case PROTOBUF_C_WIRE_TYPE_32BIT:
      memcpy (&number, span.at, sizeof (guint32));
      *(guint32 *)slot = (guint32)GUINT64_FROM_LE (number);
      return;
    default:
      break;
    }

  read_varint (&span, MAX_VARINT_LENGTH, &number);
  switch (type)
    {
    case PROTOBUF_C_TYPE_BOOL:
      *(protobuf_c_boolean *)slot = number != 0;
      break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
      *(guint64 *)slot = number;
      break;
    case PROTOBUF_C_TYPE_SINT64:
      *(guint64 *)slot = number >> 1 ^ -(number & 1);
      break;
    case PROTOBUF_C_TYPE_SINT32:
      *(guint32 *)slot = (guint32)number >> 1 ^ -((guint32)number & 1);
      break;
    default:
      *(guint32 *)slot = (guint32)number;
      break;
    }
}

static inline guint8 *
append_bytes (guint8 *to, const guint8 *from, const guint8 *end)
{
  /* No bytes may be nowhere. */
  if (end > from)
    memcpy (to, from, end - from);

  return to + (end - from);
}

static inline guint8 *
append_varint (guint8 *to, guint32 number)
{
  for (; number >= 0x80; number >>= 7)
    *to++ = 0x80 | (number & 0x7f);
  *to++ = number;

  return to;
}

guint8 *
lk_egress_wire_copy_values (LkEgressWireSpan span, guint8 *copy, ProtobufCMessage *message)
{
  const guint8 *limit = copy + (span.end - span.at) + LK_EGRESS_WIRE_COPY_EXTRA;
  const guint8 *from = span.at; /* what is copied next */
  guint32 shift = 1;

  while (span.at < span.end)
    {
      const guint8 *here = span.at;
      const ProtobufCFieldDescriptor *field;
      LkEgressWireField value;
      gpointer slot;

      if (!read_field (&span, &value))
        return NULL;

      field = find_field (message->descriptor, value.number, &shift);
      if (field == NULL || lk_egress_wire_is_repeated (field))
        continue;

      if (lk_egress_wire_is_oneof (field))
        *(guint32 *)(gpointer)((guint8 *)message + field->quantifier_offset)
            = field->type != PROTOBUF_C_TYPE_MESSAGE ? field->id : 0;

      slot = lk_egress_wire_slot (message, field);
      if (field->type == PROTOBUF_C_TYPE_STRING)
        {
          /* One byte for the zero, and one if the length is longer then. */
          if (copy + (here - from) + (span.end - here) + 2 > limit)
            return NULL;
          copy = append_bytes (copy, from, here);
          copy = append_varint (copy, value.number << 3 | PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
          copy = append_varint (copy, value.value.end - value.value.at + 1);
          *(char **)slot = (char *)copy;
          copy = append_bytes (copy, value.value.at, value.value.end);
          *copy++ = 0;
          from = span.at;
        }
      else if (value.type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
        {
          read_number (field->type, value.value, slot);
        }
    }

  return append_bytes (copy, from, span.end);
}
