/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A Redis that speaks TLS, with certificates of an authority of its own. */

#include <livekit-egress/livekit-egress.h>
#include <string.h>

#include "lk-test-redis.h"

#define OWNER "studio"

static LkEgressStore *
new_store (LkTestRedis *redis, gboolean knows_authority)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "tls-authority.pem", NULL);
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  if (knows_authority)
    {
      database = g_tls_file_database_new (path, &error);
      g_assert_no_error (error);
    }

  return g_object_new (LK_EGRESS_TYPE_REDIS_STORE, "address", lk_test_redis_get_address (redis),
                       "tls-database", database, "timeout", 60000, NULL);
}

static LkEgressStoreEntry *
new_entry (void)
{
  return lk_egress_store_entry_new (OWNER, "https://livekit.example", NULL, "EG_1");
}

static void
test_own_authority (void)
{
  g_autoptr (LkTestRedis) redis = lk_test_redis_new_tls ("tls-server.pem");
  g_autoptr (LkEgressStoreEntry) entry = new_entry ();
  g_autoptr (LkEgressStore) store = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;

  if (redis == NULL)
    return;

  store = new_store (redis, TRUE);
  g_assert_true (lk_egress_store_put (store, entry, NULL, &error));
  g_assert_no_error (error);
  entries = lk_egress_store_list (store, OWNER, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_true (lk_egress_store_remove (store, entry, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_refused (const char *certificate, gboolean knows_authority)
{
  g_autoptr (LkTestRedis) redis = lk_test_redis_new_tls (certificate);
  g_autoptr (LkEgressStoreEntry) entry = new_entry ();
  g_autoptr (LkEgressStore) store = NULL;
  g_autoptr (GError) error = NULL;

  if (redis == NULL)
    return;

  store = new_store (redis, knows_authority);
  g_assert_false (lk_egress_store_put (store, entry, NULL, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, lk_test_redis_get_address (redis)));
}

static void
test_unknown_authority (void)
{
  assert_refused ("tls-server.pem", FALSE);
}

static void
test_other_host (void)
{
  assert_refused ("tls-other.pem", TRUE);
}

/* Who speaks no TLS is told what it is to speak. */
static void
test_plain (void)
{
  g_autoptr (LkTestRedis) redis = lk_test_redis_new (NULL);
  g_autoptr (LkEgressStoreEntry) entry = new_entry ();
  g_autoptr (LkEgressStore) store = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;

  if (redis == NULL)
    return;

  address = g_strconcat ("rediss", strchr (lk_test_redis_get_address (redis), ':'), NULL);
  store = g_object_new (LK_EGRESS_TYPE_REDIS_STORE, "address", address, "timeout", 1000, NULL);
  g_assert_false (lk_egress_store_put (store, entry, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, address));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redis-tls/own-authority", test_own_authority);
  g_test_add_func ("/redis-tls/unknown-authority", test_unknown_authority);
  g_test_add_func ("/redis-tls/other-host", test_other_host);
  g_test_add_func ("/redis-tls/plain", test_plain);

  return g_test_run ();
}
