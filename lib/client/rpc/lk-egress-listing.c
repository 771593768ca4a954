/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-listing-private.h"

#include "livekit_egress.pb-c.h"
#include "lk-egress-error-private.h"
#include "lk-egress-operations-private.h"
#include "lk-egress-page-private.h"

/* A listing of more than this is taken for one that does not end. */
#define MAX_PAGES 1000
#define MAX_ITEMS 1000000
#define MAX_SIZE (256 * 1024 * 1024)

/**
 * LkEgressListing:
 *
 * Egresses that the server knows, in no order: a list of [class@Info].
 *
 * [method@Client.list] gives one that has them all. [ctor@Listing.new] makes one that is still
 * empty: each [method@Listing.load_more] asks the server for one page and appends it, until
 * [property@Listing:complete]. A server that knows no pages sends everything at once.
 *
 * ```c
 * g_autoptr (LkEgressListing) listing = lk_egress_listing_new (client, "demo", NULL, TRUE);
 *
 * while (!lk_egress_listing_is_complete (listing))
 *   {
 *     if (!lk_egress_listing_load_more (listing, NULL, &error))
 *       break;
 *   }
 * ```
 *
 * A page is checked when it comes. An info is made of it when it is asked for the first time, and
 * is the same object from then on: what is not looked at costs little. The infos are as the server
 * sent them and do not change; list again for news, or follow egresses by [class@Job].
 *
 * Use a listing from one thread at a time.
 *
 * Since: 1.0
 */

/* One egress in the pages. */
typedef struct
{
  LkEgressWireSpan packed;
  LkEgressInfo *info; /* NULL until asked for */
} Item;

struct _LkEgressListing
{
  GObject parent_instance;

  LkEgressClient *client;
  char *room_name;
  char *egress_id;
  gboolean active;

  GPtrArray *pages; /* of GBytes */
  gsize size;       /* of all of them */
  GArray *items;
  char *next_token;   /* NULL before the first page and after the last */
  GHashTable *tokens; /* all that there were */
  gboolean complete;

  /* For find: id to position of the items up to a number. NULL until asked for. */
  GHashTable *positions;
  guint n_positions;
};

enum
{
  PROP_0,
  PROP_CLIENT,
  PROP_ROOM_NAME,
  PROP_EGRESS_ID,
  PROP_ACTIVE,
  PROP_COMPLETE,
  LAST_PROPERTY
};

static GParamSpec *properties[LAST_PROPERTY];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LkEgressListing,
                               lk_egress_listing,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
item_clear (gpointer data)
{
  Item *item = data;

  g_clear_object (&item->info);
}

static Item *
get_item (LkEgressListing *self, guint position)
{
  return &g_array_index (self->items, Item, position);
}

static GType
list_model_get_item_type (GListModel *model)
{
  return LK_EGRESS_TYPE_INFO;
}

static guint
list_model_get_n_items (GListModel *model)
{
  return LK_EGRESS_LISTING (model)->items->len;
}

static gpointer
list_model_get_item (GListModel *model, guint position)
{
  LkEgressListing *self = LK_EGRESS_LISTING (model);
  Item *item;

  if (position >= self->items->len)
    return NULL;

  item = get_item (self, position);
  if (item->info == NULL)
    item->info = lk_egress_operation_read_span (item->packed);

  return g_object_ref (item->info);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = list_model_get_item_type;
  iface->get_n_items = list_model_get_n_items;
  iface->get_item = list_model_get_item;
}

static void
lk_egress_listing_constructed (GObject *object)
{
  LkEgressListing *self = LK_EGRESS_LISTING (object);

  G_OBJECT_CLASS (lk_egress_listing_parent_class)->constructed (object);

  if (self->client == NULL)
    self->client = g_object_new (LK_EGRESS_TYPE_CLIENT, NULL);
}

static void
lk_egress_listing_finalize (GObject *object)
{
  LkEgressListing *self = LK_EGRESS_LISTING (object);

  g_clear_object (&self->client);
  g_free (self->room_name);
  g_free (self->egress_id);
  g_array_unref (self->items);
  g_ptr_array_unref (self->pages);
  g_free (self->next_token);
  g_hash_table_unref (self->tokens);
  g_clear_pointer (&self->positions, g_hash_table_unref);

  G_OBJECT_CLASS (lk_egress_listing_parent_class)->finalize (object);
}

static void
lk_egress_listing_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LkEgressListing *self = LK_EGRESS_LISTING (object);

  switch (id)
    {
    case PROP_CLIENT:
      g_value_set_object (value, self->client);
      break;
    case PROP_ROOM_NAME:
      g_value_set_string (value, self->room_name);
      break;
    case PROP_EGRESS_ID:
      g_value_set_string (value, self->egress_id);
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, self->active);
      break;
    case PROP_COMPLETE:
      g_value_set_boolean (value, self->complete);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_listing_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LkEgressListing *self = LK_EGRESS_LISTING (object);

  switch (id)
    {
    case PROP_CLIENT:
      self->client = g_value_dup_object (value);
      break;
    case PROP_ROOM_NAME:
      self->room_name = g_value_dup_string (value);
      break;
    case PROP_EGRESS_ID:
      self->egress_id = g_value_dup_string (value);
      break;
    case PROP_ACTIVE:
      self->active = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lk_egress_listing_class_init (LkEgressListingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags given = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = lk_egress_listing_constructed;
  object_class->finalize = lk_egress_listing_finalize;
  object_class->get_property = lk_egress_listing_get_property;
  object_class->set_property = lk_egress_listing_set_property;

  /**
   * LkEgressListing:client:
   *
   * The client that pages are asked for with. Default: one of the environment, see
   * [property@Client:url] and [property@Client:credentials].
   *
   * Since: 1.0
   */
  properties[PROP_CLIENT]
      = g_param_spec_object ("client", NULL, NULL, LK_EGRESS_TYPE_CLIENT, given);

  /**
   * LkEgressListing:room-name:
   *
   * Only egresses of this room, %NULL for those of all.
   *
   * Since: 1.0
   */
  properties[PROP_ROOM_NAME] = g_param_spec_string ("room-name", NULL, NULL, NULL, given);

  /**
   * LkEgressListing:egress-id:
   *
   * Only the egress of this id, %NULL for all.
   *
   * Since: 1.0
   */
  properties[PROP_EGRESS_ID] = g_param_spec_string ("egress-id", NULL, NULL, NULL, given);

  /**
   * LkEgressListing:active:
   *
   * Only egresses that have not ended.
   *
   * Since: 1.0
   */
  properties[PROP_ACTIVE] = g_param_spec_boolean ("active", NULL, NULL, FALSE, given);

  /**
   * LkEgressListing:complete: (getter is_complete)
   *
   * Whether all pages are loaded. It changes after the last of them was appended.
   *
   * Since: 1.0
   */
  properties[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, FALSE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, LAST_PROPERTY, properties);
}

static void
lk_egress_listing_init (LkEgressListing *self)
{
  self->pages = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  self->items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (self->items, item_clear);
  self->tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static gboolean
set_bad_listing (GError **error, const char *text)
{
  g_propagate_error (error, lk_egress_error_new (LK_EGRESS_ERROR_BAD_REPLY, 0, NULL, NULL, text));

  return FALSE;
}

/* A page that is refused leaves the listing as it was. */
static gboolean
append_page (LkEgressListing *self, GBytes *page, GError **error)
{
  g_autofree char *token = lk_egress_page_dup_next_token (page);
  LkEgressWireSpan rest = lk_egress_wire_span (page);
  gboolean is_last = token == NULL;
  guint n_before = self->items->len;
  Item item = { { NULL, NULL }, NULL };

  if (token != NULL
      && (g_hash_table_contains (self->tokens, token) || self->pages->len + 1 >= MAX_PAGES))
    return set_bad_listing (error, "The listing of the server does not end: it names pages that "
                                   "were read already, or more than a thousand");

  while (lk_egress_page_next_item (&rest, &item.packed) && self->items->len <= MAX_ITEMS)
    g_array_append_val (self->items, item);

  if (self->items->len > MAX_ITEMS || self->size + g_bytes_get_size (page) > MAX_SIZE)
    {
      g_array_set_size (self->items, n_before);
      return set_bad_listing (error, "The listing of the server is larger than a million egresses "
                                     "or 256 MiB; list the egresses of one room, or only the "
                                     "active ones");
    }

  g_ptr_array_add (self->pages, g_bytes_ref (page));
  self->size += g_bytes_get_size (page);
  g_free (self->next_token);
  self->next_token = g_strdup (token);
  self->complete = is_last;
  if (token != NULL)
    g_hash_table_add (self->tokens, g_steal_pointer (&token));

  if (self->items->len > n_before)
    g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, self->items->len - n_before);
  /* Another page may have been loaded meanwhile, and told of it. */
  if (is_last)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMPLETE]);

  return TRUE;
}

typedef struct
{
  LkEgressListing *listing;
  gboolean all;
  guint page; /* the one that was asked for */
} LoadData;

static void
load_data_free (LoadData *load)
{
  g_object_unref (load->listing);
  g_free (load);
}

/* Asks for the next page, if there is one to load. */
static void
load_next (LkEgressCall *call, LoadData *load)
{
  LkEgressListing *self = load->listing;

  if (self->complete)
    {
      lk_egress_call_return (call, g_object_ref (self), g_object_unref);
      return;
    }

  load->page = self->pages->len;
  lk_egress_operation_send_list (call, 0, self->egress_id, self->room_name, self->active,
                                 self->next_token);
}

static void
feed_page (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  LoadData *load = data;
  LkEgressListing *self = load->listing;
  GError *local = NULL;

  if (error != NULL)
    local = g_error_copy (error);
  /* Else somebody asked for the same page and had it sooner. */
  else if (load->page == self->pages->len)
    append_page (self, reply, &local);

  if (local != NULL)
    lk_egress_call_return_error (call, local);
  else if (load->all)
    load_next (call, load);
  else
    lk_egress_call_return (call, g_object_ref (self), g_object_unref);
}

LkEgressCall *
lk_egress_listing_new_call (LkEgressListing *self, gboolean all)
{
  LoadData *load = g_new0 (LoadData, 1);
  LkEgressCall *call;

  load->listing = g_object_ref (self);
  load->all = all;
  call = lk_egress_client_new_call (self->client, feed_page, load, (GDestroyNotify)load_data_free);
  load_next (call, load);

  return call;
}

/**
 * lk_egress_listing_new:
 * @client: a client
 * @room_name: (nullable): only egresses of this room, %NULL for those of all
 * @egress_id: (nullable): only the egress of this id, %NULL for all
 * @active: only egresses that have not ended
 *
 * Creates a listing that is empty so far. Nothing is sent yet.
 *
 * Returns: (transfer full): a new listing
 * Since: 1.0
 */
LkEgressListing *
lk_egress_listing_new (LkEgressClient *client,
                       const char *room_name,
                       const char *egress_id,
                       gboolean active)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (client), NULL);

  return g_object_new (LK_EGRESS_TYPE_LISTING, "client", client, "room-name", room_name,
                       "egress-id", egress_id, "active", active, NULL);
}

/**
 * lk_egress_listing_get_client:
 * @self: a listing
 *
 * Gets [property@Listing:client].
 *
 * Returns: (transfer none): the client that pages are asked for with
 * Since: 1.0
 */
LkEgressClient *
lk_egress_listing_get_client (LkEgressListing *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_LISTING (self), NULL);

  return self->client;
}

/**
 * lk_egress_listing_get_room_name:
 * @self: a listing
 *
 * Gets [property@Listing:room-name].
 *
 * Returns: (nullable) (transfer none): the room whose egresses are listed, %NULL for all
 * Since: 1.0
 */
const char *
lk_egress_listing_get_room_name (LkEgressListing *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_LISTING (self), NULL);

  return self->room_name;
}

/**
 * lk_egress_listing_get_egress_id:
 * @self: a listing
 *
 * Gets [property@Listing:egress-id].
 *
 * Returns: (nullable) (transfer none): the id of the one egress that is listed, %NULL for all
 * Since: 1.0
 */
const char *
lk_egress_listing_get_egress_id (LkEgressListing *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_LISTING (self), NULL);

  return self->egress_id;
}

/**
 * lk_egress_listing_get_active:
 * @self: a listing
 *
 * Gets [property@Listing:active].
 *
 * Returns: whether only egresses are listed that have not ended
 * Since: 1.0
 */
gboolean
lk_egress_listing_get_active (LkEgressListing *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_LISTING (self), FALSE);

  return self->active;
}

/**
 * lk_egress_listing_is_complete: (get-property complete)
 * @self: a listing
 *
 * Gets [property@Listing:complete].
 *
 * Returns: whether all pages are loaded
 * Since: 1.0
 */
gboolean
lk_egress_listing_is_complete (LkEgressListing *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_LISTING (self), FALSE);

  return self->complete;
}

/**
 * lk_egress_listing_load_more:
 * @self: a listing
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Asks the server for the next page and appends what is in it, which may be nothing. It does
 * nothing when the listing is complete.
 *
 * After an error the listing is as it was, and may be asked for more again. Errors are those of
 * every call, see [class@Client]. A listing that does not end, or is larger than a million egresses
 * or 256 MiB, is %LK_EGRESS_ERROR_BAD_REPLY. Servers answer %LK_EGRESS_ERROR_NOT_FOUND for an
 * [property@Listing:egress-id] that they do not know.
 *
 * Returns: %TRUE if the page was loaded
 * Since: 1.0
 */
gboolean
lk_egress_listing_load_more (LkEgressListing *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (LkEgressListing) loaded = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_LISTING (self), FALSE);

  loaded = lk_egress_call_run (lk_egress_listing_new_call (self, FALSE), cancellable, error);

  return loaded != NULL;
}

/**
 * lk_egress_listing_load_more_async:
 * @self: a listing
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Loads the next page, as [method@Listing.load_more] does, without blocking. It is appended in the
 * thread-default main context of the caller, before @callback is called. Of calls at the same time
 * all load the same page, which is appended once.
 *
 * Since: 1.0
 */
void
lk_egress_listing_load_more_async (LkEgressListing *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_LISTING (self));

  lk_egress_call_run_async (lk_egress_listing_new_call (self, FALSE), self,
                            lk_egress_listing_load_more_async, "ListEgress", cancellable, callback,
                            user_data);
}

/**
 * lk_egress_listing_load_more_finish:
 * @self: a listing
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Listing.load_more_async].
 *
 * Returns: %TRUE if the page was loaded
 * Since: 1.0
 */
gboolean
lk_egress_listing_load_more_finish (LkEgressListing *self, GAsyncResult *result, GError **error)
{
  g_autoptr (LkEgressListing) loaded = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_LISTING (self), FALSE);

  loaded = lk_egress_call_run_finish (self, lk_egress_listing_load_more_async, result, error);

  return loaded != NULL;
}

static gboolean
find_position (LkEgressListing *self, const char *egress_id, guint *position)
{
  gpointer found;

  if (self->positions == NULL)
    self->positions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (; self->n_positions < self->items->len; self->n_positions++)
    {
      LkEgressWireSpan id = lk_egress_page_get_item_id (get_item (self, self->n_positions)->packed);

      if (id.at < id.end)
        g_hash_table_insert (self->positions, g_strndup ((const char *)id.at, id.end - id.at),
                             GUINT_TO_POINTER (self->n_positions));
    }

  if (!g_hash_table_lookup_extended (self->positions, egress_id, NULL, &found))
    return FALSE;

  *position = GPOINTER_TO_UINT (found);
  return TRUE;
}

gboolean
lk_egress_listing_find_packed (LkEgressListing *self,
                               const char *egress_id,
                               LkEgressWireSpan *packed)
{
  guint position;

  if (!find_position (self, egress_id, &position))
    return FALSE;

  *packed = get_item (self, position)->packed;
  return TRUE;
}

/**
 * lk_egress_listing_find:
 * @self: a listing
 * @egress_id: the id of an egress
 *
 * Finds an egress among those that are loaded.
 *
 * Returns: (transfer full) (nullable): its info, or %NULL if it is not there
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_listing_find (LkEgressListing *self, const char *egress_id)
{
  guint position;

  g_return_val_if_fail (LK_EGRESS_IS_LISTING (self), NULL);
  g_return_val_if_fail (egress_id != NULL, NULL);

  if (!find_position (self, egress_id, &position))
    return NULL;

  return g_list_model_get_item (G_LIST_MODEL (self), position);
}
