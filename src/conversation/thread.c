// SPDX-License-Identifier: Apache-2.0
#include "conversation/thread.h"
#include <stdlib.h>

enum { FIRST_ROOM = 1024 };
#define NO_NODE UINT32_MAX

/* An id by its hash: 16 bytes of a keyed hash do not collide. */
struct slot {
	uint8_t id[ID_SIZE];
	uint32_t node; /* NO_NODE: free */
};

struct node {
	uint32_t parent;
	bool seen; /* the own id of a message */
};

struct message {
	uint32_t node;
	bool repeats;
};

struct threads {
	struct arena *a;
	uint8_t key[KEY_SIZE];
	struct slot *slots;	/* open addressing; at most half of them are taken */
	uint32_t nslots, taken; /* nslots is a power of two */
	struct node *nodes;	/* a forest: each tree a conversation */
	uint32_t nnodes, room_nodes;
	struct message *messages;
	uint32_t nmessages, room_messages;
};

/* An array of twice the room; the old one stays in the arena, which no more than doubles it. */
static void *grow(struct arena *a, const void *old, uint32_t n, uint32_t *room, size_t size)
{
	if (n > UINT32_MAX / 2)
		abort();
	*room = n ? 2 * n : FIRST_ROOM;
	void *p = arena_array(a, *room, size);
	return n ? memcpy(p, old, n * size) : p;
}

static void new_slots(struct threads *t, uint32_t n)
{
	t->nslots = n;
	t->slots = arena_many(t->a, n, struct slot);
	for (uint32_t i = 0; i < n; i++)
		t->slots[i].node = NO_NODE;
}

struct threads *threads_new(struct arena *a, const uint8_t key[KEY_SIZE])
{
	struct threads *t = arena_one(a, struct threads);

	t->a = a;
	memcpy(t->key, key, KEY_SIZE);
	new_slots(t, FIRST_ROOM);
	return t;
}

/* The slot of an id, or the free one where it belongs. */
static struct slot *find_slot(const struct threads *t, const uint8_t id[ID_SIZE])
{
	uint32_t i;

	memcpy(&i, id, sizeof(i));
	for (i &= t->nslots - 1; t->slots[i].node != NO_NODE; i = (i + 1) & (t->nslots - 1))
		if (memcmp(t->slots[i].id, id, ID_SIZE) == 0)
			break;
	return &t->slots[i];
}

static void double_slots(struct threads *t)
{
	const struct slot *old = t->slots;
	uint32_t n = t->nslots;

	if (n > UINT32_MAX / 2)
		abort();
	new_slots(t, 2 * n);
	for (uint32_t i = 0; i < n; i++)
		if (old[i].node != NO_NODE)
			*find_slot(t, old[i].id) = old[i];
}

static uint32_t new_node(struct threads *t)
{
	if (t->nnodes == t->room_nodes)
		t->nodes = grow(t->a, t->nodes, t->nnodes, &t->room_nodes, sizeof(*t->nodes));
	t->nodes[t->nnodes].parent = t->nnodes;
	return t->nnodes++;
}

static uint32_t node_of(struct threads *t, struct span id)
{
	uint8_t hash[ID_SIZE];

	hash_keyed(t->key, "thread", id, hash, sizeof(hash));
	struct slot *s = find_slot(t, hash);
	if (s->node == NO_NODE) {
		memcpy(s->id, hash, ID_SIZE);
		s->node = new_node(t);
		uint32_t node = s->node;
		if (++t->taken > t->nslots / 2)
			double_slots(t);
		return node;
	}
	return s->node;
}

/* The tree's root; every second node on the way is hung higher. */
static uint32_t root_of(struct threads *t, uint32_t node)
{
	while (t->nodes[node].parent != node) {
		t->nodes[node].parent = t->nodes[t->nodes[node].parent].parent;
		node = t->nodes[node].parent;
	}
	return node;
}

/* The older root stays: with halved paths that is as good as counting. */
static void join(struct threads *t, uint32_t a, uint32_t b)
{
	a = root_of(t, a);
	b = root_of(t, b);
	if (a < b)
		t->nodes[b].parent = a;
	else
		t->nodes[a].parent = b;
}

uint32_t threads_add(struct threads *t, struct span own, const struct span *named, uint32_t n)
{
	uint32_t node = own.n ? node_of(t, own) : new_node(t);

	if (t->nmessages == t->room_messages)
		t->messages = grow(t->a, t->messages, t->nmessages, &t->room_messages, sizeof(*t->messages));
	t->messages[t->nmessages] = (struct message){ .node = node, .repeats = t->nodes[node].seen };
	t->nodes[node].seen = true;
	for (uint32_t i = 0; i < n; i++)
		if (named[i].n)
			join(t, node, node_of(t, named[i]));
	return t->nmessages++;
}

bool threads_repeats(const struct threads *t, uint32_t message)
{
	return t->messages[message].repeats;
}

uint32_t *threads_number(struct threads *t, uint32_t *conversations)
{
	uint32_t *of = arena_many(t->a, t->nmessages, uint32_t);
	uint32_t *of_root = arena_many(t->a, t->nnodes, uint32_t);

	*conversations = 0;
	for (uint32_t i = 0; i < t->nmessages; i++) {
		uint32_t *number = &of_root[root_of(t, t->messages[i].node)];
		if (!*number)
			*number = ++*conversations;
		of[i] = *number - 1;
	}
	return of;
}
