/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresshlsorigin.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <libsoup/soup.h>
#include <string.h>
#include <sys/stat.h>

#define CHUNK_SIZE (64 * 1024)
/* How long a server may be silent, in seconds. */
#define IO_TIMEOUT 10
/* How much of an answer that is an error is looked at. */
#define MAX_ERROR_SIZE (16 * 1024)

struct _GstLiveKitEgressHlsOrigin
{
  gchar *folder;                /* a path, a part of a key, or the path of a URL with its last slash */
  GUri *base;                   /* of the folder, for a web server */
  LkEgressStorage *storage;     /* or for a storage */
  SoupSession *session;         /* made in the thread that uses it */
};

static void
refuse (GError ** error, gint code, const gchar * name,
    const gchar * format, ...)
G_GNUC_PRINTF (4, 5);

     static void
         refuse (GError ** error, gint code, const gchar * name,
    const gchar * format, ...)
{
  g_autofree gchar *shown = lk_egress_redact_text (name);
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, G_IO_ERROR, code, "%s %s", shown, text);
}

static void
refuse_size (GError ** error, const gchar * name, gsize max_size)
{
  refuse (error, G_IO_ERROR_NOT_SUPPORTED, name,
      "has more than %" G_GSIZE_FORMAT " bytes", max_size);
}

gboolean
gst_livekit_egress_hls_origin_is_final (const GError * error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT)
      || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
}

/* Memory for what is expected is taken at once, if so much is allowed. It may be more or less. */
static GBytes *
read_stream (GInputStream * stream, gsize expected, gsize max_size,
    const gchar * name, GCancellable * cancellable, GError ** error)
{
  g_autoptr (GByteArray) data =
      g_byte_array_sized_new (MIN (expected, max_size) + CHUNK_SIZE);
  gsize length = 0;

  for (;;) {
    gssize size;

    g_byte_array_set_size (data, length + MAX (CHUNK_SIZE,
            length < expected ? MIN (expected, max_size) - length : 0));
    size = g_input_stream_read (stream, data->data + length,
        data->len - length, cancellable, error);
    if (size < 0)
      return NULL;
    length += size;
    if (length > max_size) {
      refuse_size (error, name, max_size);
      return NULL;
    }
    if (size == 0) {
      g_byte_array_set_size (data, length);
      return g_byte_array_free_to_bytes (g_steal_pointer (&data));
    }
  }
}

/*** Files ***/

/* Others write to the folder: nothing that blocks is opened, and no link that leads out of it. */
static GBytes *
load_file (GstLiveKitEgressHlsOrigin * self, const gchar * name, gsize max_size,
    GCancellable * cancellable, GError ** error)
{
  g_autofree gchar *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GInputStream) stream = NULL;
  gint fd = open (path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;

  if (fd < 0 && errno == ELOOP) {
    refuse (error, G_IO_ERROR_INVALID_FILENAME, path, "is a symbolic link");
    return NULL;
  }
  if (fd < 0) {
    refuse (error, g_io_error_from_errno (errno), path, "cannot be opened: %s",
        g_strerror (errno));
    return NULL;
  }
  stream = g_unix_input_stream_new (fd, TRUE);
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode)) {
    refuse (error, G_IO_ERROR_INVALID_FILENAME, path, "is no regular file");
    return NULL;
  }
  return read_stream (stream, status.st_size, max_size, path, cancellable,
      error);
}

gboolean
gst_livekit_egress_hls_origin_stamp (GstLiveKitEgressHlsOrigin * self,
    const gchar * name, GstLiveKitEgressHlsStamp * stamp)
{
  g_autofree gchar *path = NULL;
  struct stat status;

  if (!gst_livekit_egress_hls_origin_is_folder (self))
    return FALSE;

  path = g_build_filename (self->folder, name, NULL);
  if (lstat (path, &status) != 0)
    return FALSE;
  gst_livekit_egress_hls_stamp_init (stamp, &status, g_get_real_time ());
  return TRUE;
}

/*** Web servers ***/

/* The beginning of the body of an answer that is none of a success; NULL if there is none. */
static gchar *
dup_body (GInputStream * stream, GCancellable * cancellable)
{
  g_autoptr (GBytes) body =
      read_stream (stream, 0, MAX_ERROR_SIZE, "", cancellable, NULL);

  return body != NULL && g_bytes_get_size (body) > 0 ?
      g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body)) : NULL;
}

/* Without the right to list a bucket, AccessDenied is what S3 says of an object that is not there yet. */
static void
refuse_storage (guint status, const gchar * body, const gchar * url,
    GError ** error)
{
  g_autoptr (GError) cause = NULL;
  const gboolean hidden = body != NULL
      && strstr (body, "<Code>AccessDenied</Code>") != NULL;

  lk_egress_storage_check_answer (status, body, &cause);
  refuse (error, hidden ? G_IO_ERROR_NOT_FOUND : cause->code, url,
      "cannot be read: %s", cause->message);
}

static gint
get_error_code (guint status)
{
  if (SOUP_STATUS_IS_REDIRECTION (status))
    return G_IO_ERROR_NOT_SUPPORTED;
  if (status == SOUP_STATUS_UNAUTHORIZED)
    return G_IO_ERROR_PERMISSION_DENIED;
  if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_FORBIDDEN)
    return G_IO_ERROR_NOT_FOUND;
  return G_IO_ERROR_FAILED;
}

static void
refuse_status (GstLiveKitEgressHlsOrigin * self, guint status,
    GInputStream * stream, const gchar * url, GCancellable * cancellable,
    GError ** error)
{
  const gboolean redirects = SOUP_STATUS_IS_REDIRECTION (status);
  g_autofree gchar *body = NULL;

  if (self->storage != NULL && !redirects) {
    body = dup_body (stream, cancellable);
    refuse_storage (status, body, url, error);
    return;
  }
  refuse (error, get_error_code (status), url,
      "cannot be read: the server answered %u %s%s", status,
      soup_status_get_phrase (status),
      redirects ? "; redirects are not followed, set playback-uri to where it "
      "leads" : "");
}

static gboolean
sign (GstLiveKitEgressHlsOrigin * self, SoupMessage * message,
    const gchar * url, GError ** error)
{
  g_autoptr (GDateTime) now = NULL;
  g_auto (GStrv) headers = NULL;
  guint i;

  if (self->storage == NULL)
    return TRUE;

  now = g_date_time_new_now_utc ();
  headers = lk_egress_storage_sign_get (self->storage, url, now, error);
  for (i = 0; headers != NULL && headers[i] != NULL; i += 2)
    soup_message_headers_replace (soup_message_get_request_headers (message),
        headers[i], headers[i + 1]);
  return headers != NULL;
}

static SoupSession *
get_session (GstLiveKitEgressHlsOrigin * self)
{
  if (self->session == NULL) {
    self->session = soup_session_new_with_options ("timeout", IO_TIMEOUT,
        "idle-timeout", 0, "user-agent", "livekit-egress ", NULL);
    soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  }
  return self->session;
}

static GBytes *
load_url (GstLiveKitEgressHlsOrigin * self, const gchar * url, gsize max_size,
    GCancellable * cancellable, GError ** error)
{
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) failure = NULL;
  GBytes *bytes = NULL;

  if (message == NULL) {
    refuse (error, G_IO_ERROR_INVALID_FILENAME, url, "is no address");
    return NULL;
  }
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (!sign (self, message, url, error))
    return NULL;

  stream = soup_session_send (get_session (self), message, cancellable,
      &failure);
  if (stream != NULL && soup_message_get_status (message) != SOUP_STATUS_OK)
    refuse_status (self, soup_message_get_status (message), stream, url,
        cancellable, error);
  else if (stream != NULL
      && soup_message_headers_get_content_length
      (soup_message_get_response_headers (message)) > (goffset) max_size)
    refuse_size (error, url, max_size);
  else if (stream != NULL)
    bytes = read_stream (stream, 0, max_size, url, cancellable, &failure);

  if (failure != NULL) {
    g_autofree gchar *shown = lk_egress_redact_text (url);

    g_propagate_prefixed_error (error, g_steal_pointer (&failure),
        "%s cannot be read: ", shown);
  }
  return bytes;
}

/* Names are those that the worker gave to files, so that only what no URL has is escaped. */
static gchar *
resolve_url (GstLiveKitEgressHlsOrigin * self, const gchar * name,
    GError ** error)
{
  g_autofree gchar *escaped = g_uri_escape_string (name,
      G_URI_RESERVED_CHARS_SUBCOMPONENT_DELIMITERS ":@/%?", FALSE);
  g_autofree gchar *relative = g_strconcat ("./", escaped, NULL);
  g_autoptr (GUri) uri =
      g_uri_parse_relative (self->base, relative, SOUP_HTTP_URI_FLAGS, NULL);

  if (uri == NULL
      || g_strcmp0 (g_uri_get_scheme (uri), g_uri_get_scheme (self->base)) != 0
      || g_strcmp0 (g_uri_get_host (uri), g_uri_get_host (self->base)) != 0
      || g_uri_get_port (uri) != g_uri_get_port (self->base)
      || !g_str_has_prefix (g_uri_get_path (uri), self->folder)) {
    refuse (error, G_IO_ERROR_INVALID_FILENAME, name,
        "leads out of the playlist's own folder");
    return NULL;
  }
  return g_uri_to_string (uri);
}

static gchar *
resolve (GstLiveKitEgressHlsOrigin * self, const gchar * name, GError ** error)
{
  g_autofree gchar *key = NULL;

  if (self->storage == NULL)
    return resolve_url (self, name, error);

  key = self->folder != NULL ? g_strconcat (self->folder, "/", name, NULL) :
      g_strdup (name);
  return lk_egress_storage_get_object_url (self->storage, key, error);
}

/*** The origin ***/

gboolean
gst_livekit_egress_hls_origin_is_folder (const GstLiveKitEgressHlsOrigin * self)
{
  return self->base == NULL && self->storage == NULL;
}

GBytes *
gst_livekit_egress_hls_origin_load (GstLiveKitEgressHlsOrigin * self,
    const gchar * name, gsize max_size, GCancellable * cancellable,
    GError ** error)
{
  g_autofree gchar *url = NULL;

  if (gst_livekit_egress_hls_origin_is_folder (self))
    return load_file (self, name, max_size, cancellable, error);

  url = resolve (self, name, error);
  return url != NULL ? load_url (self, url, max_size, cancellable, error) :
      NULL;
}

GstLiveKitEgressHlsOrigin *
gst_livekit_egress_hls_origin_new_folder (const gchar * path)
{
  GstLiveKitEgressHlsOrigin *self = g_new0 (GstLiveKitEgressHlsOrigin, 1);

  self->folder = g_strdup (path);
  return self;
}

GstLiveKitEgressHlsOrigin *
gst_livekit_egress_hls_origin_new_url (const gchar * url, gchar ** name,
    GError ** error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  GstLiveKitEgressHlsOrigin *self;
  const gchar *path, *query, *base_name;

  if (uri == NULL || (g_strcmp0 (g_uri_get_scheme (uri), "http") != 0
          && g_strcmp0 (g_uri_get_scheme (uri), "https") != 0)
      || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0') {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "playback-uri is no address of the form https://HOST/PATH");
    return NULL;
  }
  if (g_uri_get_userinfo (uri) != NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "playback-uri has a user or a password in it, which is not sent to "
        "servers; leave it out");
    return NULL;
  }

  self = g_new0 (GstLiveKitEgressHlsOrigin, 1);
  self->base = g_steal_pointer (&uri);
  path = g_uri_get_path (self->base);
  query = g_uri_get_query (self->base);
  base_name = strrchr (path, '/') + 1;
  self->folder = g_strndup (path, base_name - path);
  if (*base_name != '\0')
    *name = g_strconcat (base_name, query != NULL ? "?" : "", query, NULL);
  return self;
}

GstLiveKitEgressHlsOrigin *
gst_livekit_egress_hls_origin_new_storage (LkEgressStorage * storage,
    const gchar * folder)
{
  GstLiveKitEgressHlsOrigin *self = g_new0 (GstLiveKitEgressHlsOrigin, 1);

  self->storage = g_object_ref (storage);
  self->folder = g_strdup (folder);
  return self;
}

void
gst_livekit_egress_hls_origin_free (GstLiveKitEgressHlsOrigin * self)
{
  g_clear_object (&self->session);
  g_clear_object (&self->storage);
  g_clear_pointer (&self->base, g_uri_unref);
  g_free (self->folder);
  g_free (self);
}
