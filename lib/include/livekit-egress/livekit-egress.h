/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lets code in this tree include the library as its users do. Not installed. */

#pragma once

#include "../../livekit-egress.h"
