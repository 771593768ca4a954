/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "lk-egress-access-token-private.h"
#include "lk-egress-credentials-private.h"

#define GRANT "{\"roomRecord\":true}"
#define SECRET "devsecretdevsecretdevsecretdevsecret"

static void
assert_refused (LkEgressCredentials *taken, GQuark domain, int code, const char *word)
{
  g_autoptr (LkEgressCredentials) credentials = taken;
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_credentials_get_token (credentials, GRANT, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_key (void)
{
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_key ("devkey", SECRET);
  g_autoptr (GError) error = NULL;
  gint64 before = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *token = lk_egress_credentials_get_token (credentials, GRANT, &error);
  gint64 after = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (LkEgressJson) claims = NULL;
  gint64 nbf, exp;

  g_assert_no_error (error);
  claims = lk_egress_access_token_verify (token, SECRET, after, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_json_find_string (claims, "iss"), ==, "devkey");
  g_assert_true (
      lk_egress_json_find (lk_egress_json_find (claims, "video"), "roomRecord")->boolean);
  g_assert_cmpuint (claims->n_values, ==, 1 + 4 * 2 + 2);

  nbf = lk_egress_json_find (claims, "nbf")->integer;
  exp = lk_egress_json_find (claims, "exp")->integer;
  g_assert_cmpint (exp - nbf, ==, LK_EGRESS_TOKEN_LIFETIME + LK_EGRESS_TOKEN_LEEWAY);
  g_assert_cmpint (nbf, >=, before - LK_EGRESS_TOKEN_LEEWAY);
  g_assert_cmpint (nbf, <=, after - LK_EGRESS_TOKEN_LEEWAY);
}

/* Fails unless the token is as one signed at that time. */
static void
assert_token (LkEgressCredentials *credentials,
              const char *grant,
              double real,
              double monotonic,
              gint64 signed_at)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = lk_egress_credentials_get_token_at (
      credentials, grant, real * G_USEC_PER_SEC, monotonic * G_USEC_PER_SEC, &error);
  g_autoptr (LkEgressJson) claims = NULL;
  g_autofree char *video = NULL;
  LkEgressJsonIter iter;
  const char *name;

  g_assert_no_error (error);
  claims = lk_egress_access_token_verify (token, SECRET, real, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_json_find (claims, "exp")->integer, ==,
                   signed_at + LK_EGRESS_TOKEN_LIFETIME);
  lk_egress_json_iter_init (&iter, lk_egress_json_find (claims, "video"));
  g_assert_true (lk_egress_json_next_member (&iter, &name)->boolean);
  g_assert_null (lk_egress_json_next_element (&iter));
  video = g_strdup_printf ("{\"%s\":true}", name);
  g_assert_cmpstr (video, ==, grant);
}

/* When a token is used again, and when another is signed. */
static void
test_token_age (void)
{
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_key ("devkey", SECRET);

  assert_token (credentials, GRANT, 1000000, 500, 1000000);
  assert_token (credentials, GRANT, 1000000, 500, 1000000);
  assert_token (credentials, GRANT, 1000059.9, 559.9, 1000000);
  assert_token (credentials, GRANT, 1000060, 560, 1000060);
  assert_token (credentials, GRANT, 1000119, 619, 1000060);

  /* Another right is another token. */
  assert_token (credentials, "{\"roomAdmin\":true}", 1000119, 619, 1000119);
  assert_token (credentials, GRANT, 1000120, 620, 1000120);

  /* The clock is corrected by little, by more, and set back; the machine sleeps. */
  assert_token (credentials, GRANT, 1000125.4, 625, 1000120);
  assert_token (credentials, GRANT, 1000127, 625, 1000127);
  assert_token (credentials, GRANT, 990000, 626, 990000);
  assert_token (credentials, GRANT, 990030, 656, 990000);
  assert_token (credentials, GRANT, 993600, 657, 993600);
}

static void
test_bad_key (void)
{
  assert_refused (lk_egress_credentials_new_for_key ("", SECRET), G_IO_ERROR,
                  G_IO_ERROR_INVALID_ARGUMENT, "key is empty");
  assert_refused (lk_egress_credentials_new_for_key ("devkey", ""), G_IO_ERROR,
                  G_IO_ERROR_INVALID_ARGUMENT, "secret is empty");
  assert_refused (lk_egress_credentials_new_for_key ("dev\xff", SECRET), G_IO_ERROR,
                  G_IO_ERROR_INVALID_ARGUMENT, "UTF-8");
}

static void
test_token (void)
{
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b-_c.d");
  g_autoptr (GError) error = NULL;
  g_autofree char *token = lk_egress_credentials_get_token (credentials, GRANT, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, "a.b-_c.d");
}

/* None of these may get into a header. */
static void
test_bad_token (void)
{
  static const char *const tokens[]
      = { "", "a b", "a.b.c\r\nX-Injected: 1", "a.b.c\n", "\xc3\xa4", "a\"b" };

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    assert_refused (lk_egress_credentials_new_for_token (tokens[i]), G_IO_ERROR,
                    G_IO_ERROR_INVALID_ARGUMENT, "token");
}

typedef struct
{
  const char *token;
  GQuark domain;
  guint calls;
  guint destroyed;
} Source;

static char *
get_token (gpointer user_data, GError **error)
{
  Source *source = user_data;

  source->calls++;
  if (source->domain != 0)
    g_set_error_literal (error, source->domain, 7, "the vault is closed");
  return g_strdup (source->token);
}

static void
destroy_source (gpointer user_data)
{
  ((Source *)user_data)->destroyed++;
}

static void
test_func (void)
{
  Source source = { .token = "from.the.func" };
  g_autoptr (GError) error = NULL;
  LkEgressCredentials *credentials
      = lk_egress_credentials_new_for_func (get_token, &source, destroy_source);

  for (guint i = 1; i <= 2; i++)
    {
      g_autofree char *token = lk_egress_credentials_get_token (credentials, GRANT, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (token, ==, "from.the.func");
      g_assert_cmpuint (source.calls, ==, i);
    }

  g_assert_cmpuint (source.destroyed, ==, 0);
  g_object_unref (credentials);
  g_assert_cmpuint (source.destroyed, ==, 1);
}

static void
test_func_fails (void)
{
  GQuark domain = g_quark_from_static_string ("vault-error");
  Source closed = { .domain = domain };
  Source confused = { .token = "a.b.c", .domain = domain };
  Source silent = { 0 };
  Source injecting = { .token = "a\r\nb" };

  assert_refused (lk_egress_credentials_new_for_func (get_token, &closed, NULL), domain, 7,
                  "the vault is closed");
  assert_refused (lk_egress_credentials_new_for_func (get_token, &confused, NULL), domain, 7,
                  "the vault is closed");
  assert_refused (lk_egress_credentials_new_for_func (get_token, &silent, NULL), G_IO_ERROR,
                  G_IO_ERROR_FAILED, "neither a token nor an error");
  assert_refused (lk_egress_credentials_new_for_func (get_token, &injecting, NULL), G_IO_ERROR,
                  G_IO_ERROR_INVALID_ARGUMENT, "line ends");
}

static void
set_environment (const char *name, const char *value)
{
  if (value != NULL)
    g_setenv (name, value, TRUE);
  else
    g_unsetenv (name);
}

static void
test_environment (void)
{
  static const struct
  {
    const char *key, *secret, *token;
    const char *issuer;  /* of the token that a key signs */
    const char *missing; /* or what the error must name */
  } cases[] = {
    { "devkey", SECRET, NULL, "devkey", NULL },
    { "devkey", SECRET, "a.b.c", "devkey", NULL },
    { NULL, NULL, "a.b.c", NULL, NULL },
    { "devkey", NULL, "a.b.c", NULL, NULL },
    { "devkey", NULL, NULL, NULL, "LIVEKIT_API_SECRET is not" },
    { "devkey", "", "", NULL, "LIVEKIT_API_SECRET is not" },
    { NULL, SECRET, NULL, NULL, "LIVEKIT_API_KEY is not" },
    { NULL, NULL, NULL, NULL, "LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or LIVEKIT_TOKEN" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LkEgressCredentials) credentials = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *token = NULL;
      g_autofree char *key = NULL;

      set_environment ("LIVEKIT_API_KEY", cases[i].key);
      set_environment ("LIVEKIT_API_SECRET", cases[i].secret);
      set_environment ("LIVEKIT_TOKEN", cases[i].token);

      credentials = lk_egress_credentials_new_from_environment (&error);
      if (cases[i].missing != NULL)
        {
          g_assert_null (credentials);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
          g_assert_nonnull (strstr (error->message, cases[i].missing));
          g_assert_null (strstr (error->message, SECRET));
          continue;
        }

      g_assert_no_error (error);
      token = lk_egress_credentials_get_token (credentials, GRANT, &error);
      g_assert_no_error (error);
      if (cases[i].issuer == NULL)
        {
          g_assert_cmpstr (token, ==, cases[i].token);
          continue;
        }
      key = lk_egress_access_token_get_key (token, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (key, ==, cases[i].issuer);
    }
}

/* Fails unless the credentials sign with this key, or are just this token. */
static void
assert_are (LkEgressCredentials *taken, const char *key, const char *token)
{
  g_autoptr (LkEgressCredentials) credentials = taken;
  g_autoptr (GError) error = NULL;
  g_autofree char *given = lk_egress_credentials_get_token (credentials, GRANT, &error);
  g_autofree char *issuer = NULL;

  g_assert_no_error (error);
  if (key == NULL)
    {
      g_assert_cmpstr (given, ==, token);
      return;
    }
  issuer = lk_egress_access_token_get_key (given, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (issuer, ==, key);
}

/* What is given goes first, and the environment fills what is missing. */
static void
test_defaults (void)
{
  static const struct
  {
    const char *key, *secret, *token;             /* given */
    const char *own_key, *own_secret, *own_token; /* of the environment */
    const char *issuer, *is_token;                /* what comes of it */
    const char *missing;                          /* or what the error must say */
  } cases[] = {
    { "k", "s", "a.b.c", "own", "owns", "o.w.n", NULL, "a.b.c", NULL },
    { "k", "s", NULL, "own", "owns", "o.w.n", "k", NULL, NULL },
    { "k", NULL, NULL, "own", "owns", "o.w.n", "k", NULL, NULL },
    { NULL, "s", NULL, "own", "owns", "o.w.n", "own", NULL, NULL },
    { "", "", "", "own", "owns", "o.w.n", "own", NULL, NULL },
    { NULL, NULL, NULL, "own", NULL, "o.w.n", NULL, "o.w.n", NULL },
    /* Half a key never becomes somebody else's token. */
    { "k", NULL, NULL, NULL, NULL, "o.w.n", NULL, NULL, "key is given without its secret" },
    { NULL, "s", NULL, NULL, "owns", "o.w.n", NULL, NULL, "secret is given without its key" },
    { NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "no LiveKit credentials" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const int code = cases[i].key != NULL || cases[i].secret != NULL ? G_IO_ERROR_INVALID_ARGUMENT
                                                                       : G_IO_ERROR_NOT_FOUND;
      LkEgressCredentials *credentials;
      g_autoptr (GError) error = NULL;

      set_environment ("LIVEKIT_API_KEY", cases[i].own_key);
      set_environment ("LIVEKIT_API_SECRET", cases[i].own_secret);
      set_environment ("LIVEKIT_TOKEN", cases[i].own_token);

      credentials = lk_egress_credentials_new_with_defaults (NULL, cases[i].key, cases[i].secret,
                                                             cases[i].token, &error);
      if (cases[i].missing != NULL)
        {
          g_assert_null (credentials);
          g_assert_error (error, G_IO_ERROR, code);
          g_assert_nonnull (strstr (error->message, cases[i].missing));
          continue;
        }
      g_assert_no_error (error);
      assert_are (credentials, cases[i].issuer, cases[i].is_token);
    }
}

/* To a server that somebody else chose go the secrets of the environment only if it is the server
 * that they belong to. */
static void
test_foreign_server (void)
{
  static const struct
  {
    const char *own_url, *url;
    gboolean same;
  } cases[] = {
    { "wss://livekit.example.org", "https://livekit.example.org", TRUE },
    { "wss://livekit.example.org", "WSS://LiveKit.Example.ORG:443/", TRUE },
    { "https://livekit.example.org./rtc", "wss://livekit.example.org", TRUE },
    { "ws://livekit.example.org:80", "http://livekit.example.org", TRUE },
    { "wss://b\xc3\xbc"
      "cher.example",
      "https://xn--bcher-kva.example", TRUE },
    { "ws://[::1]:7880", "http://[0:0:0:0:0:0:0:1]:7880", TRUE },
    { "wss://user:pass@livekit.example.org", "wss://livekit.example.org", TRUE },

    { NULL, "wss://livekit.example.org", FALSE },
    { "", "wss://livekit.example.org", FALSE },
    { "nonsense", "wss://livekit.example.org", FALSE },
    { "wss://livekit.example.org", "ws://livekit.example.org", FALSE },
    { "wss://livekit.example.org", "ws://livekit.example.org:443", FALSE },
    { "wss://livekit.example.org", "wss://livekit.example.org:7443", FALSE },
    { "wss://livekit.example.org", "wss://livekit.example.org.evil.example", FALSE },
    { "wss://livekit.example.org", "wss://evil.example/livekit.example.org", FALSE },
    { "wss://livekit.example.org", "wss://livekit.example.org@evil.example", FALSE },
    { "wss://livekit.example.org", "wss://xlivekit.example.org", FALSE },
    { "ws://127.0.0.1:7880", "ws://127.0.0.2:7880", FALSE },
    { "ws://127.0.0.1:7880", "ws://[::1]:7880", FALSE },
  };

  set_environment ("LIVEKIT_API_KEY", "own");
  set_environment ("LIVEKIT_API_SECRET", SECRET);
  set_environment ("LIVEKIT_TOKEN", "o.w.n");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      LkEgressCredentials *credentials;

      set_environment ("LIVEKIT_URL", cases[i].own_url);

      /* What is given in full is the own choice of who gives it. */
      assert_are (lk_egress_credentials_new_with_defaults (cases[i].url, "k", "s", NULL, &error),
                  "k", NULL);
      assert_are (
          lk_egress_credentials_new_with_defaults (cases[i].url, NULL, "s", "a.b.c", &error), NULL,
          "a.b.c");
      g_assert_no_error (error);

      for (guint given = 0; given < 3; given++)
        {
          const char *key = given == 1 ? "k" : NULL;

          credentials = lk_egress_credentials_new_with_defaults (
              cases[i].url, key, given == 2 ? "s" : NULL, NULL, &error);
          if (cases[i].same)
            {
              g_assert_no_error (error);
              assert_are (credentials, key != NULL ? key : "own", NULL);
              continue;
            }
          g_assert_null (credentials);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
          g_assert_nonnull (strstr (error->message, "LIVEKIT_URL"));
          g_assert_null (strstr (error->message, "pass"));
          g_clear_error (&error);
        }
    }

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_egress_credentials_new_with_defaults (
          i == 0 ? "" : "ftp://livekit.example.org", NULL, NULL, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

/* The only constructor that some bindings show first has no place for a key. */
static void
test_bare (void)
{
  assert_refused (g_object_new (LK_EGRESS_TYPE_CREDENTIALS, NULL), G_IO_ERROR,
                  G_IO_ERROR_INVALID_ARGUMENT, "hold nothing");
}

/* Nothing of a secret can be asked back. */
static void
test_no_properties (void)
{
  g_autoptr (GTypeClass) class = g_type_class_ref (LK_EGRESS_TYPE_CREDENTIALS);
  g_autofree GParamSpec **specs = NULL;
  guint n_specs;

  specs = g_object_class_list_properties (G_OBJECT_CLASS (class), &n_specs);
  g_assert_cmpuint (n_specs, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/credentials/key", test_key);
  g_test_add_func ("/credentials/token-age", test_token_age);
  g_test_add_func ("/credentials/bad-key", test_bad_key);
  g_test_add_func ("/credentials/token", test_token);
  g_test_add_func ("/credentials/bad-token", test_bad_token);
  g_test_add_func ("/credentials/func", test_func);
  g_test_add_func ("/credentials/func-fails", test_func_fails);
  g_test_add_func ("/credentials/environment", test_environment);
  g_test_add_func ("/credentials/defaults", test_defaults);
  g_test_add_func ("/credentials/foreign-server", test_foreign_server);
  g_test_add_func ("/credentials/bare", test_bare);
  g_test_add_func ("/credentials/no-properties", test_no_properties);

  return g_test_run ();
}
