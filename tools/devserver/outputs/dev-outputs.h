/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"

G_BEGIN_DECLS

/* The table of all kinds of outputs. A new kind is a file beside this one, with a class of
 * DevOutput, and a row of the table. */

/* That all elements are installed that the kinds need. */
gboolean dev_outputs_check_elements (GError **error);

/* Whether there are kinds for all destinations of the plan of the context. Errors are in
 * LK_EGRESS_ERROR: UNIMPLEMENTED. */
gboolean dev_outputs_check (const DevOutputContext *context, GError **error);

/* The outputs (DevOutput) of a plan that was checked, in the order of the request. */
GPtrArray *dev_outputs_new (const DevOutputContext *context);

G_END_DECLS
