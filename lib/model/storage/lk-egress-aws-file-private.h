/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A file of settings of the AWS tools: sections of names and values, comments begun by '#' or ';',
 * and settings nested under another by their indentation, which are called "s3.addressing_style"
 * here. Names of settings are in lower case. Where a name or a section stands twice, the last
 * counts. What stands before the first section is left out. */
typedef struct _LkEgressAwsFile LkEgressAwsFile;

/* Takes UTF-8. Errors (G_IO_ERROR_INVALID_DATA) tell the line and show nothing of it. */
LkEgressAwsFile *lk_egress_aws_file_parse (const char *text, GError **error);
void lk_egress_aws_file_free (LkEgressAwsFile *self);

gboolean lk_egress_aws_file_has_section (LkEgressAwsFile *self, const char *section);

/* NULL if the setting is not there or has no value. */
const char *
lk_egress_aws_file_get (LkEgressAwsFile *self, const char *section, const char *setting);

/* The number of the first line in the section that is no setting, 0 if there is none. A mistake in
 * a section that nobody asks for does no harm. */
guint lk_egress_aws_file_get_bad_line (LkEgressAwsFile *self, const char *section);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressAwsFile, lk_egress_aws_file_free)

G_END_DECLS
