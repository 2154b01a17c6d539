// SPDX-License-Identifier: Apache-2.0
/* To the service manager that started us, if it wants to hear (NOTIFY_SOCKET). */
#pragma once
#include <stdint.h>

/* One datagram of VARIABLE=value lines: READY=1, STATUS=..., RELOADING=1, STOPPING=1, WATCHDOG=1. */
void notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Milliseconds within which it wants to hear WATCHDOG=1, 0: it does not care. */
int64_t notify_watchdog_ms(void);
