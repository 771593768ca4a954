/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtsecrets.h"

#include <stdbool.h>
#include <string.h>

#include "gstlivekitegresssecret.h"

#define PASSPHRASE_BYTES 16
#define STREAM_ID_BYTES 8
#define KEY_LENGTH 16

GstLiveKitEgressSrtSecrets *
gst_livekit_egress_srt_secrets_new (guint latency, GError ** error)
{
  GstLiveKitEgressSrtSecrets *self = g_new0 (GstLiveKitEgressSrtSecrets, 1);

  self->latency = latency;
  self->passphrase = gst_livekit_egress_secret_new (PASSPHRASE_BYTES, error);
  if (self->passphrase != NULL)
    self->stream_id = gst_livekit_egress_secret_new (STREAM_ID_BYTES, error);
  if (self->stream_id != NULL)
    return self;

  gst_livekit_egress_srt_secrets_free (self);
  return NULL;
}

void
gst_livekit_egress_srt_secrets_free (GstLiveKitEgressSrtSecrets * self)
{
  if (self->passphrase != NULL)
    explicit_bzero (self->passphrase, strlen (self->passphrase));
  g_free (self->passphrase);
  g_free (self->stream_id);
  g_free (self);
}

gboolean
gst_livekit_egress_srt_secrets_apply (const GstLiveKitEgressSrtSecrets * self,
    SRTSOCKET socket, GError ** error)
{
  const bool no = false, yes = true;
  const int32_t latency = self->latency, key_length = KEY_LENGTH;
  const struct
  {
    SRT_SOCKOPT option;
    const void *value;
    int size;
  } options[] = {
    {SRTO_RCVSYN, &no, sizeof no},
    {SRTO_SNDSYN, &no, sizeof no},
    {SRTO_TSBPDMODE, &yes, sizeof yes},
    {SRTO_LATENCY, &latency, sizeof latency},
    {SRTO_ENFORCEDENCRYPTION, &yes, sizeof yes},
    {SRTO_PBKEYLEN, &key_length, sizeof key_length},
    {SRTO_PASSPHRASE, self->passphrase, strlen (self->passphrase)},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (options); i++) {
    if (srt_setsockflag (socket, options[i].option, options[i].value,
            options[i].size) == SRT_ERROR) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
          "Cannot set up the SRT socket (option %d): %s", options[i].option,
          srt_getlasterror_str ());
      return FALSE;
    }
  }
  return TRUE;
}

gchar *
gst_livekit_egress_srt_secrets_dup_url (const GstLiveKitEgressSrtSecrets * self,
    const gchar * authority, const gchar * mode)
{
  return g_strdup_printf ("srt://%s?mode=%s&passphrase=%s&pbkeylen=%d"
      "&streamid=%s&latency=%u", authority, mode, self->passphrase, KEY_LENGTH,
      self->stream_id, self->latency);
}

/*** Stream ids ***/

/* The start of the structured form of SRT's access control: key=value, separated by commas. */
#define STRUCTURED "#!::"

gboolean
gst_livekit_egress_srt_secrets_has_stream_id (const GstLiveKitEgressSrtSecrets *
    self, const gchar * stream_id)
{
  g_auto (GStrv) fields = NULL;
  guint i, n_found = 0;

  if (stream_id == NULL)
    return FALSE;
  if (!g_str_has_prefix (stream_id, STRUCTURED))
    return gst_livekit_egress_secret_is (self->stream_id, stream_id,
        strlen (stream_id));

  /* Who it is (u) and what else may be there is of no interest. */
  fields = g_strsplit (stream_id + strlen (STRUCTURED), ",", -1);
  for (i = 0; fields[i] != NULL; i++) {
    const gchar *field = fields[i];

    if (g_str_has_prefix (field, "m=") && !g_str_equal (field, "m=publish"))
      return FALSE;
    if (!g_str_has_prefix (field, "r="))
      continue;
    if (!gst_livekit_egress_secret_is (self->stream_id, field + 2,
            strlen (field + 2)))
      return FALSE;
    n_found++;
  }
  return n_found == 1;
}
