/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-faults.h"

#include <string.h>

#include "dev-twirp.h"
#include "lk-egress-json-private.h"
#include "livekit_egress.pb-c.h"

#define MAX_DELAY_MS (10 * 60 * 1000)
#define MAX_TIMES 1000
#define MAX_FILLER (256 * 1024 * 1024)

struct _DevFaults
{
  GPtrArray *faults;
};

static const char *const cuts[]
    = { [DEV_CUT_BEFORE] = "before", [DEV_CUT_MIDDLE] = "middle", [DEV_CUT_AFTER] = "after" };

static const char *const lives[] = { [DEV_LIFE_NEVER_ACTIVE] = "never-active",
                                     [DEV_LIFE_FAIL_STARTING] = "fail-starting",
                                     [DEV_LIFE_FAIL_ACTIVE] = "fail-active",
                                     [DEV_LIFE_WORKER_LOST] = "worker-lost",
                                     [DEV_LIFE_ABORT] = "abort",
                                     [DEV_LIFE_LIMIT] = "limit",
                                     [DEV_LIFE_NO_MEDIA] = "no-media",
                                     [DEV_LIFE_SLOW_END] = "slow-end",
                                     [DEV_LIFE_CUT] = "cut",
                                     [DEV_LIFE_STALL] = "stall",
                                     [DEV_LIFE_MUTE] = "mute",
                                     [DEV_LIFE_IDLE] = "idle" };

static const char *const webhooks[] = { [DEV_WEBHOOK_DROP] = "drop",
                                        [DEV_WEBHOOK_REPEAT] = "repeat",
                                        [DEV_WEBHOOK_SWAP] = "swap",
                                        [DEV_WEBHOOK_LATE] = "late",
                                        [DEV_WEBHOOK_FORGE] = "forge" };

static const char *const forgeries[]
    = { [DEV_FORGERY_SIGNATURE] = "signature", [DEV_FORGERY_KEY] = "key",
        [DEV_FORGERY_HASH] = "hash",           [DEV_FORGERY_EXPIRED] = "expired",
        [DEV_FORGERY_ALG_NONE] = "none",       [DEV_FORGERY_ALG_RS256] = "rs256" };

static const char *const events[]
    = { "*", "egress_started", "egress_updated", "egress_ended", NULL };

DevFault *
dev_fault_ref (DevFault *fault)
{
  return g_rc_box_acquire (fault);
}

static void
dev_fault_clear (gpointer data)
{
  DevFault *fault = data;

  g_free (fault->method);
  g_free (fault->event);
  g_free (fault->content_type);
  g_clear_pointer (&fault->body, g_bytes_unref);
  g_clear_pointer (&fault->headers, json_object_unref);
}

void
dev_fault_unref (DevFault *fault)
{
  g_rc_box_release_full (fault, dev_fault_clear);
}

static gboolean
wrong (GError **error, const char *field, const char *expected)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "Fault field \"%s\": expected %s",
               field, expected);
  return FALSE;
}

static gboolean
read_number (JsonNode *node, const char *field, guint64 max, guint64 *value, GError **error)
{
  g_autofree char *expected = NULL;

  if (json_node_get_value_type (node) == G_TYPE_INT64 && json_node_get_int (node) >= 0
      && (guint64)json_node_get_int (node) <= max)
    {
      *value = json_node_get_int (node);
      return TRUE;
    }
  expected = g_strdup_printf ("a whole number from 0 to %" G_GUINT64_FORMAT, max);
  return wrong (error, field, expected);
}

static gboolean
read_string (JsonNode *node, const char *field, const char **value, GError **error)
{
  *value = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
  return *value != NULL || wrong (error, field, "a string");
}

static gboolean
read_choice (JsonNode *node,
             const char *field,
             const char *const *choices,
             guint n_choices,
             int *value,
             GError **error)
{
  g_autoptr (GString) expected = g_string_new ("one of");
  const char *name;

  if (!read_string (node, field, &name, error))
    return FALSE;
  for (guint i = 1; i < n_choices; i++)
    {
      if (g_str_equal (choices[i], name))
        {
          *value = i;
          return TRUE;
        }
      g_string_append_printf (expected, " %s", choices[i]);
    }
  return wrong (error, field, expected->str);
}

static void
set_reply (DevFault *fault, guint status, const char *content_type, GBytes *body)
{
  fault->status = status;
  g_free (fault->content_type);
  fault->content_type = g_strdup (content_type);
  g_clear_pointer (&fault->body, g_bytes_unref);
  fault->body = body;
}

static gboolean
read_twirp (DevFault *fault, JsonNode *node, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *code;
  g_autofree char *text = NULL;

  if (object == NULL || !json_object_has_member (object, "code"))
    return wrong (error, "twirp", "an object with \"code\" and \"msg\"");
  if (!read_string (json_object_get_member (object, "code"), "twirp.code", &code, error))
    return FALSE;
  text = json_to_string (node, FALSE);
  set_reply (fault, dev_twirp_status (code), "application/json", g_bytes_new (text, strlen (text)));
  return TRUE;
}

static gboolean
read_headers (DevFault *fault, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  JsonNode *value;
  const char *text;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return wrong (error, "headers", "an object of strings");
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, NULL, &value))
    if (!read_string (value, "headers", &text, error))
      return FALSE;
  fault->headers = json_object_ref (json_node_get_object (node));
  return TRUE;
}

static gboolean
has_method (const char *name)
{
  return protobuf_c_service_descriptor_get_method_by_name (&livekit__egress__descriptor, name)
         != NULL;
}

static gboolean
read_field (DevFault *fault, const char *field, JsonNode *node, GError **error)
{
  guint64 number = 0;
  const char *text;
  int choice;

  if (g_str_equal (field, "method"))
    {
      if (!read_string (node, field, &text, error))
        return FALSE;
      if (!g_str_equal (text, "*") && !has_method (text))
        return wrong (error, field, "the name of a method, such as ListEgress, or *");
      g_free (fault->method);
      fault->method = g_strdup (text);
    }
  else if (g_str_equal (field, "count"))
    {
      if (!read_number (node, field, G_MAXUINT, &number, error))
        return FALSE;
      fault->left = number > 0 ? number : G_MAXUINT64;
    }
  else if (g_str_equal (field, "delay_ms"))
    {
      if (!read_number (node, field, MAX_DELAY_MS, &number, error))
        return FALSE;
      fault->delay = number;
    }
  else if (g_str_equal (field, "cut"))
    {
      if (!read_choice (node, field, cuts, G_N_ELEMENTS (cuts), &choice, error))
        return FALSE;
      fault->cut = choice;
    }
  else if (g_str_equal (field, "life"))
    {
      if (!read_choice (node, field, lives, G_N_ELEMENTS (lives), &choice, error))
        return FALSE;
      fault->life = choice;
    }
  else if (g_str_equal (field, "webhook"))
    {
      if (!read_choice (node, field, webhooks, G_N_ELEMENTS (webhooks), &choice, error))
        return FALSE;
      fault->webhook = choice;
    }
  else if (g_str_equal (field, "forgery"))
    {
      if (!read_choice (node, field, forgeries, G_N_ELEMENTS (forgeries), &choice, error))
        return FALSE;
      fault->forgery = choice;
    }
  else if (g_str_equal (field, "event"))
    {
      if (!read_string (node, field, &text, error))
        return FALSE;
      if (!g_strv_contains (events, text))
        return wrong (error, field, "egress_started, egress_updated, egress_ended or *");
      g_free (fault->event);
      fault->event = g_strdup (text);
    }
  else if (g_str_equal (field, "times"))
    {
      if (!read_number (node, field, MAX_TIMES, &number, error))
        return FALSE;
      fault->times = number;
    }
  else if (g_str_equal (field, "garbage"))
    {
      /* A field with the number 0 and a length without end: no message, and no JSON. */
      set_reply (fault, 200, NULL, g_bytes_new_static ("\x02\xff\xff\xff\xff\x00{]", 8));
    }
  else if (g_str_equal (field, "huge"))
    {
      if (!read_number (node, field, MAX_FILLER, &number, error))
        return FALSE;
      set_reply (fault, 200, NULL, g_bytes_new_take (g_strnfill (number, ' '), number));
    }
  else if (g_str_equal (field, "twirp"))
    return read_twirp (fault, node, error);
  else if (g_str_equal (field, "headers"))
    return read_headers (fault, node, error);
  else
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "Fault field \"%s\": there is no such field, see the manual", field);
      return FALSE;
    }
  return TRUE;
}

/* %NULL if it is not in the one form that base64 has for its bytes. */
static GBytes *
decode_base64 (const char *text)
{
  gsize size;
  guchar *data = g_base64_decode (text, &size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, size);
  g_autofree char *again = g_base64_encode (data, size);

  return g_str_equal (again, text) ? g_steal_pointer (&bytes) : NULL;
}

/* Those that belong together: http_status, content_type, and body or body_base64. */
static gboolean
read_plain_reply (DevFault *fault, JsonObject *object, GError **error)
{
  guint64 status;
  const char *content_type = "text/plain; charset=utf-8";
  const char *text = "";
  GBytes *body;

  if (!read_number (json_object_get_member (object, "http_status"), "http_status", 599, &status,
                    error))
    return FALSE;
  if (status < 200)
    return wrong (error, "http_status", "200 to 599");
  if (json_object_has_member (object, "content_type")
      && !read_string (json_object_get_member (object, "content_type"), "content_type",
                       &content_type, error))
    return FALSE;
  if (json_object_has_member (object, "body_base64"))
    {
      if (!read_string (json_object_get_member (object, "body_base64"), "body_base64", &text,
                        error))
        return FALSE;
      body = decode_base64 (text);
      if (body == NULL)
        return wrong (error, "body_base64", "bytes in base64");
    }
  else
    {
      if (json_object_has_member (object, "body")
          && !read_string (json_object_get_member (object, "body"), "body", &text, error))
        return FALSE;
      body = g_bytes_new (text, strlen (text));
    }
  set_reply (fault, status, content_type, body);
  return TRUE;
}

/* Which forgery belongs to "forge" alone, and a webhook to no other kind of fault. */
static gboolean
check_webhook (const DevFault *fault, GError **error)
{
  if (fault->webhook != DEV_WEBHOOK_NORMAL && fault->life != DEV_LIFE_NORMAL)
    return wrong (error, "webhook", "no \"life\" in the same fault");
  if ((fault->webhook == DEV_WEBHOOK_FORGE) != (fault->forgery != DEV_FORGERY_NONE))
    return wrong (error, "forgery", "to be there if \"webhook\" is \"forge\", and only then");
  return TRUE;
}

static DevFault *
fault_new (JsonNode *node, GError **error)
{
  g_autoptr (DevFault) fault = g_rc_box_new0 (DevFault);
  static const char *const plain[] = { "http_status", "content_type", "body", "body_base64", NULL };
  JsonObjectIter iter;
  const char *field;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "Each fault must be an object");
      return NULL;
    }
  fault->method = g_strdup ("*");
  fault->event = g_strdup ("*");
  fault->left = fault->times = 1;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &field, &value))
    if (!g_strv_contains (plain, field) && !read_field (fault, field, value, error))
      return NULL;
  if (json_object_has_member (json_node_get_object (node), "http_status")
      && !read_plain_reply (fault, json_node_get_object (node), error))
    return NULL;
  if (!check_webhook (fault, error))
    return NULL;
  return g_steal_pointer (&fault);
}

DevFaults *
dev_faults_new (void)
{
  DevFaults *self = g_new0 (DevFaults, 1);

  self->faults = g_ptr_array_new_with_free_func ((GDestroyNotify)dev_fault_unref);
  return self;
}

void
dev_faults_free (DevFaults *self)
{
  g_ptr_array_unref (self->faults);
  g_free (self);
}

gboolean
dev_faults_add (DevFaults *self, const char *json, gssize length, GError **error)
{
  /* json-glib takes more than is JSON, and nests without a limit. */
  g_autoptr (LkEgressJson) good = lk_egress_json_parse (json, length, error);
  g_autofree char *text = length < 0 ? g_strdup (json) : g_strndup (json, (gsize)length);
  g_autoptr (JsonNode) root = good != NULL ? json_from_string (text, error) : NULL;
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func ((GDestroyNotify)dev_fault_unref);
  JsonArray *array;
  guint n_items;

  if (root == NULL)
    return FALSE;
  array = JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;
  n_items = array != NULL ? json_array_get_length (array) : 1;
  for (guint i = 0; i < n_items; i++)
    {
      DevFault *fault = fault_new (array != NULL ? json_array_get_element (array, i) : root, error);

      if (fault == NULL)
        return FALSE;
      g_ptr_array_add (added, fault);
    }
  g_ptr_array_extend_and_steal (self->faults, g_steal_pointer (&added));
  return TRUE;
}

void
dev_faults_clear (DevFaults *self)
{
  g_ptr_array_set_size (self->faults, 0);
}

/* The first of those that hit something of this name. */
static DevFault *
take (DevFaults *self, gboolean (*hits) (const DevFault *fault, const char *name), const char *name)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      DevFault *fault = g_ptr_array_index (self->faults, i);
      DevFault *taken;

      if (!hits (fault, name))
        continue;
      taken = dev_fault_ref (fault);
      if (fault->left != G_MAXUINT64 && --fault->left == 0)
        g_ptr_array_remove_index (self->faults, i);
      return taken;
    }
  return NULL;
}

static gboolean
hits_call (const DevFault *fault, const char *method)
{
  return fault->life == DEV_LIFE_NORMAL && fault->webhook == DEV_WEBHOOK_NORMAL
         && (g_str_equal (fault->method, "*") || g_str_equal (fault->method, method));
}

static gboolean
hits_life (const DevFault *fault, const char *unused)
{
  return fault->life != DEV_LIFE_NORMAL;
}

static gboolean
hits_webhook (const DevFault *fault, const char *event)
{
  return fault->webhook != DEV_WEBHOOK_NORMAL
         && (g_str_equal (fault->event, "*") || g_str_equal (fault->event, event));
}

DevFault *
dev_faults_take (DevFaults *self, const char *method)
{
  return take (self, hits_call, method);
}

DevFault *
dev_faults_take_life (DevFaults *self)
{
  return take (self, hits_life, NULL);
}

DevFault *
dev_faults_take_webhook (DevFaults *self, const char *event)
{
  return take (self, hits_webhook, event);
}
