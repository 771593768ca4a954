/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The HTTP status that goes with a Twirp error code; 500 for one that is none. */
guint dev_twirp_status (const char *code);

/* The JSON of an error. meta is "key", "value" or NULL, NULL. */
char *
dev_twirp_error_body (const char *code, const char *text, const char *meta_key, const char *meta);

G_END_DECLS
