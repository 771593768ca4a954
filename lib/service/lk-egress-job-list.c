/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-job-list-private.h"

#include <gio/gio.h>

struct _LkEgressJobList
{
  GObject parent_instance;

  GSequence *jobs;
  GHashTable *places; /* by job: its GSequenceIter */
};

static void lk_egress_job_list_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LkEgressJobList,
                               lk_egress_job_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      lk_egress_job_list_iface_init))

static void
lk_egress_job_list_finalize (GObject *object)
{
  LkEgressJobList *self = LK_EGRESS_JOB_LIST (object);

  g_hash_table_unref (self->places);
  g_sequence_free (self->jobs);

  G_OBJECT_CLASS (lk_egress_job_list_parent_class)->finalize (object);
}

static void
lk_egress_job_list_class_init (LkEgressJobListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lk_egress_job_list_finalize;
}

static void
lk_egress_job_list_init (LkEgressJobList *self)
{
  self->jobs = g_sequence_new (g_object_unref);
  self->places = g_hash_table_new (NULL, NULL);
}

static GType
lk_egress_job_list_get_item_type (GListModel *model)
{
  return LK_EGRESS_TYPE_JOB;
}

static guint
lk_egress_job_list_get_n_items (GListModel *model)
{
  return g_hash_table_size (LK_EGRESS_JOB_LIST (model)->places);
}

static gpointer
lk_egress_job_list_get_item (GListModel *model, guint position)
{
  LkEgressJobList *self = LK_EGRESS_JOB_LIST (model);

  if (position >= g_hash_table_size (self->places))
    return NULL;

  return g_object_ref (g_sequence_get (g_sequence_get_iter_at_pos (self->jobs, (int)position)));
}

static void
lk_egress_job_list_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = lk_egress_job_list_get_item_type;
  iface->get_n_items = lk_egress_job_list_get_n_items;
  iface->get_item = lk_egress_job_list_get_item;
}

LkEgressJobList *
lk_egress_job_list_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_JOB_LIST, NULL);
}

void
lk_egress_job_list_append (LkEgressJobList *self, LkEgressJob *job)
{
  g_hash_table_insert (self->places, job, g_sequence_append (self->jobs, g_object_ref (job)));
  g_list_model_items_changed (G_LIST_MODEL (self), g_hash_table_size (self->places) - 1, 0, 1);
}

void
lk_egress_job_list_remove (LkEgressJobList *self, LkEgressJob *job)
{
  GSequenceIter *place = g_hash_table_lookup (self->places, job);
  guint position;

  if (place == NULL)
    return;

  position = (guint)g_sequence_iter_get_position (place);
  g_hash_table_remove (self->places, job);
  g_sequence_remove (place);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}
