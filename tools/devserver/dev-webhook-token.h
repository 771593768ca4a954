/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is wrong with a webhook that a stranger sends. */
typedef enum
{
  DEV_FORGERY_NONE,
  DEV_FORGERY_SIGNATURE, /* made with another secret */
  DEV_FORGERY_KEY,       /* of an API key that nobody knows */
  DEV_FORGERY_HASH,      /* of another body */
  DEV_FORGERY_EXPIRED,
  DEV_FORGERY_ALG_NONE,  /* without a signature */
  DEV_FORGERY_ALG_RS256, /* with the signature of another algorithm than it names */
} DevForgery;

/* The header Authorization for a body. now is in seconds since 1970. */
char *dev_webhook_token_sign (GBytes *body,
                              const char *api_key,
                              const char *api_secret,
                              gint64 now,
                              DevForgery forgery);

G_END_DECLS
