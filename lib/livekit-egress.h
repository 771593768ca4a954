/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#define LK_EGRESS_INSIDE

#include "lk-egress-macros.h"
#include "lk-egress-version.h"

#include "lk-egress-credentials.h"
#include "lk-egress-enum-types.h"
#include "lk-egress-error.h"

#undef LK_EGRESS_INSIDE
