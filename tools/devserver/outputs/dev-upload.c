/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-upload.h"

#include <libsoup/soup.h>

#include "lk-egress-message-private.h"
#include "lk-egress-storage-answer-private.h"
#include "lk-egress-storage-objects-private.h"
#include "lk-egress-wire-bytes-private.h"

#define SILENCE_SECONDS 10
#define TOTAL_SECONDS 30
#define MAX_ANSWER 4096
#define DISPOSITION "inline" /* unless the request has one */

typedef struct
{
  SoupSession *session;
  SoupMessage *message;
  GCancellable *cancellable; /* of the caller, or when the time is up */
  guint timer;
  gulong chained;
  GCancellable *caller;
  char answer[MAX_ANSWER + 1];
} Upload;

static void
upload_free (gpointer data)
{
  Upload *upload = data;

  g_clear_handle_id (&upload->timer, g_source_remove);
  g_cancellable_disconnect (upload->caller, upload->chained);
  g_clear_object (&upload->caller);
  g_clear_object (&upload->cancellable);
  g_clear_object (&upload->message);
  g_clear_object (&upload->session);
  g_free (upload);
}

static gboolean
time_is_up (gpointer user_data)
{
  Upload *upload = user_data;

  upload->timer = 0;
  g_cancellable_cancel (upload->cancellable);
  return G_SOURCE_REMOVE;
}

static const char *
get_header (Upload *upload, const char *name)
{
  const char *value
      = soup_message_headers_get_one (soup_message_get_response_headers (upload->message), name);

  return value != NULL ? value : "";
}

/* The words of the worker's SDK. */
static void
return_error (GTask *task, Upload *upload, const char *reason)
{
  g_task_return_new_error (
      task, G_IO_ERROR, G_IO_ERROR_FAILED,
      "S3 upload failed: operation error S3: PutObject, https response error StatusCode: %u, "
      "RequestID: %.64s, HostID: %.128s, %s",
      soup_message_get_status (upload->message), get_header (upload, "x-amz-request-id"),
      get_header (upload, "x-amz-id-2"), reason);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  g_autofree char *code = NULL;
  g_autofree char *text = NULL;
  g_autofree char *reason = NULL;

  /* An answer that breaks off says no less than one that does not come. */
  g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, NULL, NULL);
  code = lk_egress_storage_answer_dup_element (upload->answer, "Code");
  text = lk_egress_storage_answer_dup_element (upload->answer, "Message");
  reason = g_strdup_printf ("api error %s: %s", code != NULL ? code : "UnknownError",
                            text != NULL ? text : "UnknownError");
  return_error (task, upload, reason);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream
      = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream == NULL)
    {
      g_autofree char *reason = g_strdup_printf (
          "request send failed, %s", g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                                         ? "context deadline exceeded"
                                         : error->message);

      return_error (task, upload, reason);
    }
  else if (SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (upload->message)))
    g_task_return_boolean (task, TRUE);
  else
    g_input_stream_read_all_async (stream, upload->answer, MAX_ANSWER, G_PRIORITY_DEFAULT,
                                   upload->cancellable, on_answer, g_steal_pointer (&task));
}

static void
add (GStrvBuilder *headers, const char *name, const char *value)
{
  g_strv_builder_add (headers, name);
  g_strv_builder_add (headers, value);
}

static char **
make_headers (const Livekit__S3Upload *s3)
{
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

  add (headers, "Content-Disposition",
       *s3->content_disposition != '\0' ? s3->content_disposition : DISPOSITION);
  if (*s3->tagging != '\0')
    add (headers, "x-amz-tagging", s3->tagging);
  for (size_t i = 0; i < s3->n_metadata; i++)
    {
      g_autofree char *name = g_strconcat ("x-amz-meta-", s3->metadata[i]->key, NULL);

      add (headers, name, s3->metadata[i]->value);
    }
  return g_strv_builder_end (headers);
}

static void
append_headers (SoupMessage *message, char **headers)
{
  for (guint i = 0; headers[i] != NULL; i += 2)
    soup_message_headers_append (soup_message_get_request_headers (message), headers[i],
                                 headers[i + 1]);
}

static LkEgressStorage *
make_storage (const Livekit__S3Upload *s3)
{
  g_autoptr (LkEgressMessage) child
      = lk_egress_message_take (LK_EGRESS_TYPE_S3_STORAGE, lk_egress_wire_copy (&s3->base));

  return lk_egress_storage_new_s3 (LK_EGRESS_S3_STORAGE (child));
}

/* NULL if the storage is none. */
static SoupMessage *
make_message (const Livekit__S3Upload *s3,
              const char *key,
              const char *content_type,
              GBytes *bytes,
              GError **error)
{
  g_autoptr (LkEgressStorage) storage = make_storage (s3);
  g_autofree char *url = lk_egress_storage_get_object_url (storage, key, error);
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_auto (GStrv) headers = make_headers (s3);
  const LkEgressSigv4Request request = { "PUT", url, (const char *const *)headers, hash };
  g_auto (GStrv) signature
      = url != NULL ? lk_egress_storage_sign (storage, &request, NULL, error) : NULL;
  SoupMessage *message;

  if (signature == NULL)
    return NULL;

  message = soup_message_new ("PUT", url);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_set_request_body_from_bytes (message, content_type, bytes);
  append_headers (message, headers);
  append_headers (message, signature);
  return message;
}

void
dev_upload_async (const Livekit__S3Upload *s3,
                  const char *key,
                  const char *content_type,
                  GBytes *bytes,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (GError) error = NULL;
  Upload *upload = g_new0 (Upload, 1);

  g_task_set_task_data (task, upload, upload_free);
  upload->message = make_message (s3, key, content_type, bytes, &error);
  if (upload->message == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "S3 upload failed: %s",
                               error->message);
      return;
    }
  upload->session
      = soup_session_new_with_options ("timeout", SILENCE_SECONDS, "idle-timeout", 0, NULL);
  upload->caller = g_object_ref (cancellable);
  upload->cancellable = g_cancellable_new ();
  upload->timer = g_timeout_add_seconds (TOTAL_SECONDS, time_is_up, upload);
  upload->chained = g_cancellable_connect (cancellable, G_CALLBACK (g_cancellable_cancel),
                                           g_object_ref (upload->cancellable), g_object_unref);
  soup_session_send_async (upload->session, upload->message, G_PRIORITY_DEFAULT,
                           upload->cancellable, on_sent, g_steal_pointer (&task));
}

gboolean
dev_upload_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

char *
dev_upload_get_location (const Livekit__S3Upload *s3, const char *key)
{
  const char *endpoint = *s3->endpoint != '\0' ? s3->endpoint : "s3.amazonaws.com";

  if (s3->force_path_style)
    return g_strdup_printf ("%s%s/%s/%s", g_str_has_prefix (endpoint, "http") ? "" : "https://",
                            endpoint, s3->bucket, key);

  return g_strdup_printf ("https://%s.%s/%s", s3->bucket, endpoint, key);
}
