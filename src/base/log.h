// SPDX-License-Identifier: Apache-2.0
/* One line per change of state: `2026-11-21T10:00:00Z info poller mailbox.open account=support ...`.
 * Only processes and commands log; pure code and adapters return errors. Lines carry ids, never
 * addresses or subjects. Values are escaped: one event is always one line. */
#pragma once
#include <stdbool.h>

enum log_level { LOG_CRIT, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Who is speaking, e.g. "keeper"; lines go to descriptor 2. */
void log_open(const char *room, bool debug);
/* Only lines as grave as `least` or graver. */
void log_only(enum log_level least);
/* `event` is dotted; `fmt` gives the key=value pairs, each value without blanks or quoted by
 * the caller with log_quote. */
void log_event(enum log_level level, const char *event, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Text from outside made safe for a log line or terminal: quoted, control characters, bidi
 * overrides and bad UTF-8 escaped, at most 200 bytes. Returns one of four static buffers. */
const char *log_quote(const char *text);
