// SPDX-License-Identifier: Apache-2.0
/* Errands: a keeper that was started for one thing, backup, restore or rebuild. */
#pragma once
#include "daemon/keeper/keeper.h"

/* Hears what is wanted, does it, answers, and returns. */
void errand_run(struct keeper *k, int target);
/* Where errands say rows. */
struct errand {
	struct keeper *k;
	int target;	/* folder of a backup that is made, -1: none */
	struct control_request request;
	struct control_end end;
};
void errand_row(const struct errand *e, const struct row *r);
bool errand_refuse(struct errand *e, uint32_t status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* They return false after errand_refuse. */
bool errand_backup(struct errand *e);	/* scribe.c */
bool errand_restore(struct errand *e);	/* restore.c */
bool errand_rebuilt(struct errand *e);	/* rebuilt.c */
/* Is the account still to be read through after a restore? And: it may have been by now. */
bool restore_reconciles(struct turn *t, uint16_t account);
void restore_reconciled(struct turn *t, struct account *acc);
/* Tells the supervisor how far it is, but not too often. */
void rebuild_progress(struct keeper *k, const struct tip *tip);
/* A head that an automated message of ours carries: the newest one names the audit that was lost. */
void rebuild_note_head(struct turn *t, const struct facts *f);
/* What a whole look at a ledger has found (scribe.c). */
struct ledger_look {
	uint64_t rows, damaged;
	uint64_t records;
	struct audit_head head;
	struct err err;	/* what is wrong with the audit */
};
/* Reads every row and the whole audit; false if anything is wrong. */
bool ledger_look(struct keeper *k, struct engine *engine, struct ledger_look *out);
