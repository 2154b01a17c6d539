// SPDX-License-Identifier: Apache-2.0
/* How many people have just written the same. Somebody has mailed a customer list with us in the middle of it, or their
 * mail programs answer all at once: who would be acknowledged here has not written to us. Kept in memory and
 * only for a while: the count goes with the decision, and after a restart it begins anew. */
#include "daemon/keeper/keeper.h"
#include <stdlib.h>

enum { ALIKE_BUCKETS = 256, ALIKE_SLOTS = 16, ALIKE_WINDOW = 600 /* seconds */ };

struct alike {
	struct {
		uint64_t gist, sender;
		int64_t at;
	} slots[ALIKE_BUCKETS][ALIKE_SLOTS];
	uint32_t next[ALIKE_BUCKETS];
};

static uint64_t short_hash(const struct keeper *k, const char *label, struct span s)
{
	uint8_t hash[ID_SIZE];
	struct wire w = wire_over(span_make(hash, sizeof(hash)));

	hash_keyed(k->keys.id, label, s, hash, sizeof(hash));
	return wire_u64(&w);
}

uint32_t alike_note(struct turn *t, struct incoming *in)
{
	struct keeper *k = t->k;
	struct span gist = in->kind.kind == KIND_HUMAN ? reading_gist(t->a, incoming_words(t, in)) : SPAN_NONE;
	uint32_t others = 0;

	if (!gist.n || !in->voice.author_key.n)
		return 0;
	if (!k->alike && !(k->alike = calloc(1, sizeof(*k->alike))))
		abort();
	uint64_t what = short_hash(k, "gist", gist), who = short_hash(k, "gist author", in->voice.author_key);
	uint32_t b = (uint32_t)(what % ALIKE_BUCKETS);
	for (uint32_t i = 0; i < ALIKE_SLOTS; i++) {
		int64_t apart = in->at - k->alike->slots[b][i].at;
		if (k->alike->slots[b][i].gist != what || apart > ALIKE_WINDOW || apart < -ALIKE_WINDOW)
			continue;
		if (k->alike->slots[b][i].sender == who)
			return others;
		others++;
	}
	uint32_t slot = k->alike->next[b]++ % ALIKE_SLOTS;
	k->alike->slots[b][slot].gist = what;
	k->alike->slots[b][slot].sender = who;
	k->alike->slots[b][slot].at = in->at;
	return others;
}

void alike_forget(struct keeper *k)
{
	free(k->alike);
	k->alike = NULL;
}
