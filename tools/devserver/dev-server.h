/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-service.h"

G_BEGIN_DECLS

/* HTTP: who may call what, the faults and the state. */
typedef struct _DevServer DevServer;

/* Takes the service's parts as they are; they must outlive the server. */
DevServer *dev_server_new (DevService *service, const char *api_key, const char *api_secret);
void dev_server_free (DevServer *self);

/* address is numeric; port 0 is any. The URL is what clients are told. */
gboolean dev_server_listen (DevServer *self, const char *address, guint16 port, GError **error);
char *dev_server_get_url (DevServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DevServer, dev_server_free)

G_END_DECLS
