/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "validation-rows.h"

#define STORED(name, ...)                                                                          \
  "{" BOTH ",\"storage\":{" __VA_ARGS__ "}," OUTPUTS ("{\"file\":{\"filepath\":\"" name "\"}}") "}"
#define S3_KEYS "\"access_key\":\"AK\",\"secret\":\"hush\""
#define S3(...) STORED ("a.mp4", "\"s3\":{\"bucket\":\"b\"," __VA_ARGS__ "}")
#define S3_AT(endpoint, ...) S3 (S3_KEYS ",\"endpoint\":\"" endpoint "\"" __VA_ARGS__)
#define PATH_STYLE ",\"force_path_style\":true"
#define PROXY(...) S3 (S3_KEYS ",\"region\":\"r\",\"proxy\":{" __VA_ARGS__ "}")
#define GCP(...) STORED ("a.mp4", "\"gcp\":{\"bucket\":\"b\"" __VA_ARGS__ "}")
#define CREDENTIALS(text) GCP (",\"credentials\":\"" text "\"")
#define AZURE(name, key, container)                                                                \
  STORED ("a.mp4", "\"azure\":{\"account_name\":\"" name "\",\"account_key\":\"" key               \
                   "\",\"container_name\":\"" container "\"}")
#define OSS(key, secret, endpoint, bucket)                                                         \
  STORED ("a.mp4", "\"aliOSS\":{\"access_key\":\"" key "\",\"secret\":\"" secret                   \
                   "\",\"endpoint\":\"" endpoint "\",\"bucket\":\"" bucket "\"}")
#define WEBHOOK(...) "{" BOTH "," OUTPUTS (A_FILE) ",\"webhooks\":[{" __VA_ARGS__ "}]}"

const ValidationRow validation_storage_rows[] = {
  GOOD ("R17",
        "{" BOTH "," OUTPUTS ("{\"segments\":{},\"storage\":{\"gcp\":{\"bucket\":\"b\"}}},"
                              "{\"images\":{},\"storage\":{}}") "}"),
  FAILS ("R17",
         CONFLICT,
         "outputs[0].segments.s3",
         NOT_CHECKED,
         "{" BOTH "," OUTPUTS ("{\"segments\":{\"s3\":{\"bucket\":\"b\"}}}") "}"),
  FAILS ("R17",
         CONFLICT,
         "outputs[1].images.aliOSS",
         NOT_CHECKED,
         "{" BOTH "," OUTPUTS (A_FILE ",{\"images\":{\"aliOSS\":{\"bucket\":\"b\"}}}") "}"),
  WARNS ("R17",
         "outputs[0].storage",
         "It is empty",
         "{" BOTH
         ",\"storage\":{\"gcp\":{\"bucket\":\"b\"}}," OUTPUTS ("{\"file\":{},\"storage\":{}}") "}"),

  GOOD ("R38", S3 (S3_KEYS ",\"region\":\"r\"")),
  GOOD ("R38", S3 ("\"region\":\"r\"")),
  GOOD ("R38",
        S3 (S3_KEYS ",\"region\":\"r\",\"session_token\":\"t\",\"assume_role_arn\":\"a\","
                    "\"assume_role_external_id\":\"e\"")),
  FAILS ("R38",
         MISSING,
         "storage.s3.bucket",
         NOT_CHECKED,
         STORED ("a", "\"s3\":{\"region\":\"r\"}")),
  FAILS ("R38",
         INVALID,
         "storage.s3.bucket",
         NOT_CHECKED,
         STORED ("a", "\"s3\":{\"bucket\":\"s3://b\",\"region\":\"r\"}")),
  GOOD ("R38",
        STORED ("a",
                "\"s3\":{\"bucket\":\"arn:aws:s3:eu-west-1:1:accesspoint/a\",\"region\":"
                "\"eu-west-1\"}")),
  FAILS ("R38", MISSING, "storage.s3.secret", NOT_CHECKED, S3 ("\"access_key\":\"AK\"")),
  FAILS ("R38", MISSING, "storage.s3.access_key", NOT_CHECKED, S3 ("\"secret\":\"hush\"")),
  FAILS ("R38", CONFLICT, "storage.s3.session_token", NOT_CHECKED, S3 ("\"session_token\":\"t\"")),
  FAILS ("R38",
         MISSING,
         "storage.s3.assume_role_arn",
         NOT_CHECKED,
         S3 ("\"assume_role_external_id\":\"e\"")),
  FAILS ("R38",
         MISSING,
         "outputs[0].storage.s3.bucket",
         NOT_CHECKED,
         "{" BOTH "," OUTPUTS ("{\"file\":{},\"storage\":{\"s3\":{}}}") "}"),
  WARNS ("R38",
         "storage.s3.assume_role_arn",
         "S3 upload using AssumeRole is disabled for this account",
         S3 ("\"region\":\"r\",\"assume_role_arn\":\"a\"")),
  WARNS ("R38", "storage.s3.region", "s3:GetBucketLocation", S3 (S3_KEYS)),

  GOOD ("R38", PROXY ("\"url\":\"http://p:3128\",\"username\":\"u\",\"password\":\"hush\"")),
  GOOD ("R38", PROXY ("\"url\":\"socks5://p:1080\"")),
  FAILS ("R38", MISSING, "storage.s3.proxy.url", NOT_CHECKED, PROXY ("")),
  FAILS ("R38", INVALID, "storage.s3.proxy.url", NOT_CHECKED, PROXY ("\"url\":\"p:3128\"")),
  FAILS ("R38",
         CONFLICT,
         "storage.s3.proxy.password",
         NOT_CHECKED,
         PROXY ("\"url\":\"http://p\",\"username\":\"u\"")),
  FAILS ("R38",
         CONFLICT,
         "storage.s3.proxy.username",
         NOT_CHECKED,
         PROXY ("\"url\":\"http://p\",\"password\":\"hush\"")),

  GOOD ("R38", GCP ("")),
  GOOD ("R38",
        CREDENTIALS ("{\\\"type\\\":\\\"service_account\\\",\\\"client_email\\\":\\\"e\\\","
                     "\\\"private_key\\\":\\\"hush\\\"}")),
  FAILS ("R38", MISSING, "storage.gcp.bucket", NOT_CHECKED, STORED ("a", "\"gcp\":{}")),
  FAILS ("R38", INVALID, "storage.gcp.credentials", NOT_CHECKED, CREDENTIALS ("/etc/key.json")),
  FAILS ("R38", INVALID, "storage.gcp.credentials", NOT_CHECKED, CREDENTIALS ("[]")),
  FAILS ("R38", INVALID, "storage.gcp.credentials", NOT_CHECKED, CREDENTIALS ("{}")),
  FAILS ("R38",
         INVALID,
         "storage.gcp.credentials",
         NOT_CHECKED,
         CREDENTIALS ("{\\\"type\\\":\\\"authorized_user\\\"}")),
  FAILS ("R38",
         INVALID,
         "storage.gcp.credentials",
         NOT_CHECKED,
         CREDENTIALS ("{\\\"type\\\":\\\"service_account\\\",\\\"client_email\\\":1,"
                      "\\\"private_key\\\":\\\"hush\\\"}")),
  FAILS ("R38",
         INVALID,
         "storage.gcp.credentials",
         NOT_CHECKED,
         CREDENTIALS ("{\\\"type\\\":\\\"service_account\\\",\\\"client_email\\\":\\\"e\\\"}")),
  FAILS ("R38", MISSING, "storage.gcp.proxy.url", NOT_CHECKED, GCP (",\"proxy\":{}")),

  GOOD ("R38", AZURE ("n", "aHVzaA==", "c")),
  GOOD ("R38", AZURE ("n", "aHVz\\r\\naA==\\n", "$web")),
  FAILS ("R38", MISSING, "storage.azure.account_name", NOT_CHECKED, AZURE ("", "aHVzaA==", "c")),
  FAILS ("R38", MISSING, "storage.azure.account_key", NOT_CHECKED, AZURE ("n", "", "c")),
  FAILS ("R38", INVALID, "storage.azure.account_key", NOT_CHECKED, AZURE ("n", "aHVzaA", "c")),
  FAILS ("R38", INVALID, "storage.azure.account_key", NOT_CHECKED, AZURE ("n", "aH:zaA==", "c")),
  FAILS ("R38", INVALID, "storage.azure.account_key", NOT_CHECKED, AZURE ("n", "aHVz aA==", "c")),
  FAILS ("R38", INVALID, "storage.azure.account_key", NOT_CHECKED, AZURE ("n", "\\n", "c")),
  FAILS ("R38", MISSING, "storage.azure.container_name", NOT_CHECKED, AZURE ("n", "aHVzaA==", "")),
  FAILS ("R38",
         INVALID,
         "storage.azure.container_name",
         NOT_CHECKED,
         AZURE ("n", "aHVzaA==", "c/d")),

  GOOD ("R38", OSS ("k", "hush", "oss-cn.aliyuncs.com", "b")),
  FAILS ("R38", MISSING, "storage.aliOSS.access_key", NOT_CHECKED, OSS ("", "hush", "e", "b")),
  FAILS ("R38", MISSING, "storage.aliOSS.secret", NOT_CHECKED, OSS ("k", "", "e", "b")),
  FAILS ("R38", MISSING, "storage.aliOSS.endpoint", NOT_CHECKED, OSS ("k", "hush", "", "b")),
  FAILS ("R38", MISSING, "storage.aliOSS.bucket", NOT_CHECKED, OSS ("k", "hush", "e", "")),

  GOOD ("W2", STORED ("x/a.mp4", "\"gcp\":{\"bucket\":\"b\"}")),
  GOOD ("W2", "{" BOTH "," OUTPUTS ("{\"file\":{\"filepath\":\"/out/a.mp4\"}}") "}"),
  GOOD ("W2", "{" BOTH "," OUTPUTS ("{\"file\":{\"filepath\":\"/out/a.mp4\"},\"storage\":{}}") "}"),
  WARNS ("W2",
         "outputs[0].file.filepath",
         "slash at the start",
         STORED ("/a.mp4", "\"gcp\":{\"bucket\":\"b\"}")),
  WARNS ("W2",
         "outputs[0].images.filename_prefix",
         "slash at the start",
         "{" BOTH "," OUTPUTS ("{\"images\":{\"filename_prefix\":\"/i\"},\"storage\":{\"gcp\":"
                               "{\"bucket\":\"b\"}}}") "}"),

  GOOD ("W3", S3_AT ("https://minio:9000", PATH_STYLE)),
  GOOD ("W3", S3_AT ("https://s3.eu-west-1.amazonaws.com", PATH_STYLE ",\"region\":\"eu-west-1\"")),
  GOOD ("W3", S3_AT ("https://s3.amazonaws.com", PATH_STYLE ",\"region\":\"eu-west-1\"")),
  FAILS ("W3", INVALID, "storage.s3.endpoint", NOT_CHECKED, S3_AT ("ftp://h", PATH_STYLE)),
  FAILS ("W3", INVALID, "storage.s3.endpoint", NOT_CHECKED, S3_AT ("https:///x", PATH_STYLE)),
  GOOD ("W3", S3_AT ("https://s3.eu-west-1.amazonaws.com", ",\"region\":\"eu-west-1\"")),
  GOOD ("W3", S3_AT ("https://s3-accelerate.amazonaws.com", ",\"region\":\"us-west-2\"")),
  GOOD ("W3", S3_AT ("https://nyc3.digitaloceanspaces.com", ",\"region\":\"nyc3\"")),
  GOOD ("W3", S3_AT ("https://a.r2.cloudflarestorage.com", ",\"region\":\"auto\"")),
  WARNS ("W3",
         "storage.s3.force_path_style",
         "host name",
         S3_AT ("https://amazonaws.com.example", ",\"region\":\"r\"")),
  WARNS ("W3", "storage.s3.endpoint", "no scheme", S3_AT ("minio:9000", PATH_STYLE)),
  WARNS ("W3",
         "storage.s3.endpoint",
         "without encryption",
         S3_AT ("http://minio:9000", PATH_STYLE)),
  WARNS ("W3", "storage.s3.endpoint", "begins with the bucket", S3_AT ("https://b.s3.example")),
  WARNS ("W3", "storage.s3.force_path_style", "host name", S3_AT ("https://minio:9000")),
  WARNS ("W3",
         "storage.s3.region",
         "another region",
         S3_AT ("https://s3.eu-west-1.amazonaws.com", PATH_STYLE ",\"region\":\"us-east-1\"")),

  GOOD ("W4", WEBHOOK ("\"url\":\"https://h/hook\",\"signing_key\":\"APIabcdefghijk\"")),
  WARNS ("W4",
         "webhooks[0].signing_key",
         "looks like a secret",
         WEBHOOK ("\"url\":\"https://h/hook\",\"signing_key\":"
                  "\"hushhushhushhushhushhushhushhush\"")),

  GOOD ("W5", WEBHOOK ("\"url\":\"http://h/hook\"")),
  FAILS ("W5", MISSING, "webhooks[0].url", NOT_CHECKED, WEBHOOK ("\"signing_key\":\"k\"")),
  FAILS ("W5", INVALID, "webhooks[0].url", NOT_CHECKED, WEBHOOK ("\"url\":\"h/hook\"")),

  { NULL },
};
