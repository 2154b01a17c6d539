// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/batch.h"
#include "base/io.h"
#include "base/log.h"
#include "mail/limits.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Two of a poller, which waits beyond that by itself, and two that the last one has left behind. */
enum { BATCHES_OF_ONE = 4 };

static void batch_free(struct batch *b)
{
	for (uint32_t i = 0; i < b->nmaps; i++)
		memfd_unmap(&b->maps[i]);
	free(b->maps);
	memfd_unmap(&b->bytes);
	close(b->fd);
	arena_free(&b->a);
	free(b);
}

static void batch_keep_map(struct batch *b, struct span map)
{
	if (b->nmaps == b->rmaps) {
		b->rmaps = b->rmaps ? b->rmaps * 2 : 4;
		b->maps = reallocarray(b->maps, b->rmaps, sizeof(*b->maps));
		if (!b->maps)
			abort();
	}
	b->maps[b->nmaps++] = map;
}

static uint32_t in_memory(const struct keeper *k, const struct account *acc, enum role role)
{
	uint32_t n = 0;

	for (const struct batch *b = k->batches; b; b = b->next)
		n += b->account == acc && b->role == role;
	return n;
}

bool batch_open(struct keeper *k, struct account *acc, enum role role, struct frame *f)
{
	struct batch *b = calloc(1, sizeof(*b));
	struct wire w = wire_over(f->payload);

	if (!b)
		abort();
	*b = (struct batch){ .a = arena_new(), .account = acc, .role = role, .fd = f->fds[0] };
	b->uidvalidity = acc->box[role].uidvalidity;
	f->fds[0] = -1;
	if (b->fd < 0 || memfd_map(b->fd, (size_t)LIMIT_BATCH_BYTES + LIMIT_FETCH_MAX, &b->bytes) ||
	    !frame_batch_get(b->a, &w, b->bytes.n, &b->info) || !wire_done(&w) || !acc->box[role].selected) {
		batch_free(b);
		return false;
	}
	if (in_memory(k, acc, role) == BATCHES_OF_ONE || b->info.number != acc->box[role].batch + 1) {
		batch_free(b);
		return false;
	}
	b->number = b->info.number;
	acc->box[role].batch = b->number;
	b->facts = arena_many(b->a, b->info.n, struct span);
	b->stage = arena_many(b->a, b->info.n, uint8_t);
	for (uint32_t i = 0; i < b->info.n; i++) {
		if (b->info.at[i].fetched)
			b->left++;
		else
			b->stage[i] = STAGE_DONE;
	}
	*k->batches_end = b;
	k->batches_end = &b->next;
	k->nbatches++;
	batch_feed(k);
	return true;
}

static void ask(struct keeper *k, struct batch *b, enum reading_stage stage, const uint32_t *ordinals, uint32_t n)
{
	struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame_read r = { .number = ++k->read_number, .header_only = stage == STAGE_HEADER, .n = n };
	struct read_in_hand *h = &k->reads[k->nreads++];

	*h = (struct read_in_hand){ .number = r.number, .asked_ms = clock_mono_ms(), .batch = b, .stage = stage, .n = n };
	h->ordinals = calloc(n, sizeof(*h->ordinals));
	r.at = calloc(n, sizeof(*r.at));
	if (!h->ordinals || !r.at)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		const struct frame_batch_item *item = &b->info.at[ordinals[i]];
		h->ordinals[i] = ordinals[i];
		b->stage[ordinals[i]] = STAGE_ASKED;
		r.at[i] = (struct frame_read_item){
			.ordinal = ordinals[i], .offset = item->offset, .length = item->length, .partial = item->partial
		};
	}
	frame_begin(&f, FRAME_READ);
	frame_read_put(&f, &r);
	free(r.at);
	peer_say(&k->reader, &f, b->fd);
	buf_free(&f);
}

/* What has outlived a reader one by one, what is new at once. */
static void feed_batch(struct keeper *k, struct batch *b)
{
	uint32_t ordinals[LIMIT_BATCH_MESSAGES];
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->info.n && k->nreads < KEEPER_READS; i++)
		if (b->stage[i] == STAGE_ALONE || b->stage[i] == STAGE_HEADER)
			ask(k, b, b->stage[i], &i, 1);
	if (k->nreads == KEEPER_READS)
		return;
	for (uint32_t i = 0; i < b->info.n; i++)
		if (b->stage[i] == STAGE_NEW)
			ordinals[n++] = i;
	if (n)
		ask(k, b, STAGE_NEW, ordinals, n);
}

void batch_feed(struct keeper *k)
{
	if (k->reader.fd < 0 || k->reader_batches >= READER_LIFE)
		return;
	for (struct batch *b = k->batches; b && k->nreads < KEEPER_READS; b = b->next)
		if (b->left)
			feed_batch(k, b);
}

static void forget_read(struct keeper *k)
{
	free(k->reads[0].ordinals);
	k->nreads--;
	memmove(&k->reads[0], &k->reads[1], sizeof(k->reads[0]) * k->nreads);
}

bool batch_facts(struct keeper *k, struct frame *f)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct wire w = wire_over(f->payload);
	struct frame_facts facts;
	struct span map;

	if (k->nreads == 0 || f->fds[0] < 0 || memfd_map(f->fds[0], (size_t)LIMIT_FACTS * 8, &map))
		return false;
	struct read_in_hand *h = &k->reads[0];
	struct batch *b = h->batch;
	if (!frame_facts_get(a, &w, map.n, &facts) || !wire_done(&w) || facts.number != h->number || facts.n != h->n) {
		memfd_unmap(&map);
		return false;
	}
	for (uint32_t i = 0; i < facts.n; i++)
		if (facts.at[i].ordinal != h->ordinals[i]) {
			memfd_unmap(&map);
			return false;
		}
	batch_keep_map(b, map);
	for (uint32_t i = 0; i < facts.n; i++) {
		b->facts[h->ordinals[i]] = span_sub(map, facts.at[i].offset, facts.at[i].length);
		b->stage[h->ordinals[i]] = STAGE_DONE;
		b->left--;
	}
	forget_read(k);
	if (++k->reader_batches >= READER_LIFE && k->nreads == 0)
		k->reader.broken = true;
	batch_feed(k);
	return true;
}

/* What the reader was at is read alone, then from its header only, then not at all. What it had not begun (it reads in the
 * order in which it was asked) is asked for again as before. */
void batch_reader_lost(struct keeper *k)
{
	static const char *const then[] = { [STAGE_NEW] = "alone", [STAGE_ALONE] = "header-only", [STAGE_HEADER] = "quarantine" };

	for (bool guilty = true; k->nreads; guilty = false) {
		struct read_in_hand *h = &k->reads[0];
		struct batch *b = h->batch;
		for (uint32_t i = 0; i < h->n; i++) {
			uint32_t o = h->ordinals[i];
			b->stage[o] = guilty ? (uint8_t)(h->stage + 1) : (uint8_t)h->stage;
			b->left -= b->stage[o] == STAGE_DONE;
			if (guilty && h->n == 1)
				log_event(LOG_WARN, "reader.lost", "account=%.*s mailbox=%s uid=%u then=%s",
					  SPAN_ARG(b->account->c->name), role_name(b->role), b->info.at[o].uid, then[h->stage]);
		}
		forget_read(k);
	}
	k->reader_batches = 0;
}

void batch_poller_lost(struct keeper *k, struct account *acc, enum role role)
{
	for (struct batch *b = k->batches; b; b = b->next)
		if (b->account == acc && b->role == role)
			b->orphan = true;
}

/* The first batch that is read, unless an older one of the same mailbox is not. */
static struct batch *next_ready(const struct keeper *k, struct batch ***link)
{
	struct batch *const *at = &k->batches;

	for (struct batch *b = k->batches; b; at = &b->next, b = b->next) {
		bool older = false;
		if (b->left)
			continue;
		for (struct batch *o = k->batches; o != b; o = o->next)
			older |= o->account == b->account && o->role == b->role;
		if (!older) {
			if (link) {
				union {
					struct batch *const *in;
					struct batch **out;
				} u = { .in = at };
				*link = u.out;
			}
			return b;
		}
	}
	return NULL;
}

void batch_look_over(struct keeper *k, struct mailbox_run *box)
{
	if (!box->passed_ms || box->batch_taken < box->passed_batch)
		return;
	box->looked_ms = box->passed_ms;
	box->passed_ms = 0;
	k->next_wake = 0;
}

bool batch_ready(const struct keeper *k)
{
	return next_ready(k, NULL) != NULL;
}

static void take_one(struct turn *t, struct batch *b, uint32_t i)
{
	const struct frame_batch_item *item = &b->info.at[i];
	uint64_t place[2] = { (uint64_t)b->account->id << 32 | (uint64_t)b->role, (uint64_t)b->uidvalidity << 32 | item->uid };
	struct incoming in = {
		.account = b->account,
		.role = b->role,
		.uidvalidity = b->uidvalidity,
		.item = item,
		.bytes = item->fetched ? span_sub(b->bytes, item->offset, item->length) : SPAN_NONE,
		.facts_bytes = b->facts[i],
	};

	/* What one message needs goes with it, so that a turn of a thousand takes no more memory than of one. */
	struct arena *of_turn = t->a;
	t->a = t->k->of_message;
	if (blame_take(t->k, BLAME_MESSAGE, place[0], place[1]))
		message_set_aside(t, &in, "it brought the keeper down twice");
	else
		message_take(t, &in);
	blame_leave(t->k);
	t->a = of_turn;
	arena_reset(t->k->of_message);
}

static void move_cursor(struct turn *t, const struct batch *b)
{
	struct rec_mailbox r;
	uint32_t last = b->info.at[b->info.n - 1].uid;

	if (get_mailbox(t, b->account->id, b->role, &r))
		r = (struct rec_mailbox){ .uidvalidity = b->uidvalidity };
	if (r.uidvalidity == b->uidvalidity && last > r.last_uid)
		r.last_uid = last;
	put_mailbox(t, b->account->id, b->role, &r);
}

void batch_take_in(struct turn *t)
{
	struct keeper *k = t->k;
	struct batch **link;
	uint32_t messages = 0;
	size_t bytes = 0;

	while (messages < TURN_MESSAGES && bytes < TURN_BYTES) {
		struct batch *b = next_ready(k, &link);
		if (!b)
			break;
		for (uint32_t i = 0; i < b->info.n; i++)
			take_one(t, b, i);
		if (b->info.n)
			move_cursor(t, b);
		messages += b->info.n;
		bytes += b->bytes.n;
		if (!b->orphan) {
			struct buf f = BUF_CAPPED(FRAME_MAX);
			frame_begin(&f, FRAME_BATCH_DONE);
			frame_batch_done_put(&f, b->number);
			turn_say(t, &b->account->box[b->role].poller, &f, -1);
			buf_free(&f);
			b->account->box[b->role].batch_taken = b->number;
			batch_look_over(k, &b->account->box[b->role]);
		}
		*link = b->next;
		if (!b->next)
			k->batches_end = link;
		k->nbatches--;
		batch_free(b);
	}
}
