/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The files in which the AWS tools keep profiles: credentials and config. */
typedef struct _LkEgressAwsProfiles LkEgressAwsProfiles;

/* Reads both. Where the environment does not name them, they need not exist. */
LkEgressAwsProfiles *lk_egress_aws_profiles_load (GError **error);
void lk_egress_aws_profiles_free (LkEgressAwsProfiles *self);

/* Whether a profile is in one of the files, and what it says can be read; else an error
 * (G_IO_ERROR_NOT_FOUND, G_IO_ERROR_INVALID_DATA). */
gboolean
lk_egress_aws_profiles_check (LkEgressAwsProfiles *self, const char *profile, GError **error);

/* NULL if the profile has no such setting. */
const char *
lk_egress_aws_profiles_get (LkEgressAwsProfiles *self, const char *profile, const char *setting);

/* The same for a part of a key: all of them come from one file, for a token of the other belongs to
 * another key. */
const char *lk_egress_aws_profiles_get_credential (LkEgressAwsProfiles *self,
                                                   const char *profile,
                                                   const char *setting);

/* The address of S3 that the profile says, NULL if none. */
const char *lk_egress_aws_profiles_get_endpoint (LkEgressAwsProfiles *self, const char *profile);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressAwsProfiles, lk_egress_aws_profiles_free)

G_END_DECLS
