// SPDX-License-Identifier: Apache-2.0
/* The zstd dictionary that the facts of messages are packed with: src/ledger/text.dict, part of the
 * program. It belongs to the format of the ledger: what was packed with it needs it for ever. */
#pragma once
#include "base/span.h"

struct span ledger_dictionary(void);
