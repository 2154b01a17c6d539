// SPDX-License-Identifier: Apache-2.0
/* Between the two sources of recipients of a bounce. */
#pragma once
#include "reading/reading.h"

/* Adds one that is not there yet, within LIMIT_REPORT_RECIPIENTS; the new count. */
uint32_t bounce_add(struct bounce_recipient *at, uint32_t n, struct bounce_recipient one);
/* The recipients that the text of a bounce names. */
uint32_t bounce_text(const struct facts *f, struct bounce_recipient *at);
