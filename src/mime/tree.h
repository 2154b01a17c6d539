// SPDX-License-Identifier: Apache-2.0
/* The structure of a body, by GMime. */
#pragma once
#include "mail/header.h"
#include "mime/collector.h"

void tree_start(void);
/* Takes the body apart under the MIME fields of its header; no other field reaches GMime. */
void tree_read(struct collector *c, const struct raw_header *h, struct span body);
