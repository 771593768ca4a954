/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What servers show of the addresses that streams were asked for with. */

#include "lk-egress-redact-message-private.h"
#include "lk-egress-redact.h"

static const struct
{
  const char *shown;
  const char *url;
  gboolean matches;
} cases[] = {
  /* as it was sent */
  { "srt://127.0.0.1:9721", "srt://127.0.0.1:9721", TRUE },
  { "srt://h:1?passphrase=0123456789&mode=caller", "srt://h:1?passphrase=0123456789&mode=caller",
    TRUE },
  { "wss://host/path?token=abc", "wss://host/path?token=abc", TRUE },
  { "rtmp://host/app/stream-key-123", "rtmp://host/app/stream-key-123", TRUE },
  { "srt://h:1?passphrase=0123456789", "srt://h:1?passphrase=0123456780", FALSE },
  { "srt://h:1", "srt://h:2", FALSE },
  { "srt://h:1", "srt://h:1?", FALSE },
  { "", "srt://h:1", FALSE },

  /* keys: up to three characters of each end */
  { "rtmp://host/app/{str...123}", "rtmp://host/app/stream-key-123", TRUE },
  { "rtmp://host/app/{123...789}", "rtmp://host/app/123456789", TRUE },
  { "rtmp://host/app/{12...78}", "rtmp://host/app/12345678", TRUE },
  { "rtmp://host/app/{12...56}", "rtmp://host/app/123456", TRUE },
  { "rtmp://host/app/{1...5}", "rtmp://host/app/12345", TRUE },
  { "rtmp://host/app/{...}", "rtmp://host/app/12", TRUE },
  { "rtmp://host/app/{...}", "rtmp://host/app/", TRUE },
  { "rtmps://host:443/a/b/{str...123} live=1", "rtmps://host:443/a/b/stream-key-123 live=1", TRUE },
  { "rtmp://host/app/key?sign=ab/{...}", "rtmp://host/app/key?sign=ab/cd", TRUE },
  { "rtmp://host/app/{key...f=x}", "rtmp://host/app/key1234?a=b&f=x", TRUE },
  { "rtmp://host/app/{str...123}", "rtmp://host/app/{str...123}", TRUE },

  { "rtmp://host/app/{str...123}", "rtmp://host/app/stream-key-124", FALSE },
  { "rtmp://host/app/{str...123}", "rtmp://host/app/strong-key-123", TRUE }, /* no telling */
  { "rtmp://host/app/{str...123}", "rtmp://host/app2/stream-key-123", FALSE },
  { "rtmp://host/app/{str...123}", "rtmp://host2/app/stream-key-123", FALSE },
  { "rtmp://host/app/{str...123}", "rtmps://host/app/stream-key-123", FALSE },
  { "rtmp://host/app/{str...123}", "rtmp://host/app/stream-key-123 live=1", FALSE },
  { "rtmp://host/app/{str...123} live=1", "rtmp://host/app/stream-key-123", FALSE },
  { "rtmp://host/app/{st...23}", "rtmp://host/app/stream-key-123", FALSE },
  { "rtmp://host/app/{12...56}", "rtmp://host/app/1234567890156", FALSE },
  { "rtmp://host/{key...key}", "rtmp://host/other-key", FALSE },

  /* shorthands */
  { "rtmps://global-live.mux.com:443/app/{012...9ab}", "mux://0123-4567-89ab", TRUE },
  { "rtmps://global-live.mux.com:443/app/{012...9ab}", "mux://0123-4567-89ab/", TRUE },
  { "rtmps://global-live.mux.com:443/app/{012...9ac}", "mux://0123-4567-89ab", FALSE },
  { "rtmps://global-live.mux.com/app/{012...9ab}", "mux://0123-4567-89ab", FALSE },
  { "rtmps://host/app/{012...9ab}", "mux://0123-4567-89ab", FALSE },
  { "mux://{012...9ab}", "mux://0123-4567-89ab", TRUE },
  { "rtmps://fra05.contribute.live-video.net/app/{liv...def}", "twitch://live_1_abcdef", TRUE },
  { "rtmp://live-fra.twitch.tv/app/{liv...def}", "twitch://live_1_abcdef", TRUE },
  { "rtmps://ingest.contribute.live-video.net:443/app/{liv...def}", "twitch://live_1_abcdef",
    TRUE },
  { "rtmps://fra05.contribute.live-video.net/app/{liv...deg}", "twitch://live_1_abcdef", FALSE },
  { "rtmps://fra05.contribute.live-video.net/other/{liv...def}", "twitch://live_1_abcdef", FALSE },
  { "rtmps://fra05.contribute.live-video.net.example/app/{liv...def}", "twitch://live_1_abcdef",
    FALSE },
  { "rtmps://host/app/{liv...def}", "twitch://live_1_abcdef", FALSE },
  { "rtmps://fra05.contribute.live-video.net", "twitch://live_1_abcdef", FALSE },
  { "twitch://{liv...def}", "twitch://live_1_abcdef", TRUE },
  /* the worker takes another server of Twitch than the one that was named */
  { "rtmps://fra05.contribute.live-video.net/app/{liv...def}",
    "rtmps://ber.contribute.live-video.net/app/live_1_abcdef", TRUE },
  { "rtmps://fra05.contribute.live-video.net/app/{liv...def} live=1",
    "rtmp://ber.contribute.live-video.net/app/live_1_abcdef live=1", TRUE },
  { "rtmps://fra05.contribute.live-video.net/app/{liv...def}",
    "rtmps://ber.contribute.live-video.net/app/live_1_abcdeg", FALSE },
  { "rtmps://fra05.contribute.live-video.net/app/{liv...def}", "rtmps://host/app/live_1_abcdef",
    FALSE },

  /* query values, as the server covers them in requests and as this library does */
  { "srt://h:1?passphrase={...}&mode={...}", "srt://h:1?passphrase=0123456789&mode=caller", TRUE },
  { "srt://h:1?passphrase={passphrase}&mode={mode}", "srt://h:1?passphrase=0123456789&mode=caller",
    TRUE },
  { "wss://host/path?token={...}&flag&empty=", "wss://host/path?token=a=b&flag&empty=", TRUE },
  { "ws://{user}@host", "ws://me:pass@host", TRUE },
  { "srt://h:1?passphrase={...}", "srt://h:1?streamid=0123456789", FALSE },
  { "srt://h:1?passphrase={...}", "srt://h:2?passphrase=0123456789", FALSE },
  { "srt://h:1?passphrase={...}", "srt://h:1", FALSE },

  /* no address */
  { "secret", "secret", TRUE },
  { "{...}", "secret", TRUE },
  { "sec", "secret", FALSE },
  { "{...}", "", FALSE },
  { "rtmp://", "rtmp://", TRUE },
  { "x", "rtmp://", FALSE },
  { "x", "rtmp:///", FALSE },
  { "x", "mux://", FALSE },
  { "x", "twitch://", FALSE },
  { "{...}", "rtmp://h/a/\xff\xfe", TRUE },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *url = g_utf8_make_valid (cases[i].url, -1);

      g_test_message ("%s | %s", cases[i].shown, url);
      g_assert_cmpint (lk_egress_redact_matches_url (cases[i].shown, cases[i].url), ==,
                       cases[i].matches);
    }
}

/* Every form that this library prints is known again. */
static void
test_own (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = lk_egress_redact_url (cases[i].url);

      g_assert_true (lk_egress_redact_matches_url (shown, cases[i].url));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/redact-match/cases", test_cases);
  g_test_add_func ("/redact-match/own", test_own);

  return g_test_run ();
}
