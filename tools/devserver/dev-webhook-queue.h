/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "dev-webhook-token.h"

G_BEGIN_DECLS

/* What all queues of a server share. */
typedef struct
{
  SoupSession *session;
  char *api_key;
  char *api_secret;
  gsize size; /* of all that waits, in bytes */

  /* How many webhooks ended how, and how many are still on their way. */
  guint64 delivered;
  guint64 refused; /* by the receiver */
  guint64 dropped; /* by this server: by a fault, by their number, or their age */
  guint64 waiting;
} DevWebhookPost;

/* The webhooks of one egress for one address, one after the other in their order. One that is not
 * taken is tried again for half a minute while the others wait behind it. Those of other egresses
 * do not, and may overtake them. As LiveKit's server does it (resource_url_notifier.go). */
typedef struct _DevWebhookQueue DevWebhookQueue;

/* done is called when nothing is left; the queue may be freed in it. */
DevWebhookQueue *dev_webhook_queue_new (DevWebhookPost *post,
                                        const char *url,
                                        const char *egress_id,
                                        void (*done) (DevWebhookQueue *queue, gpointer data),
                                        gpointer data);

/* Waits for the request that is under way, which it gives up. */
void dev_webhook_queue_free (DevWebhookQueue *self);

/* A name that no other address and egress have. */
char *dev_webhook_queue_make_key (const char *url, const char *egress_id);
const char *dev_webhook_queue_get_key (DevWebhookQueue *self);

/* label is for the log. hold: milliseconds that it stays behind while others pass it; with
 * until_next it goes right after the next one if that comes sooner. */
void dev_webhook_queue_push (DevWebhookQueue *self,
                             GBytes *body,
                             const char *label,
                             DevForgery forgery,
                             guint hold,
                             gboolean until_next);

G_END_DECLS
