// SPDX-License-Identifier: Apache-2.0
/* Batches of messages on their way: from a poller, through a reader, into a turn. */
#pragma once
#include "daemon/keeper/keeper.h"

/* Takes over the descriptor. False if the frame is not what a poller may send. */
bool batch_open(struct keeper *k, struct account *acc, enum role role, struct frame *f);
/* Gives the reader what it can take. */
void batch_feed(struct keeper *k);
/* What the reader has answered; false if it lies. */
bool batch_facts(struct keeper *k, struct frame *f);
/* The reader is gone. */
void batch_reader_lost(struct keeper *k);
/* The poller is gone: its batches are taken in, nobody is told. */
void batch_poller_lost(struct keeper *k, struct account *acc, enum role role);
bool batch_ready(const struct keeper *k);
/* If the pass of a look is over and what it has found is taken in, then the mailbox was read. */
void batch_look_over(struct keeper *k, struct mailbox_run *box);
/* Takes in whole batches that are read, up to the size of a turn, in the order of their UIDs, and moves the cursor. */
void batch_take_in(struct turn *t);
