/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "lk-egress-enum-types.h"
#include "lk-test-storage.h"

#define KEY_FILE                                                                                   \
  "{\"type\":\"service_account\",\"client_email\":\"r@p.iam.gserviceaccount.com\","                \
  "\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n" LK_TEST_SECRET "\\n\"}"

static void
assert_json (gpointer message, const char *expected)
{
  g_autofree char *json
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (message), LK_EGRESS_JSON_PROTO_NAMES);

  g_assert_cmpstr (json, ==, expected);
}

static void
test_provider (void)
{
  static const struct
  {
    const char *json;
    LkEgressStorageProvider provider;
    const char *nick;
  } rows[] = {
    { "{}", LK_EGRESS_STORAGE_PROVIDER_NONE, "none" },
    { "{\"s3\":{}}", LK_EGRESS_STORAGE_PROVIDER_S3, "s3" },
    { "{\"gcp\":{}}", LK_EGRESS_STORAGE_PROVIDER_GCP, "gcp" },
    { "{\"azure\":{}}", LK_EGRESS_STORAGE_PROVIDER_AZURE, "azure" },
    { "{\"aliOSS\":{\"bucket\":\"b\"}}", LK_EGRESS_STORAGE_PROVIDER_ALI_OSS, "ali-oss" },
  };
  g_autoptr (GEnumClass) class = g_type_class_ref (LK_EGRESS_TYPE_STORAGE_PROVIDER);

  g_assert_cmpuint (class->n_values, ==, G_N_ELEMENTS (rows));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressMessage) storage
          = lk_egress_message_new_from_json (LK_EGRESS_TYPE_STORAGE, rows[i].json, &error);

      g_assert_no_error (error);
      g_assert_cmpint (lk_egress_storage_get_provider (LK_EGRESS_STORAGE (storage)), ==,
                       rows[i].provider);
      g_assert_cmpstr (g_enum_get_value (class, rows[i].provider)->value_nick, ==, rows[i].nick);
    }
}

static void
test_constructors (void)
{
  g_autoptr (LkEgressS3Storage) minio
      = lk_egress_s3_storage_new_minio ("http://minio:9000", "b", "id", "secret");
  g_autoptr (LkEgressS3Storage) r2 = lk_egress_s3_storage_new_r2 ("acc", "b", "id", "secret");
  g_autoptr (LkEgressS3Storage) r2_eu = lk_egress_s3_storage_new_r2 ("acc.eu", "b", "id", "secret");
  g_autoptr (LkEgressS3Storage) role
      = lk_egress_s3_storage_new_assume_role ("b", "arn:aws:iam::1:role/r", "x");
  g_autoptr (LkEgressS3Storage) plain_role
      = lk_egress_s3_storage_new_assume_role ("b", "arn:aws:iam::1:role/r", NULL);
  g_autoptr (LkEgressAliOssStorage) oss
      = lk_egress_ali_oss_storage_new_for_region ("eu-central-1", "b", "id", "secret");
  g_autoptr (LkEgressAliOssStorage) same
      = lk_egress_ali_oss_storage_new_for_region ("oss-eu-central-1", "b", "id", "secret");
  g_autoptr (LkEgressStorage) storage = lk_egress_storage_new_s3 (minio);

  assert_json (minio, "{\"access_key\":\"id\",\"secret\":\"secret\",\"region\":\"us-east-1\","
                      "\"endpoint\":\"http://minio:9000\",\"bucket\":\"b\","
                      "\"force_path_style\":true}");
  assert_json (r2, "{\"access_key\":\"id\",\"secret\":\"secret\",\"region\":\"auto\",\"endpoint\":"
                   "\"https://acc.r2.cloudflarestorage.com\",\"bucket\":\"b\","
                   "\"force_path_style\":true}");
  assert_json (r2_eu, "{\"access_key\":\"id\",\"secret\":\"secret\",\"region\":\"auto\","
                      "\"endpoint\":\"https://acc.eu.r2.cloudflarestorage.com\",\"bucket\":\"b\","
                      "\"force_path_style\":true}");
  assert_json (role, "{\"bucket\":\"b\",\"assume_role_arn\":\"arn:aws:iam::1:role/r\","
                     "\"assume_role_external_id\":\"x\"}");
  assert_json (plain_role, "{\"bucket\":\"b\",\"assume_role_arn\":\"arn:aws:iam::1:role/r\"}");
  assert_json (oss, "{\"access_key\":\"id\",\"secret\":\"secret\",\"region\":\"eu-central-1\","
                    "\"endpoint\":\"https://oss-eu-central-1.aliyuncs.com\",\"bucket\":\"b\"}");
  g_assert_true (lk_egress_message_equal (LK_EGRESS_MESSAGE (oss), LK_EGRESS_MESSAGE (same)));
  g_assert_cmpint (lk_egress_storage_get_provider (storage), ==, LK_EGRESS_STORAGE_PROVIDER_S3);
}

/* The text is sent as it is, but for a byte order mark, which the server would not read. */
static void
test_gcp_file (void)
{
  static const char *const texts[] = { KEY_FILE, "\xef\xbb\xbf" KEY_FILE };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = lk_test_storage_write ("key.json", texts[i], -1);
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressGcpStorage) gcp = lk_egress_gcp_storage_new_from_file ("b", path, &error);
      g_autofree char *credentials = NULL;
      g_autofree char *bucket = NULL;

      g_assert_no_error (error);
      g_object_get (gcp, "credentials", &credentials, "bucket", &bucket, NULL);
      g_assert_cmpstr (credentials, ==, KEY_FILE);
      g_assert_cmpstr (bucket, ==, "b");
    }
}

static void
assert_no_gcp_file (const char *path, int code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *full_message = g_strconcat (path, ": ", message, NULL);

  g_assert_null (lk_egress_gcp_storage_new_from_file ("b", path, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_cmpstr (error->message, ==, full_message);
  g_assert_null (strstr (error->message, LK_TEST_SECRET));
}

#define CREATE                                                                                     \
  ", but servers take the key of a service account only: create a JSON key for one in the Google"  \
  " Cloud console"
#define UNKNOWN "It holds no Google credentials that are known" CREATE
#define NOTHING "the text ends where a value should be"

static void
test_bad_gcp_file (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } rows[] = {
    { "", "Not valid JSON at line 1, column 1: " NOTHING },
    { LK_TEST_SECRET, "Not valid JSON at line 1, column 1: expected a value" },
    { "{\"type\":\"service_account\",\"private_key\":\"" LK_TEST_SECRET,
      "Not valid JSON at line 1, column 61: a string has no end, or a control character that is"
      " not escaped" },
    { "[\"" LK_TEST_SECRET "\"]", UNKNOWN },
    { "null", UNKNOWN },
    { "{}", UNKNOWN },
    { "{\"type\":1}", UNKNOWN },
    { "{\"type\":null}", UNKNOWN },
    { "{\"type\":\"" LK_TEST_SECRET "\"}", UNKNOWN },
    { "{\"type\":\"authorized_user\",\"refresh_token\":\"" LK_TEST_SECRET "\"}",
      "It holds credentials of the type \"authorized_user\"" CREATE },
    { "{\"type\":\"external_account\"}",
      "It holds credentials of the type \"external_account\"" CREATE },
    { "{\"type\":\"service_account\",\"private_key\":\"" LK_TEST_SECRET "\"}",
      "The key of a service account in it has no client_email: download the file again" },
    { "{\"type\":\"service_account\",\"client_email\":\"a\",\"private_key\":\"\"}",
      "The key of a service account in it has no private_key: download the file again" },
    { "{\"type\":\"service_account\",\"client_email\":\"a\",\"private_key\":{}}",
      "The key of a service account in it has no private_key: download the file again" },
    { "\xff\xfe{\x01}", "It is no text in UTF-8" },
  };
  g_autofree char *huge = g_strnfill (64 * 1024 + 1, ' ');
  g_autofree char *path = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_free (path);
      path = lk_test_storage_write ("key.json", rows[i].text, -1);
      assert_no_gcp_file (path, G_IO_ERROR_INVALID_DATA, rows[i].message);
    }

  g_free (lk_test_storage_write ("key.json", "a\0b", 3));
  assert_no_gcp_file (path, G_IO_ERROR_INVALID_DATA, "It is no text in UTF-8");

  g_free (lk_test_storage_write ("key.json", huge, 64 * 1024));
  assert_no_gcp_file (path, G_IO_ERROR_INVALID_DATA,
                      "Not valid JSON at line 1, column 65537: " NOTHING);
  g_free (lk_test_storage_write ("key.json", huge, -1));
  assert_no_gcp_file (path, G_IO_ERROR_INVALID_DATA,
                      "It has more than 65536 bytes, too many for a file of its kind");

  assert_no_gcp_file (g_get_home_dir (), G_IO_ERROR_NOT_REGULAR_FILE, "It is no regular file");
  assert_no_gcp_file ("/dev/zero", G_IO_ERROR_NOT_REGULAR_FILE, "It is no regular file");
}

static void
test_no_gcp_file (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_gcp_storage_new_from_file ("b", "/nonexistent/key.json", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/nonexistent/key.json"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/storage/provider", test_provider);
  g_test_add_func ("/storage/constructors", test_constructors);
  g_test_add_func ("/storage/gcp-file", test_gcp_file);
  g_test_add_func ("/storage/bad-gcp-file", test_bad_gcp_file);
  g_test_add_func ("/storage/no-gcp-file", test_no_gcp_file);

  return g_test_run ();
}
