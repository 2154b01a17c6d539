// SPDX-License-Identifier: Apache-2.0
/* The keeper: holds the ledger, our own keys, the clock and every decision. It has no network and
 * parses no mail. Whoever reads turn.c, message.c and outgoing.c has understood hearback. */
#pragma once
#include "audit/audit.h"
#include "base/compress.h"
#include "config/config.h"
#include "daemon/keeper/orders.h"
#include "frame/control.h"
#include "frame/poller.h"
#include "frame/reader.h"
#include "frame/sender.h"
#include "guard/filter.h"
#include "ledger/keys.h"
#include "ledger/records.h"
#include "ledger/tombstones.h"
#include "mail/limits.h"
#include "reply/template.h"
#include "sandbox/sandbox.h"
#include <sys/types.h>

enum {
	KEEPER_CLIENTS = 32,
	KEEPER_STRANGERS = 8,	   /* of them may be people without any right, who are told so */
	KEEPER_READS = 2,	   /* READ frames a reader has in hand, so that it is never idle */
	READER_LIFE = 50,	   /* batches after which a reader is replaced */
	TURN_MESSAGES = 1000,
	TURN_BYTES = 8 * 1024 * 1024,
#ifdef HEARBACK_FAULTS
	LOOK_SECONDS = 1,
#else
	LOOK_SECONDS = 60,	   /* the longest sleep, so that a jump of the clock and a silent room are noticed */
#endif
	NOTICE_LINES = 20,	   /* of a kind in one such mail: the longest ones still fit REPLY_TEXT_MAX */
};

struct keeper;
struct account;

/* -- the other rooms (rooms.c) --------------------------------------------------------------------- */

struct said {
	struct said *next;
	struct buf frame;
	int fd;
};

/* A connection. Frames that are said wait here until the socket takes them. */
struct peer {
	int fd; /* -1: not connected */
	struct said *first, **last;
	bool broken; /* to be closed by the loop */
	uint32_t start;	 /* of the room behind it, as the supervisor counts */
	int64_t heard_ms; /* monotonic: when it last said something */
};

void peer_open(struct peer *p, int fd);
void peer_close(struct peer *p);
/* Takes over `frame` (which becomes empty) and duplicates `fd` (-1: none). */
void peer_say(struct peer *p, struct buf *frame, int fd);
/* Sends what the socket takes; sets `broken` when the other side is gone. */
void peer_flush(struct peer *p);

/* Ends the room at the other side, and the connection (silence.c). `acc` and `role` say which, where there are several. */
void silence_end(struct keeper *k, struct peer *p, enum room room, const struct account *acc, enum role role, const char *why);
/* Ends the rooms that have said nothing for too long. */
void silence_watch(struct keeper *k);

/* -- accounts --------------------------------------------------------------------------------------- */

/* What a room has said of its walls; forgotten when it ends. */
struct room_walls {
	bool told;
	char missing[128];
};
/* To the supervisor, who alone can tell somebody. */
void keeper_alarm(struct keeper *k, enum alarm what, struct span account, const char *text);
void room_walls_set(struct room_walls *w, struct span missing);

struct mailbox_run {
	struct peer poller;
	struct room_walls walls;	/* told once it is logged in */
	bool selected;
	uint32_t lists_lost;	/* connections that ended between login and FRAME_SELECTED */
	int64_t selected_at;	/* Unix seconds of the last login, 0: none since we started */
	bool doubtful;		/* not read to its end since the clock was doubted */
	int64_t secret_at;	/* when the secret of its last login had been written, 0: nobody knows */
	int64_t again_at;	/* when the next login is tried, 0: it is logged in, or just trying */
	uint32_t uidvalidity;	/* as told by FRAME_SELECTED */
	uint32_t exists;
	struct span name;	/* owned by the keeper's arena of this connection */
	char name_room[256];
	uint32_t offers;	/* enum mailbox_offer, and where spam and deleted mail lie, as told by FRAME_SELECTED */
	int64_t certificate_until;
	char junk[256];
	char trash[256];
	char trouble[256];	/* last FRAME_TROUBLE or ending, "" if all is well */
	bool seen_all;		/* at least one complete pass */
	bool given_up;		/* in --once: its poller will not come */
	int64_t pass_at;	/* Unix seconds of the last complete pass */
	uint64_t orders;	/* number of the newest order */
	struct order_out out[KEEPER_ORDERS];
	uint32_t nout;
	bool settle;		/* some of them are answered */
	bool filing;		/* a witness may wait to be filed */
	bool marking;		/* marks may wait ... */
	uint64_t marked;	/* ... in conversations above this one */
	char marks_refused[200]; /* why marks cannot be stored here, "" if they can */
	struct watch *watch;	/* NULL for Sent */
	uint64_t look;		/* number of the look that is under way, 0: none */
	int64_t look_ms;	/* when it was ordered */
	int64_t passed_ms;	/* the pass of a look that began at this instant is over; 0: taken in, too */
	uint64_t passed_batch;	/* when it was, this was the last batch it had handed over */
	uint64_t batch;		/* the last batch handed over in this connection, and the last one taken in */
	uint64_t batch_taken;
	int64_t looked_ms;	/* Sent was read and taken in completely by a pass that began at or after this instant */
};

struct account {
	uint16_t id;
	const struct config_account *c;
	enum mode mode;
	struct reading_account reading;
	struct span *staff;
	uint32_t nstaff;
	struct span domain;
	struct mailbox_run box[ROLE_COUNT];
	struct peer sender;
	struct room_walls sender_walls;
	bool reconciles;	/* restored from a backup: its mailboxes were not read through since */
	uint32_t in_flight;	/* entries the sender has in hand */
	int64_t handed_ms;	/* monotonic: when the last of them was handed out */
	uint32_t sender_failures; /* in a row, to get a connection */
	char sender_trouble[256]; /* why there is none */
	int64_t sender_pause;	/* Unix seconds until which nothing is handed out: no connection could be had */
};

/* -- batches on their way through the reader (batch.c) -------------------------------------------- */

/* A reader that dies brings what it was at to the next stage. */
enum reading_stage { STAGE_NEW, STAGE_ALONE, STAGE_HEADER, STAGE_DONE, STAGE_ASKED };

struct batch {
	struct batch *next;
	struct arena *a;
	struct account *account;
	enum role role;
	uint32_t uidvalidity;
	uint64_t number;
	int fd;
	struct span bytes;
	struct frame_batch info;
	struct span *facts;	/* one an item; p NULL: nobody could read it */
	uint8_t *stage;		/* enum reading_stage */
	uint32_t left;		/* items not STAGE_DONE */
	struct span *maps;	/* facts memfds to unmap */
	uint32_t nmaps, rmaps;
	bool orphan;		/* its poller is gone: taken in all the same */
};

struct read_in_hand {
	uint64_t number;
	int64_t asked_ms; /* monotonic */
	struct batch *batch;
	enum reading_stage stage; /* of its messages when it was asked for */
	uint32_t n;
	uint32_t *ordinals;
};

/* -- clients (people.c) ----------------------------------------------------------------------------- */

/* Rights of members of Unix groups, and of root and ourselves. */
enum {
	MAY_READ = 1U << RIGHT_READ,
	MAY_LEAD = 1U << RIGHT_LEAD,
	MAY_AUDIT = 1U << RIGHT_AUDIT,
	MAY_ALL = 1U << RIGHT_COUNT,
};

struct client {
	struct peer peer;
	uid_t uid;
	unsigned rights;
	struct arena *a;	/* of the request under way */
	struct control_request request;
	bool busy;
	uint64_t cursor[4];	/* where the next slice goes on; the verb knows what they mean */
	struct audit_check *check;
	struct erasure *erasure;
};

/* -- the keeper ---------------------------------------------------------------------------------------- */

struct template_set {
	struct span bundle;	/* as it came, kept whole once by its hash */
	struct hash hash;
	struct reply_templates all;
};
struct filter_set {
	struct span bundle;	/* the same */
	struct hash hash;
	struct filters all;
};

struct keeper {
	struct arena *a;	/* lives as long as the process */
	struct arena *of_message; /* of the message being taken in */
	struct config config;
	struct span config_text;
	struct hash config_hash;
	struct arena *of_sets;
	struct template_set templates;
	struct filter_set filters;
	bool sets_new;		/* the audit does not know of them yet */
	bool once;
	int64_t since;		/* a trial with mail from then on; 0: in earnest */
	enum task task;
	const char *folder;	/* where the ledger is */
	bool ending;
	bool idle_told;
	struct keys keys;
	struct tombstones tombstones;
	bool tombstones_new;	/* the file does not have them all */
	bool compact;		/* the ledger's file is to be written anew ... */
	int64_t compact_at;	/* ... not before */
	struct engine *engine;
	struct packer *packer;
	struct sandbox_walls walls;	/* our own */
	struct alike *alike;		/* alike.c */
	struct room_walls walls_of[ROOM_COUNT]; /* supervisor, keeper, reader */
	struct account *accounts;
	uint32_t naccounts;
	int listen_fd;
	struct peer supervisor;
	struct peer reader;
	uint32_t reader_batches;
	uint64_t read_number;
	struct read_in_hand reads[KEEPER_READS];
	uint32_t nreads;
	struct batch *batches, **batches_end;
	uint32_t nbatches;
	struct client clients[KEEPER_CLIENTS];
	struct arena *of_people;
	struct frame_people *people; /* NULL until the supervisor has told */
	struct blame_page *blame;
	int64_t started_at;
	int64_t written_at;	/* Unix seconds of the last commit */
	int64_t ahead_ms;	/* the wall clock of the monotonic one; that this stays the same is what is watched */
	char doubt[160];	/* why the clock was doubted last */
	bool doubt_new;		/* nothing was done about it yet */
	uint64_t again_from;	/* conversations from this one on are to be computed anew, 0: none */
	bool disk_low;		/* automation stands still until there is room again */
	int64_t next_wake;	/* Unix seconds of the next thing in DB_WAKE or DB_QUEUE; 0: look at once */
	int64_t told_ms;	/* monotonic: how far a rebuild is */
	int64_t last_ms;	/* of the last turn: no two have the same instant */
	/* Frames heard from senders since the last turn. */
	struct heard {
		struct heard *next;
		struct account *account;
		enum frame_type type;
		struct frame_dot dot;
		struct frame_sent_result result;
		char text[REPLY_MAX + 1];
		char step[20];
	} *heard, **heard_end;
	struct mailbox_note {
		bool changed;
		bool opened;
		uint32_t uidnext;
	} *notes;		/* naccounts * ROLE_COUNT */
};

struct account *keeper_account(struct keeper *k, uint16_t id);
struct account *keeper_account_named(struct keeper *k, struct span name);

/* -- a turn: hear all that is ready, decide it in one transaction, commit once, then let frames out (turn.c) -- */

struct turn {
	struct keeper *k;
	struct txn *t;
	struct arena *a;
	int64_t now;
	int64_t now_ms;
	struct tip tip;
	bool audited;
	struct turn_said {
		struct turn_said *next;
		struct peer *peer;
		struct buf frame;
		int fd;
	} *said, **said_end;
};

void turn_begin(struct keeper *k, bool write, struct turn *out);
/* Writes counters and head, commits, lets frames out. A failure ends the keeper: nothing was lost, the pollers go
 * on from the cursor. */
void turn_commit(struct turn *t);
void turn_abort(struct turn *t);
/* Work whose memory goes with it: from here on the turn uses another arena, until that is given back. */
struct arena *turn_apart(struct turn *t);
void turn_together(struct turn *t, struct arena *of_turn);
/* To be sent when the turn is committed, not before. Takes over `frame`; keeps a duplicate of fd. */
void turn_say(struct turn *t, struct peer *p, struct buf *frame, int fd);
/* The same for an order to a poller; returns its number. */
uint64_t turn_order(struct turn *t, struct mailbox_run *box, struct frame_order o);
/* One round: everything that is ready. */
void keeper_turn(struct keeper *k);
/* Ends the process with one line for a person. */
_Noreturn void keeper_fail(struct keeper *k, enum ending why, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* -- typed access (store.c). get: 0, -ENOENT, or -EBADMSG for damage ----------------------------------- */

#define STORE(type, name, ...)                                                 \
	int get_##name(struct turn *t, __VA_ARGS__, struct rec_##type *out); \
	void put_##name(struct turn *t, __VA_ARGS__, const struct rec_##type *r);
STORE(account, account, uint16_t id)
STORE(check, check, uint16_t account, uint64_t code)
STORE(mailbox, mailbox, uint16_t account, enum role role)
STORE(message, message, uint64_t number)
STORE(conversation, conversation, uint64_t number)
STORE(outbox, outbox, uint64_t number)
STORE(recipient, recipient, const uint8_t id[ID_SIZE])
STORE(suppression, suppression, const uint8_t id[ID_SIZE])
STORE(person, person, uint64_t conversation, const uint8_t id[ID_SIZE])
STORE(watched, watched, uint16_t account, uint64_t conversation, uint32_t uidvalidity, uint32_t uid)
#undef STORE
struct key place_key(uint16_t account, enum role role, uint32_t uidvalidity, uint32_t uid);
struct key watched_key(uint16_t account, uint64_t conversation, uint32_t uidvalidity, uint32_t uid);
struct key event_key(uint64_t conversation, int64_t at, uint64_t ordinal);
/* Keyed hashes under which Message-IDs and addresses (keys) are found. */
void message_id_hash(const struct keeper *k, struct span id, uint8_t out[ID_SIZE]);
void address_hash(const struct keeper *k, struct span key, uint8_t out[ID_SIZE]);
/* The id entry list of a hash; empty if there is none. */
void get_ids(struct turn *t, const uint8_t hash[ID_SIZE], struct rec_ids *out);
void put_ids(struct turn *t, const uint8_t hash[ID_SIZE], const struct rec_ids *ids);
void ids_add(struct rec_ids *ids, enum id_kind kind, uint64_t number, uint64_t conversation);
/* Writes, deletes; a failure other than damage ends the turn and the keeper. */
void store_put(struct turn *t, enum ledger_db db, const struct key *key, struct span value);
void store_delete(struct turn *t, enum ledger_db db, const struct key *key);
/* The facts of a message as they were encoded, and decoded. -ENOENT where nobody could read it. */
int get_facts_bytes(struct turn *t, uint64_t message, struct span *out);
int get_facts(struct turn *t, uint64_t message, struct facts *out);
void put_facts(struct turn *t, uint64_t message, struct span encoded);

/* -- conversations (conversations.c) ------------------------------------------------------------------- */

/* Records an event: steps the story, or folds it anew if the event comes late. The record is changed,
 * not stored: conversation_store does that and brings due, wake and notices in line. */
void conversation_event(struct turn *t, uint64_t number, struct rec_conversation *c, const struct event *e, struct span actor);
void conversation_store(struct turn *t, uint64_t number, struct rec_conversation *c);
/* Records that the requester's silence has ended it, if it had by that instant. */
bool conversation_silence(struct turn *t, uint64_t number, struct rec_conversation *c, int64_t until);
/* Takes out the event of a message that belongs elsewhere. */
void conversation_forget(struct turn *t, uint64_t number, struct rec_conversation *c, const struct rec_message *m);
/* An act of now, behind whatever has happened by now in whatever order it is folded; a request that nobody knew of
 * yet comes after it. */
void conversation_act(struct turn *t, uint64_t number, struct rec_conversation *c, enum event_kind kind, uint64_t message, struct span actor);
void conversation_policy(const struct account *acc, struct policy *out);
/* Makes somebody known inside. */
void conversation_person(struct turn *t, uint64_t number, struct address who, struct span address_key, enum person_role role);

/* -- one message in (message.c, kin.c) ------------------------------------------------------------------- */

struct incoming {
	struct account *account;
	enum role role;
	uint32_t uidvalidity;
	const struct frame_batch_item *item;
	struct span bytes;	   /* as fetched; empty if it was not */
	struct span facts_bytes;   /* p NULL: nobody could read it */
	struct span trouble;	   /* why, or empty */
	/* filled in on the way */
	struct facts facts;
	bool own_automated;
	struct span own_id;	   /* Message-ID we gave it, even if a server rewrote it */
	int64_t at;
	uint8_t fingerprint[ID_SIZE];
	uint64_t known;		   /* a further arrival of this message, 0: new */
	uint64_t home;		   /* conversation that was opened for it while it could not be fetched, 0: none */
	uint64_t check;		   /* code of the test answer that it is, 0: none */
	bool other_side;	   /* of mail between two of our accounts */
	bool collision;
	struct rec_ids *ids;	   /* own id first, then the ids it names, nearest first */
	struct span *named;
	uint32_t nnamed;
	struct kind_found kind;
	struct voice_found voice;
	struct joined joined;
	struct span own_words;	   /* p NULL: not asked for yet, see incoming_words() */
	uint64_t undelivered;	   /* conversation whose automated message it brings back, 0: none */
};

void message_take(struct turn *t, struct incoming *in);
/* What its author wrote now; found when first asked for. */
struct span incoming_words(struct turn *t, struct incoming *in);
/* The message that was found guilty: opens a conversation with a clock and nothing else. */
void message_set_aside(struct turn *t, struct incoming *in, const char *why);
/* Gathers: fingerprint, whether it is known, what it names. */
void kin_gather(struct turn *t, struct incoming *in);
/* Which conversation it belongs to, through the gate. */
void kin_join(struct turn *t, struct incoming *in);
/* A request that came in after its answer, whose date is older all the same: the answer comes behind it. */
void kin_answers_behind(struct turn *t, const struct incoming *in, uint64_t number, struct rec_conversation *c,
			const struct rec_message *m);

/* A bounce that brings back a message with a keyed id of ours: marks its entry. */
void bounced_take(struct turn *t, struct incoming *in);

/* -- whose answers are seen (answers.c) ------------------------------------------------------------------- */

/* The code of the agent whose test answer this is, 0: it is none. After kin_gather(). */
uint64_t answers_find(struct turn *t, const struct incoming *in);
/* It was seen: opens no conversation and starts no clock. */
void answers_note(struct turn *t, const struct incoming *in);
/* An agent's answer lies in a mailbox we watch. */
void answers_seen(struct turn *t, const struct account *acc);
/* How to make them visible on this kind of server, for a person. */
const char *answers_recipe(const struct config_account *c);

/* -- what could not be fetched (retry.c) --------------------------------------------------------------------- */

void retry_remember(struct turn *t, const struct incoming *in);
void retry_forget(struct turn *t, const struct incoming *in);
/* The mailbox was opened: asks its poller for what could not be fetched before. */
void retry_all(struct turn *t, struct account *acc, enum role role);

/* -- one message out (outgoing.c, handout.c, compose.c) ------------------------------------------------------- */

struct proposal {
	struct account *account;
	enum purpose purpose;
	uint64_t conversation;
	uint64_t message;	  /* that is answered, 0: none */
	struct span recipient;	  /* local@domain */
	struct span anchor;	  /* what the Message-ID is made of: the same thing proposed twice has the same id */
	struct guard_history history;
	/* of the answered message */
	const struct facts *facts;
	struct span facts_bytes;
	bool own_automated, in_sent;
	int64_t internal_at;
	uint64_t outbox;	  /* an entry that is released and composed anew, else 0 */
	bool released;		  /* by a person: a verdict of hold does not hold it again */
	struct span template_name;
	struct span language;	  /* that the recipient writes in; empty: not known, or staff */
	const struct mustache_value *values; /* NULL: those of an acknowledgement */
	struct span message_id;	  /* of the entry that is released; else made from the anchor */
	struct span actor;
	struct span detail;
};
/* The only way out. Gathers, forbids, composes, judges the bytes, records. Returns the audit record of
 * the decision. *entry_out gets the outbox entry, 0 if there is none. */
uint64_t propose(struct turn *t, const struct proposal *p, struct rec_message *answered, uint64_t *entry_out);
/* What the guard is asked, without the bytes. */
void outgoing_case(struct turn *t, const struct proposal *p, struct guard_case *c);
void propose_acknowledgement(struct turn *t, struct incoming *in, uint64_t number, struct rec_message *m,
			     struct rec_conversation *c);
/* Recomposes a held entry and queues it. False with a line if it cannot be. */
bool outgoing_release(struct turn *t, uint64_t number, struct span actor, struct err *err);
bool outgoing_drop(struct turn *t, uint64_t number, struct rec_outbox *e, enum outbox_input input, const char *why, struct span actor);
/* Changes state by the table, records it, keeps DB_QUEUE in line. False where the input has no meaning. */
bool outgoing_step(struct turn *t, uint64_t number, struct rec_outbox *e, enum outbox_input input, enum audit_event event,
		   const char *detail, struct span actor);
/* Holds what waits to be sent to requesters, of all accounts. */
void outgoing_hold_waiting(struct turn *t, const char *why);
void outgoing_hold(struct turn *t, uint64_t number, struct rec_outbox *e, const struct account *acc, const char *why);
/* The entry counts no longer in the windows of its recipient. */
void outgoing_forget(struct turn *t, uint64_t number, const struct rec_outbox *e);
/* Only the audit record. */
void outgoing_note(struct turn *t, uint64_t number, struct rec_outbox *e, enum audit_event event, const char *detail, struct span actor);
void outgoing_store(struct turn *t, uint64_t number, struct rec_outbox *e, enum queue_class before, int64_t before_at);
/* Notes an audit record with the entry: the first one and the newest ones stay. */
void outgoing_remember(struct rec_outbox *e, uint64_t seq);
/* The witness, a provider's copy, a reply or bounce carries the id of this entry. */
void outgoing_evidence(struct turn *t, uint64_t number, const char *what);
/* It came back. False, and nothing is changed, if this account has not sent it or it is known already. */
bool outgoing_bounced(struct turn *t, uint64_t number, const struct account *acc, int64_t at, struct span status);
/* At start: what was in flight when we died. */
void outgoing_recover(struct turn *t);
/* Hands out what is due; settles what senders have said. */
void outgoing_hand_out(struct turn *t);
void outgoing_settle(struct turn *t, const struct heard *h);
void outgoing_sender_lost(struct turn *t, struct account *acc);
/* Looks at the identity a message carries: is it ours? */
bool own_identity(struct turn *t, const struct account *acc, const struct facts *f, struct span *id);
void own_message_id(const struct keeper *k, const struct account *acc, struct span anchor, struct buf *out);
/* A window of its recipient remembers it. */
void outgoing_count(struct turn *t, struct span recipient, enum purpose purpose, int64_t at, uint64_t entry);

/* -- what was erased (tombstone.c) ----------------------------------------------------------------------------------------- */

/* Is this a message that was erased? It is not taken in again. */
bool tombstone_covers(struct turn *t, const struct incoming *in);
bool conversation_erased(struct turn *t, uint64_t conversation, int64_t *at);

/* -- automated messages that only a mailbox knows of (witness.c): sent before the ledger was lost, or after its backup -- */

/* Was this request acknowledged before? Then that is put on record, and true. */
bool witness_of_request(struct turn *t, struct incoming *in, uint64_t number, struct rec_message *m, struct span anchor);
/* A copy of ours has come that no entry speaks of. */
void witness_take(struct turn *t, struct incoming *in, struct rec_message *m);
/* A reply or a bounce names it: that is evidence, too. */
void witness_named(struct turn *t, struct incoming *in);

/* Composes the finished bytes; false with a reason if the template refuses. */
bool compose(struct turn *t, const struct proposal *p, struct span message_id, struct buf *out, struct err *err);

/* Notes what this message says; how many other people have said the same within ten minutes (alike.c). */
uint32_t alike_note(struct turn *t, struct incoming *in);
/* As if nobody had written yet. */
void alike_forget(struct keeper *k);

/* -- the suppression list (suppression.c) ----------------------------------------------------------------------- */

/* Why this address gets no automated mail, since when; empty: it may. `wrote_at`: INTERNALDATE of what is answered, 0:
 * nothing. */
struct span suppression_of(struct turn *t, struct span address, int64_t wrote_at);
/* False if it is no address. `actor`: empty where mail and not a person has put it there. */
bool suppression_add(struct turn *t, struct span address, const struct rec_suppression *s, struct span actor);
void suppression_bounced(struct turn *t, struct span address, struct span status);
void suppression_complained(struct turn *t, struct span address);

/* -- the audit (auditing.c) ------------------------------------------------------------------------------------ */

void audit_append(struct turn *t, struct audit_record *r);
/* The same for a record behind which another audit than before goes on; it is found again. */
void audit_break(struct turn *t, struct audit_record *r);
/* What the newest record says that breaks with the audit this head was signed in; empty if there is none. */
struct span audit_explain(struct turn *t, const struct audit_head *h);
/* Keeps evidence apart from the chain and returns its commitment; r->seq is the next number. */
struct hash evidence_keep(struct turn *t, uint64_t seq, struct span the_case, struct span bytes);
int evidence_get(struct turn *t, uint64_t seq, const struct hash *commitment, struct span *the_case, struct span *bytes);
/* Signs the newest record; called at commit. */
void audit_sign(struct turn *t);
/* The newest signed head; it stays for good because mail carries it. False if there is none yet. */
bool audit_carry_head(struct turn *t, struct audit_head *out);
void sets_keep(struct turn *t);
/* FRAME_SETS: takes templates and filters over, between two turns; ends the keeper if they are none (start.c). */
void sets_take(struct keeper *k, int fd);
/* The filters under which a record was made; NULL: there were none. False if they cannot be read any more. */
bool sets_filters(struct turn *t, const struct hash *hash, const struct filters **out);

/* -- blame (blame.c): what is in hand -------------------------------------------------------------------------------- */

/* Takes it in hand; true if it brought the keeper down before, so often that it is to be set aside. */
bool blame_take(struct keeper *k, enum blame_what what, uint64_t a, uint64_t b);
void blame_leave(struct keeper *k);
/* It was done another way: next time it is innocent again. */
void blame_forget(struct keeper *k, enum blame_what what, uint64_t a, uint64_t b);

/* -- time (time.c) ----------------------------------------------------------------------------------------------- */

/* Does what is due in DB_WAKE, hold expiry and notices. True if there may be more right now. */
bool time_pass(struct turn *t);
/* Tells the account's lead what has been held since it was last told, at most hourly; returns when to try
 * again, INT64_MAX: nothing waits. */
int64_t held_tell(struct turn *t, struct account *acc);
/* Unix seconds of the next thing to do, INT64_MAX: nothing. */
int64_t time_next(struct turn *t);

/* -- whether the clock can be believed (doubt.c) ------------------------------------------------------------------ */

/* The ledger was last written at that time, 0: never. */
void doubt_start(struct keeper *k, int64_t written_at, int64_t now);
/* Before each turn; true if there is something to write for it. */
bool doubt_look(struct keeper *k, int64_t now);
void doubt_turn(struct turn *t);
/* True if it is time to write, so that it is known that there is a daemon. */
bool doubt_write(const struct turn *t);
/* Why mail to requesters of this account is held for now; NULL: it is not. */
const char *doubt_of(const struct keeper *k, const struct account *acc);
