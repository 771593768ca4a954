/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

#include <string.h>

#include "lk-egress-json-private.h"

/* R38. The server opens a storage when there is something to write, so a fault here costs the whole
 * recording. No value of a storage is ever shown. */

/* One storage of the request. path says where it is, as outputs[0].storage.s3. */
typedef struct
{
  LkEgressValidation *validation;
  const char *path;
} Place;

static void
fault (const Place *place, LkEgressValidationError code, const char *member, const char *sentence)
{
  g_autofree char *field = g_strconcat (place->path, ".", member, NULL);

  lk_egress_validation_fault (place->validation, code, field, NULL, "%s", sentence);
}

static void
warn (const Place *place, const char *member, const char *sentence)
{
  g_autofree char *field = g_strconcat (place->path, ".", member, NULL);

  lk_egress_validation_warn (place->validation, field, "%s", sentence);
}

static gboolean
is_set (const char *text)
{
  return *text != '\0';
}

static void
need (const Place *place, const char *member, const char *value, const char *sentence)
{
  if (!is_set (value))
    fault (place, LK_EGRESS_VALIDATION_ERROR_MISSING, member, sentence);
}

static void
check_bucket (const Place *place, const char *member, const char *bucket)
{
  need (place, member, bucket, "There is nowhere to store to; name the bucket or container");

  /* Access points of Amazon are named by an ARN. */
  if (strpbrk (bucket, "/:") != NULL && !g_str_has_prefix (bucket, "arn:"))
    fault (place, LK_EGRESS_VALIDATION_ERROR_INVALID, member,
           "This is more than a name; give the name alone, and folders in the names of the files");
}

static gboolean
has_scheme (const char *url, const char *const *schemes)
{
  g_autofree char *scheme = g_uri_parse_scheme (url);

  return scheme != NULL && strstr (url, "://") != NULL && g_strv_contains (schemes, scheme);
}

static void
check_proxy (const Place *place, const Livekit__ProxyConfig *proxy)
{
  static const char *const schemes[] = { "http", "https", "socks5", "socks5h", NULL };

  if (proxy == NULL)
    return;

  need (place, "proxy.url", proxy->url, "The proxy has no address; give one, or take it out");
  if (is_set (proxy->url) && !has_scheme (proxy->url, schemes))
    fault (place, LK_EGRESS_VALIDATION_ERROR_INVALID, "proxy.url",
           "This is no address of a proxy; write http://host:port");

  if (is_set (proxy->username) != is_set (proxy->password))
    fault (place, LK_EGRESS_VALIDATION_ERROR_CONFLICT,
           is_set (proxy->username) ? "proxy.password" : "proxy.username",
           "The worker uses neither a name nor a password without the other; give both or none");
}

static void
check_s3_keys (const Place *place, const Livekit__S3Upload *s3)
{
  gboolean has_keys = is_set (s3->access_key) && is_set (s3->secret);

  if (is_set (s3->access_key) != is_set (s3->secret))
    fault (place, LK_EGRESS_VALIDATION_ERROR_MISSING,
           is_set (s3->access_key) ? "secret" : "access_key",
           "The worker uses neither of access_key and secret without the other; give both, or none "
           "for its own identity");

  if (is_set (s3->session_token) && !has_keys)
    fault (place, LK_EGRESS_VALIDATION_ERROR_CONFLICT, "session_token",
           "The token is part of a temporary key; give access_key and secret with it");

  if (is_set (s3->assume_role_external_id) && !is_set (s3->assume_role_arn))
    fault (place, LK_EGRESS_VALIDATION_ERROR_MISSING, "assume_role_arn",
           "An external id is used only with a role; name the role, or take the id out");

  if (is_set (s3->assume_role_arn) && !is_set (s3->access_key))
    warn (
        place, "assume_role_arn",
        "Without keys of your own the worker must be set up for it, else the server says "
        "\"S3 upload using AssumeRole is disabled for this account\"; give access_key and secret");
}

/* Services whose buckets are hosts, too. */
static gboolean
has_bucket_hosts (const char *host)
{
  static const char *const domains[]
      = { ".amazonaws.com",          ".amazonaws.com.cn", ".backblazeb2.com",
          ".digitaloceanspaces.com", ".wasabisys.com",    ".r2.cloudflarestorage.com" };

  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      if (g_str_has_suffix (host, domains[i]))
        return TRUE;
    }

  return FALSE;
}

/* W3 */
static void
check_s3_endpoint (const Place *place, const Livekit__S3Upload *s3)
{
  static const char *const schemes[] = { "http", "https", NULL };
  g_autoptr (GUri) uri = g_uri_parse (s3->endpoint, G_URI_FLAGS_PARSE_RELAXED, NULL);
  g_autofree char *label = g_strconcat (s3->bucket, ".", NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (strstr (s3->endpoint, "://") == NULL)
    {
      warn (place, "endpoint",
            "There is no scheme in front, which not all workers take; write "
            "https://host");
      return;
    }
  if (!has_scheme (s3->endpoint, schemes) || host == NULL || !is_set (host))
    {
      fault (place, LK_EGRESS_VALIDATION_ERROR_INVALID, "endpoint",
             "This is no http or https address; write https://host");
      return;
    }

  if (g_str_equal (g_uri_get_scheme (uri), "http"))
    warn (place, "endpoint",
          "Recordings are sent without encryption; use https if the service can");
  if (is_set (s3->bucket) && g_str_has_prefix (host, label))
    warn (place, "endpoint",
          "The address begins with the bucket, which the worker puts in front again; give that of "
          "the service");
  else if (!s3->force_path_style && !has_bucket_hosts (host))
    warn (place, "force_path_style",
          "With an endpoint of its own the bucket becomes part of the host name, which not all "
          "services take; set it if yours does not");
}

static void
check_s3_region (const Place *place, const Livekit__S3Upload *s3)
{
  if (!is_set (s3->region) && !is_set (s3->endpoint))
    warn (place, "region",
          "The worker has to ask for the region, for which the key needs s3:GetBucketLocation; "
          "name the region");

  /* As in s3.eu-west-1.amazonaws.com; the plain s3.amazonaws.com and s3-accelerate name none. */
  if (is_set (s3->region) && strstr (s3->endpoint, ".amazonaws.com") != NULL
      && strstr (s3->endpoint, "s3.amazonaws.com") == NULL
      && strstr (s3->endpoint, "s3-accelerate.") == NULL
      && strstr (s3->endpoint, s3->region) == NULL)
    warn (place, "region",
          "The endpoint is that of another region; let both name the same, or leave the endpoint "
          "out");
}

static void
check_s3 (const Place *place, const Livekit__S3Upload *s3)
{
  check_bucket (place, "bucket", s3->bucket);
  check_s3_keys (place, s3);
  if (is_set (s3->endpoint))
    check_s3_endpoint (place, s3);
  check_s3_region (place, s3);
  check_proxy (place, s3->proxy);
}

static gboolean
has_text (const LkEgressJson *object, const char *member)
{
  const char *text = lk_egress_json_find_string (object, member);

  return text != NULL && is_set (text);
}

static const char *
find_credentials_fault (const char *credentials)
{
  g_autoptr (LkEgressJson) object = lk_egress_json_parse (credentials, -1, NULL);

  if (!lk_egress_json_is (object, LK_EGRESS_JSON_KIND_OBJECT))
    return "This is no JSON object; give the text of the key file of a service account, not its "
           "name";

  if (g_strcmp0 (lk_egress_json_find_string (object, "type"), "service_account") != 0)
    return "The worker takes nothing but the key of a service account, whose type is "
           "\"service_account\"; give one";
  if (!has_text (object, "client_email") || !has_text (object, "private_key"))
    return "The key of the service account has no client_email or no private_key; give the whole "
           "text of the key file";

  return NULL;
}

static void
check_gcp (const Place *place, const Livekit__GCPUpload *gcp)
{
  const char *sentence
      = is_set (gcp->credentials) ? find_credentials_fault (gcp->credentials) : NULL;

  check_bucket (place, "bucket", gcp->bucket);
  if (sentence != NULL)
    fault (place, LK_EGRESS_VALIDATION_ERROR_INVALID, "credentials", sentence);
  check_proxy (place, gcp->proxy);
}

/* As the worker decodes it, to which line ends are nothing. */
static gboolean
is_base64 (const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  g_autofree char *joined = g_strjoinv ("", lines);

  return strlen (joined) % 4 == 0
         && g_regex_match_simple ("^[A-Za-z0-9+/]+={0,2}$", joined, G_REGEX_DOLLAR_ENDONLY, 0);
}

static void
check_azure (const Place *place, const Livekit__AzureBlobUpload *azure)
{
  need (place, "account_name", azure->account_name, "There is no account; name it");
  need (place, "account_key", azure->account_key,
        "There is no key, and the worker has none of its own; give one of the account");
  if (is_set (azure->account_key) && !is_base64 (azure->account_key))
    fault (place, LK_EGRESS_VALIDATION_ERROR_INVALID, "account_key",
           "The key is not in base64; copy it whole, without spaces");
  check_bucket (place, "container_name", azure->container_name);
}

static void
check_ali_oss (const Place *place, const Livekit__AliOSSUpload *oss)
{
  need (place, "access_key", oss->access_key, "There is no key; give one");
  need (place, "secret", oss->secret, "The key has no secret; give it");
  need (place, "endpoint", oss->endpoint,
        "There is no endpoint, which the worker does not derive from the region; give it");
  check_bucket (place, "bucket", oss->bucket);
}

static void
check_provider (LkEgressValidation *self, const char *path, const Livekit__StorageConfig *storage)
{
  const ProtobufCFieldDescriptor *provider = protobuf_c_message_descriptor_get_field (
      &livekit__storage_config__descriptor, storage->provider_case);
  g_autofree char *full_path = NULL;
  Place place = { self, NULL };

  if (provider == NULL)
    return;

  place.path = full_path = g_strconcat (path, ".", provider->name, NULL);
  switch (storage->provider_case)
    {
    case LIVEKIT__STORAGE_CONFIG__PROVIDER_S3:
      check_s3 (&place, storage->s3);
      break;
    case LIVEKIT__STORAGE_CONFIG__PROVIDER_GCP:
      check_gcp (&place, storage->gcp);
      break;
    case LIVEKIT__STORAGE_CONFIG__PROVIDER_AZURE:
      check_azure (&place, storage->azure);
      break;
    case LIVEKIT__STORAGE_CONFIG__PROVIDER_ALI_OSS:
      check_ali_oss (&place, storage->alioss);
      break;
    default:
      break;
    }
}

/* R17: which storage is used. Segments and images have a place for one that is left over from the
 * older requests. */
static void
check_place (LkEgressValidation *self, size_t index)
{
  const Livekit__Output *output = self->request->outputs[index];
  const ProtobufCFieldDescriptor *provider = NULL;
  g_autofree char *field = NULL;

  if (output->config_case == LIVEKIT__OUTPUT__CONFIG_SEGMENTS)
    provider = protobuf_c_message_descriptor_get_field (&livekit__segmented_file_output__descriptor,
                                                        output->segments->output_case);
  else if (output->config_case == LIVEKIT__OUTPUT__CONFIG_IMAGES)
    provider = protobuf_c_message_descriptor_get_field (&livekit__image_output__descriptor,
                                                        output->images->output_case);
  if (provider == NULL)
    return;

  field = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "].%s.%s", index,
                           output->config_case == LIVEKIT__OUTPUT__CONFIG_IMAGES ? "images"
                                                                                 : "segments",
                           provider->name);
  lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, field, NULL,
                              "This is where the older requests have their storage, and the server "
                              "does not look here; set outputs[%" G_GSIZE_FORMAT "].storage",
                              index);
}

static void
check_empty (LkEgressValidation *self, size_t index)
{
  const Livekit__Output *output = self->request->outputs[index];
  g_autofree char *field = lk_egress_validation_output_path (index, "storage");

  if (output->storage != NULL && self->request->storage != NULL
      && output->storage->provider_case == LIVEKIT__STORAGE_CONFIG__PROVIDER__NOT_SET)
    lk_egress_validation_warn (self, field,
                               "It is empty and still comes before the storage of the request, so "
                               "the server's own is used; leave it out, or choose one");
}

static void
check_storages (LkEgressValidation *self)
{
  if (self->request->storage != NULL)
    check_provider (self, "storage", self->request->storage);

  for (size_t i = 0; i < self->request->n_outputs; i++)
    {
      g_autofree char *path = lk_egress_validation_output_path (i, "storage");

      check_place (self, i);
      check_empty (self, i);
      if (self->request->outputs[i]->storage != NULL)
        check_provider (self, path, self->request->outputs[i]->storage);
    }
}

const LkEgressValidationRule lk_egress_validation_storage_rules[] = { check_storages, NULL };
