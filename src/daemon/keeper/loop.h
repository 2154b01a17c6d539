// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "daemon/keeper/keeper.h"

/* Hears rooms and people, and takes turns, until told to stop. */
void keeper_loop(struct keeper *k);

/* -- the supervisor (house.c) -- */
void hear_supervisor(struct keeper *k, struct frame *f);
/* A connection has ended, or the next of its kind comes first. */
void lose_reader(struct keeper *k);
void lose_poller(struct keeper *k, struct account *acc, enum role role);
void lose_sender(struct keeper *k, struct account *acc);
/* Somebody asks; `fd` becomes ours. */
void accept_client(struct keeper *k, int fd);
/* One line of what a room said, made safe, for `status`. */
void text_keep(char room[256], struct span text);
