/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "dev-webhook-token.h"

G_BEGIN_DECLS

typedef enum
{
  DEV_CUT_NONE,
  DEV_CUT_BEFORE,
  DEV_CUT_MIDDLE,
  DEV_CUT_AFTER,
} DevCut;

typedef enum
{
  DEV_LIFE_NORMAL,
  DEV_LIFE_NEVER_ACTIVE,
  DEV_LIFE_FAIL_STARTING,
  DEV_LIFE_FAIL_ACTIVE,
  DEV_LIFE_WORKER_LOST,
  DEV_LIFE_ABORT,
  DEV_LIFE_LIMIT,
  DEV_LIFE_NO_MEDIA,
  DEV_LIFE_SLOW_END,
  DEV_LIFE_CUT,
  DEV_LIFE_STALL,
  DEV_LIFE_MUTE,
  DEV_LIFE_IDLE,
} DevLife;

typedef enum
{
  DEV_WEBHOOK_NORMAL,
  DEV_WEBHOOK_DROP,
  DEV_WEBHOOK_REPEAT,
  DEV_WEBHOOK_SWAP,
  DEV_WEBHOOK_LATE,
  DEV_WEBHOOK_FORGE,
} DevWebhookFault;

/* What goes wrong with one call, with the life of one egress, or with one webhook. */
typedef struct
{
  char *method; /* "*" is any */
  char *event;  /* "*" is any */
  guint64 left; /* how many it still hits */
  guint delay;  /* milliseconds */
  DevCut cut;
  guint status; /* with content_type and body; 0 if none */
  char *content_type;
  GBytes *body;
  JsonObject *headers;
  DevLife life;
  DevWebhookFault webhook;
  DevForgery forgery;
  guint times; /* how often an egress is cut, stalled or muted, or a webhook repeated */
} DevFault;

DevFault *dev_fault_ref (DevFault *fault);
void dev_fault_unref (DevFault *fault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DevFault, dev_fault_unref)

/* The faults still to come, in the order they were asked for. */
typedef struct _DevFaults DevFaults;

DevFaults *dev_faults_new (void);
void dev_faults_free (DevFaults *self);

/* An object or an array of them; none is taken if one of them is wrong. */
gboolean dev_faults_add (DevFaults *self, const char *json, gssize length, GError **error);
void dev_faults_clear (DevFaults *self);

/* The first that hits a call, NULL if all goes well. */
DevFault *dev_faults_take (DevFaults *self, const char *method);
/* The first that hits an egress. */
DevFault *dev_faults_take_life (DevFaults *self);
/* The first that hits a webhook, such as "egress_ended". */
DevFault *dev_faults_take_webhook (DevFaults *self, const char *event);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DevFaults, dev_faults_free)

G_END_DECLS
