/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R41: the rules for an update of streams. */

#include "lk-egress-validation-private.h"

#include "lk-egress-redact-message-private.h"
#include "lk-egress-redact.h"

/* What is found, and what has been seen of the addresses so far. */
typedef struct
{
  LkEgressValidation validation;
  GHashTable *urls;
  Livekit__StreamProtocol protocol;
} Update;

/* Whether nothing is left to cover: the server shows the keys of streams as {abc...xyz}. */
static gboolean
is_redacted (const char *url)
{
  g_autofree char *redacted = lk_egress_redact_url (url);

  return strchr (url, '{') != NULL && g_str_equal (redacted, url);
}

static void
check_url (Update *self, const char *field, const char *url)
{
  g_autofree char *shown = lk_egress_redact_url (url);

  if (*url == '\0')
    lk_egress_validation_fault (&self->validation, LK_EGRESS_VALIDATION_ERROR_MISSING, field, NULL,
                                "There is no address; give one, or leave the entry out");
  else if (is_redacted (url))
    lk_egress_validation_fault (&self->validation, LK_EGRESS_VALIDATION_ERROR_INVALID, field, NULL,
                                "%s: The key in the address is redacted; give the address as it "
                                "was sent, and not as the server shows it",
                                shown);
  else if (!g_hash_table_add (self->urls, (gpointer)url))
    lk_egress_validation_fault (&self->validation, LK_EGRESS_VALIDATION_ERROR_CONFLICT, field, NULL,
                                "%s: The address is there twice; take one out", shown);
}

/* All that are added are of one protocol: the one that the egress sends, which only the server
 * knows. */
static void
check_added (Update *self, const char *field, const char *url)
{
  Livekit__StreamProtocol protocol = lk_egress_stream_protocol_of_url (url);

  check_url (self, field, url);

  if (protocol == LIVEKIT__STREAM_PROTOCOL__WEBSOCKET)
    lk_egress_validation_fault (&self->validation, LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, field,
                                "UpdateStream called on non-streaming egress",
                                "A running egress takes no websockets; start an egress of its own "
                                "for it");

  if (self->protocol == LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL)
    self->protocol = protocol;
  lk_egress_validation_stream_url (&self->validation, field, url, self->protocol);
}

static void
check_urls (Update *self, const Livekit__UpdateStreamRequest *update)
{
  for (gsize i = 0; i < update->n_add_output_urls; i++)
    {
      g_autofree char *field = g_strdup_printf ("add_output_urls[%" G_GSIZE_FORMAT "]", i);

      check_added (self, field, update->add_output_urls[i]);
    }
  for (gsize i = 0; i < update->n_add_destinations; i++)
    {
      g_autofree char *field = g_strdup_printf ("add_destinations[%" G_GSIZE_FORMAT "].url", i);

      check_added (self, field, update->add_destinations[i]->url);
    }
  for (gsize i = 0; i < update->n_remove_output_urls; i++)
    {
      g_autofree char *field = g_strdup_printf ("remove_output_urls[%" G_GSIZE_FORMAT "]", i);

      check_url (self, field, update->remove_output_urls[i]);
    }
}

gboolean
lk_egress_validation_check_update (const Livekit__UpdateStreamRequest *update, GError **error)
{
  g_autoptr (GHashTable) urls = g_hash_table_new (g_str_hash, g_str_equal);
  Update self = { .urls = urls };

  if (*update->egress_id == '\0')
    lk_egress_validation_fault (&self.validation, LK_EGRESS_VALIDATION_ERROR_MISSING, "egress_id",
                                NULL,
                                "There is no id; give that of the egress, as starting it "
                                "returned");
  if (update->n_add_output_urls + update->n_add_destinations + update->n_remove_output_urls == 0)
    lk_egress_validation_fault (&self.validation, LK_EGRESS_VALIDATION_ERROR_MISSING,
                                "add_output_urls", NULL,
                                "The update changes nothing; add or remove an address");
  check_urls (&self, update);

  if (self.validation.fault == NULL)
    return TRUE;

  g_propagate_error (error, self.validation.fault);

  return FALSE;
}
