/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redact-text-private.h"

static const struct
{
  const char *text;
  const char *covered;
} cases[] = {
  { "", "" },
  { "egress does not exist", "egress does not exist" },
  { "see stream.example.com: v1.2.3", "see stream.example.com: v1.2.3" },

  /* tokens */
  { "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2lnbmF0dXJl", "{token}" },
  { "invalid token: eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln-_l, error: expired",
    "invalid token: {token}, error: expired" },
  { "ends with eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln.", "ends with {token}." },
  { "Bearer=eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln;x", "Bearer={token};x" },
  { "cut: eyJhbGciOiJIUzI1NiJ9", "cut: {token}" },
  { "two eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln", "two {token} {token}" },
  { "x.eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln", "x.{token}" },
  { "eyJ is short", "eyJ is short" },

  /* addresses */
  { "stream srt://127.0.0.1:1 not found", "stream srt://127.0.0.1:1 not found" },
  { "srt://h:1?mode=caller&passphrase=abcdefghij&pbkeylen=16 lost",
    "srt://h:1?mode={mode}&passphrase={passphrase}&pbkeylen={pbkeylen} lost" },
  { "srt://h:1?passphrase=&live", "srt://h:1?passphrase=&live" },
  { "wss://user:pass@host/path", "wss://{user}@host/path" },
  { "wss://user:p@ss@host/path", "wss://{user}@host/path" },
  { "invalid url rtmp://127.0.0.1/a/b: invalid scheme",
    "invalid url rtmp://127.0.0.1/a/{stream_key}: invalid scheme" },
  { "RTMPS://h/x/app/secretkey?k=v", "RTMPS://h/x/app/{stream_key}?k={k}" },
  { "rtmp://h/app/{sec...key}", "rtmp://h/app/{sec...key}" },
  { "rtmp://h/app/ and rtmp://h", "rtmp://h/app/ and rtmp://h" },
  { "mux://secret and twitch://secret?x=y.", "mux://{stream_key} and twitch://{stream_key}." },
  { "rtmp://h/a/k1,rtmp://h/a/k2", "rtmp://h/a/{stream_key},rtmp://h/a/{stream_key}" },
  { "\"rtmp://h/a/k1\"", "\"rtmp://h/a/{stream_key}\"" },
  { "http://h/?u=rtmp://h/a/k", "http://h/?u=rtmp://h/a/{stream_key}" },
  { "format rtmp(s)://{host}(/{path})/{app}/{stream_key}( live=1)",
    "format rtmp(s)://{host}(/{path})/{app}/{stream_key}( live=1)" },
  { "http://h/eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln/x", "http://h/{token}/x" },
  { "no page at https://h/p#token=abc, try again", "no page at https://h/p#{...}, try again" },
  { "https://h/p?a=b&flag#token=abc", "https://h/p?a={a}&flag#{...}" },
  { "https://h/p# and https://h#x", "https://h/p# and https://h#{...}" },
  { "rtmp://h/app/secret#key", "rtmp://h/app/{stream_key}#{...}" },
  { "://", "://" },
  { "://?", "://?" },
  { "a://b://c://", "a://b://c://" },
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *covered = lk_egress_redact_text (cases[i].text);
      g_autofree char *twice = lk_egress_redact_text (covered);

      g_assert_cmpstr (covered, ==, cases[i].covered);
      g_assert_cmpstr (twice, ==, covered);
    }
}

/* A server's text is made fit to be shown. */
static void
test_server_text (void)
{
  g_autofree char *control = lk_egress_redact_server_text (" a\033[2J\tb\nc\xff ", 11);
  g_autofree char *part = lk_egress_redact_server_text ("mux://secret and more", 12);
  g_autoptr (GString) text = g_string_new ("x");
  g_autofree char *cut = NULL;

  g_assert_cmpstr (control, ==, "a [2J b\nc\357\277\275");
  g_assert_cmpstr (part, ==, "mux://{stream_key}");

  /* Never in the middle of a character. */
  while (text->len < 100000)
    g_string_append (text, "ü");
  cut = lk_egress_redact_server_text (text->str, text->len);
  g_assert_cmpuint (strlen (cut), ==, 1023);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/redact-text/cases", test_cases);
  g_test_add_func ("/redact-text/server-text", test_server_text);

  return g_test_run ();
}
