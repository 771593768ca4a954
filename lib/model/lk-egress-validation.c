/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

/**
 * lk_egress_validation_error_quark:
 *
 * Gets the domain of validation errors.
 *
 * Returns: %LK_EGRESS_VALIDATION_ERROR
 * Since: 1.0
 */
G_DEFINE_QUARK (lk_egress_validation_error_quark, lk_egress_validation_error)

static const LkEgressValidationRule *const rule_lists[] = {
  lk_egress_validation_source_rules,
  lk_egress_validation_encoding_rules,
  lk_egress_validation_output_rules,
  lk_egress_validation_stream_rules,
};

gboolean
lk_egress_validation_check (const Livekit__StartEgressRequest *request, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rule_lists); i++)
    {
      for (const LkEgressValidationRule *rule = rule_lists[i]; *rule != NULL; rule++)
        {
          if (!(*rule) (request, error))
            return FALSE;
        }
    }

  return TRUE;
}

gboolean
lk_egress_validation_fail (GError **error,
                           LkEgressValidationError code,
                           const char *field,
                           const char *server_word,
                           const char *format,
                           ...)
{
  g_autofree char *sentence = NULL;
  g_autofree char *server = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);

  if (server_word != NULL)
    server = g_strdup_printf ("the server would say \"%s\"", server_word);

  g_set_error (error, LK_EGRESS_VALIDATION_ERROR, code, "%s: %s (%s)", field, sentence,
               server != NULL ? server : "the server does not check this");
  return FALSE;
}

gboolean
lk_egress_validation_is_web_url (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);

  if (uri == NULL)
    return FALSE;

  return g_str_equal (g_uri_get_scheme (uri), "http")
         || g_str_equal (g_uri_get_scheme (uri), "https");
}
