/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What storages answer instead of an object. S3, Google, Azure and OSS write the same XML: an Error
 * with a Code. */

#include "lk-egress-storage-answer-private.h"

#include <gio/gio.h>
#include <string.h>

#include "lk-egress-storage-value-private.h"
#include "lk-egress-storage.h"

#define MAX_BODY 8192
#define MAX_ELEMENT 256

char *
lk_egress_storage_answer_dup_element (const char *body, const char *element)
{
  g_autofree char *text = g_strndup (body, MAX_BODY);
  g_autofree char *tag = g_strdup_printf ("<%s>", element);
  char *start = strstr (text, tag);
  char *end;

  if (start == NULL)
    return NULL;

  start += strlen (tag);
  end = strchr (start, '<');
  if (end == NULL || end == start || end - start > MAX_ELEMENT)
    return NULL;
  *end = '\0';
  return lk_egress_storage_is_text (start) ? g_strdup (start) : NULL;
}

typedef struct
{
  const char *code;
  int error;
  const char *sentence;
} Row;

#define NOT_READABLE                                                                               \
  "it lets nobody read the object with this key, or without one: give the key the right"           \
  " s3:GetObject"

static const Row codes[] = {
  { "NoSuchKey", G_IO_ERROR_NOT_FOUND, "it has no such object" },
  { "BlobNotFound", G_IO_ERROR_NOT_FOUND, "it has no such object" },
  { "NoSuchBucket", G_IO_ERROR_INVALID_ARGUMENT,
    "it has no such bucket: check the name of the bucket and the endpoint" },
  { "ContainerNotFound", G_IO_ERROR_INVALID_ARGUMENT,
    "it has no such container: check its name and the account" },
  { "AccessDenied", G_IO_ERROR_PERMISSION_DENIED, NOT_READABLE },
  { "SignatureDoesNotMatch", G_IO_ERROR_PERMISSION_DENIED,
    "the signature is wrong: check that the secret belongs to the access key" },
  { "InvalidAccessKeyId", G_IO_ERROR_PERMISSION_DENIED,
    "it does not know the access key: check the key and the endpoint" },
  { "XAdminUserNotFound", G_IO_ERROR_PERMISSION_DENIED, /* versitygw's word for it */
    "it does not know the access key: check the key and the endpoint" },
  { "RequestTimeTooSkewed", G_IO_ERROR_PERMISSION_DENIED,
    "the clocks differ by more than 15 minutes: set the clock of this machine" },
  { "ExpiredToken", G_IO_ERROR_PERMISSION_DENIED, "the temporary key has expired: make a new one" },
  { "InvalidToken", G_IO_ERROR_PERMISSION_DENIED,
    "the session token does not belong to the access key: take both of the same credentials" },
  { "AuthorizationHeaderMalformed", G_IO_ERROR_INVALID_ARGUMENT,
    "the request is signed for another region than that of the bucket: set the region" },
  { "PermanentRedirect", G_IO_ERROR_INVALID_ARGUMENT,
    "the bucket is in another region: set the region" },
};

static const Row *
find_code (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      if (g_strcmp0 (codes[i].code, code) == 0)
        return &codes[i];
    }
  return NULL;
}

static Row
describe_status (guint status)
{
  if (status == 404)
    return (Row){ NULL, G_IO_ERROR_NOT_FOUND, "it has no such object" };
  if (status == 401 || status == 403)
    return (Row){ NULL, G_IO_ERROR_PERMISSION_DENIED, NOT_READABLE };
  if (status == 429 || (status >= 500 && status <= 599))
    return (Row){ NULL, G_IO_ERROR_BUSY, "it cannot answer now: try again later" };

  return (Row){ NULL, G_IO_ERROR_FAILED, "it refuses the request" };
}

/* A name, to be shown. */
static gboolean
is_name (const char *text)
{
  return text != NULL && strlen (text) <= 64
         && text[strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-.")] == '\0';
}

/**
 * lk_egress_storage_check_answer:
 * @status: the HTTP status of the answer to a GET of an object
 * @body: (nullable): the beginning of its body as text, %NULL for none; of no use if the status is
 *   that of a success
 * @error: return location for an error
 *
 * Tells what a storage means that does not answer with the object. All kinds of storages are
 * understood; the error names what was refused and how to mend it, with the code of the storage:
 *
 * | error | meaning |
 * |---|---|
 * | %G_IO_ERROR_NOT_FOUND | there is no such object, not yet perhaps |
 * | %G_IO_ERROR_PERMISSION_DENIED | the key, its secret, its rights, or the clock |
 * | %G_IO_ERROR_INVALID_ARGUMENT | the bucket or the region does not exist or is another one |
 * | %G_IO_ERROR_BUSY | the storage is not able to answer now |
 * | %G_IO_ERROR_FAILED | anything else |
 *
 * To a key without the right to list a bucket, S3 says `AccessDenied` of an object that is not
 * there.
 *
 * Returns: %TRUE if @status is one of a success
 * Since: 1.0
 */
gboolean
lk_egress_storage_check_answer (guint status, const char *body, GError **error)
{
  g_autofree char *code = NULL;
  g_autofree char *region = NULL;
  const Row *row;
  Row fallback;

  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (status >= 200 && status <= 299)
    return TRUE;

  code = body != NULL ? lk_egress_storage_answer_dup_element (body, "Code") : NULL;
  region = body != NULL ? lk_egress_storage_answer_dup_element (body, "Region") : NULL;
  fallback = describe_status (status);
  row = find_code (code);
  if (row == NULL)
    row = &fallback;

  g_set_error (error, G_IO_ERROR, row->error, "The storage answered %u%s%s: %s%s%s", status,
               is_name (code) ? " " : "", is_name (code) ? code : "", row->sentence,
               row->error == G_IO_ERROR_INVALID_ARGUMENT && is_name (region) ? " " : "",
               row->error == G_IO_ERROR_INVALID_ARGUMENT && is_name (region) ? region : "");
  return FALSE;
}
