/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

static gboolean
check_any_output (const Livekit__StartEgressRequest *request, GError **error)
{
  if (request->n_outputs > 0)
    return TRUE;

  return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_MISSING, "outputs",
                                    "request has missing or invalid field: output",
                                    "The request has no output; add a file, a stream, segments or "
                                    "images");
}

static gboolean
check_output_configs (const Livekit__StartEgressRequest *request, GError **error)
{
  for (size_t i = 0; i < request->n_outputs; i++)
    {
      g_autofree char *field = NULL;

      if (request->outputs[i]->config_case != LIVEKIT__OUTPUT__CONFIG__NOT_SET)
        continue;

      field = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "]", i);
      return lk_egress_validation_fail (
          error, LK_EGRESS_VALIDATION_ERROR_MISSING, field,
          "request has missing or invalid field: output config",
          "The output is empty; set one of file, stream, segments and "
          "images");
    }

  return TRUE;
}

static gboolean
check_only_one (const Livekit__StartEgressRequest *request,
                Livekit__Output__ConfigCase kind,
                const char *plural,
                GError **error)
{
  g_autofree char *field = NULL;
  g_autofree char *server_word = NULL;
  size_t count = 0, last = 0;

  for (size_t i = 0; i < request->n_outputs; i++)
    {
      if (request->outputs[i]->config_case == kind)
        {
          count++;
          last = i;
        }
    }

  if (count < 2)
    return TRUE;

  field = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "]", last);
  server_word = g_strdup_printf ("request has missing or invalid field: multiple %s", plural);
  return lk_egress_validation_fail (error, LK_EGRESS_VALIDATION_ERROR_CONFLICT, field, server_word,
                                    "The request has %" G_GSIZE_FORMAT " %s, of which there may be "
                                    "one; start an egress for each of them",
                                    count, plural);
}

static gboolean
check_one_of_a_kind (const Livekit__StartEgressRequest *request, GError **error)
{
  return check_only_one (request, LIVEKIT__OUTPUT__CONFIG_FILE, "file outputs", error)
         && check_only_one (request, LIVEKIT__OUTPUT__CONFIG_STREAM, "stream outputs", error)
         && check_only_one (request, LIVEKIT__OUTPUT__CONFIG_SEGMENTS, "segmented file outputs",
                            error);
}

const LkEgressValidationRule lk_egress_validation_output_rules[] = {
  check_any_output,
  check_output_configs,
  check_one_of_a_kind,
  NULL,
};
