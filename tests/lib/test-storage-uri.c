/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "lk-test-storage.h"

#define assert_made lk_test_storage_assert_made
#define assert_refused lk_test_storage_assert_refused

#define SHOWN                                                                                       \
  "The storage address holds credentials, which lists of processes and logs would show: leave them" \
  " out and set "
#define S3_VARIABLES "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
#define BAD_BUCKET                                                                                 \
  "The name of the bucket in the storage address has other characters than letters, digits, '-',"  \
  " '_' and '.': only the name belongs between \"s3://\" and the next '/'"
#define BAD_FOLDER                                                                                 \
  "The folder in the storage address is no text: each '%' in it begins two hexadecimal digits, as" \
  " %20 for a blank, and together they are UTF-8"
#define S3_OPTIONS                                                                                 \
  " is no option of a storage address of s3://, which has region, endpoint, path-style, profile"

#define INVALID G_IO_ERROR_INVALID_ARGUMENT
#define MISSING G_IO_ERROR_NOT_FOUND
#define UNSUPPORTED G_IO_ERROR_NOT_SUPPORTED

static void
test_folder (void)
{
  static const char b[] = "{\"s3\":{\"bucket\":\"b\"}}";

  lk_test_storage_clear_environment ();
  assert_made ("s3://b", b, NULL);
  assert_made ("S3://b/", b, NULL);
  assert_made ("s3://b///", b, NULL);
  assert_made ("s3://b?", b, NULL);
  assert_made ("s3://b/?&&", b, NULL);
  assert_made ("s3://b/a", b, "a");
  assert_made ("s3://b//a//b/", b, "a/b");
  assert_made ("s3://b/a%20b/%C3%A4%2fc", b, "a b/\xc3\xa4/c");
  assert_made ("s3://b/{room_name}/a:b@c+d=e&f", b, "{room_name}/a:b@c+d=e&f");
  assert_made ("s3://b/a%3Fb%23c", b, "a?b#c");
  assert_made ("s3://b/..a/.b", b, "..a/.b");
  assert_made ("s3://My_bucket.v1-x", "{\"s3\":{\"bucket\":\"My_bucket.v1-x\"}}", NULL);
}

static void
test_bad_address (void)
{
  static const struct
  {
    const char *uri;
    const char *message;
  } rows[] = {
    { "", "A storage address begins with s3://, gs://, azure:// or oss://; this one does not" },
    { "s3:/b",
      "A storage address begins with s3://, gs://, azure:// or oss://; this one does not" },
    { "https://" LK_TEST_SECRET,
      "A storage address begins with s3://, gs://, azure:// or oss://; this one does not" },
    { "s3://", "The storage address names no bucket: write s3://BUCKET/FOLDER" },
    { "s3:///a", "The storage address names no bucket: write s3://BUCKET/FOLDER" },
    { "s3://?region=x", "The storage address names no bucket: write s3://BUCKET/FOLDER" },
    { "azure:///a", "The storage address names no container: write azure://CONTAINER/FOLDER" },
    { "s3://b:9000/a", BAD_BUCKET },
    { "s3://$b", BAD_BUCKET },
    { "s3://AKIA:Hush1hush+hush/HUSH@b/a", BAD_BUCKET },
    { "s3://b%20c", BAD_BUCKET },
    { "s3://b c", BAD_BUCKET },
    { "s3://b\n", BAD_BUCKET },
    { "s3://AKIA:hush@b/a", SHOWN S3_VARIABLES },
    { "gs://hush@b/a", SHOWN "GOOGLE_APPLICATION_CREDENTIALS" },
    { "azure://hush@c", SHOWN "AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY, or"
                              " AZURE_STORAGE_CONNECTION_STRING" },
    { "oss://a:b@c", SHOWN "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET" },
    { "s3://b/a#c", "The storage address has a '#' in it: write it as %23" },
    { "s3://b/%", BAD_FOLDER },
    { "s3://b/%zz", BAD_FOLDER },
    { "s3://b/a%00", BAD_FOLDER },
    { "s3://b/a%0a", BAD_FOLDER },
    { "s3://b/%ff", BAD_FOLDER },
    { "s3://b/\xff", BAD_FOLDER },
    { "s3://b/a/../c",
      "The folder in the storage address has \"..\" in it: write the path from the top of the"
      " storage" },
    { "s3://b/%2e/c",
      "The folder in the storage address has \".\" in it: write the path from the top of the"
      " storage" },

    { "s3://b?secret=" LK_TEST_SECRET, SHOWN S3_VARIABLES },
    { "s3://b?access-key=x", SHOWN S3_VARIABLES },
    { "s3://b?aws_Session_Token=x", SHOWN S3_VARIABLES },
    { "s3://b?external-id=x", SHOWN S3_VARIABLES },
    { "azure://c?sig=x", SHOWN "AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY, or"
                               " AZURE_STORAGE_CONNECTION_STRING" },
    { "s3://b?Region=x", "Region" S3_OPTIONS },
    { "s3://b?regoin=" LK_TEST_SECRET, "regoin" S3_OPTIONS },
    { "s3://b?region=x&colour=blue", "colour" S3_OPTIONS },
    { "s3://b?Hush1hush", "What stands after the '?'" S3_OPTIONS },
    { "s3://b?AKIA23456=x", "What stands after the '?'" S3_OPTIONS },
    { "s3://b?=x", "What stands after the '?'" S3_OPTIONS },
    { "s3://b?%zz=x", "What stands after the '?'" S3_OPTIONS },
    { "gs://b?region=x", "region is no option of a storage address of gs://, which has none" },
    { "azure://c?region=x",
      "region is no option of a storage address of azure://, which has account" },
    { "oss://b?profile=x",
      "profile is no option of a storage address of oss://, which has region, endpoint" },
    { "s3://b?region", "The option region of the storage address has no value: write region=VALUE"
                       " or leave it out" },
    { "s3://b?region=", "The option region of the storage address has no value: write region=VALUE"
                        " or leave it out" },
    { "s3://b?region=%zz", "The option region of the storage address is no text: each '%' in it"
                           " begins two hexadecimal digits" },
    { "s3://b?region=x&region=y", "The option region stands twice in the storage address" },
    { "s3://b?region=a%20b",
      "The option region is no region: it has letters, digits and dashes, such as eu-central-1" },
    { "s3://b?region=evil.example.com/",
      "The option region is no region: it has letters, digits and dashes, such as eu-central-1" },
    { "s3://b?path-style=maybe", "The option path-style is either true or false" },
  };
  g_autofree char *folder = g_strnfill (8192, 'a');
  g_autofree char *too_long = g_strconcat ("s3://b/", folder, NULL);

  lk_test_storage_clear_environment ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *shown = g_strescape (rows[i].uri, NULL);

      g_test_message ("%s", shown);
      assert_refused (rows[i].uri, INVALID, rows[i].message);
    }

  assert_refused (too_long, INVALID, "The storage address has more than 8192 bytes");
  too_long[8192] = '\0';
  assert_made (too_long, "{\"s3\":{\"bucket\":\"b\"}}", too_long + strlen ("s3://b/"));
}

#define NO_ENDPOINT                                                                                \
  " is no address of a storage service: write http:// or https:// and the host, such as"           \
  " https://storage.example.com, without user, query and fragment"

static void
test_endpoint (void)
{
  static const char *const bad[]
      = { "minio:9000",    "minio",          "ftp://h",      "https://",   "http:///p",
          "http://u:p@h/", "http://h?a%3db", "http://h%23f", "http://h:x", "http://[" };

  lk_test_storage_clear_environment ();
  assert_made ("s3://b?endpoint=http://minio:9000",
               "{\"s3\":{\"endpoint\":\"http://minio:9000\",\"bucket\":\"b\","
               "\"force_path_style\":true}}",
               NULL);
  assert_made ("s3://b?endpoint=https%3A%2F%2Fh%2Fs3%2F%2F&path-style=false",
               "{\"s3\":{\"endpoint\":\"https://h/s3\",\"bucket\":\"b\"}}", NULL);
  assert_made ("s3://b?path-style=true", "{\"s3\":{\"bucket\":\"b\",\"force_path_style\":true}}",
               NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *uri = g_strconcat ("s3://b?endpoint=", bad[i], NULL);

      g_test_message ("%s", uri);
      assert_refused (uri, INVALID, "The option endpoint" NO_ENDPOINT);
    }
  assert_refused ("s3://b?endpoint=http://a%20b", INVALID,
                  "The option endpoint has a blank, a line end or another character in it that"
                  " does not belong there: give the value alone");
}

#define KEY_FILE                                                                                   \
  "{\"type\":\"service_account\",\"client_email\":\"r@p\",\"private_key\":\"" LK_TEST_SECRET "\"}"
#define KEY_FILE_IN_JSON                                                                           \
  "{\"gcp\":{\"credentials\":\"{\\\"type\\\":\\\"service_account\\\",\\\"client_email\\\":"        \
  "\\\"r@p\\\",\\\"private_key\\\":\\\"" LK_TEST_SECRET "\\\"}\",\"bucket\":\"b\"}}"

static void
test_gcp (void)
{
  static const char none[] = "{\"gcp\":{\"bucket\":\"b\"}}";
  g_autofree char *key = lk_test_storage_write ("key.json", KEY_FILE, -1);
  g_autofree char *login = lk_test_storage_write (
      "login.json", "{\"type\":\"authorized_user\",\"refresh_token\":\"" LK_TEST_SECRET "\"}", -1);
  g_autofree char *message = NULL;

  lk_test_storage_clear_environment ();
  assert_made ("gs://b/x", none, "x");

  g_setenv ("GOOGLE_APPLICATION_CREDENTIALS", key, TRUE);
  assert_made ("gs://b", KEY_FILE_IN_JSON, NULL);

  g_setenv ("GOOGLE_APPLICATION_CREDENTIALS", login, TRUE);
  message = g_strconcat ("GOOGLE_APPLICATION_CREDENTIALS: ", login,
                         ": It holds credentials of the type \"authorized_user\", but servers take"
                         " the key of a service account only: create a JSON key for one in the"
                         " Google Cloud console",
                         NULL);
  assert_refused ("gs://b", G_IO_ERROR_INVALID_DATA, message);

  g_setenv ("GOOGLE_APPLICATION_CREDENTIALS", "", TRUE);
  assert_made ("gs://b", none, NULL);
}

/* What the gcloud tool writes is mostly a login, which nobody asked to be used. */
static void
test_gcloud_file (void)
{
  static const char none[] = "{\"gcp\":{\"bucket\":\"b\"}}";
  static const char *const of_no_use[] = { "{\"type\":\"authorized_user\"}", "{", "" };
  static const char path[] = ".config/gcloud/application_default_credentials.json";
  g_autofree char *other = NULL;

  lk_test_storage_clear_environment ();
  for (guint i = 0; i < G_N_ELEMENTS (of_no_use); i++)
    {
      g_free (lk_test_storage_write (path, of_no_use[i], -1));
      assert_made ("gs://b", none, NULL);
    }

  g_free (lk_test_storage_write (path, KEY_FILE, -1));
  assert_made ("gs://b", KEY_FILE_IN_JSON, NULL);

  other = g_build_filename (g_get_home_dir (), "other", NULL);
  g_setenv ("CLOUDSDK_CONFIG", other, TRUE);
  assert_made ("gs://b", none, NULL);
  g_free (lk_test_storage_write ("other/application_default_credentials.json", KEY_FILE, -1));
  assert_made ("gs://b", KEY_FILE_IN_JSON, NULL);
}

#define AZURE(ACCOUNT, KEY)                                                                        \
  "{\"azure\":{\"account_name\":\"" ACCOUNT "\",\"account_key\":\"" KEY                            \
  "\",\"container_name\":\"c\"}}"
#define CONNECTION "AZURE_STORAGE_CONNECTION_STRING"

static void
test_azure (void)
{
  lk_test_storage_clear_environment ();
  assert_refused ("azure://c", MISSING,
                  "There is no Azure storage account: set AZURE_STORAGE_ACCOUNT and"
                  " AZURE_STORAGE_KEY, or " CONNECTION);
  assert_refused ("azure://c?account=one", MISSING,
                  "The option account names a storage account without a key: set AZURE_STORAGE_KEY"
                  " to it");
  assert_refused ("azure://c?account=one.evil.example", INVALID,
                  "The option account is no name of a storage account: it has small letters and"
                  " digits only");

  g_setenv ("AZURE_STORAGE_KEY", "a2V5==", TRUE);
  assert_made ("azure://c/x?account=one", AZURE ("one", "a2V5=="), "x");

  g_setenv ("AZURE_STORAGE_ACCOUNT", "two", TRUE);
  assert_made ("azure://c", AZURE ("two", "a2V5=="), NULL);
  assert_made ("azure://c?account=two", AZURE ("two", "a2V5=="), NULL);

  /* The key is that of the other account. */
  assert_refused ("azure://c?account=one", MISSING,
                  "The option account names a storage account without a key: set AZURE_STORAGE_KEY"
                  " to it and AZURE_STORAGE_ACCOUNT to the account");

  g_setenv ("AZURE_STORAGE_KEY", LK_TEST_SECRET "\n", TRUE);
  assert_refused ("azure://c", INVALID,
                  "AZURE_STORAGE_KEY has a blank, a line end or another character in it that does"
                  " not belong there: give the value alone");
}

static void
test_azure_connection (void)
{
  static const char foreign[] = CONNECTION
      " is for another host than ACCOUNT.blob.core.windows.net, and servers know no other";

  lk_test_storage_clear_environment ();
  g_setenv (CONNECTION,
            "DefaultEndpointsProtocol=https;AccountName=one;AccountKey=a2V5==;EndpointSuffix=core"
            ".windows.net",
            TRUE);
  assert_made ("azure://c", AZURE ("one", "a2V5=="), NULL);
  assert_made ("azure://c?account=one", AZURE ("one", "a2V5=="), NULL);

  /* It goes before the other variables, which are there for another account. */
  g_setenv ("AZURE_STORAGE_ACCOUNT", "two", TRUE);
  g_setenv ("AZURE_STORAGE_KEY", "dHdv", TRUE);
  assert_made ("azure://c", AZURE ("one", "a2V5=="), NULL);
  assert_made ("azure://c?account=two", AZURE ("two", "dHdv"), NULL);
  assert_refused ("azure://c?account=three", MISSING,
                  "The option account names a storage account without a key: set AZURE_STORAGE_KEY"
                  " to it and AZURE_STORAGE_ACCOUNT to the account");

  /* The container of a static site. */
  assert_made ("azure://$web/a",
               "{\"azure\":{\"account_name\":\"one\",\"account_key\":\"a2V5==\","
               "\"container_name\":\"$web\"}}",
               "a");

  g_setenv (CONNECTION, " accountname=one ; ACCOUNTKEY=a2V5;;x", TRUE);
  assert_made ("azure://c", AZURE ("one", "a2V5"), NULL);
  g_setenv (CONNECTION,
            "AccountName=one;AccountKey=a2V5;BlobEndpoint=https://one.blob.core.windows.net/",
            TRUE);
  assert_made ("azure://c", AZURE ("one", "a2V5"), NULL);

  g_setenv (CONNECTION, "AccountName=one;AccountKey=a2V5;EndpointSuffix=core.chinacloudapi.cn",
            TRUE);
  assert_refused ("azure://c", UNSUPPORTED, foreign);
  g_setenv (CONNECTION, "AccountName=one;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:10000/one",
            TRUE);
  assert_refused ("azure://c", UNSUPPORTED, foreign);

  g_setenv (CONNECTION, "UseDevelopmentStorage=true", TRUE);
  assert_refused ("azure://c", MISSING,
                  CONNECTION " has no AccountName, and servers take no other credentials than an"
                             " account with its key: copy the connection string of an access key");
  g_setenv (CONNECTION, "AccountName=one;SharedAccessSignature=sig=" LK_TEST_SECRET, TRUE);
  assert_refused ("azure://c", MISSING,
                  CONNECTION " has no AccountKey, and servers take no other credentials than an"
                             " account with its key: copy the connection string of an access key");
  g_setenv (CONNECTION, "AccountName=O/ne;AccountKey=a2V5", TRUE);
  assert_refused ("azure://c", INVALID,
                  "AccountName in " CONNECTION " is no name of a storage account: it has small"
                  " letters and digits only");
}

#define OSS(REGION, ENDPOINT)                                                                      \
  "{\"aliOSS\":{\"access_key\":\"id\",\"secret\":\"" LK_TEST_SECRET "\"," REGION                   \
  "\"endpoint\":\"" ENDPOINT "\",\"bucket\":\"b\"}}"

static void
test_oss (void)
{
  static const char no_place[]
      = "Servers do not find out where a bucket of Alibaba Cloud OSS is: add ?region=REGION to the"
        " storage address, or set OSS_REGION or OSS_ENDPOINT";

  lk_test_storage_clear_environment ();
  assert_refused ("oss://b?region=cn-beijing", MISSING,
                  "There is no key for Alibaba Cloud OSS: set ALIBABA_CLOUD_ACCESS_KEY_ID and"
                  " ALIBABA_CLOUD_ACCESS_KEY_SECRET");
  g_setenv ("OSS_ACCESS_KEY_SECRET", LK_TEST_SECRET, TRUE);
  assert_refused ("oss://b", MISSING,
                  "OSS_ACCESS_KEY_SECRET is set but OSS_ACCESS_KEY_ID is not: set it to the key of"
                  " that secret");
  g_setenv ("OSS_ACCESS_KEY_ID", "id", TRUE);
  assert_refused ("oss://b", MISSING, no_place);

  assert_made ("oss://b/x?region=cn-beijing",
               OSS ("\"region\":\"cn-beijing\",", "https://oss-cn-beijing.aliyuncs.com"), "x");
  assert_made ("oss://b?endpoint=oss-cn-beijing-internal.aliyuncs.com",
               OSS ("", "https://oss-cn-beijing-internal.aliyuncs.com"), NULL);
  assert_made ("oss://b?endpoint=http://h&region=cn-beijing",
               OSS ("\"region\":\"cn-beijing\",", "http://h"), NULL);
  assert_refused ("oss://b?endpoint=a:b:c", INVALID, "The option endpoint" NO_ENDPOINT);
  assert_refused ("oss://b?region=x.evil.example", INVALID,
                  "The option region is no region: it has letters, digits and dashes, such as"
                  " eu-central-1");

  g_setenv ("OSS_REGION", "cn-hangzhou", TRUE);
  assert_made ("oss://b",
               OSS ("\"region\":\"cn-hangzhou\",", "https://oss-cn-hangzhou.aliyuncs.com"), NULL);
  g_setenv ("OSS_ENDPOINT", "oss.example.com", TRUE);
  assert_made ("oss://b", OSS ("\"region\":\"cn-hangzhou\",", "https://oss.example.com"), NULL);
  assert_made ("oss://b?region=cn-beijing",
               OSS ("\"region\":\"cn-beijing\",", "https://oss-cn-beijing.aliyuncs.com"), NULL);
  g_setenv ("OSS_ENDPOINT", "ftp://x", TRUE);
  assert_refused ("oss://b", INVALID, "OSS_ENDPOINT" NO_ENDPOINT);

  g_setenv ("OSS_SESSION_TOKEN", LK_TEST_SECRET, TRUE);
  assert_refused ("oss://b", UNSUPPORTED,
                  "OSS_SESSION_TOKEN says that the key in OSS_ACCESS_KEY_ID is a temporary one, and"
                  " the API has no place for the token: use the key of a RAM user");

  /* The other set goes first, as a whole. */
  g_setenv ("ALIBABA_CLOUD_ACCESS_KEY_ID", "other", TRUE);
  assert_refused ("oss://b", MISSING,
                  "ALIBABA_CLOUD_ACCESS_KEY_ID is set but ALIBABA_CLOUD_ACCESS_KEY_SECRET is not:"
                  " set it to the secret of that key");
  g_setenv ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret", TRUE);
  assert_made ("oss://b?region=r&endpoint=h",
               "{\"aliOSS\":{\"access_key\":\"other\",\"secret\":\"secret\",\"region\":\"r\","
               "\"endpoint\":\"https://h\",\"bucket\":\"b\"}}",
               NULL);
}

static void
test_mutations (void)
{
  static const char *const addresses[] = {
    "s3://AKIA:" LK_TEST_SECRET "@b/f?region=eu-1",
    "s3://b/a%20b/{room_name}?region=eu-1&endpoint=https%3A%2F%2Fh&path-style=true",
    "gs://b/a%C3%A4/c",
    "azure://c/a?account=one",
    "oss://b/a?region=eu-1&endpoint=h",
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (20240607);
  guint made = 0, refused = 0;

  lk_test_storage_clear_environment ();
  g_setenv ("AZURE_STORAGE_KEY", "a2V5", TRUE);
  g_setenv ("OSS_ACCESS_KEY_ID", "id", TRUE);
  g_setenv ("OSS_ACCESS_KEY_SECRET", "secret", TRUE);

  for (guint i = 0; i < 5000; i++)
    {
      const char *address = addresses[i % G_N_ELEMENTS (addresses)];
      gsize kept = i % 2 == 0 ? strcspn (address, ":") + strlen ("://") : 0;
      g_autofree char *start = g_strndup (address, kept);
      g_autofree char *rest = lk_test_storage_mutate (random, address + kept);
      g_autofree char *uri = g_strconcat (start, rest, NULL);
      g_autofree char *folder = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressStorage) storage = lk_egress_storage_new_from_uri (uri, &folder, &error);

      if (storage == NULL)
        {
          refused++;
          g_assert_nonnull (error);
          g_assert_null (folder);
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
          g_assert_null (strstr (error->message, "ush"));
          continue;
        }

      made++;
      g_assert_no_error (error);
      g_assert_cmpint (lk_egress_storage_get_provider (storage), !=,
                       LK_EGRESS_STORAGE_PROVIDER_NONE);
      g_assert_true (folder == NULL || g_utf8_validate (folder, -1, NULL));
    }

  g_test_message ("%u made, %u refused", made, refused);
  g_assert_cmpuint (made, >, 200);
  g_assert_cmpuint (refused, >, 1000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/storage-uri/folder", test_folder);
  g_test_add_func ("/storage-uri/bad-address", test_bad_address);
  g_test_add_func ("/storage-uri/endpoint", test_endpoint);
  g_test_add_func ("/storage-uri/gcp", test_gcp);
  g_test_add_func ("/storage-uri/gcloud-file", test_gcloud_file);
  g_test_add_func ("/storage-uri/azure", test_azure);
  g_test_add_func ("/storage-uri/azure-connection", test_azure_connection);
  g_test_add_func ("/storage-uri/oss", test_oss);
  g_test_add_func ("/storage-uri/mutations", test_mutations);

  return g_test_run ();
}
