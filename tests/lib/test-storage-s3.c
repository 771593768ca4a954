/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE /* setresuid */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "lk-test-storage.h"

#define assert_made lk_test_storage_assert_made
#define assert_refused lk_test_storage_assert_refused

#define MISSING G_IO_ERROR_NOT_FOUND
#define UNSUPPORTED G_IO_ERROR_NOT_SUPPORTED
#define BAD_FILE G_IO_ERROR_INVALID_DATA

#define S3(MEMBERS) "{\"s3\":{" MEMBERS "}}"
#define KEY(ID, SECRET) "\"access_key\":\"" ID "\",\"secret\":\"" SECRET "\","
#define BUCKET "\"bucket\":\"b\""

static void
write_credentials (const char *text)
{
  g_free (lk_test_storage_write (".aws/credentials", text, -1));
}

static void
write_config (const char *text)
{
  g_free (lk_test_storage_write (".aws/config", text, -1));
}

static void
test_variables (void)
{
  lk_test_storage_clear_environment ();
  assert_made ("s3://b", S3 (BUCKET), NULL);

  g_setenv ("AWS_ACCESS_KEY_ID", "AKIA", TRUE);
  assert_refused ("s3://b", MISSING,
                  "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not: set it to the secret"
                  " of that key");
  g_setenv ("AWS_SECRET_ACCESS_KEY", LK_TEST_SECRET, TRUE);
  assert_made ("s3://b", S3 (KEY ("AKIA", LK_TEST_SECRET) BUCKET), NULL);

  g_setenv ("AWS_SESSION_TOKEN", "tok", TRUE);
  g_setenv ("AWS_DEFAULT_REGION", "eu-1", TRUE);
  assert_made (
      "s3://b",
      S3 (KEY ("AKIA", LK_TEST_SECRET) "\"region\":\"eu-1\"," BUCKET ",\"session_token\":\"tok\""),
      NULL);
  g_unsetenv ("AWS_SESSION_TOKEN");
  g_setenv ("AWS_REGION", "eu-2", TRUE);
  assert_made ("s3://b", S3 (KEY ("AKIA", LK_TEST_SECRET) "\"region\":\"eu-2\"," BUCKET), NULL);
  assert_made ("s3://b?region=eu-3",
               S3 (KEY ("AKIA", LK_TEST_SECRET) "\"region\":\"eu-3\"," BUCKET), NULL);

  g_unsetenv ("AWS_ACCESS_KEY_ID");
  assert_refused ("s3://b", MISSING,
                  "AWS_SECRET_ACCESS_KEY is set but AWS_ACCESS_KEY_ID is not: set it to the key of"
                  " that secret");

  /* As files mounted from a store of secrets often end. */
  g_setenv ("AWS_ACCESS_KEY_ID", "AKIA", TRUE);
  g_setenv ("AWS_SECRET_ACCESS_KEY", LK_TEST_SECRET "\n", TRUE);
  assert_refused ("s3://b", G_IO_ERROR_INVALID_ARGUMENT,
                  "AWS_SECRET_ACCESS_KEY has a blank, a line end or another character in it that"
                  " does not belong there: give the value alone");
  g_setenv ("AWS_SECRET_ACCESS_KEY", LK_TEST_SECRET "\xff", TRUE);
  assert_refused ("s3://b", G_IO_ERROR_INVALID_ARGUMENT,
                  "AWS_SECRET_ACCESS_KEY has a blank, a line end or another character in it that"
                  " does not belong there: give the value alone");
  g_setenv ("AWS_SECRET_ACCESS_KEY", "s", TRUE);
  g_setenv ("AWS_SESSION_TOKEN", LK_TEST_SECRET " ", TRUE);
  assert_refused ("s3://b", G_IO_ERROR_INVALID_ARGUMENT,
                  "AWS_SESSION_TOKEN has a blank, a line end or another character in it that does"
                  " not belong there: give the value alone");
  g_unsetenv ("AWS_SESSION_TOKEN");
  g_setenv ("AWS_REGION", "eu 1", TRUE);
  assert_refused ("s3://b", G_IO_ERROR_INVALID_ARGUMENT,
                  "AWS_REGION is no region: it has letters, digits and dashes, such as"
                  " eu-central-1");
}

#define WITH_ENDPOINT(ENDPOINT)                                                                    \
  S3 ("\"endpoint\":\"" ENDPOINT "\"," BUCKET ",\"force_path_style\":true")

static void
test_endpoints (void)
{
  lk_test_storage_clear_environment ();
  write_config ("[default]\n"
                "endpoint_url = http://profile\n"
                "[profile svc]\n"
                "role_arn = r\n"
                "services = mine\n"
                "endpoint_url = http://profile\n"
                "[profile virtual]\n"
                "role_arn = r\n"
                "endpoint_url = http://profile\n"
                "s3 =\n"
                "    addressing_style = virtual\n"
                "[profile path]\n"
                "role_arn = r\n"
                "s3 =\n"
                "    addressing_style = path\n"
                "[profile ignoring]\n"
                "role_arn = r\n"
                "endpoint_url = http://profile\n"
                "ignore_configured_endpoint_urls = true\n"
                "[profile bad]\n"
                "role_arn = r\n"
                "endpoint_url = profile\n"
                "[services mine]\n"
                "sqs =\n"
                "  endpoint_url = http://sqs\n"
                "s3 = \n"
                "  endpoint_url = http://services/\n");

  assert_made ("s3://b", WITH_ENDPOINT ("http://profile"), NULL);
  assert_made ("s3://b?profile=svc",
               S3 ("\"endpoint\":\"http://services\"," BUCKET
                   ",\"force_path_style\":true,\"assume_role_arn\":\"r\""),
               NULL);
  assert_made ("s3://b?profile=virtual",
               S3 ("\"endpoint\":\"http://profile\"," BUCKET ",\"assume_role_arn\":\"r\""), NULL);
  assert_made ("s3://b?profile=virtual&path-style=true",
               S3 ("\"endpoint\":\"http://profile\"," BUCKET
                   ",\"force_path_style\":true,\"assume_role_arn\":\"r\""),
               NULL);
  assert_made ("s3://b?profile=path",
               S3 (BUCKET ",\"force_path_style\":true,\"assume_role_arn\":\"r\""), NULL);
  assert_made ("s3://b?profile=ignoring", S3 (BUCKET ",\"assume_role_arn\":\"r\""), NULL);
  assert_refused ("s3://b?profile=bad", G_IO_ERROR_INVALID_ARGUMENT,
                  "endpoint_url of the AWS profile bad is no address of a storage service: write"
                  " http:// or https:// and the host, such as https://storage.example.com, without"
                  " user, query and fragment");

  g_setenv ("AWS_ENDPOINT_URL", "http://all", TRUE);
  assert_made ("s3://b", WITH_ENDPOINT ("http://all"), NULL);
  g_setenv ("AWS_ENDPOINT_URL_S3", "http://s3", TRUE);
  assert_made ("s3://b", WITH_ENDPOINT ("http://s3"), NULL);
  assert_made ("s3://b?endpoint=http://option", WITH_ENDPOINT ("http://option"), NULL);

  g_setenv ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", TRUE);
  assert_made ("s3://b", S3 (BUCKET), NULL);
  assert_made ("s3://b?endpoint=http://option", WITH_ENDPOINT ("http://option"), NULL);
}

static void
test_profiles (void)
{
  lk_test_storage_clear_environment ();
  write_credentials ("\xef\xbb\xbf# mine\r\n"
                     "[default]\r\n"
                     "aws_access_key_id = DEF\r\n"
                     "aws_secret_access_key = def/+=\r\n"
                     "\r\n"
                     "[dev]\r\n"
                     "aws_access_key_id=DEV\r\n"
                     "aws_secret_access_key=" LK_TEST_SECRET "\r\n"
                     "aws_session_token=tok\r\n"
                     "[both]\r\n"
                     "aws_access_key_id=NEW\r\n"
                     "aws_secret_access_key=new\r\n"
                     "\r\n");
  write_config ("[default]\n"
                "region = eu-0\n"
                "[profile dev]\n"
                "region = eu-1\n"
                "[profile both]\n"
                "aws_access_key_id=OLD\n"
                "aws_secret_access_key=old\n"
                "aws_session_token=old\n"
                "[profile  \"two words\"]\n"
                "aws_access_key_id=TWO\n"
                "aws_secret_access_key=two\n");

  assert_made ("s3://b", S3 (KEY ("DEF", "def/+=") "\"region\":\"eu-0\"," BUCKET), NULL);
  assert_made (
      "s3://b?profile=dev",
      S3 (KEY ("DEV", LK_TEST_SECRET) "\"region\":\"eu-1\"," BUCKET ",\"session_token\":\"tok\""),
      NULL);
  assert_made ("s3://b?profile=both", S3 (KEY ("NEW", "new") BUCKET), NULL);
  assert_made ("s3://b?profile=two%20words", S3 (KEY ("TWO", "two") BUCKET), NULL);

  g_setenv ("AWS_DEFAULT_PROFILE", "both", TRUE);
  assert_made ("s3://b", S3 (KEY ("NEW", "new") BUCKET), NULL);
  g_setenv ("AWS_PROFILE", "dev", TRUE);
  assert_made (
      "s3://b",
      S3 (KEY ("DEV", LK_TEST_SECRET) "\"region\":\"eu-1\"," BUCKET ",\"session_token\":\"tok\""),
      NULL);

  /* The key of the variables goes before the profile in a variable, not before that of the address;
   * the other settings of the profile stay. */
  g_setenv ("AWS_ACCESS_KEY_ID", "ENV", TRUE);
  g_setenv ("AWS_SECRET_ACCESS_KEY", "env", TRUE);
  assert_made ("s3://b", S3 (KEY ("ENV", "env") "\"region\":\"eu-1\"," BUCKET), NULL);
  assert_made ("s3://b?profile=both", S3 (KEY ("NEW", "new") BUCKET), NULL);
}

/* A profile that was named has to be there. */
static void
test_missing_profile (void)
{
  g_autofree char *credentials = g_build_filename (g_get_home_dir (), ".aws", "credentials", NULL);
  g_autofree char *config = g_build_filename (g_get_home_dir (), ".aws", "config", NULL);
  g_autofree char *in_option = g_strdup_printf (
      "The option profile: There is no AWS profile naked: neither a section [naked] in %s nor"
      " [profile naked] in %s",
      credentials, config);
  g_autofree char *in_variable = g_strdup_printf (
      "AWS_PROFILE: There is no AWS profile dev: neither a section [dev] in %s nor [profile dev]"
      " in %s",
      credentials, config);

  lk_test_storage_clear_environment ();
  assert_refused ("s3://b?profile=naked", MISSING, in_option);
  write_config ("[naked]\naws_access_key_id=X\n");
  write_credentials ("[profile naked]\naws_access_key_id=X\n");
  assert_refused ("s3://b?profile=naked", MISSING, in_option);

  g_setenv ("AWS_PROFILE", "dev", TRUE);
  assert_refused ("s3://b", MISSING, in_variable);
  g_setenv ("AWS_PROFILE", "dev\xff", TRUE);
  assert_refused ("s3://b", G_IO_ERROR_INVALID_ARGUMENT, "AWS_PROFILE is no text in UTF-8");
}

static void
test_profile_without_key (void)
{
  lk_test_storage_clear_environment ();
  write_config ("[default]\nregion = eu-1\n[profile dev]\nregion = eu-2\n"
                "[profile half]\naws_access_key_id = AKIA\naws_secret_access_key =\n"
                "[profile blank]\naws_access_key_id = A B\naws_secret_access_key = s\n");

  assert_made ("s3://b", S3 ("\"region\":\"eu-1\"," BUCKET), NULL);
  assert_refused ("s3://b?profile=dev", MISSING,
                  "The AWS profile dev has no credentials: give it aws_access_key_id and"
                  " aws_secret_access_key");
  assert_refused ("s3://b?profile=half", MISSING,
                  "aws_access_key_id of the AWS profile half is set but aws_secret_access_key is"
                  " not: set it to the secret of that key");
  assert_refused ("s3://b?profile=blank", G_IO_ERROR_INVALID_ARGUMENT,
                  "aws_access_key_id of the AWS profile blank has a blank, a line end or another"
                  " character in it that does not belong there: give the value alone");
}

/* Credentials of kinds that end at this machine. */
static void
test_unportable (void)
{
  static const char *const settings[]
      = { "credential_process", "sso_session", "sso_start_url", "login_session" };

  lk_test_storage_clear_environment ();
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *config = g_strdup_printf (
          "[default]\n%s = " LK_TEST_SECRET "\n[profile dev]\n%s = x\n", settings[i], settings[i]);
      g_autofree char *message = g_strdup_printf (
          "The AWS profile default has %s, of which no credentials can be made here: set the"
          " variables that \"aws configure export-credentials --profile default --format env\""
          " prints",
          settings[i]);

      write_config (config);
      assert_refused ("s3://b", UNSUPPORTED, message);

      /* A key of another origin will do. */
      g_setenv ("AWS_ACCESS_KEY_ID", "ENV", TRUE);
      g_setenv ("AWS_SECRET_ACCESS_KEY", "env", TRUE);
      assert_made ("s3://b", S3 (KEY ("ENV", "env") BUCKET), NULL);
      lk_test_storage_clear_environment ();
    }
}

#define ROLE "arn:aws:iam::123456789012:role/r"
#define NO_SOURCE(PROFILE) "The credential_source of the AWS profile " PROFILE " is "

static void
test_roles (void)
{
  lk_test_storage_clear_environment ();
  write_credentials ("[base]\naws_access_key_id = BASE\naws_secret_access_key = base\n");
  write_config ("[profile r]\n"
                "role_arn = " ROLE "\n"
                "external_id = ext,1\n"
                "source_profile = base\n"
                "role_session_name = x\n"
                "region = eu-1\n"
                "[profile self]\n"
                "role_arn = " ROLE "\n"
                "source_profile = self\n"
                "aws_access_key_id = SELF\n"
                "aws_secret_access_key = self\n"
                "[profile own]\n"
                "role_arn = " ROLE "\n"
                "aws_access_key_id = OWN\n"
                "aws_secret_access_key = own\n"
                "[profile worker]\n"
                "role_arn = " ROLE "\n"
                "[profile env]\n"
                "role_arn = " ROLE "\n"
                "credential_source = Environment\n"
                "[profile machine]\n"
                "role_arn = " ROLE "\n"
                "credential_source = Ec2InstanceMetadata\n"
                "[profile chain]\n"
                "role_arn = " ROLE "\n"
                "source_profile = r\n"
                "[profile nothing]\n"
                "role_arn = " ROLE "\n"
                "source_profile = empty\n"
                "[profile empty]\n"
                "region = x\n"
                "[profile sso]\n"
                "sso_session = x\n"
                "[profile by-sso]\n"
                "role_arn = " ROLE "\n"
                "source_profile = sso\n"
                "[profile factor]\n"
                "role_arn = " ROLE "\n"
                "source_profile = base\n"
                "mfa_serial = arn:aws:iam::1:mfa/x\n"
                "[profile web]\n"
                "role_arn = " ROLE "\n"
                "web_identity_token_file = /x\n");

  assert_made ("s3://b?profile=r",
               S3 (KEY ("BASE", "base") "\"region\":\"eu-1\"," BUCKET ",\"assume_role_arn\":\"" ROLE
                                        "\",\"assume_role_external_id\":\"ext,1\""),
               NULL);
  assert_made ("s3://b?profile=self",
               S3 (KEY ("SELF", "self") BUCKET ",\"assume_role_arn\":\"" ROLE "\""), NULL);
  assert_made ("s3://b?profile=own",
               S3 (KEY ("OWN", "own") BUCKET ",\"assume_role_arn\":\"" ROLE "\""), NULL);
  assert_made ("s3://b?profile=worker", S3 (BUCKET ",\"assume_role_arn\":\"" ROLE "\""), NULL);

  assert_refused ("s3://b?profile=env", MISSING,
                  NO_SOURCE ("env") "Environment, but there is no key in it: set AWS_ACCESS_KEY_ID"
                                    " and AWS_SECRET_ACCESS_KEY");
  assert_refused ("s3://b?profile=machine", UNSUPPORTED,
                  NO_SOURCE ("machine") "the identity of this machine, which cannot be handed on to"
                                        " a server: name a source_profile with a key");
  assert_refused ("s3://b?profile=chain", UNSUPPORTED,
                  "The source_profile r of the AWS profile chain has a role too, and servers take"
                  " on one only: name a profile with a key");
  assert_refused ("s3://b?profile=nothing", MISSING,
                  "The AWS profile empty has no credentials: give it aws_access_key_id and"
                  " aws_secret_access_key");
  assert_refused ("s3://b?profile=by-sso", UNSUPPORTED,
                  "The AWS profile sso has sso_session, of which no credentials can be made here:"
                  " set the variables that \"aws configure export-credentials --profile sso"
                  " --format env\" prints");
  assert_refused ("s3://b?profile=factor", UNSUPPORTED,
                  "The AWS profile factor has mfa_serial, of which no credentials can be made here:"
                  " set the variables that \"aws configure export-credentials --profile factor"
                  " --format env\" prints");
  assert_refused ("s3://b?profile=web", UNSUPPORTED,
                  "The AWS profile web has web_identity_token_file, of which no credentials can be"
                  " made here: set the variables that \"aws configure export-credentials --profile"
                  " web --format env\" prints");

  g_setenv ("AWS_ACCESS_KEY_ID", "ENV", TRUE);
  g_setenv ("AWS_SECRET_ACCESS_KEY", "env", TRUE);
  assert_made ("s3://b?profile=env",
               S3 (KEY ("ENV", "env") BUCKET ",\"assume_role_arn\":\"" ROLE "\""), NULL);

  /* As with the tools: the key of the variables, and no role. */
  g_setenv ("AWS_PROFILE", "r", TRUE);
  assert_made ("s3://b", S3 (KEY ("ENV", "env") "\"region\":\"eu-1\"," BUCKET), NULL);
}

static void
test_named_files (void)
{
  g_autofree char *credentials = lk_test_storage_write (
      "elsewhere/keys", "[default]\naws_access_key_id=A\naws_secret_access_key=a\n", -1);
  g_autofree char *config = lk_test_storage_write ("elsewhere/config",
                                                   "[profile default]\nregion=eu-1\n[default]\n"
                                                   "region=eu-2\n",
                                                   -1);

  lk_test_storage_clear_environment ();
  write_credentials ("[default]\naws_access_key_id=B\naws_secret_access_key=b\n");
  g_setenv ("AWS_SHARED_CREDENTIALS_FILE", credentials, TRUE);
  g_setenv ("AWS_CONFIG_FILE", config, TRUE);
  assert_made ("s3://b", S3 (KEY ("A", "a") "\"region\":\"eu-1\"," BUCKET), NULL);

  g_setenv ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", TRUE);
  assert_made ("s3://b", S3 (KEY ("B", "b") "\"region\":\"eu-1\"," BUCKET), NULL);

  /* How people say that there is to be none. */
  g_setenv ("AWS_CONFIG_FILE", "/dev/null", TRUE);
  assert_made ("s3://b", S3 (KEY ("B", "b") BUCKET), NULL);
  g_setenv ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", TRUE);
  assert_made ("s3://b", S3 (BUCKET), NULL);
  g_setenv ("AWS_CONFIG_FILE", "/dev/zero", TRUE);
  assert_refused ("s3://b", G_IO_ERROR_NOT_REGULAR_FILE,
                  "AWS_CONFIG_FILE: /dev/zero: It is no regular file");
}

static void
assert_refused_in (const char *path, const char *prefix, int code, const char *text)
{
  g_autofree char *message = g_strconcat (prefix, path, ": ", text, NULL);

  assert_refused ("s3://b", code, message);
}

static void
test_bad_files (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } rows[] = {
    { "[default]\naws_access_key_id = A\n" LK_TEST_SECRET "\n",
      "Line 3 is neither a comment nor a setting: write NAME = VALUE" },
    { "[default\naws_access_key_id = A\n", "Line 1 begins a section that has no ']'" },
    { "\x89PNG\r\n\x1a\n", "It is no text in UTF-8" },
    { "[default]\n# M\xfcller\n", "It is no text in UTF-8" },
  };
  g_autofree char *path = g_build_filename (g_get_home_dir (), ".aws", "credentials", NULL);
  g_autofree char *config = g_build_filename (g_get_home_dir (), ".aws", "config", NULL);
  g_autofree char *huge = g_strnfill (1024 * 1024 + 1, '\n');

  lk_test_storage_clear_environment ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      write_credentials (rows[i].text);
      assert_refused_in (path, "", BAD_FILE, rows[i].message);
    }

  g_free (lk_test_storage_write (".aws/credentials", "[default]\0x", 11));
  assert_refused_in (path, "", BAD_FILE, "It is no text in UTF-8");

  write_credentials (huge);
  assert_refused_in (path, "", BAD_FILE,
                     "It has more than 1048576 bytes, too many for a file of its kind");
  huge[1024 * 1024] = '\0';
  write_credentials (huge);
  assert_made ("s3://b", S3 (BUCKET), NULL);

  /* A mistake elsewhere in the file does no harm. */
  write_credentials ("[other]\nnothing\n[default]\naws_access_key_id=A\naws_secret_access_key=a\n");
  assert_made ("s3://b", S3 (KEY ("A", "a") BUCKET), NULL);

  /* Or in what a profile names. */
  write_config ("[default]\nservices = mine\n");
  assert_refused_in (config, "", BAD_FILE,
                     "There is no section [services mine], which the AWS profile default names");
  write_config ("[default]\nservices = mine\n[services mine]\ns3 =\n  endpoint_url\n");
  assert_refused_in (config, "", BAD_FILE,
                     "Line 5 is neither a comment nor a setting: write NAME = VALUE");

  g_setenv ("AWS_CONFIG_FILE", g_get_home_dir (), TRUE);
  assert_refused_in (g_get_home_dir (), "AWS_CONFIG_FILE: ", G_IO_ERROR_NOT_REGULAR_FILE,
                     "It is no regular file");
}

static void
assert_unreadable (int code, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_storage_new_from_uri ("s3://b", NULL, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

/* A file that the environment names must be there; the usual one need not be. */
static void
test_unreadable_files (void)
{
  lk_test_storage_clear_environment ();
  g_setenv ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/keys", TRUE);
  assert_unreadable (G_IO_ERROR_NOT_FOUND, "AWS_SHARED_CREDENTIALS_FILE: ");
  assert_unreadable (G_IO_ERROR_NOT_FOUND, "/nonexistent/keys");

  g_unsetenv ("AWS_SHARED_CREDENTIALS_FILE");
  assert_made ("s3://b", S3 (BUCKET), NULL);

  /* Part of the way to it is a file. */
  g_free (lk_test_storage_write (".aws", "", 0));
  assert_made ("s3://b", S3 (BUCKET), NULL);
}

/* Root may read everything, so for a while it is nobody, who gets the files. */
#define NOBODY 65534

static void
give_to_nobody (const char *folder, const char *path)
{
  const char *const given[] = { g_get_home_dir (), folder, path };
  char *end;
  g_autofree char *parent = g_strdup (g_get_home_dir ());

  /* Its folders, up to that of all temporary ones, which is one of this test in later GLib. */
  while ((end = strrchr (parent, '/')) != NULL
         && strlen (g_get_tmp_dir ()) <= (gsize)(end - parent))
    {
      GStatBuf status;

      *end = '\0';
      g_assert_no_errno (g_stat (parent, &status));
      if ((status.st_mode & S_IXOTH) == 0)
        g_assert_no_errno (g_chmod (parent, 0711));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (given); i++)
    g_assert_no_errno (chown (given[i], NOBODY, -1));
}

static void
test_forbidden_files (void)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), ".aws", NULL);
  g_autofree char *path = g_build_filename (folder, "credentials", NULL);
  gboolean is_root = geteuid () == 0;

  lk_test_storage_clear_environment ();
  write_credentials ("[default]\naws_access_key_id=A\naws_secret_access_key=a\n");
  g_assert_no_errno (g_chmod (path, 0));
  if (is_root)
    {
      give_to_nobody (folder, path);
      g_assert_no_errno (setresuid (NOBODY, NOBODY, 0));
    }
  assert_unreadable (G_IO_ERROR_PERMISSION_DENIED, path);

  /* As where a service may not look into homes: that matters only if it was told to. */
  g_assert_no_errno (g_chmod (folder, 0));
  assert_made ("s3://b", S3 (BUCKET), NULL);
  g_setenv ("AWS_SHARED_CREDENTIALS_FILE", path, TRUE);
  assert_unreadable (G_IO_ERROR_PERMISSION_DENIED, path);

  g_assert_no_errno (g_chmod (folder, 0700));
  if (is_root)
    g_assert_no_errno (setresuid (0, 0, 0));
}

/* All the way from changed files to a storage or an error. */
static void
test_mutations (void)
{
  static const char credentials[] = "[default]\naws_access_key_id = AKIA\n"
                                    "aws_secret_access_key = " LK_TEST_SECRET "\n";
  static const char config[]
      = "[default]\nregion = eu-1\ns3 =\n  addressing_style = path\n"
        "endpoint_url = https://h\nrole_arn = " ROLE "\nsource_profile = default\n";
  g_autoptr (GRand) random = g_rand_new_with_seed (20240607);
  guint made = 0, refused = 0;

  lk_test_storage_clear_environment ();
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *bad_credentials = lk_test_storage_mutate (random, credentials);
      g_autofree char *bad_config = lk_test_storage_mutate (random, config);
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressStorage) storage = NULL;

      write_credentials (bad_credentials);
      write_config (bad_config);
      storage = lk_egress_storage_new_from_uri ("s3://b", NULL, &error);
      if (storage != NULL)
        {
          made++;
          g_assert_no_error (error);
          continue;
        }

      refused++;
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (strstr (error->message, "ush"));
    }

  g_test_message ("%u made, %u refused", made, refused);
  g_assert_cmpuint (made, >, 20);
  g_assert_cmpuint (refused, >, 100);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/storage-s3/variables", test_variables);
  g_test_add_func ("/storage-s3/endpoints", test_endpoints);
  g_test_add_func ("/storage-s3/profiles", test_profiles);
  g_test_add_func ("/storage-s3/missing-profile", test_missing_profile);
  g_test_add_func ("/storage-s3/profile-without-key", test_profile_without_key);
  g_test_add_func ("/storage-s3/unportable", test_unportable);
  g_test_add_func ("/storage-s3/roles", test_roles);
  g_test_add_func ("/storage-s3/named-files", test_named_files);
  g_test_add_func ("/storage-s3/bad-files", test_bad_files);
  g_test_add_func ("/storage-s3/unreadable-files", test_unreadable_files);
  g_test_add_func ("/storage-s3/forbidden-files", test_forbidden_files);
  g_test_add_func ("/storage-s3/mutations", test_mutations);

  return g_test_run ();
}
