// SPDX-License-Identifier: Apache-2.0
/* JSON as data for a template. */
#pragma once
#include "mustache/mustache.h"
#include <jansson.h>

/* The tree and all its text lie in the arena. Numbers print as in the file, in the shortest form
 * that means the same. */
struct mustache_value *template_data(struct arena *a, json_t *json);
