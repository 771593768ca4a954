/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The check of packed messages against what protobuf-c makes of them. */

#include <string.h>

#include "lk-egress-wire-check-private.h"
#include "lk-egress-wire-field-private.h"
#include "lk-egress-wire-lazy-private.h"
#include "lk-test-recorded.h"
#include "test-wire-check.pb-c.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProtobufCMessage, lk_egress_wire_free)

static void assert_good_text (const ProtobufCMessage *message);

static void
assert_good_value (const ProtobufCFieldDescriptor *field, gconstpointer slot)
{
  if (field->type == PROTOBUF_C_TYPE_STRING)
    g_assert_true (g_utf8_validate (lk_egress_wire_load_string (slot), -1, NULL));
  else
    assert_good_text (*(ProtobufCMessage *const *)slot);
}

static void
assert_good_text (const ProtobufCMessage *message)
{
  for (guint i = 0; i < message->descriptor->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];

      if (field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_MESSAGE)
        continue;

      if (!lk_egress_wire_is_repeated (field))
        {
          if (lk_egress_wire_has (message, field))
            assert_good_value (field, lk_egress_wire_slot (message, field));
          continue;
        }
      for (gsize j = 0; j < lk_egress_wire_count (message, field); j++)
        assert_good_value (field, lk_egress_wire_element (message, field, j));
    }
}

/* Whether a singular number or text is the same in both. What a oneof has else, values lacks. */
static void
assert_same_value (const ProtobufCMessage *message,
                   const ProtobufCMessage *values,
                   const ProtobufCFieldDescriptor *field)
{
  if (lk_egress_wire_is_oneof (field))
    {
      guint32 selected = lk_egress_wire_oneof_case (message, field);
      const ProtobufCFieldDescriptor *other
          = protobuf_c_message_descriptor_get_field (message->descriptor, selected);

      if (other != NULL && other->type == PROTOBUF_C_TYPE_MESSAGE)
        selected = 0;
      g_assert_cmpuint (lk_egress_wire_oneof_case (values, field), ==, selected);
      if (selected != field->id)
        return;
    }

  if (field->type == PROTOBUF_C_TYPE_STRING)
    g_assert_cmpstr (lk_egress_wire_get_string (values, field), ==,
                     lk_egress_wire_get_string (message, field));
  else
    g_assert_cmpmem (lk_egress_wire_slot (values, field), lk_egress_wire_value_size (field->type),
                     lk_egress_wire_slot (message, field), lk_egress_wire_value_size (field->type));
}

/* What is unpacked later is the same, and so are the values that are read before. */
static void
assert_same_lazily (const ProtobufCMessage *message, const guint8 *data, gsize size)
{
  g_autoptr (GBytes) wanted = lk_egress_wire_pack (message);
  g_autoptr (GBytes) unpacked = NULL;
  LkEgressWireLazy lazy;
  const ProtobufCMessage *values;

  lk_egress_wire_lazy_init (&lazy, message->descriptor,
                            (LkEgressWireSpan){ data, size > 0 ? data + size : data });
  values = lk_egress_wire_lazy_peek (&lazy, message->descriptor);
  for (guint i = 0; i < message->descriptor->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];

      if (!lk_egress_wire_is_repeated (field) && field->type != PROTOBUF_C_TYPE_MESSAGE
          && field->type != PROTOBUF_C_TYPE_BYTES)
        assert_same_value (message, values, field);
    }

  unpacked = lk_egress_wire_pack (lk_egress_wire_lazy_unpack (&lazy, message->descriptor));
  g_assert_true (g_bytes_equal (unpacked, wanted));
  lk_egress_wire_lazy_clear (&lazy);
}

/* Whether the bytes pass. Then protobuf-c takes them too, and all text is good. */
static gboolean
check (const ProtobufCMessageDescriptor *descriptor, const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ProtobufCMessage) message = NULL;

  if (!lk_egress_wire_check (descriptor, bytes, &error))
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      return FALSE;
    }

  g_assert_no_error (error);
  message = protobuf_c_message_unpack (descriptor, NULL, size, data);
  g_assert_nonnull (message);
  assert_good_text (message);
  assert_same_lazily (message, data, size);

  return TRUE;
}

/* Texts are bytes in hexadecimal, with blanks as one likes. */
static GByteArray *
read_hex (const char *text)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; *text != '\0'; text++)
    {
      guint8 byte;

      if (*text == ' ')
        continue;
      byte = g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]);
      g_byte_array_append (bytes, &byte, 1);
      text++;
    }

  return bytes;
}

typedef struct
{
  const char *what;
  const char *hex;
} Example;

#define TEXTS_8 "7a 00 7a 01 61 7a 00 7a 00 7a 01 61 7a 00 7a 00 7a 01 62"
#define MANY_TEXTS TEXTS_8 TEXTS_8 TEXTS_8 TEXTS_8 TEXTS_8 TEXTS_8 TEXTS_8 TEXTS_8 TEXTS_8
#define LONG_TEXT                                                                                  \
  "61616161616161616161616161616161616161616161616161616161616161616161616161616161"               \
  "61616161616161616161616161616161616161616161616161616161616161616161616161616161"               \
  "61616161616161616161616161616161616161616161616161616161616161616161616161616161"               \
  "61616161616161"

static const Example good[] = {
  { "nothing", "" },
  { "the longest varint", "08 ff ff ff ff ff ff ff ff ff 01" },
  { "a number with leading zeros", "20 81 80 80 80 80 80 80 80 80 00" },
  { "a number wider than its field", "08 ff ff ff ff ff 7f" },
  { "fixed numbers", "3d 01 02 03 04  45 01 02 03 04  4d 01 02 03 04"
                     "51 01 02 03 04 05 06 07 08  59 01 02 03 04 05 06 07 08"
                     "61 01 02 03 04 05 06 07 08" },
  { "a bool that is not 0 or 1", "68 02" },
  { "an unknown enum value", "70 7f" },
  { "text", "7a 05 48 c3 a4 75 73" },
  { "text as long as a word and a bit", "7a 0b 61 61 61 61 61 61 61 61 c3 a4 61" },
  { "no text", "7a 00" },
  { "text with a byte of zero", "7a 03 61 00 62" },
  { "text with zeros and more", "7a 05 00 c3 a4 00 61" },
  { "text with a length in five bytes", "7a 81 80 80 80 00 61" },
  { "the same text over and over", MANY_TEXTS },
  { "a text as long as fits into a length of one byte", "7a 7f" LONG_TEXT },
  { "bytes that are no text", "82 01 02 ff fe" },
  { "text twice", "7a 01 61 7a 01 62" },
  { "a message", "8a 01 02 08 01" },
  { "an empty message", "8a 01 00" },
  { "members of a oneof in turn", "92 01 01 61  9a 01 00  a0 01 01  9a 01 02 08 01  92 01 01 62" },
  { "the same member of a oneof twice", "9a 01 02 08 01  9a 01 00" },
  { "packed numbers", "fa 01 03 01 80 01" },
  { "packed and single numbers", "fa 01 01 01  f8 01 02  fa 01 00" },
  { "packed fixed numbers", "8a 02 08 01 02 03 04 05 06 07 08" },
  { "packed doubles", "92 02 08 01 02 03 04 05 06 07 08" },
  { "packed bools", "9a 02 02 01 00" },
  { "packed enums", "a2 02 02 05 63" },
  { "messages", "b2 02 00  b2 02 02 08 01  b2 02 00" },
  { "fields in no order", "b2 02 00  08 01  7a 01 61  08 02" },
  { "the last field", "f8 ff ff ff 0f 07" },
  { "unknown fields",
    "c0 3e 07  c1 3e 01 02 03 04 05 06 07 08  c2 3e 02 ff fe  c5 3e 01 02 03 04" },
  { "a key with leading zeros", "88 80 80 80 00 01" },
};

static const Example bad[] = {
  { "a key alone", "08" },
  { "a key without end", "88" },
  { "a key of six bytes", "88 80 80 80 80 00 01" },
  { "the field number 0", "00 01" },
  { "the field number 0, with a length", "02 01 61" },
  { "a field number that there is not", "80 80 80 80 10 01" },
  { "a varint without end", "08 ff" },
  { "a varint of eleven bytes", "08 80 80 80 80 80 80 80 80 80 80 00" },
  { "a short fixed32", "3d 01 02 03" },
  { "a short fixed64", "51 01 02 03 04 05 06 07" },
  { "a length without end", "7a ff" },
  { "a length of six bytes", "7a 81 80 80 80 80 00 61" },
  { "a length past the end", "7a 02 61" },
  { "a length that wraps in 32 bits", "7a fc ff ff ff 0f 61 61 61" },
  { "a length of 2 GiB", "7a 80 80 80 80 08 61" },
  { "a group", "8b 01 08 01 8c 01" },
  { "an unknown group", "c3 3e 08 01 c4 3e" },
  { "the end of a group", "8c 01" },
  { "the wire type 6", "0e 01" },
  { "the wire type 7", "0f 01" },
  { "a number as text", "0a 01 61" },
  { "a bool as text", "6a 01 61" },
  { "text as a number", "78 01" },
  { "text as a fixed number", "7d 01 02 03 04" },
  { "a message as a number", "88 01 01" },
  { "a fixed number as a varint", "38 01" },
  { "messages as numbers", "b0 02 01" },
  { "packed numbers without end", "fa 01 02 01 80" },
  { "packed numbers that are too long", "82 02 0b 80 80 80 80 80 80 80 80 80 80 01" },
  { "packed fixed numbers in part", "8a 02 07 01 02 03 04 05 06 07" },
  { "packed doubles in part", "92 02 07 01 02 03 04 05 06 07" },
  { "packed bools that are not 0 or 1", "9a 02 01 02" },
  { "packed bools of two bytes", "9a 02 02 81 00" },
  { "text that is no UTF-8", "7a 02 61 ff" },
  { "text that is cut", "7a 02 61 c3" },
  { "text with a surrogate", "7a 03 ed a0 80" },
  { "text that is longer than need be", "7a 02 c1 81" },
  { "bad text behind a byte of zero", "7a 03 61 00 ff" },
  { "bad text in a list", "aa 02 01 61  aa 02 01 ff" },
  { "a single message twice", "8a 01 00  8a 01 00" },
  { "garbage in a message", "8a 01 01 08" },
  { "garbage in a oneof", "9a 01 01 08" },
};

static void
test_examples (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GByteArray) bytes = read_hex (good[i].hex);

      g_test_message ("%s", good[i].what);
      g_assert_true (check (&test__everything__descriptor, bytes->data, bytes->len));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GByteArray) bytes = read_hex (bad[i].hex);

      g_test_message ("%s", bad[i].what);
      g_assert_false (check (&test__everything__descriptor, bytes->data, bytes->len));
    }
}

/* Messages in messages, so many. */
static GByteArray *
nest (guint depth)
{
  GByteArray *bytes = g_byte_array_new ();

  while (depth-- > 0)
    {
      guint8 head[7] = { 0x8a, 0x01 };
      guint length = 2, size;

      for (size = bytes->len; size >= 0x80; size >>= 7)
        head[length++] = 0x80 | (size & 0x7f);
      head[length++] = size;
      g_byte_array_prepend (bytes, head, length);
    }

  return bytes;
}

static void
test_depth (void)
{
  g_autoptr (GByteArray) shallow = nest (63);
  g_autoptr (GByteArray) deep = nest (64);
  g_autoptr (GByteArray) abyss = nest (1000);

  g_assert_true (check (&test__everything__descriptor, shallow->data, shallow->len));
  g_assert_false (check (&test__everything__descriptor, deep->data, deep->len));
  g_assert_false (check (&test__everything__descriptor, abyss->data, abyss->len));
  /* Nobody looks into what is unknown. */
  g_assert_true (check (&livekit__token_pagination__descriptor, abyss->data, abyss->len));
}

static void
test_paths (void)
{
  static const Example examples[] = {
    { "a_string in the protobuf message test.Everything is no UTF-8 text", "08 01 7a 01 ff" },
    { "strings[2] in the protobuf message test.Everything is no UTF-8 text",
      "aa 02 01 61  aa 02 00  08 01  aa 02 01 ff" },
    { "items[1].other.inside.strings[0] in the protobuf message test.Everything is no UTF-8 text",
      "b2 02 00  b2 02 0c 08 01  9a 01 07  8a 01 04  aa 02 01 ff" },
    { "The 2 bytes are no protobuf message test.Everything", "7a 01" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autoptr (GByteArray) data = read_hex (examples[i].hex);
      g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&data));
      g_autoptr (GError) error = NULL;

      g_assert_false (lk_egress_wire_check (&test__everything__descriptor, bytes, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_cmpstr (error->message, ==, examples[i].what);
    }
}

/* How many of the messages pass that begin so and go on with so many telling bytes at most. */
static guint
count_good_tails (guint8 *data, gsize size, guint length)
{
  static const guint8 telling[] = { 0x00, 0x01, 0x02, 0x7f, 0x80, 0x81 };
  guint n_accepted = check (&test__everything__descriptor, data, size);

  for (guint i = 0; length > 0 && i < G_N_ELEMENTS (telling); i++)
    {
      data[size] = telling[i];
      n_accepted += count_good_tails (data, size + 1, length - 1);
    }

  return n_accepted;
}

/* Every field, and an unknown one, in every wire type. */
static void
test_tails (void)
{
  const ProtobufCMessageDescriptor *descriptor = &test__everything__descriptor;
  guint n_accepted = 0;

  for (guint i = 0; i <= descriptor->n_fields; i++)
    for (guint type = 0; type < 8; type++)
      {
        guint32 key = (i < descriptor->n_fields ? descriptor->fields[i].id : 1000) << 3 | type;
        guint8 data[8];
        gsize size = 0;

        for (; key >= 0x80; key >>= 7)
          data[size++] = 0x80 | (key & 0x7f);
        data[size++] = key;
        n_accepted += count_good_tails (data, size, 3);
      }

  g_assert_cmpuint (n_accepted, >, 500);
}

/* Random changes of good messages, in the ways that hit the structure. */
static void
damage (GByteArray *data)
{
  guint at = g_test_rand_int_range (0, data->len);

  switch (g_test_rand_int_range (0, 5))
    {
    case 0:
      data->data[at] = g_test_rand_int_range (0, 256);
      break;
    case 1:
      data->data[at] ^= 1 << g_test_rand_int_range (0, 8);
      break;
    case 2:
      g_byte_array_remove_range (data, at, g_test_rand_int_range (0, MIN (data->len - at, 9)));
      break;
    case 3:
      {
        guint length = g_test_rand_int_range (1, MIN (data->len - at, 64) + 1);
        g_autofree guint8 *piece = g_memdup2 (data->data + at, length);

        g_byte_array_append (data, piece, length);
      }
      break;
    default:
      g_byte_array_set_size (data, at + 1);
    }
}

static guint n_good;
static guint n_bad;

static void
check_damaged (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes, guint count)
{
  gsize size;
  const guint8 *original = g_bytes_get_data (bytes, &size);

  g_assert_true (check (descriptor, original, size));
  for (guint i = 0; i < count; i++)
    {
      g_autoptr (GByteArray) data = g_byte_array_new ();
      guint n_changes = g_test_rand_int_range (1, 4);

      g_byte_array_append (data, original, size);
      while (n_changes-- > 0 && data->len > 0)
        damage (data);
      if (check (descriptor, data->data, data->len))
        n_good++;
      else
        n_bad++;
    }
}

static void
check_recorded (const char *name,
                const ProtobufCMethodDescriptor *method,
                JsonObject *request,
                JsonObject *response)
{
  g_autoptr (GBytes) received = lk_test_get_body (response, "body_base64");

  if (received != NULL)
    check_damaged (method->output, received, 4000);
}

static void
test_damaged (void)
{
  n_good = n_bad = 0;
  lk_test_foreach_reply (check_recorded);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GByteArray) data = read_hex (good[i].hex);
      g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&data));

      if (g_bytes_get_size (bytes) > 0)
        check_damaged (&test__everything__descriptor, bytes, 500);
    }

  /* It is about what lies between. */
  g_test_message ("%u good, %u bad", n_good, n_bad);
  g_assert_cmpuint (n_good, >, 2000);
  g_assert_cmpuint (n_bad, >, 2000);
}

static void
test_next (void)
{
  g_autoptr (GByteArray) data = read_hex ("08 96 01  7a 02 61 62  51 01 02 03 04 05 06 07 08  7a");
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&data));
  LkEgressWireSpan span = lk_egress_wire_span (bytes);
  LkEgressWireField field;

  g_assert_true (lk_egress_wire_span_next (&span, &field));
  g_assert_cmpuint (field.number, ==, 1);
  g_assert_cmpuint (field.type, ==, PROTOBUF_C_WIRE_TYPE_VARINT);
  g_assert_cmpmem (field.value.at, (gsize)(field.value.end - field.value.at), "\x96\x01", 2);
  g_assert_true (lk_egress_wire_span_next (&span, &field));
  g_assert_cmpuint (field.number, ==, 15);
  g_assert_cmpmem (field.value.at, (gsize)(field.value.end - field.value.at), "ab", 2);
  g_assert_true (lk_egress_wire_span_next (&span, &field));
  g_assert_cmpuint (field.type, ==, PROTOBUF_C_WIRE_TYPE_64BIT);
  g_assert_cmpint (field.value.end - field.value.at, ==, 8);
  g_assert_false (lk_egress_wire_span_next (&span, &field));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire-check/examples", test_examples);
  g_test_add_func ("/wire-check/depth", test_depth);
  g_test_add_func ("/wire-check/paths", test_paths);
  g_test_add_func ("/wire-check/tails", test_tails);
  g_test_add_func ("/wire-check/damaged", test_damaged);
  g_test_add_func ("/wire-check/next", test_next);

  return g_test_run ();
}
