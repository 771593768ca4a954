/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT_IMAGES (dev_output_images_get_type ())
G_DECLARE_FINAL_TYPE (DevOutputImages, dev_output_images, DEV, OUTPUT_IMAGES, DevOutput)

/* A JPEG picture below the server's folder every so many seconds. */

G_END_DECLS
