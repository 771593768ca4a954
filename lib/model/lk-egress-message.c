/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-message-private.h"

#include <string.h>

#include "lk-egress-message-field-private.h"
#include "lk-egress-wire-check-private.h"
#include "lk-egress-wire-equal-private.h"
#include "lk-egress-wire-field-private.h"
#include "lk-egress-wire-json-private.h"
#include "lk-egress-wire-lazy-private.h"
#include "lk-egress-wire-older-private.h"

/**
 * LkEgressMessage:
 *
 * A message of the LiveKit API: the base of requests, outputs, storages and results.
 *
 * Each field of the message is a property. A text that is empty reads as %NULL, a message that is
 * absent too. Lists of messages are [iface@Gio.ListModel]s that can be changed in place: they are
 * [class@Gio.ListStore]s of the class that the property names. Of properties that exclude each
 * other (each says so) the one set last is the one that counts; setting it clears the others.
 *
 * Messages inside of messages are shared and not copied, so a change in one shows in all that hold
 * it; use [method@Message.copy] for one of your own. Text that is not UTF-8 is stored with
 * replacement characters.
 *
 * What a newer server sends and this library does not know is kept but not shown.
 *
 * A message may be used from any thread, but from one at a time.
 *
 * Since: 1.0
 */

typedef struct
{
  LkEgressWireLazy lazy;

  /* By field: what was made of a message (LkEgressMessage) or of a list of messages (GListStore),
   * NULL until asked for. Where there is one, the slot in the message only borrows from it. */
  GObject **children;
} LkEgressMessagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (LkEgressMessage, lk_egress_message, G_TYPE_OBJECT)

static LkEgressMessagePrivate *
get_private (LkEgressMessage *self)
{
  return lk_egress_message_get_instance_private (self);
}

static const ProtobufCMessageDescriptor *
get_descriptor (LkEgressMessage *self)
{
  return LK_EGRESS_MESSAGE_GET_CLASS (self)->descriptor;
}

/* Not made in the instance init, where the class is still the base's. */
static ProtobufCMessage *
ensure_message (LkEgressMessage *self)
{
  return lk_egress_wire_lazy_unpack (&get_private (self)->lazy, get_descriptor (self));
}

static gboolean
find_field (LkEgressMessage *self, const char *property_name, guint *index)
{
  LkEgressMessageClass *klass = LK_EGRESS_MESSAGE_GET_CLASS (self);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), property_name);

  for (guint i = 0; pspec != NULL && i < get_descriptor (self)->n_fields; i++)
    {
      if (klass->properties[i] == pspec)
        {
          *index = i;
          return TRUE;
        }
    }

  g_warning ("%s has no property named '%s'", G_OBJECT_TYPE_NAME (self), property_name);
  return FALSE;
}

static GObject *
get_child (LkEgressMessage *self, guint index)
{
  LkEgressMessagePrivate *priv = get_private (self);

  return priv->children != NULL ? priv->children[index] : NULL;
}

/* Takes child over. */
static void
take_child (LkEgressMessage *self, guint index, gpointer child)
{
  LkEgressMessagePrivate *priv = get_private (self);

  if (priv->children == NULL)
    priv->children = g_new0 (GObject *, get_descriptor (self)->n_fields);

  priv->children[index] = child;
}

static ProtobufCMessage *
peek_borrowed (GObject *child)
{
  return (ProtobufCMessage *)lk_egress_message_peek (LK_EGRESS_MESSAGE (child));
}

/* Takes out of the message what it only borrows. */
static void
release_slot (LkEgressMessage *self, const ProtobufCFieldDescriptor *field)
{
  ProtobufCMessage *message = ensure_message (self);

  if (lk_egress_wire_is_repeated (field))
    {
      while (lk_egress_wire_count (message, field) > 0)
        lk_egress_wire_drop_last (message, field);
    }
  else
    {
      *(ProtobufCMessage **)lk_egress_wire_slot (message, field) = NULL;
    }

  lk_egress_wire_clear (message, field);
}

/* Whether the list still is what was made of a field that only old servers fill: then the message
 * says it there. */
static gboolean
is_said_in_older (LkEgressMessage *self, const ProtobufCFieldDescriptor *field, GListModel *list)
{
  ProtobufCMessage **items;
  gsize n_items;

  if (lk_egress_wire_has (ensure_message (self), field))
    return FALSE;

  n_items = lk_egress_wire_peek_older (ensure_message (self), field, &items);
  if (n_items != g_list_model_get_n_items (list))
    return FALSE;

  for (gsize i = 0; i < n_items; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (list, (guint)i);

      if (!lk_egress_wire_equal (items[i], peek_borrowed (item)))
        return FALSE;
    }

  return TRUE;
}

/* Lends the message what the child has now. */
static void
fill_slot (LkEgressMessage *self, const ProtobufCFieldDescriptor *field, GObject *child)
{
  ProtobufCMessage *message = ensure_message (self);
  guint n_items;

  if (lk_egress_wire_is_repeated (field) && is_said_in_older (self, field, G_LIST_MODEL (child)))
    return;

  release_slot (self, field);

  if (!lk_egress_wire_is_repeated (field))
    {
      lk_egress_wire_take_message (message, field, peek_borrowed (child));
      return;
    }

  n_items = g_list_model_get_n_items (G_LIST_MODEL (child));
  /* Else what the list no longer has would come back from there. */
  if (n_items == 0)
    lk_egress_wire_clear_older (message, field);
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (child), i);

      lk_egress_wire_append_message (message, field, peek_borrowed (item));
    }
}

static gboolean
has_field (LkEgressMessage *self, guint index)
{
  const ProtobufCFieldDescriptor *field = &get_descriptor (self)->fields[index];
  GObject *child = get_child (self, index);

  if (child == NULL)
    return lk_egress_wire_has (ensure_message (self), field)
           || lk_egress_wire_peek_older (ensure_message (self), field, NULL) > 0;

  return !G_IS_LIST_MODEL (child) || g_list_model_get_n_items (G_LIST_MODEL (child)) > 0;
}

static void
clear_field (LkEgressMessage *self, guint index)
{
  LkEgressMessagePrivate *priv = get_private (self);
  const ProtobufCFieldDescriptor *field = &get_descriptor (self)->fields[index];
  GObject *child = get_child (self, index);

  if (child != NULL)
    {
      release_slot (self, field);
      if (G_IS_LIST_MODEL (child))
        g_list_store_remove_all (G_LIST_STORE (child));
      else
        g_clear_object (&priv->children[index]);
    }

  lk_egress_wire_clear (ensure_message (self), field);
  lk_egress_wire_clear_older (ensure_message (self), field);
}

/* Makes room for the field in its oneof. */
static void
clear_siblings (LkEgressMessage *self, guint index)
{
  LkEgressMessageClass *klass = LK_EGRESS_MESSAGE_GET_CLASS (self);
  const ProtobufCFieldDescriptor *field = &get_descriptor (self)->fields[index];
  guint32 present;

  if (!lk_egress_wire_is_oneof (field))
    return;

  present = lk_egress_wire_oneof_case (ensure_message (self), field);
  for (guint i = 0; i < get_descriptor (self)->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *other = &get_descriptor (self)->fields[i];

      if (i == index || !lk_egress_wire_is_oneof (other) || other->id != present
          || other->quantifier_offset != field->quantifier_offset)
        continue;

      clear_field (self, i);
      if (klass->properties[i] != NULL)
        g_object_notify_by_pspec (G_OBJECT (self), klass->properties[i]);
    }
}

static GObject *
ensure_child (LkEgressMessage *self, guint index)
{
  const ProtobufCFieldDescriptor *field = &get_descriptor (self)->fields[index];
  ProtobufCMessage *message;

  if (get_child (self, index) == NULL && has_field (self, index))
    {
      message = lk_egress_wire_get_message (ensure_message (self), field);
      take_child (self, index,
                  lk_egress_message_take (lk_egress_message_type_for_descriptor (field->descriptor),
                                          message));
    }

  return get_child (self, index);
}

static GListStore *
ensure_list (LkEgressMessage *self, guint index)
{
  const ProtobufCFieldDescriptor *field = &get_descriptor (self)->fields[index];
  ProtobufCMessage *message = ensure_message (self);
  g_autoptr (GPtrArray) items = NULL;
  ProtobufCMessage **older = NULL;
  gsize n_older = 0;
  GListStore *list;
  GType type;

  if (get_child (self, index) != NULL)
    return G_LIST_STORE (get_child (self, index));

  type = lk_egress_message_type_for_descriptor (field->descriptor);
  items = g_ptr_array_new_with_free_func (g_object_unref);
  for (gsize i = 0; i < lk_egress_wire_count (message, field); i++)
    {
      ProtobufCMessage **item = lk_egress_wire_element (message, field, i);

      g_ptr_array_add (items, lk_egress_message_take (type, *item));
    }
  if (items->len == 0)
    n_older = lk_egress_wire_peek_older (message, field, &older);
  for (gsize i = 0; i < n_older; i++)
    g_ptr_array_add (items, lk_egress_message_take (type, lk_egress_wire_copy (older[i])));

  list = g_list_store_new (type);
  g_list_store_splice (list, 0, 0, items->pdata, items->len);
  take_child (self, index, list);

  return list;
}

static void
set_child (LkEgressMessage *self, guint index, LkEgressMessage *child)
{
  const ProtobufCFieldDescriptor *field = &get_descriptor (self)->fields[index];

  if (child == NULL)
    {
      clear_field (self, index);
      return;
    }

  /* It may be the one that is replaced. */
  g_object_ref (child);
  clear_siblings (self, index);
  clear_field (self, index);
  take_child (self, index, child);
  fill_slot (self, field, G_OBJECT (child));
}

static void
set_list (LkEgressMessage *self, guint index, GListModel *model)
{
  GListStore *list = ensure_list (self, index);
  GType type = g_list_model_get_item_type (G_LIST_MODEL (list));
  g_autoptr (GPtrArray) items = NULL;
  guint n_items = model != NULL ? g_list_model_get_n_items (model) : 0;

  items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < n_items; i++)
    {
      GObject *item = g_list_model_get_item (model, i);

      g_ptr_array_add (items, item);
      if (!G_TYPE_CHECK_INSTANCE_TYPE (item, type))
        {
          g_warning ("A list property of %s takes only items of type %s, not of type %s",
                     G_OBJECT_TYPE_NAME (self), g_type_name (type), G_OBJECT_TYPE_NAME (item));
          return;
        }
    }

  g_list_store_splice (list, 0, g_list_model_get_n_items (G_LIST_MODEL (list)), items->pdata,
                       items->len);
}

static void
lk_egress_message_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  LkEgressMessage *self = LK_EGRESS_MESSAGE (object);
  guint index = prop_id - 1;
  const ProtobufCFieldDescriptor *field = &get_descriptor (self)->fields[index];

  switch (lk_egress_field_kind (field))
    {
    case LK_EGRESS_FIELD_CHILD:
      g_value_set_object (value, ensure_child (self, index));
      break;
    case LK_EGRESS_FIELD_LIST:
      g_value_set_object (value, ensure_list (self, index));
      break;
    case LK_EGRESS_FIELD_VALUE:
      lk_egress_field_get_value (lk_egress_wire_is_repeated (field)
                                     ? ensure_message (self)
                                     : lk_egress_message_peek_values (self),
                                 field, value);
      break;
    case LK_EGRESS_FIELD_HIDDEN:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
lk_egress_message_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  LkEgressMessage *self = LK_EGRESS_MESSAGE (object);
  guint index = prop_id - 1;
  const ProtobufCFieldDescriptor *field = &get_descriptor (self)->fields[index];

  switch (lk_egress_field_kind (field))
    {
    case LK_EGRESS_FIELD_CHILD:
      set_child (self, index, g_value_get_object (value));
      break;
    case LK_EGRESS_FIELD_LIST:
      set_list (self, index, g_value_get_object (value));
      break;
    case LK_EGRESS_FIELD_VALUE:
      /* No text is no choice among the members of a oneof. */
      if (!G_VALUE_HOLDS_STRING (value) || g_value_get_string (value) != NULL)
        clear_siblings (self, index);
      lk_egress_field_set_value (ensure_message (self), field, value);
      break;
    case LK_EGRESS_FIELD_HIDDEN:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
lk_egress_message_finalize (GObject *object)
{
  LkEgressMessage *self = LK_EGRESS_MESSAGE (object);
  LkEgressMessagePrivate *priv = get_private (self);
  const ProtobufCMessageDescriptor *descriptor = get_descriptor (self);

  for (guint i = 0; priv->children != NULL && i < descriptor->n_fields; i++)
    {
      if (priv->children[i] == NULL)
        continue;

      release_slot (self, &descriptor->fields[i]);
      g_object_unref (priv->children[i]);
    }

  g_clear_pointer (&priv->children, g_free);
  lk_egress_wire_lazy_clear (&priv->lazy);

  G_OBJECT_CLASS (lk_egress_message_parent_class)->finalize (object);
}

static void
lk_egress_message_class_init (LkEgressMessageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lk_egress_message_finalize;
}

static void
lk_egress_message_init (LkEgressMessage *self)
{
}

void
lk_egress_message_class_bind (LkEgressMessageClass *klass,
                              const ProtobufCMessageDescriptor *descriptor)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  /* GObject does not let classes inherit these. */
  object_class->get_property = lk_egress_message_get_property;
  object_class->set_property = lk_egress_message_set_property;

  klass->descriptor = descriptor;
  klass->properties = g_new0 (GParamSpec *, descriptor->n_fields);

  for (guint i = 0; i < descriptor->n_fields; i++)
    {
      klass->properties[i] = lk_egress_field_create_pspec (&descriptor->fields[i]);
      if (klass->properties[i] != NULL)
        g_object_class_install_property (object_class, i + 1, klass->properties[i]);
    }
}

const ProtobufCMessage *
lk_egress_message_peek (LkEgressMessage *self)
{
  const ProtobufCMessageDescriptor *descriptor = get_descriptor (self);

  for (guint i = 0; i < descriptor->n_fields; i++)
    {
      GObject *child = get_child (self, i);

      if (child != NULL)
        fill_slot (self, &descriptor->fields[i], child);
    }

  return ensure_message (self);
}

const ProtobufCMessage *
lk_egress_message_peek_values (LkEgressMessage *self)
{
  return lk_egress_wire_lazy_peek (&get_private (self)->lazy, get_descriptor (self));
}

LkEgressMessage *
lk_egress_message_get_child (LkEgressMessage *self, const char *property_name)
{
  guint index;

  return find_field (self, property_name, &index) ? (LkEgressMessage *)ensure_child (self, index)
                                                  : NULL;
}

GListModel *
lk_egress_message_get_list (LkEgressMessage *self, const char *property_name)
{
  guint index;

  return find_field (self, property_name, &index) ? G_LIST_MODEL (ensure_list (self, index)) : NULL;
}

void
lk_egress_message_append_text (LkEgressMessage *self, const char *property_name, const char *text)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;
  g_auto (GStrv) all = NULL;

  g_object_get (self, property_name, &texts, NULL);
  g_strv_builder_addv (builder, (const char **)texts);
  g_strv_builder_add (builder, text);
  all = g_strv_builder_end (builder);
  g_object_set (self, property_name, all, NULL);
}

LkEgressMessage *
lk_egress_message_take (GType type, ProtobufCMessage *message)
{
  LkEgressMessage *self = g_object_new (type, NULL);

  get_private (self)->lazy.message = message;
  return self;
}

LkEgressMessage *
lk_egress_message_new_packed (GType type, LkEgressWireSpan packed)
{
  LkEgressMessage *self = g_object_new (type, NULL);

  lk_egress_wire_lazy_init (&get_private (self)->lazy, get_descriptor (self), packed);
  return self;
}

GDateTime *
lk_egress_message_new_time (gint64 nanoseconds)
{
  g_autoptr (GDateTime) second = NULL;

  if (nanoseconds <= 0)
    return NULL;

  second = g_date_time_new_from_unix_utc (nanoseconds / G_GINT64_CONSTANT (1000000000));
  return g_date_time_add (second, nanoseconds % G_GINT64_CONSTANT (1000000000) / 1000);
}

static gboolean
is_message_type (GType type)
{
  return g_type_is_a (type, LK_EGRESS_TYPE_MESSAGE) && !G_TYPE_IS_ABSTRACT (type);
}

LkEgressMessage *
lk_egress_message_new_from_text (GType type,
                                 const char *json,
                                 gssize length,
                                 gsize max_size,
                                 GError **error)
{
  g_autoptr (LkEgressMessageClass) klass = g_type_class_ref (type);
  gsize size = length < 0 ? strlen (json) : (gsize)length;
  ProtobufCMessage *message;

  if (size > max_size)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "A %s of %" G_GSIZE_FORMAT " bytes is more than the %" G_GSIZE_FORMAT
                   " that are read; is it something else?",
                   klass->descriptor->short_name, size, max_size);
      return NULL;
    }

  message = lk_egress_wire_from_json (klass->descriptor, json, (gssize)size, error);
  return message != NULL ? lk_egress_message_take (type, message) : NULL;
}

LkEgressMessage *
lk_egress_message_new_from_json_value (GType type, const LkEgressJson *json, GError **error)
{
  g_autoptr (LkEgressMessageClass) klass = g_type_class_ref (type);
  ProtobufCMessage *message
      = lk_egress_wire_from_json_value (klass->descriptor, json, FALSE, error);

  return message != NULL ? lk_egress_message_take (type, message) : NULL;
}

/**
 * lk_egress_message_new_from_json:
 * @type: a class of messages, such as %LK_EGRESS_TYPE_REQUEST
 * @json: the JSON text of one message
 * @error: return location for a [error@GLib.Error]
 *
 * Creates a message from JSON.
 *
 * Names may be in lowerCamelCase or as in the .proto files. Members that the class does not know
 * are skipped. A value of an enumeration whose name is not known here, which a newer server may
 * have, is -1.
 *
 * Returns: (transfer full): a new message of the type given, or %NULL with %G_IO_ERROR_INVALID_DATA
 *   that names the member at fault
 * Since: 1.0
 */
LkEgressMessage *
lk_egress_message_new_from_json (GType type, const char *json, GError **error)
{
  g_return_val_if_fail (is_message_type (type), NULL);
  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return lk_egress_message_new_from_text (type, json, -1, G_MAXSIZE, error);
}

/**
 * lk_egress_message_new_from_bytes:
 * @type: a class of messages, such as %LK_EGRESS_TYPE_REQUEST
 * @bytes: one message in protobuf encoding
 * @error: return location for a [error@GLib.Error]
 *
 * Creates a message from its protobuf encoding.
 *
 * Returns: (transfer full): a new message of the type given, or %NULL with %G_IO_ERROR_INVALID_DATA
 * Since: 1.0
 */
LkEgressMessage *
lk_egress_message_new_from_bytes (GType type, GBytes *bytes, GError **error)
{
  g_autoptr (LkEgressMessageClass) klass = NULL;
  ProtobufCMessage *message;

  g_return_val_if_fail (is_message_type (type), NULL);
  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  klass = g_type_class_ref (type);
  message = lk_egress_wire_unpack (klass->descriptor, bytes, error);

  return message != NULL ? lk_egress_message_take (type, message) : NULL;
}

G_STATIC_ASSERT ((int)LK_EGRESS_JSON_PROTO_NAMES == (int)LK_EGRESS_WIRE_JSON_PROTO_NAMES);
G_STATIC_ASSERT ((int)LK_EGRESS_JSON_DEFAULTS == (int)LK_EGRESS_WIRE_JSON_DEFAULTS);
G_STATIC_ASSERT ((int)LK_EGRESS_JSON_PRETTY == (int)LK_EGRESS_WIRE_JSON_PRETTY);
G_STATIC_ASSERT ((int)LK_EGRESS_JSON_REDACTED == (int)LK_EGRESS_WIRE_JSON_REDACTED);

/**
 * lk_egress_message_to_json:
 * @self: a message
 * @flags: how to write
 *
 * Writes the message as JSON. Unless %LK_EGRESS_JSON_REDACTED is among the flags, secrets are in
 * it.
 *
 * Returns: (transfer full): JSON text
 * Since: 1.0
 */
char *
lk_egress_message_to_json (LkEgressMessage *self, LkEgressJsonFlags flags)
{
  g_return_val_if_fail (LK_EGRESS_IS_MESSAGE (self), NULL);

  return lk_egress_wire_to_json (lk_egress_message_peek (self), (LkEgressWireJsonFlags)flags);
}

/**
 * lk_egress_message_to_bytes:
 * @self: a message
 *
 * Writes the message in its protobuf encoding. Secrets are in it.
 *
 * Returns: (transfer full): the encoded message, without bytes if all fields have their defaults
 * Since: 1.0
 */
GBytes *
lk_egress_message_to_bytes (LkEgressMessage *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MESSAGE (self), NULL);

  return lk_egress_wire_pack (lk_egress_message_peek (self));
}

/**
 * lk_egress_message_to_string:
 * @self: a message
 *
 * Describes the message for logs: JSON on one line with the names of the .proto files, secrets and
 * stream keys redacted.
 *
 * Returns: (transfer full): text for people
 * Since: 1.0
 */
char *
lk_egress_message_to_string (LkEgressMessage *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MESSAGE (self), NULL);

  return lk_egress_message_to_json (self, LK_EGRESS_JSON_PROTO_NAMES | LK_EGRESS_JSON_REDACTED);
}

/**
 * lk_egress_message_copy:
 * @self: a message
 *
 * Copies the message with all that is in it.
 *
 * Returns: (transfer full): a new message of the same class that shares nothing with @self
 * Since: 1.0
 */
LkEgressMessage *
lk_egress_message_copy (LkEgressMessage *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MESSAGE (self), NULL);

  return lk_egress_message_take (G_OBJECT_TYPE (self),
                                 lk_egress_wire_copy (lk_egress_message_peek (self)));
}

/**
 * lk_egress_message_equal:
 * @self: a message
 * @other: another message
 *
 * Compares two messages field by field.
 *
 * Returns: whether they are of the same class and hold the same
 * Since: 1.0
 */
gboolean
lk_egress_message_equal (LkEgressMessage *self, LkEgressMessage *other)
{
  g_return_val_if_fail (LK_EGRESS_IS_MESSAGE (self), FALSE);
  g_return_val_if_fail (LK_EGRESS_IS_MESSAGE (other), FALSE);

  return G_OBJECT_TYPE (self) == G_OBJECT_TYPE (other)
         && lk_egress_wire_equal (lk_egress_message_peek (self), lk_egress_message_peek (other));
}

/**
 * lk_egress_message_has:
 * @self: a message
 * @property_name: the name of a property
 *
 * Gets whether a property has been given something. Of properties that exclude each other, that is
 * the one that was set, whatever its value; any other number, text or list must differ from zero or
 * the empty one.
 *
 * Returns: whether it is set
 * Since: 1.0
 */
gboolean
lk_egress_message_has (LkEgressMessage *self, const char *property_name)
{
  guint index;

  g_return_val_if_fail (LK_EGRESS_IS_MESSAGE (self), FALSE);
  g_return_val_if_fail (property_name != NULL, FALSE);

  return find_field (self, property_name, &index) && has_field (self, index);
}

/**
 * lk_egress_message_clear:
 * @self: a message
 * @property_name: the name of a property
 *
 * Sets a property back to its default: zero, no text, no message, an empty list.
 *
 * Since: 1.0
 */
void
lk_egress_message_clear (LkEgressMessage *self, const char *property_name)
{
  guint index;

  g_return_if_fail (LK_EGRESS_IS_MESSAGE (self));
  g_return_if_fail (property_name != NULL);

  if (!find_field (self, property_name, &index))
    return;

  clear_field (self, index);
  g_object_notify_by_pspec (G_OBJECT (self), LK_EGRESS_MESSAGE_GET_CLASS (self)->properties[index]);
}
