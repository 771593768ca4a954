/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading what is in a storage. The addresses are made here and not taken from the server, whose
 * own text is wrong in cases (R39). */

#include "lk-egress-storage-objects-private.h"

#include <string.h>

#include "lk-egress-message-private.h"
#include "lk-egress-storage-value-private.h"

#include "livekit_egress.pb-c.h"

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, sentence);
  return FALSE;
}

/* Places: the address of a bucket, with a slash at its end */

/* What can stand in front of the host of a service. A bucket with dots has no certificate there. */
static gboolean
is_host_label (const char *bucket)
{
  gsize length = strlen (bucket);

  return length >= 3 && length <= 63
         && bucket[strspn (bucket, G_CSET_a_2_z G_CSET_DIGITS "-")] == '\0' && bucket[0] != '-'
         && bucket[length - 1] != '-';
}

/* endpoint has a scheme and no slash at its end. */
static char *
make_place (const char *endpoint, const char *bucket, gboolean path_style)
{
  g_autoptr (GUri) uri = g_uri_parse (endpoint, G_URI_FLAGS_NONE, NULL);
  const char *host = strstr (endpoint, "://") + strlen ("://");

  if (path_style || !is_host_label (bucket) || g_hostname_is_ip_address (g_uri_get_host (uri)))
    return g_strdup_printf ("%s/%s/", endpoint, bucket);

  return g_strdup_printf ("%.*s%s.%s/", (int)(host - endpoint), endpoint, bucket, host);
}

static gboolean
check_bucket (const char *bucket, GError **error)
{
  if (*bucket == '\0')
    return refuse (error, "The storage names no bucket or container: set it");
  if (!lk_egress_storage_is_bucket (bucket))
    return refuse (error, "The name of the bucket in the storage has other characters than letters,"
                          " digits, '-', '_' and '.': give the name alone");

  return TRUE;
}

static gboolean
read_region (const char *text, GError **error)
{
  g_auto (LkEgressStorageValue) region = { NULL };

  lk_egress_storage_value_take (&region, text, "The region of the storage");
  return lk_egress_storage_value_check_region (&region, error);
}

static gboolean
read_endpoint (const char *text, char **endpoint, GError **error)
{
  g_auto (LkEgressStorageValue) value = { NULL };

  lk_egress_storage_value_take (&value, text, "The endpoint of the storage");
  return lk_egress_storage_value_to_endpoint (&value, "https", endpoint, error);
}

static char *
make_s3_endpoint (const char *region)
{
  if (region == NULL)
    return g_strdup ("https://s3.amazonaws.com");

  return g_strdup_printf ("https://s3.%s.amazonaws.com%s", region,
                          g_str_has_prefix (region, "cn-") ? ".cn" : "");
}

static char *
get_s3_place (const ProtobufCMessage *message, GError **error)
{
  const Livekit__S3Upload *s3 = (const Livekit__S3Upload *)message;
  const char *region = lk_egress_message_text (s3->region);
  g_autofree char *endpoint = NULL;

  if (!check_bucket (s3->bucket, error) || !read_region (region, error)
      || !read_endpoint (lk_egress_message_text (s3->endpoint), &endpoint, error))
    return NULL;

  if (endpoint == NULL)
    endpoint = make_s3_endpoint (region);
  return make_place (endpoint, s3->bucket, s3->force_path_style);
}

static char *
get_gcp_place (const ProtobufCMessage *message, GError **error)
{
  const Livekit__GCPUpload *gcp = (const Livekit__GCPUpload *)message;

  if (!check_bucket (gcp->bucket, error))
    return NULL;

  return make_place ("https://storage.googleapis.com", gcp->bucket, FALSE);
}

static char *
get_azure_place (const ProtobufCMessage *message, GError **error)
{
  const Livekit__AzureBlobUpload *azure = (const Livekit__AzureBlobUpload *)message;
  const char *container = azure->container_name;
  const char *account = azure->account_name;

  /* Azure has containers of its own such as $web. */
  if (!check_bucket (container + (*container == '$' ? 1 : 0), error))
    return NULL;
  if (*account == '\0' || account[strspn (account, G_CSET_a_2_z G_CSET_DIGITS)] != '\0')
    {
      refuse (error, "The storage account is none: it has small letters and digits alone");
      return NULL;
    }

  return g_strdup_printf ("https://%s.blob.core.windows.net/%s/", account, container);
}

static char *
get_ali_oss_place (const ProtobufCMessage *message, GError **error)
{
  const Livekit__AliOSSUpload *oss = (const Livekit__AliOSSUpload *)message;
  const char *region = lk_egress_message_text (oss->region);
  g_autofree char *endpoint = NULL;

  if (!check_bucket (oss->bucket, error) || !read_region (region, error)
      || !read_endpoint (lk_egress_message_text (oss->endpoint), &endpoint, error))
    return NULL;

  if (endpoint == NULL && region == NULL)
    {
      refuse (error, "The storage has no endpoint: set it, such as"
                     " https://oss-eu-central-1.aliyuncs.com");
      return NULL;
    }
  if (endpoint == NULL)
    endpoint = g_strdup_printf ("https://%s%s.aliyuncs.com",
                                g_str_has_prefix (region, "oss-") ? "" : "oss-", region);
  return make_place (endpoint, oss->bucket, FALSE);
}

static const struct
{
  const char *property;
  char *(*get_place) (const ProtobufCMessage *message, GError **error);
} providers[] = {
  [LK_EGRESS_STORAGE_PROVIDER_S3] = { "s3", get_s3_place },
  [LK_EGRESS_STORAGE_PROVIDER_GCP] = { "gcp", get_gcp_place },
  [LK_EGRESS_STORAGE_PROVIDER_AZURE] = { "azure", get_azure_place },
  [LK_EGRESS_STORAGE_PROVIDER_ALI_OSS] = { "ali-oss", get_ali_oss_place },
};

static char *
get_place (LkEgressStorage *self, GError **error)
{
  LkEgressStorageProvider provider = lk_egress_storage_get_provider (self);
  LkEgressMessage *child;

  if (provider == LK_EGRESS_STORAGE_PROVIDER_NONE)
    {
      refuse (error, "The storage is empty: set one of s3, gcp, azure and ali-oss");
      return NULL;
    }

  child = lk_egress_message_get_child (LK_EGRESS_MESSAGE (self), providers[provider].property);
  return providers[provider].get_place (lk_egress_message_peek_values (child), error);
}

/* Whether a part of the path is "." or "..", which lead elsewhere than they say. */
static gboolean
has_dots (const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);

  return g_strv_contains ((const char *const *)names, ".")
         || g_strv_contains ((const char *const *)names, "..");
}

/**
 * lk_egress_storage_get_object_url:
 * @self: a storage
 * @key: the name of an object in the bucket or container, with its folders, such as
 *   `live/play.m3u8`; without a slash in front, which would be an empty folder
 * @error: return location for an error
 *
 * Gets the address at which an object can be read over HTTP.
 *
 * | kind | address |
 * |---|---|
 * | S3 | `https://BUCKET.s3.REGION.amazonaws.com/KEY` |
 * | S3 with an endpoint | `https://BUCKET.ENDPOINT/KEY` |
 * | S3, path style | `https://ENDPOINT/BUCKET/KEY` |
 * | Google | `https://BUCKET.storage.googleapis.com/KEY` |
 * | Azure | `https://ACCOUNT.blob.core.windows.net/CONTAINER/KEY` |
 * | Alibaba Cloud | `https://BUCKET.ENDPOINT/KEY` |
 *
 * A bucket whose name cannot be part of a host name with a certificate, such as one with dots, and
 * one of an endpoint that is an IP address, is in the path. An endpoint without a scheme is taken
 * as one of `https`. Regions of China have their own domain. Without a region, the address of
 * Amazon is the one of all regions.
 *
 * What the server says about locations is not asked: it says nothing while an egress is active, and
 * its text is wrong for some endpoints. Whether anybody may read there is up to the bucket, see
 * [method@Storage.sign_get].
 *
 * A storage that lacks something, or has something in it that is no name, and a key that is empty
 * or has `.` or `..` as a part, are %G_IO_ERROR_INVALID_ARGUMENT.
 *
 * Returns: (transfer full): the address, or %NULL on error
 * Since: 1.0
 */
char *
lk_egress_storage_get_object_url (LkEgressStorage *self, const char *key, GError **error)
{
  g_autofree char *place = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_STORAGE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (*key == '\0' || has_dots (key))
    {
      refuse (error, "The name of the object is empty or has \".\" or \"..\" as a part: write it"
                     " from the top of the storage, such as live/play.m3u8");
      return NULL;
    }
  place = get_place (self, error);
  if (place == NULL)
    return NULL;

  path = lk_egress_sigv4_encode_path (key);
  return g_strconcat (place, path, NULL);
}

/* Signatures */

/* The host with its scheme and port, in one spelling, and the path, decoded. FALSE if it is no
 * address of an object. Unlike GUri, this leaves dots in the path as they are. */
static gboolean
split (const char *url, char **origin, char **path)
{
  g_autofree char *scheme = NULL;
  g_autofree char *user = NULL;
  g_autofree char *host = NULL;
  g_autofree char *name = NULL;
  int port;

  *origin = NULL;
  *path = NULL;
  if (!g_uri_split (url, G_URI_FLAGS_PARSE_RELAXED, &scheme, &user, &host, &port, path, NULL, NULL,
                    NULL)
      || scheme == NULL || host == NULL || user != NULL)
    return FALSE;

  if (port == -1)
    port = g_str_equal (scheme, "https") ? 443 : 80;
  name = g_ascii_strdown (host, -1);
  *origin = g_strdup_printf ("%s://%s:%d", scheme, name, port);
  return TRUE;
}

static gboolean
is_in_place (const char *url, const char *place)
{
  g_autofree char *its_origin = NULL;
  g_autofree char *its_path = NULL;
  g_autofree char *origin = NULL;
  g_autofree char *path = NULL;

  return split (url, &its_origin, &its_path) && split (place, &origin, &path)
         && g_str_equal (its_origin, origin) && g_str_has_prefix (its_path, path)
         && !has_dots (its_path);
}

/* Two signatures are an error to S3. */
static gboolean
is_signed (const char *url)
{
  return strstr (url, "X-Amz-Signature=") != NULL;
}

/* Whoever takes on a role is not who the key belongs to. */
static gboolean
has_key (const Livekit__S3Upload *s3)
{
  return *s3->access_key != '\0' && *s3->secret != '\0' && *s3->assume_role_arn == '\0';
}

char **
lk_egress_storage_sign (LkEgressStorage *self,
                        const LkEgressSigv4Request *request,
                        GDateTime *now,
                        GError **error)
{
  g_autofree char *place = get_place (self, error);
  g_autoptr (GDateTime) clock = now != NULL ? g_date_time_ref (now) : g_date_time_new_now_utc ();
  const Livekit__S3Upload *s3;
  const char *region;

  if (place == NULL)
    return NULL;
  if (lk_egress_storage_get_provider (self) != LK_EGRESS_STORAGE_PROVIDER_S3)
    return g_new0 (char *, 1);

  s3 = (const Livekit__S3Upload *)lk_egress_message_peek_values (
      lk_egress_message_get_child (LK_EGRESS_MESSAGE (self), "s3"));
  region = lk_egress_message_text (s3->region);
  if (!has_key (s3) || is_signed (request->url) || !is_in_place (request->url, place))
    return g_new0 (char *, 1);

  return lk_egress_sigv4_sign (
      &(const LkEgressSigv4Key){
          .access_key = s3->access_key,
          .secret = s3->secret,
          .session_token = lk_egress_message_text (s3->session_token),
          .region = region != NULL ? region : "us-east-1",
          .service = "s3",
      },
      request, clock, error);
}

/**
 * lk_egress_storage_sign_get:
 * @self: a storage
 * @url: the address of an object, as it will be asked for
 * @now: (nullable): the time of the request, %NULL for that of the clock
 * @error: return location for an error
 *
 * Gets the headers that a GET of an object of a private bucket needs: a signature of version 4 with
 * the key of an S3 storage. They are for this address alone, and are valid for 15 minutes before
 * and after @now. `Range` and other headers can be sent beside them.
 *
 * Nothing is signed, and the result is empty, if
 *
 * - @url is not below the address of the bucket ([method@Storage.get_object_url]): scheme, host,
 * port and bucket must be those of the storage, whoever named the address. A storage whose endpoint
 *   does not say `http` is signed for over `https` only;
 * - @url has a signature already;
 * - the storage has no key, or it has a role: the worker takes that on, and the key is not the one
 *   that may read. Make another storage with the temporary key of the role, which has a
 *   [property@S3Storage:session-token];
 * - the storage is of another kind than S3, whose objects can be read without a signature or not at
 *   all.
 *
 * The headers hold no secret that could sign anything else, but whoever sees them can read the
 * object for a quarter of an hour: they do not belong in logs.
 *
 * A storage without a bucket or with other mistakes, and keys with characters that no key has, are
 * %G_IO_ERROR_INVALID_ARGUMENT.
 *
 * Returns: (transfer full): names and values of headers in turn, ended by %NULL; or %NULL on error
 * Since: 1.0
 */
char **
lk_egress_storage_sign_get (LkEgressStorage *self, const char *url, GDateTime *now, GError **error)
{
  const LkEgressSigv4Request request
      = { .method = "GET", .url = url, .payload_hash = LK_EGRESS_SIGV4_EMPTY_PAYLOAD };

  g_return_val_if_fail (LK_EGRESS_IS_STORAGE (self), NULL);
  g_return_val_if_fail (url != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return lk_egress_storage_sign (self, &request, now, error);
}
