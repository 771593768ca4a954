/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-regions-private.h"

#include "lk-egress-json-private.h"

/* What is looked at of an answer. */
#define MAX_ANSWER (64 * 1024)
#define MAX_REGIONS 64

/* A day: what is further away is taken for a mistake. */
#define MAX_AGE (24 * 60 * 60)

static const char *const domains[] = { ".livekit.cloud", ".livekit.run" };

struct _LkEgressRegions
{
  GUri *origin;       /* the address of the client */
  const char *domain; /* of it, and so of all that get its token */

  GMutex lock;
  GPtrArray *places;  /* of GUri */
  gint64 fresh_until; /* monotonic */
};

/* NULL for hosts outside of the cloud. A name with anything but letters, digits, dots and dashes in
 * it might not be what it looks like. */
static const char *
find_domain (const char *host)
{
  if (host == NULL || host[strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789.-")] != '\0')
    return NULL;

  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      if (g_str_has_suffix (host, domains[i]) && *host != '.')
        return domains[i];
    }

  return NULL;
}

/* With a scheme of HTTP and the host in lower case. */
static GUri *
parse_place (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  g_autofree char *host = NULL;
  const char *scheme;

  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_userinfo (uri) != NULL)
    return NULL;

  scheme = g_uri_get_scheme (uri);
  if (g_str_equal (scheme, "wss") || g_str_equal (scheme, "https"))
    scheme = "https";
  else if (g_str_equal (scheme, "ws") || g_str_equal (scheme, "http"))
    scheme = "http";
  else
    return NULL;

  host = g_ascii_strdown (g_uri_get_host (uri), -1);

  return g_uri_build (G_URI_FLAGS_ENCODED, scheme, NULL, host, g_uri_get_port (uri), "", NULL,
                      NULL);
}

static gboolean
is_secure (GUri *place)
{
  return g_str_equal (g_uri_get_scheme (place), "https");
}

LkEgressRegions *
lk_egress_regions_new (const char *base_url)
{
  g_autoptr (GUri) place = parse_place (base_url);
  const char *domain = place != NULL ? find_domain (g_uri_get_host (place)) : NULL;
  LkEgressRegions *self;

  if (domain == NULL)
    return NULL;

  self = g_atomic_rc_box_new0 (LkEgressRegions);
  self->origin = g_steal_pointer (&place);
  self->domain = domain;
  g_mutex_init (&self->lock);
  self->places = g_ptr_array_new_with_free_func ((GDestroyNotify)g_uri_unref);

  return self;
}

LkEgressRegions *
lk_egress_regions_ref (LkEgressRegions *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
regions_clear (gpointer data)
{
  LkEgressRegions *self = data;

  g_uri_unref (self->origin);
  g_ptr_array_unref (self->places);
  g_mutex_clear (&self->lock);
}

void
lk_egress_regions_unref (LkEgressRegions *self)
{
  g_atomic_rc_box_release_full (self, regions_clear);
}

GUri *
lk_egress_regions_get_origin (LkEgressRegions *self)
{
  return self->origin;
}

gboolean
lk_egress_regions_is_fresh (LkEgressRegions *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_get_monotonic_time () < self->fresh_until;
}

/* In seconds, 0 if the answer is not to be kept. */
static guint64
get_max_age (SoupMessage *query)
{
  const char *text
      = soup_message_headers_get_list (soup_message_get_response_headers (query), "Cache-Control");
  g_autoptr (GHashTable) parameters = NULL;
  const char *value;
  guint64 age = 0;

  if (text == NULL)
    return 0;

  parameters = soup_header_parse_param_list (text);
  value = g_hash_table_lookup (parameters, "max-age");
  if (value != NULL && !g_hash_table_contains (parameters, "no-store")
      && !g_hash_table_contains (parameters, "no-cache"))
    g_ascii_string_to_unsigned (value, 10, 0, MAX_AGE, &age, NULL);

  return age;
}

/* Only what is below the domain that the token is for anyway, and no less safe on its way. */
static GUri *
read_region (LkEgressRegions *self, const LkEgressJson *region)
{
  const char *url = lk_egress_json_find_string (region, "url");
  g_autoptr (GUri) place = url != NULL ? parse_place (url) : NULL;

  if (url == NULL)
    return NULL;
  if (place == NULL || find_domain (g_uri_get_host (place)) != self->domain
      || (is_secure (self->origin) && !is_secure (place)))
    {
      g_debug ("A region is left out, for it is not below *%s", self->domain);
      return NULL;
    }

  return g_steal_pointer (&place);
}

static GPtrArray *
read_regions (LkEgressRegions *self, GBytes *answer)
{
  gsize length;
  const char *text = g_bytes_get_data (answer, &length);
  g_autoptr (LkEgressJson) root = NULL;
  const LkEgressJson *regions, *region;
  LkEgressJsonIter iter;
  GPtrArray *places;

  if (length > 0 && length <= MAX_ANSWER)
    root = lk_egress_json_parse (text, length, NULL);
  regions = lk_egress_json_find (root, "regions");
  if (!lk_egress_json_is (regions, LK_EGRESS_JSON_KIND_ARRAY))
    return NULL;

  places = g_ptr_array_new_with_free_func ((GDestroyNotify)g_uri_unref);
  lk_egress_json_iter_init (&iter, regions);
  for (guint i = 0; i < MAX_REGIONS && (region = lk_egress_json_next_element (&iter)) != NULL; i++)
    {
      GUri *place = read_region (self, region);

      if (place != NULL)
        g_ptr_array_add (places, place);
    }

  return places;
}

void
lk_egress_regions_learn (LkEgressRegions *self, SoupMessage *query, GBytes *answer)
{
  GPtrArray *places = NULL;

  if (soup_message_get_status (query) == SOUP_STATUS_OK)
    places = read_regions (self, answer);
  if (places == NULL)
    {
      g_debug ("The list of regions could not be read (HTTP %u)", soup_message_get_status (query));
      return;
    }

  g_mutex_lock (&self->lock);
  g_ptr_array_unref (self->places);
  self->places = places;
  self->fresh_until = g_get_monotonic_time () + get_max_age (query) * G_TIME_SPAN_SECOND;
  g_mutex_unlock (&self->lock);
}

GUri *
lk_egress_regions_find (LkEgressRegions *self, GHashTable *names)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < self->places->len; i++)
    {
      GUri *place = g_ptr_array_index (self->places, i);
      g_autofree char *name = lk_egress_regions_name (place);

      if (!g_hash_table_contains (names, name))
        return g_uri_ref (place);
    }

  return NULL;
}

char *
lk_egress_regions_name (GUri *place)
{
  int port = g_uri_get_port (place);

  if (port <= 0)
    port = is_secure (place) ? 443 : 80;

  return g_strdup_printf ("%s:%d", g_uri_get_host (place), port);
}
