/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "lk-test-storage.h"

#define INVALID_KEY                                                                                \
  "The name of the object is empty or has \".\" or \"..\" as a part: write it from the top of the" \
  " storage, such as live/play.m3u8"
#define INVALID_BUCKET                                                                             \
  "The name of the bucket in the storage has other characters than letters, digits, '-', '_' and"  \
  " '.': give the name alone"
#define NO_BUCKET "The storage names no bucket or container: set it"

static LkEgressStorage *
make (const char *json)
{
  g_autoptr (GError) error = NULL;
  LkEgressMessage *storage = lk_egress_message_new_from_json (LK_EGRESS_TYPE_STORAGE, json, &error);

  g_assert_no_error (error);
  return LK_EGRESS_STORAGE (storage);
}

static void
test_object_url (void)
{
  static const struct
  {
    const char *json;
    const char *place; /* where the key follows */
  } rows[] = {
    { "{\"s3\":{\"bucket\":\"rec\",\"region\":\"eu-central-1\"}}",
      "https://rec.s3.eu-central-1.amazonaws.com/" },
    { "{\"s3\":{\"bucket\":\"rec\"}}", "https://rec.s3.amazonaws.com/" },
    { "{\"s3\":{\"bucket\":\"rec\",\"region\":\"cn-north-1\"}}",
      "https://rec.s3.cn-north-1.amazonaws.com.cn/" },
    { "{\"s3\":{\"bucket\":\"rec\",\"region\":\"us-gov-west-1\"}}",
      "https://rec.s3.us-gov-west-1.amazonaws.com/" },
    { "{\"s3\":{\"bucket\":\"rec\",\"region\":\"eu-west-1\",\"force_path_style\":true}}",
      "https://s3.eu-west-1.amazonaws.com/rec/" },

    /* Names that no certificate is for, or no name server. */
    { "{\"s3\":{\"bucket\":\"my.rec\",\"region\":\"eu-west-1\"}}",
      "https://s3.eu-west-1.amazonaws.com/my.rec/" },
    { "{\"s3\":{\"bucket\":\"My_Rec\",\"region\":\"us-east-1\"}}",
      "https://s3.us-east-1.amazonaws.com/My_Rec/" },
    { "{\"s3\":{\"bucket\":\"-rec-\",\"region\":\"us-east-1\"}}",
      "https://s3.us-east-1.amazonaws.com/-rec-/" },

    /* Endpoints. */
    { "{\"s3\":{\"bucket\":\"rec\",\"endpoint\":\"https://s3.example.com\"}}",
      "https://rec.s3.example.com/" },
    { "{\"s3\":{\"bucket\":\"rec\",\"endpoint\":\"s3.example.com\"}}",
      "https://rec.s3.example.com/" },
    { "{\"s3\":{\"bucket\":\"rec\",\"endpoint\":\"http://minio:9000/\",\"force_path_style\":true}}",
      "http://minio:9000/rec/" },
    { "{\"s3\":{\"bucket\":\"rec\",\"endpoint\":\"https://h/s3/api/\",\"force_path_style\":true}}",
      "https://h/s3/api/rec/" },
    { "{\"s3\":{\"bucket\":\"rec\",\"endpoint\":\"http://127.0.0.1:7070\"}}",
      "http://127.0.0.1:7070/rec/" },
    { "{\"s3\":{\"bucket\":\"rec\",\"endpoint\":\"http://[::1]:7070\"}}",
      "http://[::1]:7070/rec/" },
    { "{\"s3\":{\"bucket\":\"rec\",\"endpoint\":\"https://acc.r2.cloudflarestorage.com\","
      "\"region\":\"auto\",\"force_path_style\":true}}",
      "https://acc.r2.cloudflarestorage.com/rec/" },

    { "{\"gcp\":{\"bucket\":\"rec\"}}", "https://rec.storage.googleapis.com/" },
    { "{\"gcp\":{\"bucket\":\"rec.example.com\"}}",
      "https://storage.googleapis.com/rec.example.com/" },
    { "{\"azure\":{\"account_name\":\"acc1\",\"container_name\":\"rec\"}}",
      "https://acc1.blob.core.windows.net/rec/" },
    { "{\"azure\":{\"account_name\":\"acc1\",\"container_name\":\"$web\"}}",
      "https://acc1.blob.core.windows.net/$web/" },
    { "{\"aliOSS\":{\"bucket\":\"rec\",\"endpoint\":\"https://oss-eu-central-1.aliyuncs.com\"}}",
      "https://rec.oss-eu-central-1.aliyuncs.com/" },
    { "{\"aliOSS\":{\"bucket\":\"rec\",\"endpoint\":\"oss-eu-central-1.aliyuncs.com\"}}",
      "https://rec.oss-eu-central-1.aliyuncs.com/" },
    { "{\"aliOSS\":{\"bucket\":\"rec\",\"region\":\"eu-central-1\"}}",
      "https://rec.oss-eu-central-1.aliyuncs.com/" },
    { "{\"aliOSS\":{\"bucket\":\"rec\",\"region\":\"oss-eu-central-1\"}}",
      "https://rec.oss-eu-central-1.aliyuncs.com/" },
  };
  static const struct
  {
    const char *key;
    const char *path;
  } keys[] = {
    { "live/play.m3u8", "live/play.m3u8" },
    { "/a//b/", "/a//b/" },
    { "a b+c%20/\xc3\xa4~*'..m3u8", "a%20b%2Bc%2520/%C3%A4~%2A%27..m3u8" },
    { "a?b#c&d=e:f@g", "a%3Fb%23c%26d%3De%3Af%40g" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LkEgressStorage) storage = make (rows[i].json);

      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *url = lk_egress_storage_get_object_url (storage, keys[k].key, &error);
          g_autofree char *expected = g_strconcat (rows[i].place, keys[k].path, NULL);

          g_assert_no_error (error);
          g_assert_cmpstr (url, ==, expected);
        }
    }
}

static void
test_no_object_url (void)
{
  static const struct
  {
    const char *json;
    const char *key;
    const char *message;
  } rows[] = {
    { "{\"s3\":{\"bucket\":\"rec\"}}", "", INVALID_KEY },
    { "{\"s3\":{\"bucket\":\"rec\"}}", "a/../b", INVALID_KEY },
    { "{\"s3\":{\"bucket\":\"rec\"}}", ".", INVALID_KEY },
    { "{}", "k", "The storage is empty: set one of s3, gcp, azure and ali-oss" },
    { "{\"s3\":{}}", "k", NO_BUCKET },
    { "{\"s3\":{\"bucket\":\"a/b\"}}", "k", INVALID_BUCKET },
    { "{\"s3\":{\"bucket\":\"arn:aws:s3:us-east-1:1:accesspoint/x\"}}", "k", INVALID_BUCKET },
    { "{\"s3\":{\"bucket\":\"b\",\"region\":\"evil.example/\"}}", "k",
      "The region of the storage is no region: it has letters, digits and dashes, such as"
      " eu-central-1" },
    { "{\"s3\":{\"bucket\":\"b\",\"endpoint\":\"ftp://h\"}}", "k",
      "The endpoint of the storage is no address of a storage service: write http:// or https://"
      " and the host, such as https://storage.example.com, without user, query and fragment" },
    { "{\"s3\":{\"bucket\":\"b\",\"endpoint\":\"https://u:p@h\"}}", "k",
      "The endpoint of the storage is no address of a storage service: write http:// or https://"
      " and the host, such as https://storage.example.com, without user, query and fragment" },
    { "{\"gcp\":{}}", "k", NO_BUCKET },
    { "{\"azure\":{\"account_name\":\"acc\"}}", "k", NO_BUCKET },
    { "{\"azure\":{\"container_name\":\"c\"}}", "k",
      "The storage account is none: it has small letters and digits alone" },
    { "{\"azure\":{\"container_name\":\"c\",\"account_name\":\"a.evil.example/\"}}", "k",
      "The storage account is none: it has small letters and digits alone" },
    { "{\"aliOSS\":{\"bucket\":\"b\"}}", "k",
      "The storage has no endpoint: set it, such as https://oss-eu-central-1.aliyuncs.com" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LkEgressStorage) storage = make (rows[i].json);
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_egress_storage_get_object_url (storage, rows[i].key, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (error->message, ==, rows[i].message);
      g_assert_null (lk_egress_storage_get_object_url (storage, rows[i].key, NULL));
    }
}

#define DOCUMENTED                                                                                 \
  "{\"s3\":{\"bucket\":\"examplebucket\",\"access_key\":\"AKIAIOSFODNN7EXAMPLE\","                 \
  "\"secret\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\",\"endpoint\":\"https://s3.amazonaws.com\"}}"

/* The signature is that of a few lines of Python's hmac. */
static void
test_sign_get (void)
{
  g_autoptr (LkEgressStorage) storage = make (DOCUMENTED);
  g_autoptr (GDateTime) now = g_date_time_new_utc (2013, 5, 24, 0, 0, 0);
  g_autofree char *url = lk_egress_storage_get_object_url (storage, "test.txt", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) headers = lk_egress_storage_sign_get (storage, url, now, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (url, ==, "https://examplebucket.s3.amazonaws.com/test.txt");
  g_assert_cmpuint (g_strv_length (headers), ==, 6);
  g_assert_cmpstr (headers[0], ==, "x-amz-date");
  g_assert_cmpstr (headers[1], ==, "20130524T000000Z");
  g_assert_cmpstr (headers[2], ==, "x-amz-content-sha256");
  g_assert_cmpstr (headers[3], ==,
                   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  g_assert_cmpstr (headers[4], ==, "Authorization");
  g_assert_cmpstr (headers[5], ==,
                   "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                   "aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="
                   "df548e2ce037944d03f3e68682813b093763996d597cf890ca3d9037fd231eb4");
}

static void
test_session_token (void)
{
  g_autoptr (LkEgressStorage) storage
      = make ("{\"s3\":{\"bucket\":\"rec\",\"region\":\"eu-west-1\",\"access_key\":\"ASIA\","
              "\"secret\":\"" LK_TEST_SECRET "\",\"session_token\":\"tok/en==\"}}");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) headers = lk_egress_storage_sign_get (
      storage, "https://rec.s3.eu-west-1.amazonaws.com/k", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (headers), ==, 8);
  g_assert_cmpstr (headers[4], ==, "x-amz-security-token");
  g_assert_cmpstr (headers[5], ==, "tok/en==");
  g_assert_nonnull (strstr (headers[7], "x-amz-date;x-amz-security-token,"));
  g_assert_nonnull (strstr (headers[7], "/eu-west-1/s3/aws4_request"));
  g_assert_null (strstr (headers[7], LK_TEST_SECRET));
}

#define KEY "\"access_key\":\"id\",\"secret\":\"" LK_TEST_SECRET "\""
#define OWN "{\"s3\":{\"bucket\":\"rec\",\"region\":\"eu-west-1\"," KEY "}}"
#define MINIO                                                                                      \
  "{\"s3\":{\"bucket\":\"rec\",\"endpoint\":\"http://minio:9000\",\"force_path_style\":true," KEY  \
  "}}"

/* Nothing is signed for anybody else, whatever a playlist names. */
static void
test_only_its_own (void)
{
  static const struct
  {
    const char *json;
    const char *url;
    gboolean is_signed;
  } rows[] = {
    { OWN, "https://rec.s3.eu-west-1.amazonaws.com/k", TRUE },
    { OWN, "https://rec.s3.eu-west-1.amazonaws.com:443/k?versionId=1", TRUE },
    { OWN, "HTTPS://REC.s3.EU-west-1.amazonaws.com/k", TRUE },
    { OWN, "http://rec.s3.eu-west-1.amazonaws.com/k", FALSE },
    { OWN, "https://rec.s3.eu-west-1.amazonaws.com:8443/k", FALSE },
    { OWN, "https://rec.s3.eu-west-1.amazonaws.com.evil.example/k", FALSE },
    { OWN, "https://evil.example/rec.s3.eu-west-1.amazonaws.com/k", FALSE },
    { OWN, "https://rec.s3.eu-west-1.amazonaws.com@evil.example/k", FALSE },
    { OWN, "https://user@rec.s3.eu-west-1.amazonaws.com/k", FALSE },
    { OWN, "https://evil.s3.eu-west-1.amazonaws.com/k", FALSE },
    { OWN, "https://rec.s3.eu-west-1.amazonaws.com/k?X-Amz-Signature=00", FALSE },
    { OWN, "//rec.s3.eu-west-1.amazonaws.com/k", FALSE },
    { OWN, "k", FALSE },
    { OWN, "", FALSE },

    { MINIO, "http://minio:9000/rec/k", TRUE },
    { MINIO, "http://minio:9000/r%65c/k", TRUE },
    { MINIO, "https://minio:9000/rec/k", FALSE },
    { MINIO, "http://minio/rec/k", FALSE },
    { MINIO, "http://minio:9000/other/k", FALSE },
    { MINIO, "http://minio:9000/recordings/k", FALSE },
    { MINIO, "http://minio:9000/rec/../other/k", FALSE },
    { MINIO, "http://minio:9000/rec/%2e%2E/other/k", FALSE },
    { MINIO, "http://minio:9000/rec/%2e./other/k", FALSE },

    { "{\"s3\":{\"bucket\":\"rec\",\"region\":\"eu-west-1\"}}",
      "https://rec.s3.eu-west-1.amazonaws.com/k", FALSE },
    { "{\"s3\":{\"bucket\":\"rec\",\"region\":\"eu-west-1\"," KEY
      ",\"assume_role_arn\":\"arn:x\"}}",
      "https://rec.s3.eu-west-1.amazonaws.com/k", FALSE },
    { "{\"gcp\":{\"bucket\":\"rec\"}}", "https://rec.storage.googleapis.com/k", FALSE },
    { "{\"azure\":{\"account_name\":\"acc\",\"account_key\":\"" LK_TEST_SECRET
      "\",\"container_name\":\"rec\"}}",
      "https://acc.blob.core.windows.net/rec/k", FALSE },
    { "{\"aliOSS\":{\"bucket\":\"rec\",\"region\":\"eu-central-1\"," KEY "}}",
      "https://rec.oss-eu-central-1.aliyuncs.com/k", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LkEgressStorage) storage = make (rows[i].json);
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) headers = lk_egress_storage_sign_get (storage, rows[i].url, NULL, &error);

      g_test_message ("%s", rows[i].url);
      g_assert_no_error (error);
      g_assert_nonnull (headers);
      g_assert_cmpuint (g_strv_length (headers), ==, rows[i].is_signed ? 6 : 0);
    }
}

static void
test_bad_keys (void)
{
  static const struct
  {
    const char *json;
    const char *message;
  } rows[] = {
    { "{\"s3\":{\"bucket\":\"rec\",\"access_key\":\"i\\r\\nd\",\"secret\":\"" LK_TEST_SECRET "\"}}",
      "The access key has a blank, a line end or another character in it that does not belong"
      " there: give the value alone" },
    { "{\"s3\":{" KEY "}}", NO_BUCKET },
    { "{}", "The storage is empty: set one of s3, gcp, azure and ali-oss" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LkEgressStorage) storage = make (rows[i].json);
      g_autoptr (GError) error = NULL;

      g_assert_null (
          lk_egress_storage_sign_get (storage, "https://rec.s3.amazonaws.com/k", NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (error->message, ==, rows[i].message);
    }
}

static void
test_answers (void)
{
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>"
  static const struct
  {
    guint status;
    const char *body;
    int code;
    const char *message;
  } rows[] = {
    { 404, XML "<Code>NoSuchKey</Code><Message>x</Message></Error>", G_IO_ERROR_NOT_FOUND,
      "The storage answered 404 NoSuchKey: it has no such object" },
    { 404, XML "<Code>NoSuchBucket</Code></Error>", G_IO_ERROR_INVALID_ARGUMENT,
      "The storage answered 404 NoSuchBucket: it has no such bucket: check the name of the bucket"
      " and the endpoint" },
    { 403, XML "<Code>SignatureDoesNotMatch</Code><StringToSign>" LK_TEST_SECRET,
      G_IO_ERROR_PERMISSION_DENIED,
      "The storage answered 403 SignatureDoesNotMatch: the signature is wrong: check that the"
      " secret belongs to the access key" },
    { 403, XML "<Code>InvalidAccessKeyId</Code>", G_IO_ERROR_PERMISSION_DENIED,
      "The storage answered 403 InvalidAccessKeyId: it does not know the access key: check the key"
      " and the endpoint" },
    { 403, XML "<Code>RequestTimeTooSkewed</Code>", G_IO_ERROR_PERMISSION_DENIED,
      "The storage answered 403 RequestTimeTooSkewed: the clocks differ by more than 15 minutes:"
      " set the clock of this machine" },
    { 400, XML "<Code>ExpiredToken</Code>", G_IO_ERROR_PERMISSION_DENIED,
      "The storage answered 400 ExpiredToken: the temporary key has expired: make a new one" },
    { 400, XML "<Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region>",
      G_IO_ERROR_INVALID_ARGUMENT,
      "The storage answered 400 AuthorizationHeaderMalformed: the request is signed for another"
      " region than that of the bucket: set the region eu-west-1" },
    { 503, XML "<Code>SlowDown</Code>", G_IO_ERROR_BUSY,
      "The storage answered 503 SlowDown: it cannot answer now: try again later" },

    /* What is no XML, or is cut off, or does not belong into a sentence. */
    { 404, NULL, G_IO_ERROR_NOT_FOUND, "The storage answered 404: it has no such object" },
    { 403, "<html>", G_IO_ERROR_PERMISSION_DENIED,
      "The storage answered 403: it lets nobody read the object with this key, or without one:"
      " give the key the right s3:GetObject" },
    { 500, XML "<Code>Inter", G_IO_ERROR_BUSY,
      "The storage answered 500: it cannot answer now: try again later" },
    { 418, XML "<Code>a b\n" LK_TEST_SECRET "</Code>", G_IO_ERROR_FAILED,
      "The storage answered 418: it refuses the request" },
    { 418, XML "<Code>a " LK_TEST_SECRET "</Code>", G_IO_ERROR_FAILED,
      "The storage answered 418: it refuses the request" },
    { 418, XML "<Code></Code>", G_IO_ERROR_FAILED,
      "The storage answered 418: it refuses the request" },
    { 418, XML "<Code>\xff</Code>", G_IO_ERROR_FAILED,
      "The storage answered 418: it refuses the request" },
    { 302, "", G_IO_ERROR_FAILED, "The storage answered 302: it refuses the request" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (lk_egress_storage_check_answer (rows[i].status, rows[i].body, &error));
      g_assert_cmpstr (error->message, ==, rows[i].message);
      g_assert_error (error, G_IO_ERROR, rows[i].code);
    }
  g_assert_true (lk_egress_storage_check_answer (200, XML "<Code>NoSuchKey</Code>", NULL));
  g_assert_true (lk_egress_storage_check_answer (206, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/storage-objects/object-url", test_object_url);
  g_test_add_func ("/storage-objects/no-object-url", test_no_object_url);
  g_test_add_func ("/storage-objects/sign-get", test_sign_get);
  g_test_add_func ("/storage-objects/session-token", test_session_token);
  g_test_add_func ("/storage-objects/only-its-own", test_only_its_own);
  g_test_add_func ("/storage-objects/bad-keys", test_bad_keys);
  g_test_add_func ("/storage-objects/answers", test_answers);

  return g_test_run ();
}
