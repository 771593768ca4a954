/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-macros.h"

G_BEGIN_DECLS

/**
 * LK_EGRESS_VALIDATION_ERROR:
 *
 * Error domain for requests that no server would take, see [error@ValidationError].
 *
 * Since: 1.0
 */
#define LK_EGRESS_VALIDATION_ERROR (lk_egress_validation_error_quark ())

/**
 * LkEgressValidationError:
 * @LK_EGRESS_VALIDATION_ERROR_MISSING: something that is needed is not there
 * @LK_EGRESS_VALIDATION_ERROR_INVALID: a value is out of its range or not of its form
 * @LK_EGRESS_VALIDATION_ERROR_CONFLICT: two parts of the request exclude each other
 * @LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED: servers cannot do this combination
 *
 * What is wrong with a request, found by [method@Request.validate]. The message of the error begins
 * with the field at fault, such as `outputs[0].stream.urls[1]`.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_VALIDATION_ERROR_MISSING,
  LK_EGRESS_VALIDATION_ERROR_INVALID,
  LK_EGRESS_VALIDATION_ERROR_CONFLICT,
  LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED,
} LkEgressValidationError;

LK_EGRESS_AVAILABLE_IN_1_0
GQuark lk_egress_validation_error_quark (void);

G_END_DECLS
