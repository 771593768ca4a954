/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-credentials-private.h"

#include <string.h>

#include "lk-egress-access-token-private.h"
#include "lk-egress-environment-private.h"
#include "lk-egress-secret-private.h"
#include "lk-egress-server-url-private.h"

/* How long a token is used, and how far apart the clocks may get meanwhile, in microseconds. */
#define MAX_TOKEN_AGE (60 * G_TIME_SPAN_SECOND)
#define MAX_CLOCK_STEP G_TIME_SPAN_SECOND

/**
 * LkEgressCredentials:
 *
 * What proves to a LiveKit server that this program may run egresses.
 *
 * An API key with its secret is the usual form: calls then carry tokens that are good for nine to
 * ten minutes more and give just the rights of the call. A new one is signed when the last is a
 * minute old, or the clock was set. Where the secret must not be on this machine, use a token made
 * elsewhere, or a function that gets one.
 *
 * Credentials can be used, not read: there is no way to get a secret back out of them, and they are
 * wiped from memory when the last reference goes. They never change and may be shared by threads.
 *
 * Since: 1.0
 */
struct _LkEgressCredentials
{
  GObject parent_instance;

  /* One of these three. */
  char *api_key, *api_secret;
  char *token;
  LkEgressTokenFunc func;

  gpointer user_data;
  GDestroyNotify destroy;

  /* The token that was signed last, with its grant and the time on both clocks in microseconds. */
  GMutex lock;
  char *signed_token;
  char *signed_grant;
  gint64 signed_real;
  gint64 signed_monotonic;
};

G_DEFINE_FINAL_TYPE (LkEgressCredentials, lk_egress_credentials, G_TYPE_OBJECT)

static void
lk_egress_credentials_finalize (GObject *object)
{
  LkEgressCredentials *self = LK_EGRESS_CREDENTIALS (object);

  g_free (self->api_key);
  lk_egress_secret_free (self->api_secret);
  lk_egress_secret_free (self->token);
  lk_egress_secret_free (self->signed_token);
  g_free (self->signed_grant);
  g_mutex_clear (&self->lock);
  if (self->destroy != NULL)
    self->destroy (self->user_data);

  G_OBJECT_CLASS (lk_egress_credentials_parent_class)->finalize (object);
}

static void
lk_egress_credentials_class_init (LkEgressCredentialsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = lk_egress_credentials_finalize;
}

static void
lk_egress_credentials_init (LkEgressCredentials *self)
{
  g_mutex_init (&self->lock);
}

/**
 * lk_egress_credentials_new_for_key:
 * @api_key: the API key, such as `APIxxxxxxxx`
 * @api_secret: the secret that belongs to it
 *
 * Creates credentials of an API key, which sign a token for each call. Nothing is checked here: a
 * call with an empty key or secret fails with %G_IO_ERROR_INVALID_ARGUMENT, with a wrong one with
 * %LK_EGRESS_ERROR_UNAUTHENTICATED.
 *
 * Returns: (transfer full): new credentials
 * Since: 1.0
 */
LkEgressCredentials *
lk_egress_credentials_new_for_key (const char *api_key, const char *api_secret)
{
  LkEgressCredentials *self;

  g_return_val_if_fail (api_key != NULL, NULL);
  g_return_val_if_fail (api_secret != NULL, NULL);

  self = g_object_new (LK_EGRESS_TYPE_CREDENTIALS, NULL);
  self->api_key = g_strdup (api_key);
  self->api_secret = g_strdup (api_secret);

  return self;
}

/**
 * lk_egress_credentials_new_for_token:
 * @token: a JWT with the `roomRecord` video grant
 *
 * Creates credentials of one token, which all calls use. When it expires, calls fail with
 * %LK_EGRESS_ERROR_UNAUTHENTICATED, and stopping an egress is a call too: for long jobs see
 * [ctor@Credentials.new_for_func].
 *
 * Returns: (transfer full): new credentials
 * Since: 1.0
 */
LkEgressCredentials *
lk_egress_credentials_new_for_token (const char *token)
{
  LkEgressCredentials *self;

  g_return_val_if_fail (token != NULL, NULL);

  self = g_object_new (LK_EGRESS_TYPE_CREDENTIALS, NULL);
  self->token = g_strdup (token);

  return self;
}

/**
 * lk_egress_credentials_new_for_func:
 * @func: (scope notified) (closure user_data) (destroy destroy): called for a token before each
 * call
 * @user_data: data for @func
 * @destroy: (nullable): called when @func is no longer needed
 *
 * Creates credentials that ask a function for the token of each call, for example one that a
 * service of yours signs.
 *
 * Returns: (transfer full): new credentials
 * Since: 1.0
 */
LkEgressCredentials *
lk_egress_credentials_new_for_func (LkEgressTokenFunc func,
                                    gpointer user_data,
                                    GDestroyNotify destroy)
{
  LkEgressCredentials *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = g_object_new (LK_EGRESS_TYPE_CREDENTIALS, NULL);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

/* What one does not give is taken from the environment; empty counts as not given. */
static const char *
get_given (const char *value)
{
  return value != NULL && value[0] != '\0' ? value : NULL;
}

/* Whether what the environment holds may go to the server at this address. */
static gboolean
check_server (const char *url, GError **error)
{
  const char *own_url = lk_egress_environment_get ("LIVEKIT_URL");
  g_autofree char *origin = lk_egress_server_url_get_origin (url, error);
  g_autofree char *own_origin = NULL;

  if (origin == NULL)
    return FALSE;

  if (own_url != NULL)
    own_origin = lk_egress_server_url_get_origin (own_url, NULL);
  if (g_strcmp0 (origin, own_origin) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               "There are no credentials for %s: give an API key and its secret, or a token. Those"
               " of the environment belong to the server of LIVEKIT_URL, which is %s",
               origin,
               own_url == NULL      ? "not set"
               : own_origin == NULL ? "no address of a LiveKit server"
                                    : own_origin);
  return FALSE;
}

/* Says which half of a key is missing, or that there is nothing at all. */
static void
set_missing (const char *api_key, const char *api_secret, gboolean given, GError **error)
{
  const gboolean nothing = api_key == NULL && api_secret == NULL;
  const gboolean no_key = api_key == NULL;

  if (nothing)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         "There are no LiveKit credentials: give an API key and its secret, or a"
                         " token, or set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or LIVEKIT_TOKEN");
  else if (given)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "The API %s is given without its %s: give both, or set %s",
                 no_key ? "secret" : "key", no_key ? "key" : "secret",
                 no_key ? "LIVEKIT_API_KEY" : "LIVEKIT_API_SECRET");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "LIVEKIT_API_%s is set but LIVEKIT_API_%s is not: set it to the %s",
                 no_key ? "SECRET" : "KEY", no_key ? "KEY" : "SECRET",
                 no_key ? "key of that secret" : "secret of that key");
}

/**
 * lk_egress_credentials_new_with_defaults:
 * @url: (nullable): the address of the server if somebody else chose it, or %NULL if whoever runs
 *   this program chose it
 * @api_key: (nullable): an API key
 * @api_secret: (nullable): the secret that belongs to it
 * @token: (nullable): a JWT with the `roomRecord` video grant
 * @error: return location for an error
 *
 * Creates credentials of what is given, and takes from the environment what is missing. An empty
 * text counts as missing.
 *
 * A @token that is given goes before a key. A key that is given without its secret takes that of
 * `LIVEKIT_API_SECRET`, a secret without its key takes `LIVEKIT_API_KEY`. If nothing is given, the
 * credentials are `LIVEKIT_API_KEY` with `LIVEKIT_API_SECRET`, or if these are not both set,
 * `LIVEKIT_TOKEN`.
 *
 * What the environment holds belongs to the server of `LIVEKIT_URL`. A program that lets others say
 * which server it calls, for example by a link that was clicked, names that server as @url: then
 * the environment is used only if `LIVEKIT_URL` has the same scheme (`ws` is `http`, and `wss` is
 * `https`), host and port. Neither those secrets nor a token made with them ever go elsewhere.
 *
 * Errors are %G_IO_ERROR_NOT_FOUND if the environment does not hold what is missing,
 * %G_IO_ERROR_INVALID_ARGUMENT if a key is given without its secret or the other way round,
 * or @url is no address of a server, and %G_IO_ERROR_PERMISSION_DENIED if the environment does not
 * belong to the server at @url.
 *
 * Returns: (transfer full): new credentials, or %NULL on error
 * Since: 1.0
 */
LkEgressCredentials *
lk_egress_credentials_new_with_defaults (const char *url,
                                         const char *api_key,
                                         const char *api_secret,
                                         const char *token,
                                         GError **error)
{
  gboolean given;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  api_key = get_given (api_key);
  api_secret = get_given (api_secret);
  token = get_given (token);
  given = api_key != NULL || api_secret != NULL;

  if (token != NULL)
    return lk_egress_credentials_new_for_token (token);

  if (api_key == NULL || api_secret == NULL)
    {
      if (url != NULL && !check_server (url, error))
        return NULL;
      if (api_key == NULL)
        api_key = lk_egress_environment_get ("LIVEKIT_API_KEY");
      if (api_secret == NULL)
        api_secret = lk_egress_environment_get ("LIVEKIT_API_SECRET");
      if (!given)
        token = lk_egress_environment_get ("LIVEKIT_TOKEN");
    }

  if (api_key != NULL && api_secret != NULL)
    return lk_egress_credentials_new_for_key (api_key, api_secret);
  if (token != NULL)
    return lk_egress_credentials_new_for_token (token);

  set_missing (api_key, api_secret, given, error);
  return NULL;
}

/**
 * lk_egress_credentials_new_from_environment:
 * @error: return location for an error
 *
 * Creates credentials of the environment variables `LIVEKIT_API_KEY` and `LIVEKIT_API_SECRET` or,
 * if these are not both set, of `LIVEKIT_TOKEN`. An empty variable counts as not set. This is
 * [ctor@Credentials.new_with_defaults] with nothing given.
 *
 * Returns: (transfer full): new credentials, or %NULL with %G_IO_ERROR_NOT_FOUND, saying what is
 *   missing
 * Since: 1.0
 */
LkEgressCredentials *
lk_egress_credentials_new_from_environment (GError **error)
{
  return lk_egress_credentials_new_with_defaults (NULL, NULL, NULL, NULL, error);
}

/* The token becomes part of an HTTP header, so this is also what keeps lines out of it. */
static gboolean
check_token (const char *token, GError **error)
{
  gsize length = strspn (token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-._~+/=");

  if (length > 0 && token[length] == '\0')
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       token[0] == '\0'
                           ? "The access token is empty"
                           : "The access token has characters that no token has, such as spaces or"
                             " line ends: give just the token");
  return FALSE;
}

static char *
sign (LkEgressCredentials *self, const char *video_grant, gint64 real_time, GError **error)
{
  g_autoptr (JsonObject) claims = json_object_new ();
  g_autoptr (JsonNode) video = NULL;

  if (self->api_key == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "The credentials hold nothing: make them with a key and its secret, a"
                           " token, a function, or from the environment");
      return NULL;
    }
  if (self->api_key[0] == '\0' || self->api_secret[0] == '\0')
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The API %s is empty: give the key and the secret of the LiveKit server",
                   self->api_key[0] == '\0' ? "key" : "secret");
      return NULL;
    }
  if (!g_utf8_validate (self->api_key, -1, NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "The API key is not text in UTF-8");
      return NULL;
    }

  video = json_from_string (video_grant, error);
  if (video == NULL)
    return NULL;
  json_object_set_member (claims, "video", g_steal_pointer (&video));

  return lk_egress_access_token_sign (self->api_key, self->api_secret, claims,
                                      real_time / G_USEC_PER_SEC, LK_EGRESS_TOKEN_LIFETIME);
}

/* Where the clocks disagree on how long ago the token was signed, the time in it is of a clock that
 * has been set since, or the machine slept. */
static gboolean
is_fresh (LkEgressCredentials *self,
          const char *video_grant,
          gint64 real_time,
          gint64 monotonic_time)
{
  gint64 age = monotonic_time - self->signed_monotonic;

  return self->signed_token != NULL && g_str_equal (self->signed_grant, video_grant)
         && age < MAX_TOKEN_AGE && ABS (real_time - self->signed_real - age) < MAX_CLOCK_STEP;
}

/* Signing takes a fourth of the time of a whole call. */
static char *
get_signed (LkEgressCredentials *self,
            const char *video_grant,
            gint64 real_time,
            gint64 monotonic_time,
            GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (!is_fresh (self, video_grant, real_time, monotonic_time))
    {
      char *token = sign (self, video_grant, real_time, error);

      if (token == NULL)
        return NULL;
      lk_egress_secret_free (self->signed_token);
      self->signed_token = token;
      g_free (self->signed_grant);
      self->signed_grant = g_strdup (video_grant);
      self->signed_real = real_time;
      self->signed_monotonic = monotonic_time;
    }

  return g_strdup (self->signed_token);
}

static char *
ask (LkEgressCredentials *self, GError **error)
{
  GError *failure = NULL;
  char *token = self->func (self->user_data, &failure);

  if (failure != NULL)
    {
      g_propagate_prefixed_error (error, failure, "No access token for the call: ");
      g_clear_pointer (&token, lk_egress_secret_free);
    }
  else if (token == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           "The function that was to give an access token gave neither a token nor"
                           " an error");
    }

  return token;
}

char *
lk_egress_credentials_get_token (LkEgressCredentials *self, const char *video_grant, GError **error)
{
  return lk_egress_credentials_get_token_at (self, video_grant, g_get_real_time (),
                                             g_get_monotonic_time (), error);
}

char *
lk_egress_credentials_get_token_at (LkEgressCredentials *self,
                                    const char *video_grant,
                                    gint64 real_time,
                                    gint64 monotonic_time,
                                    GError **error)
{
  char *token;

  g_return_val_if_fail (LK_EGRESS_IS_CREDENTIALS (self), NULL);
  g_return_val_if_fail (video_grant != NULL, NULL);

  if (self->func != NULL)
    token = ask (self, error);
  else if (self->token != NULL)
    token = g_strdup (self->token);
  else
    token = get_signed (self, video_grant, real_time, monotonic_time, error);

  if (token != NULL && !check_token (token, error))
    g_clear_pointer (&token, lk_egress_secret_free);

  return token;
}
