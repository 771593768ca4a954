/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-aws-profiles-private.h"

#include "lk-egress-aws-file-private.h"
#include "lk-egress-environment-private.h"
#include "lk-egress-small-file-private.h"

#define MAX_FILE_SIZE (1024 * 1024)

typedef struct
{
  char *path;
  LkEgressAwsFile *file; /* empty if there is none */
} Source;

struct _LkEgressAwsProfiles
{
  Source credentials;
  Source config;
};

/* "~" is not always expanded by what sets the variable. */
static char *
get_path (const char *variable, const char *name)
{
  const char *path = lk_egress_environment_get (variable);

  if (path == NULL)
    return g_build_filename (g_get_home_dir (), ".aws", name, NULL);
  if (g_str_has_prefix (path, "~/"))
    return g_build_filename (g_get_home_dir (), path + 2, NULL);

  return g_strdup (path);
}

/* People set a variable to /dev/null for no file at all. Without one, a service may not even be
 * allowed to look into a home. */
static gboolean
is_absent (const char *path, gboolean is_named)
{
  return is_named ? g_str_equal (path, "/dev/null") : !g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
load (Source *source, const char *variable, const char *name, GError **error)
{
  gboolean is_named = lk_egress_environment_get (variable) != NULL;
  g_autofree char *text = NULL;
  gsize length;

  source->path = get_path (variable, name);
  if (is_absent (source->path, is_named))
    {
      source->file = lk_egress_aws_file_parse ("", NULL);
      return TRUE;
    }

  text = lk_egress_small_file_read (source->path, MAX_FILE_SIZE, &length, error);
  if (text == NULL)
    {
      if (is_named)
        g_prefix_error (error, "%s: ", variable);
      return FALSE;
    }

  source->file = lk_egress_aws_file_parse (text, error);
  if (source->file == NULL)
    lk_egress_small_file_prefix_error (source->path, error);

  return source->file != NULL;
}

static void
source_clear (Source *source)
{
  g_clear_pointer (&source->path, g_free);
  g_clear_pointer (&source->file, lk_egress_aws_file_free);
}

void
lk_egress_aws_profiles_free (LkEgressAwsProfiles *self)
{
  source_clear (&self->credentials);
  source_clear (&self->config);
  g_free (self);
}

LkEgressAwsProfiles *
lk_egress_aws_profiles_load (GError **error)
{
  g_autoptr (LkEgressAwsProfiles) self = g_new0 (LkEgressAwsProfiles, 1);

  if (!load (&self->credentials, "AWS_SHARED_CREDENTIALS_FILE", "credentials", error)
      || !load (&self->config, "AWS_CONFIG_FILE", "config", error))
    return NULL;

  return g_steal_pointer (&self);
}

/* In the config file all profiles but the default one have the word before their name. */
static char *
get_config_section (LkEgressAwsProfiles *self, const char *profile)
{
  g_autofree char *section = g_strconcat ("profile ", profile, NULL);

  if (g_str_equal (profile, "default")
      && !lk_egress_aws_file_has_section (self->config.file, section))
    return g_strdup (profile);

  return g_steal_pointer (&section);
}

static gboolean
check_section (const Source *source, const char *section, GError **error)
{
  guint line = lk_egress_aws_file_get_bad_line (source->file, section);

  if (line == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "Line %u is neither a comment nor a setting: write NAME = VALUE", line);
  lk_egress_small_file_prefix_error (source->path, error);
  return FALSE;
}

static gboolean
check_profile (LkEgressAwsProfiles *self, const char *profile, GError **error)
{
  g_autofree char *config_section = get_config_section (self, profile);
  g_autofree char *credentials_name = NULL;
  g_autofree char *config_name = NULL;

  if (lk_egress_aws_file_has_section (self->credentials.file, profile)
      || lk_egress_aws_file_has_section (self->config.file, config_section))
    return check_section (&self->credentials, profile, error)
           && check_section (&self->config, config_section, error);

  credentials_name = g_filename_display_name (self->credentials.path);
  config_name = g_filename_display_name (self->config.path);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               "There is no AWS profile %s: neither a section [%s] in %s nor [%s] in %s", profile,
               profile, credentials_name, config_section, config_name);
  return FALSE;
}

static char *
get_services_section (LkEgressAwsProfiles *self, const char *profile)
{
  const char *services = lk_egress_aws_profiles_get (self, profile, "services");

  return services != NULL ? g_strconcat ("services ", services, NULL) : NULL;
}

/* Without its section, files would go to Amazon. */
static gboolean
check_services (LkEgressAwsProfiles *self, const char *profile, GError **error)
{
  g_autofree char *section = get_services_section (self, profile);

  if (section == NULL)
    return TRUE;
  if (lk_egress_aws_file_has_section (self->config.file, section))
    return check_section (&self->config, section, error);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "There is no section [%s], which the AWS profile %s names", section, profile);
  lk_egress_small_file_prefix_error (self->config.path, error);
  return FALSE;
}

gboolean
lk_egress_aws_profiles_check (LkEgressAwsProfiles *self, const char *profile, GError **error)
{
  return check_profile (self, profile, error) && check_services (self, profile, error);
}

/* Where both files have a setting, credentials goes first. */
const char *
lk_egress_aws_profiles_get (LkEgressAwsProfiles *self, const char *profile, const char *setting)
{
  g_autofree char *config_section = get_config_section (self, profile);
  const char *value = lk_egress_aws_file_get (self->credentials.file, profile, setting);

  return value != NULL ? value
                       : lk_egress_aws_file_get (self->config.file, config_section, setting);
}

const char *
lk_egress_aws_profiles_get_credential (LkEgressAwsProfiles *self,
                                       const char *profile,
                                       const char *setting)
{
  g_autofree char *config_section = get_config_section (self, profile);

  if (lk_egress_aws_file_get (self->credentials.file, profile, "aws_access_key_id") != NULL
      || lk_egress_aws_file_get (self->credentials.file, profile, "aws_secret_access_key") != NULL)
    return lk_egress_aws_file_get (self->credentials.file, profile, setting);

  return lk_egress_aws_file_get (self->config.file, config_section, setting);
}

const char *
lk_egress_aws_profiles_get_endpoint (LkEgressAwsProfiles *self, const char *profile)
{
  g_autofree char *section = get_services_section (self, profile);
  const char *endpoint = NULL;

  if (section != NULL)
    endpoint = lk_egress_aws_file_get (self->config.file, section, "s3.endpoint_url");

  return endpoint != NULL ? endpoint : lk_egress_aws_profiles_get (self, profile, "endpoint_url");
}
