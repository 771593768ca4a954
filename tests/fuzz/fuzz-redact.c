/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text: what is shown of it is valid, has no control characters, and stays as it is. */

#include "fuzz.h"

#include "lk-egress-redact-private.h"

static void
check (char *(*redact) (const char *), const char *text, const char *allowed)
{
  g_autofree char *once = redact (text);
  g_autofree char *twice = redact (once);

  g_assert_true (g_utf8_validate (once, -1, NULL));
  for (const char *p = once; *p != '\0'; p++)
    g_assert_true (!g_ascii_iscntrl (*p) || strchr (allowed, *p) != NULL);
  g_assert_cmpstr (twice, ==, once);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = size > 0 ? g_strndup ((const char *)data, size) : g_strdup ("");
  g_autofree char *server_text = lk_egress_redact_server_text (text, strlen (text));

  check (lk_egress_redact_url, text, "");
  check (lk_egress_redact_text, text, "\t\r\n");
  g_assert_cmpuint (strlen (server_text), <=, 1024);
  return 0;
}
