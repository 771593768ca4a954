/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

#include <string.h>

/* Ids of keys are shorter, secrets are not. */
#define MIN_SECRET_LENGTH 32

static void
check_webhook (LkEgressValidation *self, const Livekit__WebhookConfig *webhook, size_t index)
{
  g_autofree char *url_field = g_strdup_printf ("webhooks[%" G_GSIZE_FORMAT "].url", index);
  g_autofree char *key_field = g_strdup_printf ("webhooks[%" G_GSIZE_FORMAT "].signing_key", index);

  if (*webhook->url == '\0')
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_MISSING, url_field, NULL,
                                "There is no address to call; give one, or take the webhook out");
  else if (!lk_egress_validation_is_web_url (webhook->url))
    lk_egress_validation_fault (self, LK_EGRESS_VALIDATION_ERROR_INVALID, url_field, NULL,
                                "This is no http or https address; give one");

  /* W4 */
  if (strlen (webhook->signing_key) >= MIN_SECRET_LENGTH)
    lk_egress_validation_warn (self, key_field,
                               "This looks like a secret, and it is to be the id of an API key; "
                               "give the id, and make a new key if this one was a secret");
}

static void
check_webhooks (LkEgressValidation *self)
{
  for (size_t i = 0; i < self->request->n_webhooks; i++)
    check_webhook (self, self->request->webhooks[i], i);
}

const LkEgressValidationRule lk_egress_validation_webhook_rules[] = { check_webhooks, NULL };
