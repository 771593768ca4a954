/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-storage-environment-private.h"

#include "lk-egress-aws-profiles-private.h"
#include "lk-egress-environment-private.h"
#include "lk-egress-storage-value-private.h"

/* What is known while a storage is made. */
typedef struct
{
  const LkEgressStorageUri *uri;
  LkEgressAwsProfiles *profiles;
  LkEgressS3Storage *s3;
  const char *profile; /* "default" if none is named */
  gboolean is_named;
  gboolean has_profile; /* FALSE only if none is named and there is no default one */
} Resolver;

static const char *
get_setting (const Resolver *self, const char *profile, const char *setting)
{
  return lk_egress_aws_profiles_get (self->profiles, profile, setting);
}

static void
take_setting (LkEgressStorageValue *value,
              const Resolver *self,
              const char *profile,
              const char *setting)
{
  lk_egress_storage_value_take (value, get_setting (self, profile, setting),
                                "%s of the AWS profile %s", setting, profile);
}

/* Credentials */

static gboolean
set_key (const Resolver *self,
         const LkEgressStorageValue *id,
         const LkEgressStorageValue *secret,
         const LkEgressStorageValue *token,
         GError **error)
{
  if (!lk_egress_storage_value_check (token, error))
    return FALSE;

  /* The token of one key is of no use to another. */
  g_object_set (self->s3, "access-key", id->text, "secret", secret->text, "session-token",
                id->text != NULL ? token->text : NULL, NULL);
  return TRUE;
}

static gboolean
set_key_from_environment (const Resolver *self, GError **error)
{
  g_auto (LkEgressStorageValue) id = { NULL };
  g_auto (LkEgressStorageValue) secret = { NULL };
  g_auto (LkEgressStorageValue) token = { NULL };

  lk_egress_storage_value_take_variable (&id, "AWS_ACCESS_KEY_ID");
  lk_egress_storage_value_take_variable (&secret, "AWS_SECRET_ACCESS_KEY");
  lk_egress_storage_value_take_variable (&token, "AWS_SESSION_TOKEN");

  return lk_egress_storage_value_check_pair (&id, "AWS_ACCESS_KEY_ID", &secret,
                                             "AWS_SECRET_ACCESS_KEY", error)
         && set_key (self, &id, &secret, &token, error);
}

static void
take_credential (LkEgressStorageValue *value,
                 const Resolver *self,
                 const char *profile,
                 const char *setting)
{
  lk_egress_storage_value_take (
      value, lk_egress_aws_profiles_get_credential (self->profiles, profile, setting),
      "%s of the AWS profile %s", setting, profile);
}

static gboolean
set_key_from_profile (const Resolver *self, const char *profile, GError **error)
{
  g_auto (LkEgressStorageValue) id = { NULL };
  g_auto (LkEgressStorageValue) secret = { NULL };
  g_auto (LkEgressStorageValue) token = { NULL };

  take_credential (&id, self, profile, "aws_access_key_id");
  take_credential (&secret, self, profile, "aws_secret_access_key");
  take_credential (&token, self, profile, "aws_session_token");

  return lk_egress_storage_value_check_pair (&id, "aws_access_key_id", &secret,
                                             "aws_secret_access_key", error)
         && set_key (self, &id, &secret, &token, error);
}

static gboolean
has_key (const Resolver *self)
{
  return lk_egress_message_has (LK_EGRESS_MESSAGE (self->s3), "access-key");
}

/* Refuses a profile whose credentials come from somewhere else than the files: a program, a
 * browser, the machine. */
static gboolean
check_portable (const Resolver *self, const char *profile, GError **error)
{
  static const char *const settings[]
      = { "credential_process", "sso_session", "sso_start_url",
          "login_session",      "mfa_serial",  "web_identity_token_file" };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      if (get_setting (self, profile, settings[i]) == NULL)
        continue;

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "The AWS profile %s has %s, of which no credentials can be made here: set the"
                   " variables that \"aws configure export-credentials --profile %s --format env\""
                   " prints",
                   profile, settings[i], profile);
      return FALSE;
    }

  return TRUE;
}

static gboolean
fail_without_key (const char *profile, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               "The AWS profile %s has no credentials: give it aws_access_key_id and"
               " aws_secret_access_key",
               profile);
  return FALSE;
}

/* The key of the profile that a role is taken on with. */
static gboolean
set_key_from_source (const Resolver *self, const char *source, GError **error)
{
  if (!lk_egress_aws_profiles_check (self->profiles, source, error)
      || !set_key_from_profile (self, source, error))
    return FALSE;
  if (has_key (self))
    return TRUE;

  if (get_setting (self, source, "role_arn") != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "The source_profile %s of the AWS profile %s has a role too, and servers take on"
                   " one only: name a profile with a key",
                   source, self->profile);
      return FALSE;
    }

  return check_portable (self, source, error) && fail_without_key (source, error);
}

/* The tools want a source for every role. Here one without is left to the key of the worker. */
static gboolean
set_role (const Resolver *self, GError **error)
{
  const char *source = get_setting (self, self->profile, "source_profile");
  const char *kind = get_setting (self, self->profile, "credential_source");
  g_auto (LkEgressStorageValue) role = { NULL };
  g_auto (LkEgressStorageValue) external_id = { NULL };

  take_setting (&role, self, self->profile, "role_arn");
  take_setting (&external_id, self, self->profile, "external_id");
  if (!lk_egress_storage_value_check (&role, error)
      || !lk_egress_storage_value_check (&external_id, error)
      || !check_portable (self, self->profile, error))
    return FALSE;

  g_object_set (self->s3, "assume-role-arn", role.text, "assume-role-external-id", external_id.text,
                NULL);
  if (source != NULL)
    return set_key_from_source (self, source, error);
  if (kind == NULL)
    return set_key_from_profile (self, self->profile, error);

  if (g_strcmp0 (kind, "Environment") != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "The credential_source of the AWS profile %s is the identity of this machine,"
                   " which cannot be handed on to a server: name a source_profile with a key",
                   self->profile);
      return FALSE;
    }
  if (!set_key_from_environment (self, error) || has_key (self))
    return has_key (self);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               "The credential_source of the AWS profile %s is Environment, but there is no key in"
               " it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
               self->profile);
  return FALSE;
}

static gboolean
set_credentials (const Resolver *self, GError **error)
{
  /* As with the tools, a profile goes before the variables only where it is given for one call. */
  if (!g_hash_table_contains (self->uri->options, "profile"))
    {
      if (!set_key_from_environment (self, error))
        return FALSE;
      if (has_key (self))
        return TRUE;
    }
  if (!self->has_profile)
    return TRUE;

  if (get_setting (self, self->profile, "role_arn") != NULL)
    return set_role (self, error);
  if (!set_key_from_profile (self, self->profile, error))
    return FALSE;

  if (has_key (self))
    return TRUE;

  /* Nobody may mean the default profile, but one with a name is meant to be used. */
  return check_portable (self, self->profile, error)
         && (!self->is_named || fail_without_key (self->profile, error));
}

/* The rest */

static gboolean
set_region (const Resolver *self, GError **error)
{
  g_auto (LkEgressStorageValue) region = { NULL };

  lk_egress_storage_value_take_option (&region, self->uri->options, "region");
  lk_egress_storage_value_take_variable (&region, "AWS_REGION");
  lk_egress_storage_value_take_variable (&region, "AWS_DEFAULT_REGION");
  take_setting (&region, self, self->profile, "region");

  g_object_set (self->s3, "region", region.text, NULL);
  return lk_egress_storage_value_check_region (&region, error);
}

static gboolean
is_true (const char *text)
{
  return text != NULL && g_ascii_strcasecmp (text, "true") == 0;
}

static gboolean
set_endpoint (const Resolver *self, GError **error)
{
  g_auto (LkEgressStorageValue) value = { NULL };
  g_autofree char *endpoint = NULL;

  lk_egress_storage_value_take_option (&value, self->uri->options, "endpoint");
  if (!is_true (lk_egress_environment_get ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
      && !is_true (get_setting (self, self->profile, "ignore_configured_endpoint_urls")))
    {
      lk_egress_storage_value_take_variable (&value, "AWS_ENDPOINT_URL_S3");
      lk_egress_storage_value_take_variable (&value, "AWS_ENDPOINT_URL");
      lk_egress_storage_value_take (
          &value, lk_egress_aws_profiles_get_endpoint (self->profiles, self->profile),
          "endpoint_url of the AWS profile %s", self->profile);
    }
  if (!lk_egress_storage_value_to_endpoint (&value, NULL, &endpoint, error))
    return FALSE;

  g_object_set (self->s3, "endpoint", endpoint, NULL);
  return TRUE;
}

/* As with the tools, an endpoint means path style unless something else is said. */
static gboolean
set_path_style (const Resolver *self, GError **error)
{
  const char *option = g_hash_table_lookup (self->uri->options, "path-style");
  const char *style = get_setting (self, self->profile, "s3.addressing_style");
  gboolean path_style = lk_egress_message_has (LK_EGRESS_MESSAGE (self->s3), "endpoint");

  if (option != NULL && !g_str_equal (option, "true") && !g_str_equal (option, "false"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "The option path-style is either true or false");
      return FALSE;
    }

  if (option != NULL)
    path_style = is_true (option);
  else if (g_strcmp0 (style, "path") == 0)
    path_style = TRUE;
  else if (g_strcmp0 (style, "virtual") == 0)
    path_style = FALSE;

  g_object_set (self->s3, "force-path-style", path_style, NULL);
  return TRUE;
}

/* Finds out which profile is meant, and that it is there. */
static gboolean
set_profile (Resolver *self, const LkEgressStorageValue *name, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (name->text != NULL)
    {
      self->profile = name->text;
      self->is_named = TRUE;
    }

  if (!lk_egress_storage_is_text (self->profile))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s is no text in UTF-8",
                   name->origin);
      return FALSE;
    }

  self->has_profile = lk_egress_aws_profiles_check (self->profiles, self->profile, &problem);
  if (self->has_profile
      || (!self->is_named && g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)))
    return TRUE;

  if (self->is_named)
    g_prefix_error (&problem, "%s: ", name->origin);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

LkEgressStorage *
lk_egress_storage_resolve_s3 (const LkEgressStorageUri *uri, GError **error)
{
  g_auto (LkEgressStorageValue) name = { NULL };
  g_autoptr (LkEgressAwsProfiles) profiles = lk_egress_aws_profiles_load (error);
  g_autoptr (LkEgressS3Storage) s3 = lk_egress_s3_storage_new (uri->bucket, NULL, NULL);
  Resolver self = { .uri = uri, .profiles = profiles, .s3 = s3, .profile = "default" };

  if (profiles == NULL)
    return NULL;

  lk_egress_storage_value_take_option (&name, uri->options, "profile");
  lk_egress_storage_value_take_variable (&name, "AWS_PROFILE");
  lk_egress_storage_value_take_variable (&name, "AWS_DEFAULT_PROFILE");

  if (!set_profile (&self, &name, error) || !set_credentials (&self, error)
      || !set_region (&self, error) || !set_endpoint (&self, error)
      || !set_path_style (&self, error))
    return NULL;

  return lk_egress_storage_new_s3 (s3);
}
