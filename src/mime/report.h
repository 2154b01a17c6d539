// SPDX-License-Identifier: Apache-2.0
/* The machine-readable part of a report: header blocks one after another (RFC 3464 section 2.1). */
#pragma once
#include "mime/collector.h"

void report_read(struct collector *c, struct span content);
