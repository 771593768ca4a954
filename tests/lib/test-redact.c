/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redact-private.h"

/* NULL stands for the text as it is. */
typedef struct
{
  const char *text;
  const char *redacted;
} Case;

static const Case urls[] = {
  { "", NULL },

  /* The key is the last part of the path. */
  { "rtmp://host/app/stream-key-123", "rtmp://host/app/{str...123}" },
  { "rtmps://host:443/a/b/stream-key-123 live=1", "rtmps://host:443/a/b/{str...123} live=1" },
  { "rtmpt://host/a/stream-key-123", "rtmpt://host/a/{str...123}" },
  { "rtmpe://host/a/stream-key-123", "rtmpe://host/a/{str...123}" },
  { "rtmpts://host/a/stream-key-123", "rtmpts://host/a/{str...123}" },
  { "rtmpte://host/a/stream-key-123", "rtmpte://host/a/{str...123}" },
  { "1rtmp://host/a/stream-key-123", "1rtmp://host/a/{str...123}" },
  { "RTMP://host/app/stream-key-123", "RTMP://host/app/{str...123}" },
  { "rtmp://host/app/123456789", "rtmp://host/app/{123...789}" },
  { "rtmp://host/app/12345678", "rtmp://host/app/{12...78}" },
  { "rtmp://host/app/12345", "rtmp://host/app/{1...5}" },
  { "rtmp://host/app/12", "rtmp://host/app/{...}" },
  { "rtmp://host/app/ab.def.hij", "rtmp://host/app/{ab....hij}" },
  { "rtmp://host/app/...def...", "rtmp://host/app/{.........}" },
  { "rtmp://host/app/ключевойключ", "rtmp://host/app/{клю...люч}" },
  { "rtmp://host/app/", NULL },
  { "rtmp://host/key-key-key", "rtmp://host/{key...key}" },
  { "rtmp://host", NULL },
  { "rtmp://host/app/stream-key-123?token=abc", "rtmp://host/app/{str...123}?token={token}" },
  { "rtmp://me:pass@host/app/stream-key-123", "rtmp://{user}@host/app/{str...123}" },
  { "mux://0123-4567-89ab", "mux://{012...9ab}" },
  { "twitch://live_1_abcdef", "twitch://{liv...def}" },
  { "twitch://live?bandwidthtest=true", "twitch://{...}" },

  /* What is in a key, a value or a password. */
  { "rtmp://host/app/ab\"'<cd>`123", "rtmp://host/app/{ab\"...123}" },
  { "rtmp://host/app/ab://cd/efghi", "rtmp://host/app/{...}" },
  { "rtmp://host/app/{abc", "rtmp://host/app/{{...c}" },
  { "rtmp://host/app/{abcdefghij...klmnopq}", "rtmp://host/app/{{ab...pq}}" },
  { "srt://host:1?passphrase={0123456789", "srt://host:1?passphrase={passphrase}" },
  { "srt://host:1?passphrase={0123456789}", "srt://host:1?passphrase={passphrase}" },
  { "srt://host:1?passphrase=a\"<b>://c", "srt://host:1?passphrase={passphrase}" },
  { "srt://host:1?passphrase=a?b=c", "srt://host:1?passphrase={passphrase}" },
  { "https://me:pa/s?s@host/p", "https://{user}@host/p" },
  { "https://me:a://b@host/p", "https://{user}@host/p" },
  { "https://[fe80::1]:80/a@b", NULL },

  /* Options of librtmp. */
  { "rtmp://host/app/stream-key-123 pubUser=me pubPasswd=pass/word  live=1",
    "rtmp://host/app/{str...123} pubUser={pubUser} pubPasswd={pubPasswd}  live=1" },
  { "rtmp://host/app/stream-key-123 hush ://x", "rtmp://host/app/{str...123} {...} {...}" },

  { "srt://host:9000?passphrase=0123456789&streamid=#!::r=a,m=publish",
    "srt://host:9000?passphrase={passphrase}&streamid=#{...}" },
  { "srt://host:9000?mode=caller&passphrase=a=b&empty=&bare",
    "srt://host:9000?mode={mode}&passphrase={passphrase}&empty=&{...}" },
  { "srt://host:9000?bare", "srt://host:9000?{...}" },
  { "srt://host:9000", NULL },
  { "srt://[::1]:9000?passphrase=x", "srt://[::1]:9000?passphrase={passphrase}" },
  { "wss://host/path?access_token=eyJ", "wss://host/{p...h}?access_token={access_token}" },
  { "ws://me@host", "ws://{user}@host" },

  /* The last part of the path of a websocket may be a key, and what is before it is none. */
  { "ws://10.0.0.1:7000/0123456789abcdef", "ws://10.0.0.1:7000/{012...def}" },
  { "WSS://host/egress/s3cr3t", "WSS://host/egress/{s3...3t}" },
  { "ws://[::1]:7000/0123456789abcdef#x", "ws://[::1]:7000/{012...def}#{...}" },
  { "xwss://host/a/b/stream-key-123", "xwss://host/a/b/{str...123}" },
  { "ws://host/a/key/ and more", "ws://host/a/key/{...}" },
  { "ws://host/a/rtmp://b/c", "ws://host/a/{...}" },
  { "wss://livekit.example.com", NULL },
  { "wss://livekit.example.com/", NULL },
  { "wss://livekit.example.com:443/lk/", NULL },
  { "s://host/path", NULL },
  { "https://host/path", NULL },
  { "https://me:p@ss@host/a@b", "https://{user}@host/a@b" },
  { "https://host/a?x=http://b/?y=1#z", "https://host/a?x={x}#{...}" },
  { "https://host/a?", NULL },
  { "https://host/a#", NULL },
  { "https://host/eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln", "https://host/{token}" },
  { "https://host/\033[2J\n\302\233", "https://host/\\x1b[2J\\x0a\\x9b" },
  { "a://a://a://a://a://a://a://a://a://a://key", "a://a://a://a://a://a://a://a://{...}" },

  /* no URL */
  { "secret", "{...}" },
  { "host:9000?passphrase=x", "{...}" },
  { "://x", "{...}" },
  { " https://host", "{...}" },
  { "srt:", "{...}" },
  { "srt://\xff\xfe", "{...}" },
};

static const Case texts[] = {
  { "", NULL },
  { "egress does not exist", NULL },
  { "see stream.example.com: v1.2.3", NULL },
  { "two\tlines\nor\r\nthree", NULL },
  { "a\rb\033[2Jc\177\302\205", "a\\x0db\\x1b[2Jc\\x7f\\x85" },
  { "a\xff", "a\357\277\275" },

  /* tokens */
  { "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2lnbmF0dXJl", "{token}" },
  { "invalid token: eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln-_l, error: expired",
    "invalid token: {token}, error: expired" },
  { "ends with eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln.", "ends with {token}." },
  { "Bearer=eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln;x", "Bearer={token};x" },
  { "cut: eyJhbGciOiJIUzI1NiJ9", "cut: {token}" },
  { "two eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln", "two {token} {token}" },
  { "x.eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln", "x.{token}" },
  { "access_token_eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln", "access_token_{token}" },
  { "eyJ is short", NULL },
  { "http://h/eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln/x", "http://h/{token}/x" },
  { "rtmp://h/a/eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln", "rtmp://h/a/{token}" },
  { "http://h?eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln=1", "http://h?{...}" },

  /* addresses */
  { "stream srt://127.0.0.1:1 not found", NULL },
  { "srt://h:1?mode=caller&passphrase=abcdefghij&pbkeylen=16 lost",
    "srt://h:1?mode={mode}&passphrase={passphrase}&pbkeylen={pbkeylen} lost" },
  { "srt://h:1?passphrase=&live", "srt://h:1?passphrase=&{...}" },
  { "wss://user:pass@host/path", "wss://{user}@host/{p...h}" },
  { "wss://user:p@ss@host/path", "wss://{user}@host/{p...h}" },
  { "dial ws://10.0.0.1:7000/0123456789abcdef: connection refused",
    "dial ws://10.0.0.1:7000/{012...def}: connection refused" },
  { "dial \"wss://host/s3cr3t\", then ws://host.",
    "dial \"wss://host/{s3...3t}\", then ws://host." },
  { "news://host/path and https://host/ws", "news://host/{p...h} and https://host/ws" },
  { "invalid url rtmp://127.0.0.1/a/b: invalid scheme",
    "invalid url rtmp://127.0.0.1/a/{...}: invalid scheme" },
  { "invalid url rtmpte://127.0.0.1/a/stream-key: invalid scheme",
    "invalid url rtmpte://127.0.0.1/a/{str...key}: invalid scheme" },
  { "RTMPS://h/x/app/secretkey?k=v", "RTMPS://h/x/app/{sec...key}?k={k}" },
  { "rtmp://h/app/{sec...key}", NULL },
  { "rtmp://h/app/ and rtmp://h", NULL },
  { "mux://secret and twitch://secret.", "mux://{se...et} and twitch://{se...et}." },
  { "\"rtmp://h/a/k1\"", "\"rtmp://h/a/{...}\"" },
  { "(see \"rtmp://h/a/k1\").", "(see \"rtmp://h/a/{...}\")." },
  { "http://h/?u=rtmp://h/a/k", "http://h/?u={u}" },
  { "http://h/,rtmp://h/a/secretkey", "http://h/,rtmp://h/a/{sec...key}" },
  { "http://rtmp://h/a/secretkey", "http://rtmp://h/a/{sec...key}" },
  { "format rtmp(s)://{host}(/{path})/{app}/{stream_key}( live=1)", NULL },
  { "no page at https://h/p#token=abc, try again", "no page at https://h/p#{...}, try again" },
  { "https://h/p?a=b&flag#token=abc", "https://h/p?a={a}&{...}#{...}" },
  { "https://h/p# and https://h#x", "https://h/p# and https://h#{...}" },
  { "rtmp://h/app/secret#key", "rtmp://h/app/{se...et}#{...}" },
  { "://", NULL },
  { "://?", NULL },
  { "a://b://c://", NULL },

  /* What a stranger might put into a key. */
  { "no rtmp://h/app/ab\"cd<e>f://g12", "no rtmp://h/app/{...}" },
  { "no rtmp://h/app/{0123456789", "no rtmp://h/app/{{01...789}" },
  { "no srt://h?passphrase={0123456789}", "no srt://h?passphrase={passphrase}" },
  { "no rtmp://h/app/!!!!", "no rtmp://h/app/{...}!!!" },
  { "no rtmp://h/a/secretkey pubUser=me pubPasswd=hush: refused",
    "no rtmp://h/a/{sec...key} pubUser={pubUser} pubPasswd={pubPasswd}: refused" },
  { "no rtmp://h/a/secretkey live=1: refused (500)",
    "no rtmp://h/a/{sec...key} live=1: refused (500)" },
  { "http://rtmp@h/?y pw=s", "http://{user}@h/?{...}" },
};

static void
assert_cases (const Case *cases, gsize n_cases, char *(*redact) (const char *))
{
  for (gsize i = 0; i < n_cases; i++)
    {
      const Case *c = &cases[i];
      g_autofree char *once = redact (c->text);
      g_autofree char *twice = redact (once);

      g_assert_cmpstr (once, ==, c->redacted != NULL ? c->redacted : c->text);
      g_assert_cmpstr (twice, ==, once);
    }
}

static void
test_urls (void)
{
  assert_cases (urls, G_N_ELEMENTS (urls), lk_egress_redact_url);
}

static void
test_texts (void)
{
  assert_cases (texts, G_N_ELEMENTS (texts), lk_egress_redact_text);
}

/* A server's text is made fit to be shown. */
static void
test_server_text (void)
{
  g_autofree char *control = lk_egress_redact_server_text (" a\033[2J\tb\nc\xff ", 11);
  g_autofree char *part = lk_egress_redact_server_text ("mux://secret and more", 12);
  g_autoptr (GString) text = g_string_new ("x");
  g_autofree char *cut = NULL;

  g_assert_cmpstr (control, ==, "a\\x1b[2J\tb\nc\357\277\275");
  g_assert_cmpstr (part, ==, "mux://{se...et}");

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

  g_test_add_func ("/redact/urls", test_urls);
  g_test_add_func ("/redact/texts", test_texts);
  g_test_add_func ("/redact/server-text", test_server_text);

  return g_test_run ();
}
