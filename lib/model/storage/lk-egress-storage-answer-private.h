/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The text of an element, such as "Code", of an answer that may be cut off anywhere and may be no
 * XML at all. NULL if there is none, or none that is short and without control characters. */
char *lk_egress_storage_answer_dup_element (const char *body, const char *element);

G_END_DECLS
