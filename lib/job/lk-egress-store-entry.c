/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-store-entry-private.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "lk-egress-json-private.h"
#include "lk-egress-message-private.h"
#include "lk-egress-redact-message-private.h"

/**
 * LkEgressStoreEntry:
 *
 * What a [iface@Store] remembers of one egress: who owns it, on which server it runs, and its id.
 *
 * An entry is made before the egress is started, and then has no id yet. When the process is killed
 * before it learns the id, [ctor@Job.new_for_entry] finds the egress by the request and the time of
 * the entry. For this an entry keeps the request, with its secrets redacted: there is no secret in
 * an entry. An egress that was started under a policy of its own has the
 * [property@StartPolicy:max-duration] of that in its entry, for whoever tends it next.
 *
 * Since: 1.0
 */
struct _LkEgressStoreEntry
{
  GObject parent_instance;

  char *owner;
  char *key;
  char *server_url;
  char *egress_id;
  GDateTime *started_at;
  LkEgressRequest *request; /* redacted */
  gint64 max_duration;      /* milliseconds; -1: no limit of its own */
  GError *error;
};

G_DEFINE_FINAL_TYPE (LkEgressStoreEntry, lk_egress_store_entry, G_TYPE_OBJECT)

static void
lk_egress_store_entry_finalize (GObject *object)
{
  LkEgressStoreEntry *self = LK_EGRESS_STORE_ENTRY (object);

  g_free (self->owner);
  g_free (self->key);
  g_free (self->server_url);
  g_free (self->egress_id);
  g_clear_pointer (&self->started_at, g_date_time_unref);
  g_clear_object (&self->request);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (lk_egress_store_entry_parent_class)->finalize (object);
}

static void
lk_egress_store_entry_class_init (LkEgressStoreEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lk_egress_store_entry_finalize;
}

static void
lk_egress_store_entry_init (LkEgressStoreEntry *self)
{
  self->max_duration = -1;
}

/* Random numbers of GLib come again in a child made by fork(). */
static char *
new_key (void)
{
  guint64 number;

  if (getentropy (&number, sizeof number) != 0)
    number = (guint64)g_random_int () << 32 | g_random_int ();

  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x", number >> 2);
}

gboolean
lk_egress_store_entry_is_key (const char *key, gsize length)
{
  if (length != LK_EGRESS_STORE_ENTRY_KEY_LENGTH || key[0] > '3')
    return FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isxdigit (key[i]) || g_ascii_isupper (key[i]))
        return FALSE;
    }

  return TRUE;
}

static LkEgressStoreEntry *
new_entry (const char *owner, const char *key)
{
  LkEgressStoreEntry *self = g_object_new (LK_EGRESS_TYPE_STORE_ENTRY, NULL);

  self->owner = g_strdup (owner);
  self->key = g_strdup (key);

  return self;
}

static LkEgressRequest *
redact (LkEgressRequest *request)
{
  const ProtobufCMessage *message = lk_egress_message_peek (LK_EGRESS_MESSAGE (request));

  return (LkEgressRequest *)lk_egress_message_take (LK_EGRESS_TYPE_REQUEST,
                                                    lk_egress_redact_message (message));
}

/**
 * lk_egress_store_entry_new:
 * @owner: the name of whoever the egress belongs to; UTF-8, 1 to 64 bytes
 * @server_url: the address of the server, as [method@Client.get_url] gives it
 * @request: (nullable): what is started; %NULL for an egress that was started elsewhere
 * @egress_id: (nullable): the id of the egress; %NULL before its start is answered
 *
 * Creates an entry with a new key and the time of now. There has to be a request or an id to find
 * the egress by.
 *
 * Returns: (transfer full): an entry, which no store has yet
 * Since: 1.0
 */
LkEgressStoreEntry *
lk_egress_store_entry_new (const char *owner,
                           const char *server_url,
                           LkEgressRequest *request,
                           const char *egress_id)
{
  g_autofree char *key = new_key ();
  LkEgressStoreEntry *self;

  g_return_val_if_fail (owner != NULL, NULL);
  g_return_val_if_fail (server_url != NULL, NULL);
  g_return_val_if_fail (request == NULL || LK_EGRESS_IS_REQUEST (request), NULL);
  g_return_val_if_fail (request != NULL || egress_id != NULL, NULL);

  self = new_entry (owner, key);
  self->server_url = g_strdup (server_url);
  self->egress_id = g_strdup (egress_id);
  self->started_at = g_date_time_new_now_utc ();
  if (request != NULL)
    self->request = redact (request);

  return self;
}

/**
 * lk_egress_store_entry_get_owner:
 * @self: an entry
 *
 * Gets whom the egress belongs to.
 *
 * Returns: the name of the owner
 * Since: 1.0
 */
const char *
lk_egress_store_entry_get_owner (LkEgressStoreEntry *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (self), NULL);

  return self->owner;
}

/**
 * lk_egress_store_entry_get_key:
 * @self: an entry
 *
 * Gets what tells this entry from the others of its owner: 16 hexadecimal digits.
 *
 * Returns: the key
 * Since: 1.0
 */
const char *
lk_egress_store_entry_get_key (LkEgressStoreEntry *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (self), NULL);

  return self->key;
}

/**
 * lk_egress_store_entry_get_server_url:
 * @self: an entry
 *
 * Gets the address of the server that runs the egress.
 *
 * Returns: (nullable): the address; %NULL in an entry that cannot be read
 * Since: 1.0
 */
const char *
lk_egress_store_entry_get_server_url (LkEgressStoreEntry *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (self), NULL);

  return self->server_url;
}

/**
 * lk_egress_store_entry_get_egress_id:
 * @self: an entry
 *
 * Gets the id of the egress.
 *
 * Returns: (nullable): the id; %NULL if the answer to its start was never stored
 * Since: 1.0
 */
const char *
lk_egress_store_entry_get_egress_id (LkEgressStoreEntry *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (self), NULL);

  return self->egress_id;
}

/**
 * lk_egress_store_entry_set_egress_id:
 * @self: an entry
 * @egress_id: the id of the egress
 *
 * Tells the entry the id. [method@Store.put] stores it.
 *
 * Since: 1.0
 */
void
lk_egress_store_entry_set_egress_id (LkEgressStoreEntry *self, const char *egress_id)
{
  g_return_if_fail (LK_EGRESS_IS_STORE_ENTRY (self));
  g_return_if_fail (egress_id != NULL);

  g_free (self->egress_id);
  self->egress_id = g_strdup (egress_id);
}

/**
 * lk_egress_store_entry_get_started_at:
 * @self: an entry
 *
 * Gets when the entry was made, which is before the start was sent, by the clock of this machine.
 *
 * Returns: (transfer none) (nullable): the time in UTC; %NULL in an entry that cannot be read
 * Since: 1.0
 */
GDateTime *
lk_egress_store_entry_get_started_at (LkEgressStoreEntry *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (self), NULL);

  return self->started_at;
}

/**
 * lk_egress_store_entry_get_request:
 * @self: an entry
 *
 * Gets the request that the egress was started with.
 *
 * Returns: (transfer none) (nullable): the request with its secrets redacted, or %NULL if it is not
 *   known
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_store_entry_get_request (LkEgressStoreEntry *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (self), NULL);

  return self->request;
}

/**
 * lk_egress_store_entry_matches:
 * @self: an entry
 * @request: a request
 *
 * Whether the egress was started with this request, as far as can be told without the secrets in
 * it.
 *
 * Returns: %TRUE if it was; %FALSE also when the request of the entry is not known
 * Since: 1.0
 */
gboolean
lk_egress_store_entry_matches (LkEgressStoreEntry *self, LkEgressRequest *request)
{
  g_autoptr (LkEgressRequest) redacted = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (self), FALSE);
  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (request), FALSE);

  if (self->request == NULL)
    return FALSE;

  redacted = redact (request);
  return lk_egress_message_equal (LK_EGRESS_MESSAGE (self->request), LK_EGRESS_MESSAGE (redacted));
}

/**
 * lk_egress_store_entry_get_error:
 * @self: an entry
 *
 * Gets why the entry cannot be read: where it is stored, what is wrong with it and how to mend
 * that. Such an entry has nothing but its owner and key.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL for an entry that can be read
 * Since: 1.0
 */
const GError *
lk_egress_store_entry_get_error (LkEgressStoreEntry *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STORE_ENTRY (self), NULL);

  return self->error;
}

void
lk_egress_store_entry_unset_egress_id (LkEgressStoreEntry *self)
{
  g_clear_pointer (&self->egress_id, g_free);
}

LkEgressStoreEntry *
lk_egress_store_entry_copy_without_id (LkEgressStoreEntry *self)
{
  LkEgressStoreEntry *copy = new_entry (self->owner, self->key);

  copy->server_url = g_strdup (self->server_url);
  copy->started_at = g_date_time_ref (self->started_at);
  g_set_object (&copy->request, self->request);
  copy->max_duration = self->max_duration;

  return copy;
}

void
lk_egress_store_entry_set_taken_error (LkEgressStoreEntry *self, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               "Egress %s has another entry already, so this one is of another start",
               self->egress_id != NULL ? self->egress_id : "");
}

void
lk_egress_store_entry_swap_max_duration (LkEgressStoreEntry *self, LkEgressStoreEntry *other)
{
  gint64 max_duration = self->max_duration;

  self->max_duration = other->max_duration;
  other->max_duration = max_duration;
}

void
lk_egress_store_entry_set_max_duration (LkEgressStoreEntry *self, guint milliseconds)
{
  self->max_duration = milliseconds;
}

gboolean
lk_egress_store_entry_get_max_duration (LkEgressStoreEntry *self, guint *milliseconds)
{
  if (self->max_duration < 0)
    return FALSE;
  *milliseconds = (guint)self->max_duration;

  return TRUE;
}

/*** JSON ***/

static void
add_string (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

char *
lk_egress_store_entry_to_json (LkEgressStoreEntry *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *started_at = g_date_time_format_iso8601 (self->started_at);

  add_string (object, "owner", self->owner);
  add_string (object, "server_url", self->server_url);
  add_string (object, "egress_id", self->egress_id);
  add_string (object, "started_at", started_at);
  if (self->max_duration >= 0)
    json_object_set_int_member (object, "max_duration", self->max_duration);
  if (self->request != NULL)
    {
      g_autofree char *request = lk_egress_message_to_json (LK_EGRESS_MESSAGE (self->request),
                                                            LK_EGRESS_JSON_PROTO_NAMES);

      json_object_set_member (object, "request", json_from_string (request, NULL));
    }
  json_node_set_object (node, object);

  return json_to_string (node, FALSE);
}

static gboolean
read_request (LkEgressStoreEntry *self, const LkEgressJson *root, GError **error)
{
  const LkEgressJson *member = lk_egress_json_find (root, "request");

  if (member == NULL)
    return TRUE;

  self->request = (LkEgressRequest *)lk_egress_message_new_from_json_value (LK_EGRESS_TYPE_REQUEST,
                                                                            member, error);

  return self->request != NULL;
}

/* What was written before there were such limits has none. */
static gboolean
read_max_duration (LkEgressStoreEntry *self, const LkEgressJson *root, GError **error)
{
  const LkEgressJson *member = lk_egress_json_find (root, "max_duration");

  if (member == NULL)
    return TRUE;
  if (!lk_egress_json_is (member, LK_EGRESS_JSON_KIND_INTEGER) || member->integer < 0
      || member->integer > G_MAXUINT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Its max_duration is no number of milliseconds from 0 to %u", G_MAXUINT);
      return FALSE;
    }
  self->max_duration = member->integer;

  return TRUE;
}

static gboolean
read_members (LkEgressStoreEntry *self, const LkEgressJson *root, GError **error)
{
  const char *started_at = lk_egress_json_find_string (root, "started_at");
  const char *server_url = lk_egress_json_find_string (root, "server_url");

  if (started_at != NULL)
    self->started_at = g_date_time_new_from_iso8601 (started_at, NULL);
  if (server_url == NULL || self->started_at == NULL
      || g_strcmp0 (lk_egress_json_find_string (root, "owner"), self->owner) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "It does not say the owner, the server and the time of an egress");
      return FALSE;
    }
  if (!read_request (self, root, error) || !read_max_duration (self, root, error))
    return FALSE;

  self->server_url = g_strdup (server_url);
  self->egress_id = g_strdup (lk_egress_json_find_string (root, "egress_id"));
  if (self->request == NULL && self->egress_id == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "It has neither the id of an egress nor its request");
      return FALSE;
    }

  return TRUE;
}

LkEgressStoreEntry *
lk_egress_store_entry_new_from_json (const char *owner,
                                     const char *key,
                                     const char *json,
                                     gssize length,
                                     GError **error)
{
  g_autoptr (LkEgressStoreEntry) self = new_entry (owner, key);
  g_autoptr (LkEgressJson) root = lk_egress_json_parse (json, length, error);

  if (root == NULL || !read_members (self, root, error))
    return NULL;

  return g_steal_pointer (&self);
}

LkEgressStoreEntry *
lk_egress_store_entry_new_unreadable (const char *owner, const char *key, const GError *cause)
{
  LkEgressStoreEntry *self = new_entry (owner, key);

  self->error = g_error_new (cause->domain, cause->code,
                             "What is stored of an egress of “%s” cannot be read (%s). The egress "
                             "may still run: look for it on the server, then remove what is stored",
                             owner, cause->message);

  return self;
}
