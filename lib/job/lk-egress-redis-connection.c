/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redis-connection-private.h"

#include <string.h>

#include "lk-egress-redact-private.h"
#include "lk-egress-secret-private.h"

#define DEFAULT_PORT 6379
#define MAX_DATABASE 1000000

/* A reply is bounded by what the scripts of the store can give at most. */
#define MAX_REPLY (16 * 1024 * 1024)
#define MAX_VALUES 32768

struct _LkEgressRedisConnection
{
  const LkEgressRedisServer *server;
  GSocketConnection *connection;
};

/*** Addresses ***/

void
lk_egress_redis_server_free (LkEgressRedisServer *self)
{
  g_free (self->host);
  g_free (self->user);
  lk_egress_secret_free (self->password);
  g_clear_object (&self->tls_database);
  g_free (self->shown);
  g_free (self);
}

static gboolean
parse_database (const char *path, guint *database)
{
  guint64 number;

  *database = 0;
  if (path[0] == '\0' || g_str_equal (path, "/"))
    return TRUE;
  if (!g_ascii_string_to_unsigned (path + 1, 10, 0, MAX_DATABASE, &number, NULL))
    return FALSE;
  *database = (guint)number;

  return TRUE;
}

static char *
dup_unless_empty (const char *text)
{
  return text != NULL && text[0] != '\0' ? g_strdup (text) : NULL;
}

LkEgressRedisServer *
lk_egress_redis_server_parse (const char *address, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_HAS_PASSWORD, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  LkEgressRedisServer *self;
  guint database;
  int port;

  if ((!g_str_equal (scheme, "redis") && !g_str_equal (scheme, "rediss")) || host == NULL
      || host[0] == '\0' || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || g_uri_get_port (uri) == 0 || !parse_database (g_uri_get_path (uri), &database))
    {
      g_autofree char *valid = g_utf8_make_valid (address, -1);
      g_autofree char *shown = lk_egress_redact_url (valid);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is no address of a Redis server: it must be of the form "
                   "redis://HOST[:PORT][/DATABASE], or begin with rediss:// for TLS",
                   shown);
      return NULL;
    }

  port = g_uri_get_port (uri);
  self = g_new0 (LkEgressRedisServer, 1);
  self->host = g_strdup (host);
  self->port = port > 0 ? (guint16)port : DEFAULT_PORT;
  self->tls = g_str_equal (scheme, "rediss");
  self->user = dup_unless_empty (g_uri_get_user (uri));
  self->password = dup_unless_empty (g_uri_get_password (uri));
  self->database = database;
  self->shown
      = g_uri_join (G_URI_FLAGS_NONE, scheme, NULL, host, port, g_uri_get_path (uri), NULL, NULL);

  return self;
}

#ifdef LK_EGRESS_HAVE_REDIS

/*** Errors ***/

/* It may go better a little later. */
static gboolean
is_passing (const GError *error)
{
  if (error->domain == G_RESOLVER_ERROR)
    return TRUE;
  if (error->domain == G_TLS_ERROR)
    return error->code == G_TLS_ERROR_MISC || error->code == G_TLS_ERROR_EOF;

  return error->domain == G_IO_ERROR && error->code != G_IO_ERROR_CANCELLED
         && error->code != G_IO_ERROR_INVALID_DATA && error->code != G_IO_ERROR_NOT_SUPPORTED;
}

/* Takes the cause over. */
static void
set_transport_error (const LkEgressRedisServer *server, GError *cause, GError **error)
{
  if (is_passing (cause))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "Redis at %s cannot be reached: %s",
                 server->shown, cause->message);
  else
    g_set_error (error, cause->domain, cause->code, "Redis at %s: %s", server->shown,
                 cause->message);
  g_error_free (cause);
}

/* What begins a reply that is an error, and what that is here. */
static const struct
{
  const char *prefix;
  GIOErrorEnum code;
  const char *advice;
} refusals[] = {
  { "NOAUTH", G_IO_ERROR_PERMISSION_DENIED, "; it wants a password" },
  { "WRONGPASS", G_IO_ERROR_PERMISSION_DENIED, "; look at the user and the password" },
  { "NOPERM", G_IO_ERROR_PERMISSION_DENIED,
    "; the user must be allowed EVAL on the keys livekit-egress:*" },
  { "ERR invalid password", G_IO_ERROR_PERMISSION_DENIED, "; look at the password" },
  { "ERR AUTH", G_IO_ERROR_PERMISSION_DENIED, "; leave the password out" },
  { "ERR Client sent AUTH", G_IO_ERROR_PERMISSION_DENIED, "; leave the password out" },
  { "OOM", G_IO_ERROR_NO_SPACE, "; give it more memory" },
  { "LOADING", G_IO_ERROR_NOT_CONNECTED, "" },
  { "READONLY", G_IO_ERROR_NOT_CONNECTED, "; give the address of the server that can be written" },
  { "MASTERDOWN", G_IO_ERROR_NOT_CONNECTED, "" },
  { "MISCONF", G_IO_ERROR_NOT_CONNECTED, "" },
  { "BUSY", G_IO_ERROR_NOT_CONNECTED, "" },
  { "TRYAGAIN", G_IO_ERROR_NOT_CONNECTED, "" },
  { "CLUSTERDOWN", G_IO_ERROR_NOT_CONNECTED, "" },
  { "ERR max number of clients", G_IO_ERROR_NOT_CONNECTED, "" },
};

/* Some servers quote the command that they do not know, with the password in it. */
static char *
dup_without (char *text, const char *secret)
{
  g_autofree char *owned = text;
  g_auto (GStrv) parts = NULL;

  if (secret == NULL || secret[0] == '\0')
    return g_steal_pointer (&owned);

  parts = g_strsplit (owned, secret, -1);
  return g_strjoinv ("{redacted}", parts);
}

static void
set_refusal (const LkEgressRedisServer *server, const LkEgressRedisReply *reply, GError **error)
{
  g_autofree char *without = dup_without (g_strdup (reply->text), server->password);
  g_autofree char *text = lk_egress_redact_server_text (without, strlen (without));
  GIOErrorEnum code = G_IO_ERROR_FAILED;
  const char *advice = "";

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      if (!g_str_has_prefix (reply->text, refusals[i].prefix))
        continue;
      code = refusals[i].code;
      advice = refusals[i].advice;
      break;
    }
  g_set_error (error, G_IO_ERROR, (int)code, "Redis at %s says: %s%s", server->shown, text, advice);
}

/*** The connection ***/

static void
on_event (GSocketClient *client,
          GSocketClientEvent event,
          GSocketConnectable *connectable,
          GIOStream *stream,
          const LkEgressRedisServer *server)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING && server->tls_database != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (stream), server->tls_database);
}

static gboolean
tell (LkEgressRedisConnection *self,
      const char *const *words,
      GCancellable *cancellable,
      GError **error)
{
  gboolean refused;
  g_autoptr (LkEgressRedisReply) reply
      = lk_egress_redis_connection_call (self, words, &refused, cancellable, error);

  return reply != NULL;
}

static gboolean
introduce (LkEgressRedisConnection *self, GCancellable *cancellable, GError **error)
{
  const LkEgressRedisServer *server = self->server;
  char database[16];

  if (server->password != NULL)
    {
      const char *const words[] = { "AUTH", server->user != NULL ? server->user : server->password,
                                    server->user != NULL ? server->password : NULL, NULL };

      if (!tell (self, words, cancellable, error))
        return FALSE;
    }
  if (server->database != 0)
    {
      const char *const words[] = { "SELECT", database, NULL };

      g_snprintf (database, sizeof database, "%u", server->database);
      if (!tell (self, words, cancellable, error))
        return FALSE;
    }

  return TRUE;
}

LkEgressRedisConnection *
lk_egress_redis_connection_open (const LkEgressRedisServer *server,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address = g_network_address_new (server->host, server->port);
  g_autoptr (LkEgressRedisConnection) self = g_new0 (LkEgressRedisConnection, 1);
  GError *local = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_tls (client, server->tls);
  g_signal_connect (client, "event", G_CALLBACK (on_event), (gpointer)server);

  self->server = server;
  self->connection = g_socket_client_connect (client, address, cancellable, &local);
  if (self->connection == NULL)
    {
      set_transport_error (server, local, error);
      return NULL;
    }
  g_socket_set_keepalive (g_socket_connection_get_socket (self->connection), TRUE);
  if (!introduce (self, cancellable, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
lk_egress_redis_connection_free (LkEgressRedisConnection *self)
{
  g_clear_object (&self->connection);
  g_free (self);
}

static GString *
write_command (const char *const *words)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "*%u\r\n", g_strv_length ((char **)words));
  for (guint i = 0; words[i] != NULL; i++)
    g_string_append_printf (text, "$%" G_GSIZE_FORMAT "\r\n%s\r\n", strlen (words[i]), words[i]);

  return text;
}

static LkEgressRedisReply *
read_reply (LkEgressRedisConnection *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (LkEgressRedisParser) parser = lk_egress_redis_parser_new (MAX_REPLY, MAX_VALUES);
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (self->connection));
  LkEgressRedisReply *reply = NULL;
  char bytes[4096];

  while (reply == NULL)
    {
      gssize length = g_input_stream_read (input, bytes, sizeof bytes, cancellable, error);

      if (length < 0)
        return NULL;
      if (length == 0)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "It closed the connection");
          return NULL;
        }
      if (!lk_egress_redis_parser_feed (parser, bytes, (gsize)length, &reply, error))
        return NULL;
    }

  return reply;
}

LkEgressRedisReply *
lk_egress_redis_connection_call (LkEgressRedisConnection *self,
                                 const char *const *words,
                                 gboolean *refused,
                                 GCancellable *cancellable,
                                 GError **error)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (self->connection));
  GString *command = write_command (words);
  g_autoptr (LkEgressRedisReply) reply = NULL;
  GError *local = NULL;

  *refused = FALSE;
  if (g_output_stream_write_all (output, command->str, command->len, NULL, cancellable, &local))
    reply = read_reply (self, cancellable, &local);
  /* There may be a password in it. */
  explicit_bzero (command->str, command->len);
  g_string_free (command, TRUE);
  if (reply == NULL)
    {
      set_transport_error (self->server, local, error);
      return NULL;
    }
  if (reply->kind == LK_EGRESS_REDIS_ERROR)
    {
      *refused = TRUE;
      set_refusal (self->server, reply, error);
      return NULL;
    }

  return g_steal_pointer (&reply);
}

#else /* LK_EGRESS_HAVE_REDIS */

LkEgressRedisConnection *
lk_egress_redis_connection_open (const LkEgressRedisServer *server,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "This library was built without Redis: build it with the option "
                       "-Dredis=enabled, which needs the files of hiredis for developers");

  return NULL;
}

/* There is none. */
void
lk_egress_redis_connection_free (LkEgressRedisConnection *self)
{
}

LkEgressRedisReply *
lk_egress_redis_connection_call (LkEgressRedisConnection *self,
                                 const char *const *words,
                                 gboolean *refused,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_return_val_if_reached (NULL);
}

#endif
