// SPDX-License-Identifier: Apache-2.0
/* hearback status, for machines. Both ask the running daemon with this request and print to standard output. */
#pragma once
#include "frame/control.h"

/* One line for each thing that is not as it should be, or one that all is well. Returns 0: well, 1: somebody should
 * look at it today, 2: mail is not taken in or not sent now. */
int status_check(const struct control_request *r);
/* One gauge for each figure of the status rows. Without a daemon hearback_up is 0. Returns an exit status. */
int status_metrics(const struct control_request *r);
