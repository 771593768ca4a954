/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresskeeper.h"

#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

struct _GstLiveKitEgressKeeper
{
  GstLiveKitEgressNews news;
  gchar *owner;
  gboolean can_adopt;
  LkEgressStore *store;
  LkEgressStoreEntry *entry;    /* of the run */

  /* What is tended. */
  GPtrArray *leftovers;         /* those that are not seen to yet */
  GCancellable *cancellable;
  LkEgressRequest *request;
  gchar *egress_id;             /* which the run attaches to */
  GstLiveKitEgressOnLeftover on_leftover;
  GSource *wait_timer;
  GSource *last_timer;

  GstLiveKitEgressKeeperFunc func;      /* until called */
  gpointer data;
};

typedef struct
{
  LkEgressStoreEntry *entry;
  LkEgressJob *job;
  gboolean stopping;
} Leftover;

static void
leftover_free (gpointer data)
{
  Leftover *self = data;

  g_object_unref (self->entry);
  g_object_unref (self->job);
  g_free (self);
}

static void
keeper_clear (gpointer data)
{
  GstLiveKitEgressKeeper *self = data;

  gst_livekit_egress_news_clear (&self->news);
  g_free (self->owner);
  g_object_unref (self->store);
  g_clear_object (&self->entry);
  g_ptr_array_unref (self->leftovers);
  g_object_unref (self->cancellable);
  g_clear_object (&self->request);
  g_free (self->egress_id);
}

GstLiveKitEgressKeeper *
gst_livekit_egress_keeper_new (GstElement * element, const gchar * owner,
    gboolean can_adopt)
{
  GstLiveKitEgressKeeper *self = g_atomic_rc_box_new0 (GstLiveKitEgressKeeper);

  gst_livekit_egress_news_init (&self->news, element, NULL);
  self->owner = g_strdup (owner);
  self->can_adopt = can_adopt;
  self->store = LK_EGRESS_STORE (lk_egress_file_store_new (NULL));
  self->leftovers = g_ptr_array_new_with_free_func (leftover_free);
  self->cancellable = g_cancellable_new ();

  return self;
}

GstLiveKitEgressKeeper *
gst_livekit_egress_keeper_ref (GstLiveKitEgressKeeper * self)
{
  return g_atomic_rc_box_acquire (self);
}

void
gst_livekit_egress_keeper_unref (GstLiveKitEgressKeeper * self)
{
  g_atomic_rc_box_release_full (self, keeper_clear);
}

static void
unref_keeper (gpointer data)
{
  gst_livekit_egress_keeper_unref (data);
}

static void
warn (GstLiveKitEgressKeeper * self, const gchar * egress_id,
    const gchar * what, const gchar * reason)
{
  g_autofree gchar *text = g_strdup_printf ("The egress %s of an earlier run "
      "of “%s” %s: %s.", egress_id != NULL ? egress_id :
      "that was being started", self->owner, what, reason);

  gst_livekit_egress_news_warn (&self->news, GST_RESOURCE_ERROR_CLOSE, text);
}

static void
forget (GstLiveKitEgressKeeper * self, LkEgressStoreEntry * entry)
{
  g_autoptr (GError) error = NULL;

  if (lk_egress_store_remove (self->store, entry, NULL, &error))
    return;
  gst_livekit_egress_news_warn (&self->news, GST_RESOURCE_ERROR_WRITE,
      error->message);
  lk_egress_store_release (self->store, entry);
}

/*** What was left ***/

/* Whoever waits may go on. */
static void
end_wait (GstLiveKitEgressKeeper * self, const gchar * egress_id)
{
  GstLiveKitEgressKeeperFunc func = self->func;

  gst_livekit_egress_timer_disarm (&self->wait_timer);
  self->func = NULL;
  if (func != NULL)
    func (egress_id, self->data);
}

static void
end_wait_if_done (GstLiveKitEgressKeeper * self)
{
  if (self->leftovers->len > 0)
    return;

  gst_livekit_egress_timer_disarm (&self->last_timer);
  end_wait (self, NULL);
}

/* Gives its entry. outcome: NULL if there is nothing to tell. */
static LkEgressStoreEntry *
drop_leftover (GstLiveKitEgressKeeper * self, Leftover * leftover,
    const gchar * outcome)
{
  LkEgressStoreEntry *entry = g_object_ref (leftover->entry);

  if (outcome != NULL) {
    GST_INFO ("egress %s, left by “%s”: %s",
        lk_egress_job_get_egress_id (leftover->job), self->owner, outcome);
    gst_livekit_egress_news_tell_leftover (&self->news, self->owner,
        lk_egress_job_get_egress_id (leftover->job), outcome);
  }
  g_signal_handlers_disconnect_by_data (leftover->job, self);
  g_ptr_array_remove_fast (self->leftovers, leftover);

  return entry;
}

static void
forget_leftover (GstLiveKitEgressKeeper * self, Leftover * leftover,
    const gchar * outcome)
{
  g_autoptr (LkEgressStoreEntry) entry =
      drop_leftover (self, leftover, outcome);

  forget (self, entry);
  end_wait_if_done (self);
}

static void
leave_leftover (GstLiveKitEgressKeeper * self, Leftover * leftover,
    const gchar * outcome)
{
  g_autoptr (LkEgressStoreEntry) entry =
      drop_leftover (self, leftover, outcome);

  lk_egress_store_release (self->store, entry);
  end_wait_if_done (self);
}

static Leftover *
find_leftover (GstLiveKitEgressKeeper * self, gpointer job)
{
  guint i;

  for (i = 0; i < self->leftovers->len; i++) {
    Leftover *leftover = g_ptr_array_index (self->leftovers, i);

    if (leftover->job == job)
      return leftover;
  }
  return NULL;
}

static void
on_state_changed (LkEgressJob * job, LkEgressJobState state,
    GstLiveKitEgressKeeper * keeper)
{
  g_autoptr (GstLiveKitEgressKeeper) self =
      gst_livekit_egress_keeper_ref (keeper);
  Leftover *leftover = find_leftover (self, job);

  if (lk_egress_job_state_is_final (state) && leftover->stopping)
    forget_leftover (self, leftover, "stopped");
}

static void
on_stopped (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autoptr (GstLiveKitEgressKeeper) self = data;
  g_autoptr (GError) error = NULL;
  const gboolean stopped =
      lk_egress_job_stop_finish (LK_EGRESS_JOB (source), result, &error);
  Leftover *leftover = find_leftover (self, source);

  if (leftover == NULL)
    return;

  if (!stopped) {
    warn (self, lk_egress_job_get_egress_id (leftover->job),
        "is not stopped and may still run", error->message);
    leave_leftover (self, leftover, "left");
  }
}

static void
adopt (GstLiveKitEgressKeeper * self, Leftover * leftover)
{
  g_autofree gchar *egress_id =
      g_strdup (lk_egress_job_get_egress_id (leftover->job));

  self->entry = drop_leftover (self, leftover, "adopted");
  end_wait (self, egress_id);
  if (self->leftovers->len == 0)
    gst_livekit_egress_timer_disarm (&self->last_timer);
}

static gboolean
is_tended (GstLiveKitEgressKeeper * self, LkEgressStoreEntry * entry)
{
  guint i;

  for (i = 0; i < self->leftovers->len; i++) {
    Leftover *leftover = g_ptr_array_index (self->leftovers, i);

    if (g_str_equal (lk_egress_store_entry_get_key (leftover->entry),
            lk_egress_store_entry_get_key (entry)))
      return TRUE;
  }
  return FALSE;
}

/* What is found of a start that was never answered may be the egress of a run that is alive, this one
 * too: it is if that knows the egress, and may be if it waits for the answer to the same request. */
static gboolean
is_of_another (GstLiveKitEgressKeeper * self, Leftover * leftover)
{
  const gchar *egress_id = lk_egress_job_get_egress_id (leftover->job);
  LkEgressRequest *request =
      lk_egress_store_entry_get_request (leftover->entry);
  g_autoptr (GPtrArray) entries = NULL;
  guint i;

  if (lk_egress_store_entry_get_egress_id (leftover->entry) != NULL)
    return FALSE;

  entries = lk_egress_store_list (self->store, self->owner, NULL, NULL);
  for (i = 0; entries != NULL && i < entries->len; i++) {
    LkEgressStoreEntry *entry = g_ptr_array_index (entries, i);
    const gchar *known = lk_egress_store_entry_get_egress_id (entry);

    if (is_tended (self, entry))
      continue;
    if (known != NULL ? g_str_equal (known, egress_id) :
        lk_egress_store_entry_matches (entry, request))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_to_adopt (GstLiveKitEgressKeeper * self, Leftover * leftover)
{
  /* Nobody waits for it any more, or another was adopted. */
  if (self->func == NULL)
    return FALSE;
  if (self->egress_id != NULL)
    return g_str_equal (self->egress_id,
        lk_egress_job_get_egress_id (leftover->job));

  return self->on_leftover == GST_LIVEKIT_EGRESS_ON_LEFTOVER_ADOPT
      && self->can_adopt && self->entry == NULL
      && lk_egress_job_get_state (leftover->job) < LK_EGRESS_JOB_STATE_ENDING
      && lk_egress_store_entry_matches (leftover->entry, self->request);
}

static void
on_attached (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autoptr (GstLiveKitEgressKeeper) self = data;
  g_autoptr (GError) error = NULL;
  const gboolean attached =
      lk_egress_job_attach_finish (LK_EGRESS_JOB (source), result, &error);
  Leftover *leftover = find_leftover (self, source);
  LkEgressJob *job = LK_EGRESS_JOB (source);

  if (leftover == NULL)
    return;

  if (lk_egress_job_state_is_final (lk_egress_job_get_state (job))) {
    forget_leftover (self, leftover, "ended");
  } else if (!attached) {
    warn (self, lk_egress_job_get_egress_id (job),
        "cannot be looked for and may still run", error->message);
    leave_leftover (self, leftover, "left");
  } else if (is_of_another (self, leftover)) {
    leave_leftover (self, leftover, NULL);
  } else if (is_to_adopt (self, leftover)) {
    adopt (self, leftover);
  } else if (self->on_leftover == GST_LIVEKIT_EGRESS_ON_LEFTOVER_IGNORE) {
    leave_leftover (self, leftover, "left");
  } else {
    leftover->stopping = TRUE;
    lk_egress_job_stop_async (job, self->cancellable, on_stopped,
        gst_livekit_egress_keeper_ref (self));
  }
}

static gboolean
on_wait_timeout (gpointer data)
{
  g_autoptr (GstLiveKitEgressKeeper) self =
      gst_livekit_egress_keeper_ref (data);

  end_wait (self, NULL);
  return G_SOURCE_REMOVE;
}

/* The next run goes on with them. */
static gboolean
on_last (gpointer data)
{
  g_autoptr (GstLiveKitEgressKeeper) self =
      gst_livekit_egress_keeper_ref (data);

  g_cancellable_cancel (self->cancellable);
  while (self->leftovers->len > 0) {
    Leftover *leftover = g_ptr_array_index (self->leftovers, 0);

    warn (self, lk_egress_job_get_egress_id (leftover->job),
        "has not ended and may still run", "it was asked for long enough");
    leave_leftover (self, leftover, "left");
  }
  return G_SOURCE_REMOVE;
}

static void
add_leftover (GstLiveKitEgressKeeper * self, LkEgressClient * client,
    LkEgressStoreEntry * entry)
{
  const GError *error = lk_egress_store_entry_get_error (entry);
  Leftover *leftover;

  if (error != NULL)
    gst_livekit_egress_news_warn (&self->news, GST_RESOURCE_ERROR_READ,
        error->message);
  if (error != NULL
      || g_strcmp0 (lk_egress_store_entry_get_server_url (entry),
          lk_egress_client_get_url (client)) != 0) {
    lk_egress_store_release (self->store, entry);
    return;
  }

  leftover = g_new0 (Leftover, 1);
  leftover->entry = g_object_ref (entry);
  leftover->job = lk_egress_job_new_for_entry (client, entry);
  g_signal_connect (leftover->job, "state-changed",
      G_CALLBACK (on_state_changed), self);
  g_ptr_array_add (self->leftovers, leftover);
}

void
gst_livekit_egress_keeper_tend (GstLiveKitEgressKeeper * self,
    LkEgressClient * client, LkEgressRequest * request, const gchar * egress_id,
    const GstLiveKitEgressLife * life, GstLiveKitEgressKeeperFunc func,
    gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  guint i;

  if (self == NULL) {
    func (NULL, data);
    return;
  }

  entries = lk_egress_store_claim (self->store, self->owner, NULL, &error);
  if (entries == NULL)
    gst_livekit_egress_news_warn (&self->news, GST_RESOURCE_ERROR_READ,
        error->message);

  self->func = func;
  self->data = data;
  self->egress_id = g_strdup (egress_id);
  self->on_leftover = life->on_leftover;
  g_set_object (&self->request, request);
  for (i = 0; entries != NULL && i < entries->len; i++)
    add_leftover (self, client, g_ptr_array_index (entries, i));

  if (self->leftovers->len > 0) {
    gst_livekit_egress_timer_arm (&self->last_timer, life->background_time,
        on_last, gst_livekit_egress_keeper_ref (self), unref_keeper);
    gst_livekit_egress_timer_arm (&self->wait_timer, MAX (life->stop_timeout,
            1), on_wait_timeout, gst_livekit_egress_keeper_ref (self),
        unref_keeper);
  }
  for (i = 0; i < self->leftovers->len; i++) {
    Leftover *leftover = g_ptr_array_index (self->leftovers, i);

    lk_egress_job_attach_async (leftover->job, self->cancellable, on_attached,
        gst_livekit_egress_keeper_ref (self));
  }
  end_wait_if_done (self);
}

/*** The run ***/

gboolean
gst_livekit_egress_keeper_begin (GstLiveKitEgressKeeper * self,
    LkEgressClient * client, LkEgressRequest * request, GError ** error)
{
  if (self == NULL)
    return TRUE;

  self->entry = lk_egress_store_entry_new (self->owner,
      lk_egress_client_get_url (client), request, NULL);
  if (lk_egress_store_put (self->store, self->entry, NULL, error))
    return TRUE;

  g_clear_object (&self->entry);
  g_prefix_error (error, "No egress is started, because nothing would stop it "
      "after a crash, as owner=%s asks for: ", self->owner);
  return FALSE;
}

void
gst_livekit_egress_keeper_set_id (GstLiveKitEgressKeeper * self,
    const gchar * egress_id)
{
  g_autoptr (GError) error = NULL;

  if (self == NULL || self->entry == NULL)
    return;
  /* One that was adopted has its own. */
  if (g_strcmp0 (lk_egress_store_entry_get_egress_id (self->entry),
          egress_id) == 0)
    return;

  lk_egress_store_entry_set_egress_id (self->entry, egress_id);
  /* It can be found without, by its request. */
  if (!lk_egress_store_put (self->store, self->entry, NULL, &error))
    gst_livekit_egress_news_warn (&self->news, GST_RESOURCE_ERROR_WRITE,
        error->message);
}

/* Whether nothing of it is left on the server. */
static gboolean
has_ended (LkEgressJob * job)
{
  const GError *error = lk_egress_job_get_error (job);

  if (!lk_egress_job_state_is_final (lk_egress_job_get_state (job)))
    return FALSE;
  return lk_egress_job_get_info (job) != NULL || error == NULL
      || !lk_egress_error_is_uncertain (error);
}

void
gst_livekit_egress_keeper_end (GstLiveKitEgressKeeper * self,
    LkEgressJob * job, gboolean detached)
{
  g_autoptr (LkEgressStoreEntry) entry =
      self != NULL ? g_steal_pointer (&self->entry) : NULL;

  if (entry == NULL)
    return;

  if (detached || has_ended (job))
    forget (self, entry);
  else
    lk_egress_store_release (self->store, entry);
}
