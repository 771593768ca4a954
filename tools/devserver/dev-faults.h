/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

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
} DevLife;

/* What goes wrong with one call. */
typedef struct
{
  char *method; /* "*" is any */
  guint64 left; /* how many calls it still hits */
  guint delay;  /* milliseconds */
  DevCut cut;
  guint status; /* with content_type and body; 0 if none */
  char *content_type;
  GBytes *body;
  JsonObject *headers;
  DevLife life;
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
DevLife dev_faults_take_life (DevFaults *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DevFaults, dev_faults_free)

G_END_DECLS
