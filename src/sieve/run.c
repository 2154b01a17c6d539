// SPDX-License-Identifier: Apache-2.0
/* From the top to the bottom, without loops: a script ends because it has an end. */
#include "sieve/internal.h"

bool sieve_run_test(struct sieve_run *run, const struct sieve_node *test)
{
	if (!sieve_step(run, 0))
		return false;
	return test->command->look(run, test) && !run->overrun;
}

void sieve_run_block(struct sieve_run *run, const struct sieve_node *block)
{
	bool taken = false;

	for (const struct sieve_node *n = block; n && !run->stopped && sieve_step(run, 0); n = n->next) {
		enum sieve_branch branch = sieve_branch_of(n->command);
		if (branch == BRANCH_NONE) {
			if (n->command->act)
				n->command->act(run, n);
			continue;
		}
		if (branch == BRANCH_IF)
			taken = false;
		if (taken || (branch != BRANCH_ELSE && !sieve_run_test(run, n->tests)) || run->overrun)
			continue;
		taken = true;
		sieve_run_block(run, n->block);
	}
}

enum sieve_end sieve_run_script(struct arena *a, const struct sieve_node *script, const struct sieve_mail *mail, void *context,
				uint64_t *steps)
{
	struct sieve_run run = { .mail = mail, .arena = a, .context = context };

	sieve_run_block(&run, script);
	*steps = run.steps;
	return run.overrun ? SIEVE_OVERRUN : run.stopped ? SIEVE_STOPPED : SIEVE_FINISHED;
}
