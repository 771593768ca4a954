/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-location.h"

#include <string.h>

/* Past the scheme of an HTTP address, NULL for other text. */
static const char *
skip_http (const char *text)
{
  if (g_str_has_prefix (text, "https://"))
    return text + strlen ("https://");

  return g_str_has_prefix (text, "http://") ? text + strlen ("http://") : NULL;
}

/* A colon alone may be in a name, as in that of "rec-12:08:43.mp4". GLib would keep each scheme
 * that a server thinks of for ever. */
static gboolean
is_address (const char *text)
{
  const char *end = text;

  while (g_ascii_isalnum (*end) || (*end != '\0' && strchr ("+-.", *end) != NULL))
    end++;

  return g_ascii_isalpha (text[0]) && g_str_has_prefix (end, "://");
}

/* https://bucket.http://endpoint/key: the place of the endpoint, NULL if it is no such text. */
static const char *
find_endpoint (const char *authority)
{
  /* Names of buckets have neither slashes nor colons. */
  const char *colon = authority + strcspn (authority, "/:");
  const char *start = colon;

  while (start > authority && g_ascii_isalpha (start[-1]))
    start--;

  return start > authority + 1 && start[-1] == '.' && skip_http (start) != NULL ? start : NULL;
}

/**
 * lk_egress_location_to_uri:
 * @location: where something was stored, as [method@FileInfo.get_location],
 *   [method@SegmentsInfo.get_playlist_location] or [method@Info.get_manifest_location] tell it
 *
 * Gets the address of something that was stored.
 *
 * A local path becomes an address with `file://`, which is of use on the machine of the worker. For
 * a bucket whose endpoint was given with a scheme, workers put that scheme into the middle of the
 * location (`https://bucket.https://host/key`); here it is at the start
 * (`https://bucket.host/key`). Other addresses stay as they are.
 *
 * Who may read from the address is up to the storage.
 *
 * Returns: (nullable) (transfer full): the address; %NULL if @location is neither an address nor an
 *   absolute path
 * Since: 1.0
 */
char *
lk_egress_location_to_uri (const char *location)
{
  const char *authority, *endpoint;

  g_return_val_if_fail (location != NULL, NULL);

  if (g_path_is_absolute (location))
    return g_filename_to_uri (location, NULL, NULL);

  authority = skip_http (location);
  endpoint = authority != NULL ? find_endpoint (authority) : NULL;
  if (endpoint != NULL)
    {
      const char *host = skip_http (endpoint);

      return g_strdup_printf ("%.*s%.*s%s", (int)(host - endpoint), endpoint,
                              (int)(endpoint - authority), authority, host);
    }

  return is_address (location) ? g_strdup (location) : NULL;
}
