/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Random secrets in random places of random addresses and texts. --seed repeats a run. */

#include "lk-egress-redact.h"

#include <string.h>

#define ROUNDS 3000

/* Longer parts of a secret than this never show. Three characters of each end of a key may. */
#define MAX_SHOWN 3

/* What secrets and texts are made of. No part is in another one. */
static const char *const parts[] = {
  "a", "b", "Z", "7", "0", "-", "_", "~", "%2F", "ж", "語", "\"", "'", "<", ">", "{",
  "}", "[", "]", "(", ")", ".", ",", ";", "!",   "*", "|",  "\\", "$", "@", "+",
};

/* Added to them where the place allows. */
static const char *const white_space[] = { " ", "\n", "\t", ":", NULL };
static const char *const key_parts[] = { "://", "?", "#", ":", NULL };
static const char *const user_parts[] = { "&", "=", ":", NULL };
static const char *const value_parts[] = { "://", "?", "/", "#", "=", ":", NULL };
static const char *const bare_parts[] = { "://", "?", "/", "#", ":", NULL };

/* Where a secret is in an address: %s. */
typedef struct
{
  const char *const *extra_parts;
  const char *format;
} Place;

static const Place places[] = {
  { key_parts, "rtmp://host/app/%s" },
  { key_parts, "RTMPS://host:443/a/b/%s live=1" },
  { key_parts, "rtmpt://host/%s" },
  { key_parts, "rtmpe://[::1]:1935/app/%s" },
  { key_parts, "rtmpts://u:p@host/app/%s" },
  { key_parts, "rtmpte://host/app/%s" },
  { key_parts, "mux://%s" },
  { key_parts, "twitch://%s" },
  { key_parts, "http://host/p,rtmp://host/app/%s" },
  { user_parts, "https://%s@host/p" },
  { user_parts, "https://user:%s@host:443" },
  { user_parts, "rtmp://user:%s@host/app/key" },
  { user_parts, "srt://%s:password@host:1?mode=caller" },
  { value_parts, "srt://host:1?passphrase=%s" },
  { value_parts, "srt://host:1?mode=caller&streamid=%s&pbkeylen=16" },
  { value_parts, "rtmp://host/app/key?token=%s" },
  { value_parts, "wss://host/p?x=%s#y" },
  { value_parts, "https://host/p#%s" },
  { value_parts, "rtmp://host/app/key pubUser=me pubPasswd=%s" },
  { value_parts, "rtmp://host/app/key live=1 playpath=%s" },
  { bare_parts, "srt://host:1?%s" },
  { bare_parts, "https://host/p?a=b&%s&c=d" },
  { bare_parts, "https://host/p?%s" },
};

static gsize
count (const char *const *strings)
{
  gsize n = 0;

  while (strings[n] != NULL)
    n++;
  return n;
}

static GPtrArray *
random_parts (const char *const *extra_parts, int min, int max)
{
  GPtrArray *chosen = g_ptr_array_new ();
  const int length = g_test_rand_int_range (min, max + 1);
  const int n = G_N_ELEMENTS (parts), n_extra = (int)count (extra_parts);

  while ((int)chosen->len < length)
    {
      int i = g_test_rand_int_range (0, n + n_extra);

      g_ptr_array_add (chosen, (gpointer)(i < n ? parts[i] : extra_parts[i - n]));
    }
  return chosen;
}

static char *
join (GPtrArray *chosen, guint first, guint n)
{
  GString *out = g_string_new (NULL);

  for (guint i = first; i < first + n; i++)
    g_string_append (out, g_ptr_array_index (chosen, i));
  return g_string_free (out, FALSE);
}

/* Text around an address. It has nothing of a secret in it but marks. */
static char *
random_words (void)
{
  static const char *const words[]
      = { "no", "stream", "(lost)", "\"error\":", "500,", "ünreachable", "see", "<em>", "it's" };
  GString *out = g_string_new (NULL);

  for (int n = g_test_rand_int_range (0, 5); n > 0; n--)
    g_string_append_printf (out, "%s%c", words[g_test_rand_int_range (0, G_N_ELEMENTS (words))],
                            " \t\n"[g_test_rand_int_range (0, 3)]);
  return g_string_free (out, FALSE);
}

/* Its dots and braces are not told from those that stand for what is missing. */
static gboolean
is_telling (const char *part)
{
  return strpbrk (part, ".{}") == NULL;
}

/* Nothing longer of the secret is in what is shown than may be. */
static void
assert_hidden (const char *shown, GPtrArray *secret, const char *text)
{
  for (guint i = 0; i + MAX_SHOWN < secret->len; i++)
    {
      g_autofree char *part = join (secret, i, MAX_SHOWN + 1);

      if (is_telling (part) && strstr (shown, part) != NULL)
        g_error ("\"%s\" shows \"%s\" of \"%s\"", shown, part, text);
    }
}

static void
assert_stays (const char *shown, char *(*redact) (const char *), const char *text)
{
  g_autofree char *again = redact (shown);

  if (!g_str_equal (again, shown))
    g_error ("\"%s\" becomes \"%s\"; it was \"%s\"", shown, again, text);
}

/* A part of four that is in the address itself, or twice in the secret, shows nothing. */
static GPtrArray *
random_secret (const Place *place)
{
  for (;;)
    {
      g_autoptr (GPtrArray) secret = random_parts (place->extra_parts, 4, 30);
      g_autofree char *frame = g_strdup_printf ("%s {...} {user}", place->format);
      gboolean found = FALSE;

      for (guint i = 0; i + MAX_SHOWN < secret->len; i++)
        {
          g_autofree char *part = join (secret, i, MAX_SHOWN + 1);

          found |= strstr (frame, part) != NULL;
        }
      if (!found)
        return g_steal_pointer (&secret);
    }
}

static char *
put (const Place *place, const char *secret)
{
  g_auto (GStrv) around = g_strsplit (place->format, "%s", 2);

  return g_strconcat (around[0], secret, around[1], NULL);
}

static void
test_addresses (void)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      const Place *place = &places[g_test_rand_int_range (0, G_N_ELEMENTS (places))];
      g_autoptr (GPtrArray) secret = random_secret (place);
      g_autofree char *joined = join (secret, 0, secret->len);
      g_autofree char *url = put (place, joined);
      g_autofree char *before = random_words ();
      g_autofree char *after = random_words ();
      g_autofree char *text = g_strconcat (before, url, " ", after, NULL);
      g_autofree char *shown_url = lk_egress_redact_url (url);
      g_autofree char *shown_text = lk_egress_redact_text (text);

      assert_hidden (shown_url, secret, url);
      assert_hidden (shown_text, secret, text);
      assert_stays (shown_url, lk_egress_redact_url, url);
      assert_stays (shown_text, lk_egress_redact_text, text);
    }
}

static void
test_tokens (void)
{
  static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GString) token = g_string_new ("eyJ");
      g_autofree char *before = random_words ();
      g_autofree char *after = random_words ();
      g_autofree char *text = NULL;
      g_autofree char *shown = NULL;

      for (int n = g_test_rand_int_range (13, 200); n > 0; n--)
        {
          if (n > 1 && g_test_rand_int_range (0, 30) == 0 && token->len > 20
              && token->str[token->len - 1] != '.')
            g_string_append_c (token, '.');
          else
            g_string_append_c (token, base64[g_test_rand_int_range (0, sizeof base64 - 1)]);
        }
      text = g_strconcat (before, token->str, " ", after, NULL);
      shown = lk_egress_redact_text (text);
      g_assert_null (strstr (shown, token->str + 3));
      g_assert_nonnull (strstr (shown, "{token}"));
      assert_stays (shown, lk_egress_redact_text, text);
    }
}

/* What has neither an address nor a token in it is shown as it is. */
static void
test_plain (void)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GPtrArray) chosen = random_parts (white_space, 0, 200);
      g_autofree char *text = join (chosen, 0, chosen->len);

      assert_stays (text, lk_egress_redact_text, text);
    }
}

/* Any text at all: nothing but that it ends, and stays. */
static void
test_any (void)
{
  static const char *const pieces[] = { "rtmp",
                                        "://",
                                        ":",
                                        "/",
                                        "?",
                                        "#",
                                        "@",
                                        "=",
                                        "&",
                                        " ",
                                        "{",
                                        "}",
                                        "...",
                                        "live=1",
                                        "mux",
                                        "a",
                                        "eyJhbGciOiJIUzI1NiJ9",
                                        ".",
                                        "\033",
                                        "\n",
                                        "\xff",
                                        "[",
                                        "]",
                                        "ж",
                                        "\"",
                                        "{token}" };

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *shown = NULL;
      g_autofree char *shown_url = NULL;

      for (int n = g_test_rand_int_range (0, 40); n > 0; n--)
        g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      shown = lk_egress_redact_text (text->str);
      shown_url = lk_egress_redact_url (text->str);
      g_assert_true (g_utf8_validate (shown, -1, NULL));
      g_assert_null (strchr (shown, '\033'));
      assert_stays (shown, lk_egress_redact_text, text->str);
      assert_stays (shown_url, lk_egress_redact_url, text->str);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/redact-random/addresses", test_addresses);
  g_test_add_func ("/redact-random/tokens", test_tokens);
  g_test_add_func ("/redact-random/plain", test_plain);
  g_test_add_func ("/redact-random/any", test_any);

  return g_test_run ();
}
