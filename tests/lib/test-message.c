/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-enum-types.h"
#include "lk-egress-info.h"
#include "lk-egress-message-field-private.h"
#include "lk-egress-message-private.h"
#include "lk-egress-request.h"
#include "lk-egress-wire-field-private.h"

#include "livekit_egress.pb-c.h"

static const ProtobufCMessageDescriptor *const bound_messages[] = {
  &livekit__start_egress_request__descriptor,
  &livekit__template_source__descriptor,
  &livekit__web_source__descriptor,
  &livekit__media_source__descriptor,
  &livekit__participant_video__descriptor,
  &livekit__video_config__descriptor,
  &livekit__video_selector__descriptor,
  &livekit__audio_config__descriptor,
  &livekit__audio_route__descriptor,
  &livekit__data_config__descriptor,
  &livekit__data_selector__descriptor,
  &livekit__encoding_options__descriptor,
  &livekit__output__descriptor,
  &livekit__file_output__descriptor,
  &livekit__stream_output__descriptor,
  &livekit__stream_destination__descriptor,
  &livekit__segmented_file_output__descriptor,
  &livekit__image_output__descriptor,
  &livekit__storage_config__descriptor,
  &livekit__s3_upload__descriptor,
  &livekit__gcpupload__descriptor,
  &livekit__azure_blob_upload__descriptor,
  &livekit__ali_ossupload__descriptor,
  &livekit__proxy_config__descriptor,
  &livekit__webhook_config__descriptor,
  &livekit__filter_params__descriptor,
  &livekit__egress_info__descriptor,
  &livekit__export_replay_request__descriptor,
  &livekit__update_stream_request__descriptor,
  &livekit__stream_info__descriptor,
  &livekit__file_info__descriptor,
  &livekit__segments_info__descriptor,
  &livekit__images_info__descriptor,
};

/* EGRESS_LIMIT_REACHED -> limit-reached */
static char *
derive_nick (const char *name, const char *prefix, const char *suffix)
{
  g_autofree char *core = g_ascii_strdown (name, -1);
  const char *start = core;

  if (g_str_has_suffix (core, suffix))
    core[strlen (core) - strlen (suffix)] = '\0';
  if (g_str_has_prefix (core, prefix))
    start += strlen (prefix);

  return g_strdelimit (g_strdup (start), "_", '-');
}

static void
test_enums (void)
{
  const struct
  {
    GType type;
    const ProtobufCEnumDescriptor *descriptor;
    const char *prefix;
    const char *suffix;
  } enums[] = {
    { LK_EGRESS_TYPE_STATUS, &livekit__egress_status__descriptor, "egress_", "" },
    { LK_EGRESS_TYPE_SOURCE_TYPE, &livekit__egress_source_type__descriptor, "egress_source_type_",
      "" },
    { LK_EGRESS_TYPE_ENCODING_PRESET, &livekit__encoding_options_preset__descriptor, "", "" },
    { LK_EGRESS_TYPE_FILE_TYPE, &livekit__encoded_file_type__descriptor, "", "_filetype" },
    { LK_EGRESS_TYPE_STREAM_PROTOCOL, &livekit__stream_protocol__descriptor, "", "_protocol" },
    { LK_EGRESS_TYPE_SEGMENT_PROTOCOL, &livekit__segmented_file_protocol__descriptor, "",
      "_protocol" },
    { LK_EGRESS_TYPE_SEGMENT_SUFFIX, &livekit__segmented_file_suffix__descriptor, "", "" },
    { LK_EGRESS_TYPE_IMAGE_SUFFIX, &livekit__image_file_suffix__descriptor, "image_suffix_", "" },
    { LK_EGRESS_TYPE_STREAM_STATUS, &livekit__stream_info__status__descriptor, "", "" },
    { LK_EGRESS_TYPE_AUDIO_CHANNEL, &livekit__audio_channel__descriptor, "audio_channel_", "" },
    { LK_EGRESS_TYPE_AUDIO_CODEC, &livekit__audio_codec__descriptor, "ac_", "_ac" },
    { LK_EGRESS_TYPE_VIDEO_CODEC, &livekit__video_codec__descriptor, "", "_vc" },
    { LK_EGRESS_TYPE_IMAGE_CODEC, &livekit__image_codec__descriptor, "ic_", "" },
    { LK_EGRESS_TYPE_AUDIO_MIXING, &livekit__audio_mixing__descriptor, "", "_mixing" },
    { LK_EGRESS_TYPE_PARTICIPANT_KIND, &livekit__participant_info__kind__descriptor, "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (enums); i++)
    {
      g_autoptr (GEnumClass) klass = g_type_class_ref (enums[i].type);

      g_test_message ("%s", g_type_name (enums[i].type));
      g_assert_true (lk_egress_enum_type_for_descriptor (enums[i].descriptor) == enums[i].type);
      g_assert_cmpuint (klass->n_values, ==, enums[i].descriptor->n_values);

      for (guint j = 0; j < klass->n_values; j++)
        {
          const ProtobufCEnumValue *value
              = protobuf_c_enum_descriptor_get_value (enums[i].descriptor, klass->values[j].value);
          g_autofree char *nick = NULL;

          g_assert_nonnull (value);
          nick = derive_nick (value->name, enums[i].prefix, enums[i].suffix);
          /* The only name that says the kind of enum twice. */
          if (g_str_equal (nick, "default-segmented-file"))
            nick[strlen ("default")] = '\0';
          g_assert_cmpstr (klass->values[j].value_nick, ==, nick);
        }
    }

  g_assert_true (lk_egress_enum_type_for_descriptor (&livekit__track_type__descriptor)
                 == G_TYPE_INVALID);
}

/* Gives a value other than the default to every kind of property but messages. */
static gboolean
fill_value (GParamSpec *pspec, GValue *value)
{
  g_value_init (value, pspec->value_type);

  if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, "Grüße, \"x\"");
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_value_set_boolean (value, TRUE);
  else if (G_VALUE_HOLDS_INT (value))
    g_value_set_int (value, G_MININT32);
  else if (G_VALUE_HOLDS_UINT (value))
    g_value_set_uint (value, G_MAXUINT32);
  else if (G_VALUE_HOLDS_INT64 (value))
    g_value_set_int64 (value, G_MAXINT64);
  else if (G_VALUE_HOLDS_DOUBLE (value))
    g_value_set_double (value, 0.1);
  else if (G_VALUE_HOLDS_ENUM (value))
    g_value_set_enum (value, 1);
  else if (G_VALUE_HOLDS_VARIANT (value))
    g_value_set_variant (value, g_variant_new_parsed ("{'a': 'b', 'c': ''}"));
  else if (G_VALUE_HOLDS (value, G_TYPE_STRV))
    g_value_set_boxed (value, (const char *const[]){ "one", "", "drei", NULL });
  else
    return FALSE;

  return TRUE;
}

static void
assert_same_value (GParamSpec *pspec, const GValue *a, const GValue *b)
{
  if (G_VALUE_HOLDS (a, G_TYPE_STRV))
    g_assert_cmpstrv (g_value_get_boxed (a), g_value_get_boxed (b));
  else if (G_VALUE_HOLDS_VARIANT (a))
    g_assert_cmpvariant (g_value_get_variant (a), g_value_get_variant (b));
  else
    g_assert_cmpint (g_param_values_cmp (pspec, a, b), ==, 0);
}

static void
check_value_property (GType type, GParamSpec *pspec)
{
  g_autoptr (LkEgressMessage) message = g_object_new (type, NULL);
  g_autoptr (LkEgressMessage) from_bytes = NULL;
  g_autoptr (LkEgressMessage) from_json = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) read = G_VALUE_INIT;

  g_assert_true (fill_value (pspec, &value));
  g_value_init (&read, pspec->value_type);
  g_object_get_property (G_OBJECT (message), pspec->name, &read);
  if (!G_VALUE_HOLDS (&read, G_TYPE_STRV))
    g_assert_true (g_param_value_defaults (pspec, &read));
  g_assert_false (lk_egress_message_has (message, pspec->name));

  g_object_set_property (G_OBJECT (message), pspec->name, &value);
  g_assert_true (lk_egress_message_has (message, pspec->name));
  g_value_reset (&read);
  g_object_get_property (G_OBJECT (message), pspec->name, &read);
  assert_same_value (pspec, &read, &value);

  bytes = lk_egress_message_to_bytes (message);
  from_bytes = lk_egress_message_new_from_bytes (type, bytes, &error);
  g_assert_no_error (error);
  g_assert_true (lk_egress_message_equal (message, from_bytes));
  g_value_reset (&read);
  g_object_get_property (G_OBJECT (from_bytes), pspec->name, &read);
  assert_same_value (pspec, &read, &value);

  json = lk_egress_message_to_json (message, LK_EGRESS_JSON_NONE);
  from_json = lk_egress_message_new_from_json (type, json, &error);
  g_assert_no_error (error);
  g_assert_true (lk_egress_message_equal (message, from_json));

  lk_egress_message_clear (message, pspec->name);
  g_assert_false (lk_egress_message_has (message, pspec->name));
  g_assert_false (lk_egress_message_equal (message, from_bytes));
}

static void
check_message_property (GType type, GParamSpec *pspec, GType child_type)
{
  g_autoptr (LkEgressMessage) message = g_object_new (type, NULL);
  g_autoptr (LkEgressMessage) child = g_object_new (child_type, NULL);
  g_autoptr (LkEgressMessage) read = NULL;

  g_assert_true (pspec->value_type == child_type);
  g_object_get (message, pspec->name, &read, NULL);
  g_assert_null (read);

  g_object_set (message, pspec->name, child, NULL);
  g_object_get (message, pspec->name, &read, NULL);
  g_assert_true (read == child);
  g_assert_true (lk_egress_message_has (message, pspec->name));

  g_object_set (message, pspec->name, NULL, NULL);
  g_assert_false (lk_egress_message_has (message, pspec->name));
}

static void
check_list_property (GType type, GParamSpec *pspec, GType item_type)
{
  g_autoptr (LkEgressMessage) message = g_object_new (type, NULL);
  g_autoptr (LkEgressMessage) item = g_object_new (item_type, NULL);
  g_autoptr (GListModel) list = NULL;

  g_object_get (message, pspec->name, &list, NULL);
  g_assert_true (g_list_model_get_item_type (list) == item_type);
  g_assert_false (lk_egress_message_has (message, pspec->name));
  g_list_store_append (G_LIST_STORE (list), item);
  g_assert_true (lk_egress_message_has (message, pspec->name));
  lk_egress_message_clear (message, pspec->name);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 0);
}

static char *
property_name (const ProtobufCFieldDescriptor *field)
{
  return g_str_equal (field->name, "aliOSS") ? g_strdup ("ali-oss")
                                             : g_strdelimit (g_strdup (field->name), "_", '-');
}

/* Every field of every class is a property that holds what is put in, in all forms of the message.
 */
static void
test_properties (void)
{
  guint n_checked = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (bound_messages); i++)
    {
      const ProtobufCMessageDescriptor *descriptor = bound_messages[i];
      GType type = lk_egress_message_type_for_descriptor (descriptor);
      g_autoptr (GTypeClass) klass = NULL;

      g_assert_true (g_type_is_a (type, LK_EGRESS_TYPE_MESSAGE));
      klass = g_type_class_ref (type);
      g_test_message ("%s", g_type_name (type));

      for (guint j = 0; j < descriptor->n_fields; j++)
        {
          const ProtobufCFieldDescriptor *field = &descriptor->fields[j];
          g_autofree char *name = property_name (field);
          GParamSpec *pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), name);
          GType child_type = G_TYPE_INVALID;

          if (field->type == PROTOBUF_C_TYPE_MESSAGE && !lk_egress_wire_is_map (field))
            {
              child_type = lk_egress_message_type_for_descriptor (field->descriptor);
              if (child_type == G_TYPE_INVALID)
                {
                  g_assert_null (pspec);
                  continue;
                }
            }
          if (field->flags & PROTOBUF_C_FIELD_FLAG_DEPRECATED)
            {
              g_assert_null (pspec);
              continue;
            }

          g_assert_nonnull (pspec);
          if (child_type == G_TYPE_INVALID)
            check_value_property (type, pspec);
          else if (field->label == PROTOBUF_C_LABEL_REPEATED)
            check_list_property (type, pspec, child_type);
          else
            check_message_property (type, pspec, child_type);
          n_checked++;
        }
    }

  g_assert_cmpuint (n_checked, >, 150);
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  guint *count = user_data;

  *count += 1;
}

static void
test_oneof (void)
{
  g_autoptr (LkEgressMediaSource) source = lk_egress_media_source_new ();
  g_autoptr (LkEgressParticipantVideo) video = lk_egress_participant_video_new ("alice");
  g_autoptr (LkEgressParticipantVideo) read = NULL;
  g_autofree char *track_id = NULL;
  guint n_track = 0, n_participant = 0, n_videos = 0;
  LkEgressMessage *message = LK_EGRESS_MESSAGE (source);

  g_signal_connect (source, "notify::video-track-id", G_CALLBACK (count_notify), &n_track);
  g_signal_connect (source, "notify::participant-video", G_CALLBACK (count_notify), &n_participant);
  g_signal_connect (source, "notify::videos", G_CALLBACK (count_notify), &n_videos);

  g_object_set (source, "video-track-id", "TR_1", NULL);
  g_assert_cmpuint (n_track, ==, 1);
  g_assert_cmpuint (n_participant, ==, 0);

  g_object_set (source, "participant-video", video, NULL);
  g_assert_cmpuint (n_track, ==, 2);
  g_assert_cmpuint (n_participant, ==, 1);
  g_assert_false (lk_egress_message_has (message, "video-track-id"));
  g_object_get (source, "video-track-id", &track_id, NULL);
  g_assert_null (track_id);

  /* To clear one that is not there leaves the other. */
  g_object_set (source, "video-track-id", NULL, NULL);
  g_assert_true (lk_egress_message_has (message, "participant-video"));
  lk_egress_message_clear (message, "videos");
  g_assert_true (lk_egress_message_has (message, "participant-video"));

  /* The empty text is a choice too. */
  g_object_set (source, "video-track-id", "", NULL);
  g_assert_true (lk_egress_message_has (message, "video-track-id"));
  g_object_get (source, "participant-video", &read, NULL);
  g_assert_null (read);
  g_assert_cmpuint (n_participant, ==, 2);

  /* Each change of the other members; each call of clear, too. */
  g_assert_cmpuint (n_videos, ==, 1);
}

static void
test_oneof_zero (void)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new ();
  g_autoptr (LkEgressEncodingOptions) options = lk_egress_encoding_options_new ();
  g_autofree char *json = NULL;

  g_object_set (request, "advanced", options, NULL);
  g_object_set (request, "preset", LK_EGRESS_ENCODING_PRESET_H264_720P_30, NULL);
  g_assert_true (lk_egress_message_has (LK_EGRESS_MESSAGE (request), "preset"));
  g_assert_false (lk_egress_message_has (LK_EGRESS_MESSAGE (request), "advanced"));

  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_NONE);
  g_assert_cmpstr (json, ==, "{\"preset\":\"H264_720P_30\"}");
}

static void
assert_json (gpointer message, const char *expected)
{
  g_autofree char *json = lk_egress_message_to_json (message, LK_EGRESS_JSON_PROTO_NAMES);

  g_assert_cmpstr (json, ==, expected);
}

static void
test_shared_children (void)
{
  g_autoptr (LkEgressWebSource) web = lk_egress_web_source_new ("http://a/");
  g_autoptr (LkEgressRequest) first = lk_egress_request_new ();
  LkEgressRequest *second = lk_egress_request_new ();

  g_object_set (first, "web", web, NULL);
  g_object_set (second, "web", web, NULL);
  assert_json (first, "{\"web\":{\"url\":\"http://a/\"}}");

  g_object_set (web, "url", "http://b/", NULL);
  assert_json (first, "{\"web\":{\"url\":\"http://b/\"}}");
  assert_json (second, "{\"web\":{\"url\":\"http://b/\"}}");

  /* Setting what is there already is no harm. */
  g_object_set (first, "web", web, NULL);
  g_object_unref (second);
  g_object_set (web, "audio-only", TRUE, NULL);
  assert_json (first, "{\"web\":{\"url\":\"http://b/\",\"audio_only\":true}}");

  g_object_set (first, "web", NULL, NULL);
  assert_json (first, "{}");
  assert_json (web, "{\"url\":\"http://b/\",\"audio_only\":true}");
}

static void
test_unpacked_children (void)
{
  const char *json
      = "{\"media\":{\"participant_video\":{\"identity\":\"alice\"}},"
        "\"outputs\":[{\"file\":{\"filepath\":\"a\"}},{\"file\":{\"filepath\":\"b\"}}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressMediaSource) media = NULL;
  g_autoptr (LkEgressMediaSource) again = NULL;
  g_autoptr (LkEgressOutput) output = NULL;
  g_autoptr (LkEgressFileOutput) file = NULL;
  g_autoptr (GListModel) outputs = NULL;
  LkEgressMessage *request;

  request = lk_egress_message_new_from_json (LK_EGRESS_TYPE_REQUEST, json, &error);
  g_assert_no_error (error);
  assert_json (request, json);

  g_object_get (request, "media", &media, NULL);
  g_object_get (request, "media", &again, NULL);
  g_assert_true (media == again);
  outputs = g_object_ref (lk_egress_request_get_outputs (LK_EGRESS_REQUEST (request)));
  g_assert_cmpuint (g_list_model_get_n_items (outputs), ==, 2);
  output = g_list_model_get_item (outputs, 1);
  g_object_get (output, "file", &file, NULL);
  assert_json (request, json);

  /* Deep changes show. */
  g_object_set (file, "filepath", "c", NULL);
  g_list_store_remove (G_LIST_STORE (outputs), 0);
  g_object_set (media, "video-track-id", "TR_1", NULL);
  assert_json (request, "{\"media\":{\"video_track_id\":\"TR_1\"},"
                        "\"outputs\":[{\"file\":{\"filepath\":\"c\"}}]}");

  /* Children live on without their parent. */
  g_object_unref (request);
  assert_json (file, "{\"filepath\":\"c\"}");
  assert_json (media, "{\"video_track_id\":\"TR_1\"}");
}

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  guint *count = user_data;

  if (level & G_LOG_LEVEL_WARNING)
    {
      *count += 1;
      return G_LOG_WRITER_HANDLED;
    }

  return g_log_writer_default (level, fields, n_fields, NULL);
}

static void
test_lists (void)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new ();
  g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new ("a");
  g_autoptr (LkEgressOutput) output = lk_egress_output_new_file (file);
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_OBJECT);
  GListModel *outputs = lk_egress_request_get_outputs (request);

  g_list_store_append (store, output);
  g_list_store_append (store, output);
  g_object_set (request, "outputs", store, NULL);
  g_assert_true (lk_egress_request_get_outputs (request) == outputs);
  assert_json (request,
               "{\"outputs\":[{\"file\":{\"filepath\":\"a\"}},{\"file\":{\"filepath\":\"a\"}}]}");

  /* It is a copy of the list, and to set it to itself does nothing. */
  g_list_store_remove_all (store);
  g_object_set (request, "outputs", outputs, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (outputs), ==, 2);

  g_object_set (request, "outputs", NULL, NULL);
  assert_json (request, "{}");
}

static void
wrong_items_subprocess (void)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new ();
  g_autoptr (LkEgressOutput) output = lk_egress_output_new ();
  g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new ("a");
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_OBJECT);
  guint n_warnings = 0;

  g_log_set_writer_func (count_warnings, &n_warnings, NULL);
  lk_egress_request_add_output (request, output);
  g_list_store_append (store, output);
  g_list_store_append (store, file);

  g_object_set (request, "outputs", store, NULL);
  g_assert_cmpuint (n_warnings, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_request_get_outputs (request)), ==, 1);

  g_assert_false (lk_egress_message_has (LK_EGRESS_MESSAGE (request), "no-such-property"));
  lk_egress_message_clear (LK_EGRESS_MESSAGE (request), "no-such-property");
  g_assert_cmpuint (n_warnings, ==, 3);
}

/* A program's mistakes are told and change nothing. */
static void
test_wrong_use (void)
{
  if (g_test_subprocess ())
    {
      wrong_items_subprocess ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_text (void)
{
  g_autoptr (LkEgressStreamOutput) stream
      = lk_egress_stream_output_new (LK_EGRESS_STREAM_PROTOCOL_SRT);
  g_autoptr (LkEgressRequest) request = lk_egress_request_new ();
  const char *const urls[] = { "srt://\xff", NULL };

  g_object_set (request, "room-name", "a\xc3(", NULL);
  g_assert_cmpstr (lk_egress_request_get_room_name (request), ==, "a\xef\xbf\xbd(");
  g_object_set (request, "room-name", "", NULL);
  g_assert_null (lk_egress_request_get_room_name (request));

  g_object_set (stream, "urls", urls, NULL);
  assert_json (stream, "{\"protocol\":\"SRT\",\"urls\":[\"srt://\xef\xbf\xbd\"]}");
  g_object_set (stream, "urls", NULL, NULL);
  assert_json (stream, "{\"protocol\":\"SRT\"}");
}

static void
test_unknown_enum (void)
{
  /* status (3) = 99, source_type (26) = 7 */
  const guint8 data[] = { 0x18, 99, 0xd0, 0x01, 7 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, sizeof data);
  g_autoptr (LkEgressMessage) info = NULL;
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GError) error = NULL;
  LkEgressStatus status;

  info = lk_egress_message_new_from_bytes (LK_EGRESS_TYPE_INFO, bytes, &error);
  g_assert_no_error (error);
  g_object_get (info, "status", &status, NULL);
  g_assert_cmpint (status, ==, 99);
  g_assert_cmpint (lk_egress_info_get_status (LK_EGRESS_INFO (info)), ==, 99);

  packed = lk_egress_message_to_bytes (info);
  g_assert_cmpmem (data, sizeof data, g_bytes_get_data (packed, NULL), g_bytes_get_size (packed));
}

/* What has no property, and what no one knows, is not lost. */
static void
test_hidden_fields (void)
{
  const char *json = "{\"egress_id\":\"EG_1\",\"room_composite\":{\"room_name\":\"demo\"}}";
  /* room_name (1) = "r", field 500 = 5 */
  const guint8 data[] = { 0x0a, 1, 'r', 0xa0, 0x1f, 5 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, sizeof data);
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (LkEgressMessage) info = NULL;
  g_autoptr (LkEgressMessage) copy = NULL;
  g_autoptr (LkEgressMessage) request = NULL;
  g_autoptr (LkEgressRequest) egress = NULL;
  g_autoptr (GError) error = NULL;

  info = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, &error);
  g_assert_no_error (error);
  copy = lk_egress_message_copy (info);
  assert_json (copy, json);

  /* It is a member of a oneof and gives way like any other. */
  egress = lk_egress_request_new_web ("http://a/");
  g_object_set (copy, "egress", egress, NULL);
  assert_json (copy, "{\"egress_id\":\"EG_1\",\"egress\":{\"web\":{\"url\":\"http://a/\"}}}");

  request = lk_egress_message_new_from_bytes (LK_EGRESS_TYPE_REQUEST, bytes, &error);
  g_assert_no_error (error);
  packed = lk_egress_message_to_bytes (request);
  g_assert_cmpmem (data, sizeof data, g_bytes_get_data (packed, NULL), g_bytes_get_size (packed));
}

static void
test_copy (void)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (LkEgressMessage) copy = NULL;
  g_autoptr (LkEgressMediaSource) media = NULL;

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:1");
  copy = lk_egress_message_copy (LK_EGRESS_MESSAGE (request));
  g_assert_true (G_OBJECT_TYPE (copy) == LK_EGRESS_TYPE_REQUEST);
  g_assert_true (lk_egress_message_equal (copy, LK_EGRESS_MESSAGE (request)));

  g_object_get (copy, "media", &media, NULL);
  g_object_set (media, "video-track-id", "TR_1", NULL);
  g_assert_false (lk_egress_message_equal (copy, LK_EGRESS_MESSAGE (request)));
  g_assert_false (lk_egress_message_equal (copy, LK_EGRESS_MESSAGE (media)));
}

static void
test_secrets (void)
{
  g_autoptr (LkEgressS3Storage) s3 = lk_egress_s3_storage_new ("bucket", "AKID", "hush-hush");
  g_autoptr (LkEgressStorage) storage = lk_egress_storage_new_s3 (s3);
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_web ("http://a/");
  g_autofree char *secret = NULL;
  g_autofree char *text = NULL;
  g_autofree char *json = NULL;

  g_object_set (request, "storage", storage, NULL);
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT,
                                "srt://198.51.100.7:9000?passphrase=very-secret");

  text = lk_egress_message_to_string (LK_EGRESS_MESSAGE (request));
  g_assert_null (strstr (text, "hush-hush"));
  g_assert_null (strstr (text, "AKID"));
  g_assert_null (strstr (text, "very-secret"));
  g_assert_null (strchr (text, '\n'));
  g_assert_nonnull (strstr (text, "198.51.100.7"));

  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_NONE);
  g_assert_nonnull (strstr (json, "hush-hush"));
  g_object_get (s3, "secret", &secret, NULL);
  g_assert_cmpstr (secret, ==, "hush-hush");
}

static void
test_bad_input (void)
{
  const guint8 truncated[] = { 0x0a, 200, 'x' };
  g_autoptr (GBytes) bytes = g_bytes_new_static (truncated, sizeof truncated);
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_message_new_from_json (LK_EGRESS_TYPE_REQUEST,
                                                  "{\"outputs\":[{\"file\":3}]}", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "outputs[0].file"));
  g_clear_error (&error);

  g_assert_null (lk_egress_message_new_from_bytes (LK_EGRESS_TYPE_REQUEST, bytes, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* A message that came from the wire is wrapped as it is. */
static void
test_take (void)
{
  for (guint i = 0; i < 1000; i++)
    {
      ProtobufCMessage *message = lk_egress_wire_new (&livekit__egress_info__descriptor);
      g_autoptr (LkEgressMessage) info = NULL;

      ((Livekit__EgressInfo *)message)->error_code = (int)i;
      info = lk_egress_message_take (LK_EGRESS_TYPE_INFO, message);
      g_assert_true (lk_egress_message_peek (info) == message);
      g_assert_cmpint (lk_egress_info_get_error_code (LK_EGRESS_INFO (info)), ==, (int)i);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/message/enums", test_enums);
  g_test_add_func ("/message/properties", test_properties);
  g_test_add_func ("/message/oneof", test_oneof);
  g_test_add_func ("/message/oneof-zero", test_oneof_zero);
  g_test_add_func ("/message/shared-children", test_shared_children);
  g_test_add_func ("/message/unpacked-children", test_unpacked_children);
  g_test_add_func ("/message/lists", test_lists);
  g_test_add_func ("/message/wrong-use", test_wrong_use);
  g_test_add_func ("/message/text", test_text);
  g_test_add_func ("/message/unknown-enum", test_unknown_enum);
  g_test_add_func ("/message/hidden-fields", test_hidden_fields);
  g_test_add_func ("/message/copy", test_copy);
  g_test_add_func ("/message/secrets", test_secrets);
  g_test_add_func ("/message/bad-input", test_bad_input);
  g_test_add_func ("/message/take", test_take);

  return g_test_run ();
}
