/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-store.h"

#include <glib/gstdio.h>

#include "dev-upload.h"

#define MAX_WAITING 64

typedef struct
{
  char *name;
  GBytes *bytes; /* as the file was when it was put */
} Item;

struct _DevStore
{
  GObject parent_instance;

  char *folder;
  const Livekit__S3Upload *s3;
  GQueue items; /* in their order: a playlist comes after what it names */
  gboolean is_uploading;
  gboolean has_failed;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (DevStore, dev_store, G_TYPE_OBJECT)

enum
{
  SIGNAL_IDLE,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->name);
  g_bytes_unref (item->bytes);
  g_free (item);
}

static const char *
get_content_type (const char *name)
{
  static const struct
  {
    const char *extension;
    const char *type;
  } types[] = {
    { ".m3u8", "application/x-mpegurl" },
    { ".ts", "video/mp2t" },
    { ".m4s", "video/mp4" },
    { ".mp4", "video/mp4" },
    { ".jpeg", "image/jpeg" },
    { ".ogg", "audio/ogg" },
    { ".mp3", "audio/mpeg" },
    { ".json", "application/json" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (name, types[i].extension))
      return types[i].type;
  return "application/octet-stream";
}

static void
fail (DevStore *self, const char *text)
{
  self->has_failed = TRUE;
  g_queue_clear_full (&self->items, item_free);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, text);
}

static void upload_next (DevStore *self);

static void
on_uploaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DevStore) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = dev_upload_finish (result, &error);

  self->is_uploading = FALSE;
  /* Nobody waits for it any more. */
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (!done)
    fail (self, error->message);
  else if (self->items.length > 0)
    upload_next (self);
  else
    g_signal_emit (self, signals[SIGNAL_IDLE], 0);
}

static void
upload_next (DevStore *self)
{
  Item *item = g_queue_pop_head (&self->items);

  self->is_uploading = TRUE;
  dev_upload_async (self->s3, item->name, get_content_type (item->name), item->bytes,
                    self->cancellable, on_uploaded, g_object_ref (self));
  item_free (item);
}

gboolean
dev_store_put (DevStore *self, const char *name)
{
  g_autofree char *path = NULL;
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GError) error = NULL;
  Item *item;

  if (self->s3 == NULL || self->has_failed)
    return self->s3 == NULL;
  path = dev_store_get_path (self, name);
  file = g_mapped_file_new (path, FALSE, &error);
  if (file == NULL || self->items.length >= MAX_WAITING)
    {
      fail (self, file == NULL ? error->message : "upload queue is full");
      return FALSE;
    }
  /* The map stays. */
  g_unlink (path);
  item = g_new (Item, 1);
  item->name = g_strdup (name);
  item->bytes = g_mapped_file_get_bytes (file);
  g_queue_push_tail (&self->items, item);
  if (!self->is_uploading)
    upload_next (self);
  return TRUE;
}

gboolean
dev_store_is_busy (DevStore *self)
{
  return !self->has_failed && (self->is_uploading || self->items.length > 0);
}

char *
dev_store_get_path (DevStore *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

char *
dev_store_get_location (DevStore *self, const char *name)
{
  return self->s3 != NULL ? dev_upload_get_location (self->s3, name)
                          : dev_store_get_path (self, name);
}

DevStore *
dev_store_new (const char *folder, const Livekit__S3Upload *s3, const char *id)
{
  static guint number;
  DevStore *self = g_object_new (DEV_TYPE_STORE, NULL);

  self->s3 = s3;
  if (s3 == NULL)
    self->folder = g_strdup (folder);
  else
    {
      self->folder
          = g_strdup_printf ("%s/livekit-egress-devserver-%s-%u", g_get_tmp_dir (), id, number++);
      /* That it cannot be made shows when something is written there. */
      g_mkdir (self->folder, 0700);
    }
  return self;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

/* What is on its way holds the store, so this is where that ends. */
void
dev_store_close (DevStore *self)
{
  g_cancellable_cancel (self->cancellable);
  g_queue_clear_full (&self->items, item_free);
  if (self->s3 != NULL)
    remove_folder (self->folder);
}

static void
dev_store_finalize (GObject *object)
{
  DevStore *self = DEV_STORE (object);

  g_queue_clear_full (&self->items, item_free);
  g_object_unref (self->cancellable);
  g_free (self->folder);
  G_OBJECT_CLASS (dev_store_parent_class)->finalize (object);
}

static void
dev_store_class_init (DevStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = dev_store_finalize;
  signals[SIGNAL_IDLE] = g_signal_new ("idle", DEV_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DEV_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
dev_store_init (DevStore *self)
{
  g_queue_init (&self->items);
  self->cancellable = g_cancellable_new ();
}
