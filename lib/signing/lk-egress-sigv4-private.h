/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* AWS Signature Version 4 in headers, by the rules of S3: the path is signed as it is sent, each
 * octet encoded once and no dots or slashes taken out. Functions of their arguments alone. */

/* The hash of no payload at all. */
#define LK_EGRESS_SIGV4_EMPTY_PAYLOAD                                                              \
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

typedef struct
{
  const char *access_key;
  const char *secret;
  const char *session_token; /* NULL unless the key is a temporary one */
  const char *region;
  const char *service; /* "s3" */
} LkEgressSigv4Key;

typedef struct
{
  const char *method;
  const char *url; /* as it is sent; what stands after a '#' is not */
  const char *const
      *headers;             /* to be signed too: names and values in turn, ended by NULL; or NULL */
  const char *payload_hash; /* SHA-256 in hexadecimal digits */
} LkEgressSigv4Request;

/* The headers to add to the request: names and values in turn, ended by NULL. Those of the request
 * itself are not among them. The "Host" that is signed is the host of the URL, in ASCII, and the
 * port unless the scheme implies it.
 *
 * NULL with G_IO_ERROR_INVALID_ARGUMENT if the URL is not of http or https, or if a text has a
 * character in it that could not be sent in a header. Errors show none of the texts. */
char **lk_egress_sigv4_sign (const LkEgressSigv4Key *key,
                             const LkEgressSigv4Request *request,
                             GDateTime *now,
                             GError **error);

/* What is signed, for tests. The headers are all that are signed, "host" too. */
char *lk_egress_sigv4_get_canonical_request (const char *method,
                                             const char *path,
                                             const char *query, /* may be NULL */
                                             const char *const *headers,
                                             const char *payload_hash);

/* A path that means these names, which may be any octets but 0: each octet but letters, digits,
 * '/',
 * '-', '.', '_' and '~' becomes %XX. */
char *lk_egress_sigv4_encode_path (const char *path);

/* The SHA-256 of data in hexadecimal digits. */
char *lk_egress_sigv4_hash (gconstpointer data, gsize size);

G_END_DECLS
