/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

/* R12 */
static void
check_any_output (LkEgressValidation *self)
{
  if (self->request->n_outputs == 0)
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING, "outputs",
                                LK_EGRESS_VALIDATION_FIELD ("output"),
                                "The request has no output; add a file, a stream, segments or "
                                "images");
}

/* R15 */
static void
check_output_configs (LkEgressValidation *self)
{
  for (size_t i = 0; i < self->request->n_outputs; i++)
    {
      g_autofree char *field = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "]", i);

      if (self->request->outputs[i]->config_case == LIVEKIT__OUTPUT__CONFIG__NOT_SET)
        lk_egress_validation_fault (
            self, LK_EGRESS_VALIDATION_ERROR_MISSING, field,
            LK_EGRESS_VALIDATION_FIELD ("output config"),
            "The output is empty; set one of file, stream, segments and images");
    }
}

/* R13 */
static void
check_only_one (LkEgressValidation *self,
                Livekit__Output__ConfigCase kind,
                const char *plural,
                const char *server_word)
{
  size_t count = 0;

  for (size_t i = 0; i < self->request->n_outputs; i++)
    {
      g_autofree char *field = g_strdup_printf ("outputs[%" G_GSIZE_FORMAT "]", i);

      if (self->request->outputs[i]->config_case == kind && ++count > 1)
        lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_CONFLICT, field, server_word,
                                    "There are several %s; keep one, or start an egress for each",
                                    plural);
    }
}

static void
check_one_of_a_kind (LkEgressValidation *self)
{
  check_only_one (self, LIVEKIT__OUTPUT__CONFIG_FILE, "file outputs",
                  LK_EGRESS_VALIDATION_FIELD ("multiple file outputs"));
  check_only_one (self, LIVEKIT__OUTPUT__CONFIG_STREAM, "stream outputs",
                  LK_EGRESS_VALIDATION_FIELD ("multiple stream outputs"));
  check_only_one (self, LIVEKIT__OUTPUT__CONFIG_SEGMENTS, "segmented file outputs",
                  LK_EGRESS_VALIDATION_FIELD ("multiple segmented file outputs"));
}

const LkEgressValidationRule lk_egress_validation_output_rules[] = {
  check_any_output,
  check_output_configs,
  check_one_of_a_kind,
  NULL,
};
