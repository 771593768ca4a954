/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "lk-egress-aws-file-private.h"
#include "lk-test-storage.h"

static LkEgressAwsFile *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  LkEgressAwsFile *file = lk_egress_aws_file_parse (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (file);
  return file;
}

/* All the ways to write one setting. */
static void
test_settings (void)
{
  static const char *const texts[] = {
    "[a]\nk=v",
    "[a]\nk = v\n",
    "[a]\r\nk\t=\tv\r\n",
    "[ a ]\n\n# comment\n; comment\n  # comment\nk=v\n",
    "[a] # comment\nk=v # comment\n",
    "[a]\nk = v ; comment = w\n",
    "[a]\nk: v\n",
    "[a]\nK=v\n",
    "[a]\n  k=v\n  l=w\n",
    "[a]\n  l=w\n  k=v\n",
    "  [a]\nk=v\n",
    "x=y\nno setting\n[a]\nk=v\n",
    "[a]\nk=w\nk=v\n",
    "[a]\nk=w\n[b]\nk=u\n[a]\nk=v\n",
    "[b]\nno setting\n[a]\nk=v\n[c]\n=\n",
    "[a]\nk=v\n  the rest of it\n  z = y\n",
    "[a]\nn =\n  k = w\nk=v",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (LkEgressAwsFile) file = parse (texts[i]);

      g_test_message ("%s", texts[i]);
      g_assert_true (lk_egress_aws_file_has_section (file, "a"));
      g_assert_cmpstr (lk_egress_aws_file_get (file, "a", "k"), ==, "v");
      g_assert_cmpuint (lk_egress_aws_file_get_bad_line (file, "a"), ==, 0);
    }
}

static void
test_values (void)
{
  g_autoptr (LkEgressAwsFile) file = parse ("[a]\n"
                                            "arn = arn:aws:iam::1:role/x\n"
                                            "key=ab=c/d+e#f;g==\n"
                                            "empty =\n"
                                            "comment = # nothing\n"
                                            "two = one two  \n"
                                            "long");

  g_assert_cmpstr (lk_egress_aws_file_get (file, "a", "arn"), ==, "arn:aws:iam::1:role/x");
  g_assert_cmpstr (lk_egress_aws_file_get (file, "a", "key"), ==, "ab=c/d+e#f;g==");
  g_assert_cmpstr (lk_egress_aws_file_get (file, "a", "two"), ==, "one two");
  g_assert_null (lk_egress_aws_file_get (file, "a", "empty"));
  g_assert_null (lk_egress_aws_file_get (file, "a", "comment"));
  g_assert_null (lk_egress_aws_file_get (file, "a", "none"));
  g_assert_null (lk_egress_aws_file_get (file, "b", "key"));
  g_assert_cmpuint (lk_egress_aws_file_get_bad_line (file, "a"), ==, 7);
  g_assert_cmpuint (lk_egress_aws_file_get_bad_line (file, "b"), ==, 0);
}

static void
test_nested (void)
{
  g_autoptr (LkEgressAwsFile) file = parse ("[profile  'dev one']\n"
                                            "s3 =\n"
                                            "  Addressing_Style = path\n"
                                            "\n"
                                            "  # comment\n"
                                            "\tmax = 10\n"
                                            "region = here\n"
                                            "[services x]\n"
                                            "    sqs =\n"
                                            "        endpoint_url = http://sqs\n"
                                            "    s3 =\n"
                                            "        endpoint_url = http://s3\n");
  const char *section = "profile dev one";

  g_assert_cmpstr (lk_egress_aws_file_get (file, section, "s3.addressing_style"), ==, "path");
  g_assert_cmpstr (lk_egress_aws_file_get (file, section, "s3.max"), ==, "10");
  g_assert_cmpstr (lk_egress_aws_file_get (file, section, "region"), ==, "here");
  g_assert_null (lk_egress_aws_file_get (file, section, "addressing_style"));
  g_assert_null (lk_egress_aws_file_get (file, section, "s3"));
  g_assert_cmpstr (lk_egress_aws_file_get (file, "services x", "s3.endpoint_url"), ==, "http://s3");
  g_assert_cmpuint (lk_egress_aws_file_get_bad_line (file, section), ==, 0);
}

/* What follows would count as part of the section before it. */
static void
test_open_section (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_aws_file_parse ("[a]\nk=v\n\n[" LK_TEST_SECRET "\nk=w\n", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpstr (error->message, ==, "Line 4 begins a section that has no ']'");
}

static void
test_empty (void)
{
  static const char *const texts[] = { "", "\n", "\r\n\r\n", "#", "k=v", "]", "=", "  \n\t" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (LkEgressAwsFile) file = parse (texts[i]);

      g_assert_false (lk_egress_aws_file_has_section (file, ""));
    }
}

static void
test_mutations (void)
{
  static const char text[] = "# mine\n[default]\naws_access_key_id = AKIA\n"
                             "aws_secret_access_key=" LK_TEST_SECRET "\n\n"
                             "[profile dev]\ns3 =\n  addressing_style = path\nregion: here ; c\n";
  g_autoptr (GRand) random = g_rand_new_with_seed (20240607);
  guint parsed = 0, refused = 0;

  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *mutated = lk_test_storage_mutate (random, text);
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressAwsFile) file = lk_egress_aws_file_parse (mutated, &error);

      if (file == NULL)
        {
          refused++;
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
          g_assert_true (g_str_has_suffix (error->message, " begins a section that has no ']'"));
          continue;
        }

      parsed++;
      g_assert_no_error (error);
      lk_egress_aws_file_get (file, "default", "aws_secret_access_key");
      lk_egress_aws_file_get_bad_line (file, "profile dev");
    }

  g_test_message ("%u parsed, %u refused", parsed, refused);
  g_assert_cmpuint (parsed, >, 1000);
  g_assert_cmpuint (refused, >, 10);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/aws-file/settings", test_settings);
  g_test_add_func ("/aws-file/values", test_values);
  g_test_add_func ("/aws-file/nested", test_nested);
  g_test_add_func ("/aws-file/open-section", test_open_section);
  g_test_add_func ("/aws-file/empty", test_empty);
  g_test_add_func ("/aws-file/mutations", test_mutations);

  return g_test_run ();
}
