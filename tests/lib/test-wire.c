/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-wire-check-private.h"
#include "lk-egress-wire-equal-private.h"
#include "lk-egress-wire-field-private.h"
#include "lk-egress-wire-json-private.h"
#include "lk-egress-wire-older-private.h"
#include "lk-test-recorded.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProtobufCMessage, lk_egress_wire_free)

static const ProtobufCFieldDescriptor *
field_of (const ProtobufCMessage *message, const char *name)
{
  const ProtobufCFieldDescriptor *field
      = protobuf_c_message_descriptor_get_field_by_name (message->descriptor, name);

  g_assert_nonnull (field);

  return field;
}

static ProtobufCMessage *
unpack (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  ProtobufCMessage *message = lk_egress_wire_unpack (descriptor, bytes, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);

  return message;
}

/* The field numbers and payloads of bytes are the same; their order is the packer's choice. */
static void
assert_same_message (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes)
{
  g_autoptr (ProtobufCMessage) message = unpack (descriptor, bytes);
  g_autoptr (GBytes) packed = lk_egress_wire_pack (message);
  g_autoptr (ProtobufCMessage) again = unpack (descriptor, packed);
  g_autoptr (ProtobufCMessage) copy = lk_egress_wire_copy (message);

  g_assert_cmpuint (message->n_unknown_fields, ==, 0);
  g_assert_cmpuint (g_bytes_get_size (packed), ==, g_bytes_get_size (bytes));
  g_assert_true (lk_egress_wire_equal (message, again));
  g_assert_true (lk_egress_wire_equal (message, copy));
}

static guint n_recorded;

static void
check_recorded (const char *name,
                const ProtobufCMethodDescriptor *method,
                JsonObject *request,
                JsonObject *response)
{
  g_autoptr (GBytes) sent = lk_test_get_body (request, "body_base64");
  g_autoptr (GBytes) received = lk_test_get_body (response, "body_base64");

  g_test_message ("%s", name);
  if (sent != NULL)
    assert_same_message (method->input, sent);
  if (received != NULL)
    {
      assert_same_message (method->output, received);
      n_recorded++;
    }
}

static void
test_recorded (void)
{
  lk_test_foreach_reply (check_recorded);
  g_assert_cmpuint (n_recorded, ==, 4);
}

static void
test_fields (void)
{
  g_autoptr (ProtobufCMessage) request
      = lk_egress_wire_new (&livekit__start_egress_request__descriptor);
  const ProtobufCFieldDescriptor *room = field_of (request, "room_name");
  const ProtobufCFieldDescriptor *outputs = field_of (request, "outputs");
  const ProtobufCFieldDescriptor *storage = field_of (request, "storage");
  ProtobufCMessage *output = lk_egress_wire_new (&livekit__output__descriptor);

  for (guint i = 0; i < request->descriptor->n_fields; i++)
    {
      g_assert_false (lk_egress_wire_has (request, &request->descriptor->fields[i]));
      /* There is nothing to clear. */
      lk_egress_wire_clear (request, &request->descriptor->fields[i]);
    }

  g_assert_cmpstr (lk_egress_wire_get_string (request, room), ==, "");
  lk_egress_wire_set_string (request, room, "demo");
  lk_egress_wire_set_string (request, room, lk_egress_wire_get_string (request, room));
  g_assert_cmpstr (lk_egress_wire_get_string (request, room), ==, "demo");
  g_assert_true (lk_egress_wire_has (request, room));
  lk_egress_wire_set_string (request, room, "");
  g_assert_false (lk_egress_wire_has (request, room));
  lk_egress_wire_set_string (request, room, "demo");
  lk_egress_wire_set_string (request, room, NULL);
  g_assert_false (lk_egress_wire_has (request, room));

  lk_egress_wire_append_message (request, outputs, output);
  g_assert_true (lk_egress_wire_has (request, outputs));
  g_assert_cmpuint (lk_egress_wire_count (request, outputs), ==, 1);
  g_assert_true (*(ProtobufCMessage **)lk_egress_wire_element (request, outputs, 0) == output);
  lk_egress_wire_clear (request, outputs);
  g_assert_false (lk_egress_wire_has (request, outputs));

  lk_egress_wire_take_message (request, storage,
                               lk_egress_wire_new (&livekit__storage_config__descriptor));
  g_assert_true (lk_egress_wire_has (request, storage));
  lk_egress_wire_take_message (request, storage, NULL);
  g_assert_null (lk_egress_wire_get_message (request, storage));
}

static void
test_oneof (void)
{
  g_autoptr (ProtobufCMessage) media = lk_egress_wire_new (&livekit__media_source__descriptor);
  const ProtobufCFieldDescriptor *track = field_of (media, "video_track_id");
  const ProtobufCFieldDescriptor *participant = field_of (media, "participant_video");
  g_autoptr (ProtobufCMessage) copy = NULL;

  lk_egress_wire_set_string (media, track, "TR_1");
  g_assert_true (lk_egress_wire_has (media, track));
  g_assert_cmpuint (lk_egress_wire_oneof_case (media, track), ==, track->id);

  /* The other member frees it. */
  lk_egress_wire_take_message (media, participant,
                               lk_egress_wire_new (&livekit__participant_video__descriptor));
  g_assert_false (lk_egress_wire_has (media, track));
  g_assert_true (lk_egress_wire_has (media, participant));
  g_assert_cmpstr (lk_egress_wire_get_string (media, track), ==, "");

  /* What is not set is not cleared with the memory of another. */
  lk_egress_wire_clear (media, track);
  g_assert_true (lk_egress_wire_has (media, participant));

  /* The empty text is present in a oneof, also after the bytes. */
  lk_egress_wire_set_string (media, track, "");
  g_assert_true (lk_egress_wire_has (media, track));
  copy = lk_egress_wire_copy (media);
  g_assert_true (lk_egress_wire_has (copy, track));
  g_assert_true (lk_egress_wire_equal (media, copy));

  lk_egress_wire_clear (media, track);
  g_assert_cmpuint (lk_egress_wire_oneof_case (media, track), ==, 0);
  g_assert_false (lk_egress_wire_equal (media, copy));
}

/* A number of value zero is present in a oneof too. */
static void
test_oneof_zero (void)
{
  g_autoptr (ProtobufCMessage) request
      = lk_egress_wire_new (&livekit__start_egress_request__descriptor);
  const ProtobufCFieldDescriptor *preset = field_of (request, "preset");
  g_autoptr (ProtobufCMessage) copy = NULL;

  lk_egress_wire_set_int (request, preset, 0);
  g_assert_true (lk_egress_wire_has (request, preset));
  copy = lk_egress_wire_copy (request);
  g_assert_true (lk_egress_wire_has (copy, preset));
}

static void
test_append_after_unpack (void)
{
  g_autoptr (ProtobufCMessage) stream = lk_egress_wire_new (&livekit__stream_output__descriptor);
  const ProtobufCFieldDescriptor *urls = field_of (stream, "urls");

  /* Unpacked arrays have no room to spare, whatever their length. */
  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (GBytes) bytes = lk_egress_wire_pack (stream);
      g_autofree char *url = g_strdup_printf ("srt://127.0.0.1:%u", i);

      lk_egress_wire_free (stream);
      stream = unpack (&livekit__stream_output__descriptor, bytes);
      lk_egress_wire_append_string (stream, urls, url);
      g_assert_cmpuint (lk_egress_wire_count (stream, urls), ==, i + 1);
    }
  g_assert_cmpstr (lk_egress_wire_load_string (lk_egress_wire_element (stream, urls, 39)), ==,
                   "srt://127.0.0.1:39");
}

static void
test_equal_maps (void)
{
  g_autoptr (ProtobufCMessage) a = lk_egress_wire_new (&livekit__s3_upload__descriptor);
  g_autoptr (ProtobufCMessage) b = lk_egress_wire_new (&livekit__s3_upload__descriptor);
  const ProtobufCFieldDescriptor *metadata = field_of (a, "metadata");

  lk_egress_wire_append_entry (a, metadata, "one", "1");
  lk_egress_wire_append_entry (a, metadata, "two", "2");
  lk_egress_wire_append_entry (b, metadata, "two", "2");
  g_assert_false (lk_egress_wire_equal (a, b));
  lk_egress_wire_append_entry (b, metadata, "one", "1");
  g_assert_true (lk_egress_wire_equal (a, b));
  lk_egress_wire_append_entry (a, metadata, "three", "");
  lk_egress_wire_append_entry (b, metadata, "four", "");
  g_assert_false (lk_egress_wire_equal (a, b));
}

/* Changes any one scalar of a recorded message: no longer equal. */
static void
assert_every_field_counts (ProtobufCMessage *root, ProtobufCMessage *message)
{
  for (guint i = 0; i < message->descriptor->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
      g_autoptr (ProtobufCMessage) before = NULL;

      if (lk_egress_wire_is_repeated (field))
        {
          for (gsize j = 0; j < lk_egress_wire_count (message, field); j++)
            {
              if (field->type == PROTOBUF_C_TYPE_MESSAGE)
                assert_every_field_counts (
                    root, *(ProtobufCMessage **)lk_egress_wire_element (message, field, j));
            }
          continue;
        }
      if (!lk_egress_wire_has (message, field))
        continue;

      if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        assert_every_field_counts (root, lk_egress_wire_get_message (message, field));
      before = lk_egress_wire_copy (root);
      g_assert_true (lk_egress_wire_equal (root, before));
      lk_egress_wire_clear (message, field);
      g_assert_false (lk_egress_wire_equal (root, before));
    }
}

static void
check_equality (const char *name,
                const ProtobufCMethodDescriptor *method,
                JsonObject *request,
                JsonObject *response)
{
  g_autoptr (GBytes) received = lk_test_get_body (response, "body_base64");
  g_autoptr (ProtobufCMessage) message = NULL;

  if (received == NULL)
    return;
  message = unpack (method->output, received);
  assert_every_field_counts (message, message);
}

static void
test_equal_fields (void)
{
  lk_test_foreach_reply (check_equality);
}

static void
assert_invalid (const ProtobufCMessageDescriptor *descriptor,
                const char *data,
                gsize size,
                const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  ProtobufCMessage *message = lk_egress_wire_unpack (descriptor, bytes, &error);

  g_assert_null (message);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpstr (error->message, ==, text);
}

static void
test_invalid (void)
{
  static const char truncated[] = "\x0a\x7f"
                                  "EG_";
  static const char bad_room[] = "\x6a\x02\xff\xfe";
  /* items[1].stream_results[0].url, after an item that is fine */
  static const char bad_url[] = "\x0a\x00\x0a\x05\x7a\x03\x0a\x01\xff";

  assert_invalid (&livekit__egress_info__descriptor, truncated, sizeof truncated - 1,
                  "The 5 bytes are no protobuf message livekit.EgressInfo");
  assert_invalid (&livekit__egress_info__descriptor, bad_room, sizeof bad_room - 1,
                  "room_name in the protobuf message livekit.EgressInfo is no UTF-8 text");
  assert_invalid (&livekit__list_egress_response__descriptor, bad_url, sizeof bad_url - 1,
                  "items[1].stream_results[0].url in the protobuf message "
                  "livekit.ListEgressResponse is no UTF-8 text");
}

/* What a newer server sends survives. */
static void
test_unknown_fields (void)
{
  /* egress_id "EG", field 1000 = 7, status = 99 */
  static const char newer[] = "\x0a\x02"
                              "EG"
                              "\x18\x63"
                              "\xc0\x3e\x07";
  g_autoptr (GBytes) bytes = g_bytes_new_static (newer, sizeof newer - 1);
  g_autoptr (ProtobufCMessage) message = unpack (&livekit__egress_info__descriptor, bytes);
  g_autoptr (ProtobufCMessage) copy = lk_egress_wire_copy (message);
  g_autoptr (GBytes) packed = lk_egress_wire_pack (copy);

  g_assert_true (g_bytes_equal (bytes, packed));
  g_assert_cmpint (lk_egress_wire_get_int (copy, field_of (copy, "status")), ==, 99);
}

static void
test_empty (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new (NULL, 0);
  g_autoptr (ProtobufCMessage) message = unpack (&livekit__egress_info__descriptor, bytes);
  g_autoptr (ProtobufCMessage) fresh = lk_egress_wire_new (&livekit__egress_info__descriptor);
  g_autoptr (GBytes) packed = lk_egress_wire_pack (message);

  g_assert_true (lk_egress_wire_equal (message, fresh));
  g_assert_cmpuint (g_bytes_get_size (packed), ==, 0);
}

/* Damaged replies: an error or a message, and nothing lost on the way (under ASan). */
static void
check_damaged (const char *name,
               const ProtobufCMethodDescriptor *method,
               JsonObject *request,
               JsonObject *response)
{
  g_autoptr (GBytes) received = lk_test_get_body (response, "body_base64");

  if (received == NULL)
    return;

  for (guint i = 0; i < 4000; i++)
    {
      gsize size;
      g_autofree guint8 *data
          = g_memdup2 (g_bytes_get_data (received, &size), g_bytes_get_size (received));
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (ProtobufCMessage) message = NULL;
      g_autoptr (GError) error = NULL;
      guint n_changes = g_test_rand_int_range (1, 6);

      size = g_bytes_get_size (received);
      while (n_changes-- > 0)
        data[g_test_rand_int_range (0, size)] = g_test_rand_int_range (0, 256);
      if (g_test_rand_bit ())
        size = g_test_rand_int_range (0, size);

      bytes = g_bytes_new (data, size);
      message = lk_egress_wire_unpack (method->output, bytes, &error);
      if (message == NULL)
        {
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
        }
      else
        {
          g_autoptr (ProtobufCMessage) copy = lk_egress_wire_copy (message);

          g_assert_no_error (error);
          g_assert_true (lk_egress_wire_equal (message, copy));
        }
    }
}

static void
test_damaged (void)
{
  lk_test_foreach_reply (check_damaged);
}

/* The lists that show what older fields say: each of them, and no other. */
static void
test_older (void)
{
  const struct
  {
    const ProtobufCMessageDescriptor *descriptor;
    const char *json;
    const char *list;
    gsize n_items;
  } rows[] = {
    { &livekit__egress_info__descriptor, "{\"stream\":{\"info\":[{},{}]}}", "stream_results", 2 },
    { &livekit__egress_info__descriptor, "{\"stream\":{}}", "stream_results", 0 },
    { &livekit__egress_info__descriptor, "{\"file\":{}}", "file_results", 1 },
    { &livekit__egress_info__descriptor, "{\"segments\":{}}", "segment_results", 1 },
    { &livekit__room_composite_egress_request__descriptor, "{\"file\":{}}", "file_outputs", 1 },
    { &livekit__web_egress_request__descriptor, "{\"stream\":{}}", "stream_outputs", 1 },
    { &livekit__track_composite_egress_request__descriptor, "{\"segments\":{}}", "segment_outputs",
      1 },
    { &livekit__egress_info__descriptor, "{\"track\":{\"file\":{}}}", "file_results", 0 },
    { &livekit__segmented_file_output__descriptor, "{\"s3\":{}}", NULL, 0 },
    { &livekit__start_egress_request__descriptor, "{\"template\":{},\"storage\":{}}", NULL, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ProtobufCMessage) message
          = lk_egress_wire_from_json (rows[i].descriptor, rows[i].json, -1, &error);
      ProtobufCMessage **items = NULL;

      g_assert_no_error (error);
      for (guint j = 0; j < rows[i].descriptor->n_fields; j++)
        {
          const ProtobufCFieldDescriptor *field = &rows[i].descriptor->fields[j];
          gsize expected = g_strcmp0 (field->name, rows[i].list) == 0 ? rows[i].n_items : 0;

          g_assert_cmpuint (lk_egress_wire_peek_older (message, field, &items), ==, expected);
          if (expected > 0)
            g_assert_true (items[expected - 1]->descriptor == field->descriptor);
        }

      if (rows[i].n_items > 0)
        {
          lk_egress_wire_clear_older (message, field_of (message, rows[i].list));
          g_assert_cmpuint (protobuf_c_message_get_packed_size (message), ==, 0);
        }
    }
}

/* Between fields of the same type, of one message or two. */
static void
test_copy_value (void)
{
  g_autoptr (ProtobufCMessage) options
      = lk_egress_wire_new (&livekit__encoding_options__descriptor);
  g_autoptr (ProtobufCMessage) other = lk_egress_wire_new (&livekit__encoding_options__descriptor);
  g_autoptr (ProtobufCMessage) stream = lk_egress_wire_new (&livekit__stream_output__descriptor);
  g_autoptr (ProtobufCMessage) update
      = lk_egress_wire_new (&livekit__update_stream_request__descriptor);
  g_autoptr (ProtobufCMessage) request
      = lk_egress_wire_new (&livekit__start_egress_request__descriptor);
  g_autoptr (ProtobufCMessage) output = lk_egress_wire_new (&livekit__output__descriptor);

  g_assert_null (lk_egress_wire_find (options, "nothing"));

  lk_egress_wire_set_double (options, field_of (options, "key_frame_interval"), 2.5);
  lk_egress_wire_set_int (options, field_of (options, "width"), -7);
  lk_egress_wire_copy_value (options, field_of (options, "key_frame_interval"), other,
                             lk_egress_wire_find (other, "key_frame_interval"));
  lk_egress_wire_copy_value (options, field_of (options, "width"), other,
                             field_of (other, "height"));
  g_assert_cmpfloat (((Livekit__EncodingOptions *)other)->key_frame_interval, ==, 2.5);
  g_assert_cmpint (((Livekit__EncodingOptions *)other)->height, ==, -7);

  lk_egress_wire_append_string (stream, field_of (stream, "urls"), "a");
  lk_egress_wire_append_string (update, field_of (update, "add_output_urls"), "b");
  lk_egress_wire_copy_value (stream, field_of (stream, "urls"), update,
                             field_of (update, "add_output_urls"));
  g_assert_cmpuint (((Livekit__UpdateStreamRequest *)update)->n_add_output_urls, ==, 2);
  g_assert_cmpstr (((Livekit__UpdateStreamRequest *)update)->add_output_urls[1], ==, "a");

  /* A message that is not there clears. */
  lk_egress_wire_take_message (output, field_of (output, "storage"),
                               lk_egress_wire_new (&livekit__storage_config__descriptor));
  lk_egress_wire_copy_value (request, field_of (request, "storage"), output,
                             field_of (output, "storage"));
  g_assert_null (((Livekit__Output *)output)->storage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/recorded", test_recorded);
  g_test_add_func ("/wire/fields", test_fields);
  g_test_add_func ("/wire/oneof", test_oneof);
  g_test_add_func ("/wire/oneof-zero", test_oneof_zero);
  g_test_add_func ("/wire/copy-value", test_copy_value);
  g_test_add_func ("/wire/append-after-unpack", test_append_after_unpack);
  g_test_add_func ("/wire/equal-maps", test_equal_maps);
  g_test_add_func ("/wire/equal-fields", test_equal_fields);
  g_test_add_func ("/wire/invalid", test_invalid);
  g_test_add_func ("/wire/unknown-fields", test_unknown_fields);
  g_test_add_func ("/wire/empty", test_empty);
  g_test_add_func ("/wire/damaged", test_damaged);
  g_test_add_func ("/wire/older", test_older);

  return g_test_run ();
}
