// SPDX-License-Identifier: Apache-2.0
/* JSON for programs that read us: one object a line. */
#pragma once
#include "base/span.h"
#include <jansson.h>

/* A string; malformed UTF-8 in it is replaced. */
json_t *json_span(struct span s);
/* Prints the object on one line of standard output and releases it. */
void json_line(json_t *object);
