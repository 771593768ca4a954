/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-twirp-tls-private.h"

/* The first that applies: a certificate of an unknown CA says nothing for certain of the rest. */
static const struct
{
  GTlsCertificateFlags flag;
  const char *text;
} reasons[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA,
    "the certificate of the server is signed by no authority that is trusted here. If it is one "
    "of your own, give its certificate as the property tls-database of the client" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY,
    "the certificate of the server is for another host name. Use the name that it was made for" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED,
    "the certificate of the server is not valid yet. Check the clocks" },
  { G_TLS_CERTIFICATE_EXPIRED, "the certificate of the server has expired. Check the clocks, or "
                               "renew it" },
  { G_TLS_CERTIFICATE_REVOKED, "the certificate of the server was revoked" },
  { G_TLS_CERTIFICATE_INSECURE,
    "the certificate of the server uses an algorithm that is not safe" },
};

void
lk_egress_twirp_explain_tls (SoupMessage *message, GError **error)
{
  GTlsCertificateFlags flags;

  if (!g_error_matches (*error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return;

  flags = soup_message_get_tls_peer_certificate_errors (message);
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if ((flags & reasons[i].flag) != 0)
        {
          g_autofree char *text = (*error)->message;

          (*error)->message = g_strdup_printf ("%s: %s", text, reasons[i].text);
          return;
        }
    }
}
