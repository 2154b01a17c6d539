// SPDX-License-Identifier: Apache-2.0
/* Typed, bounded messages between the rooms, one per SOCK_SEQPACKET datagram:
 * u8 version, u8 type, then the payload in wire encoding. A frame that does not parse is the fault
 * of the room that sent it: the receiver drops the connection, never itself. */
#pragma once
#include "base/arena.h"
#include "base/wire.h"

enum {
	FRAME_VERSION = 1,
	FRAME_MAX = 192 * 1024,
	FRAME_FDS = 2,
};

enum frame_type {
	/* supervisor -> child */
	FRAME_START = 1,    /* struct frame_start; config memfd */
	FRAME_STOP,	    /* end in order */
	FRAME_SETS,	    /* keeper, after START and when they change: sealed memfd of settings_read_sets() */
	FRAME_SECRET,	    /* frame_secret; descriptor of the secret file unless there is an error */
	FRAME_LOST,	    /* frame_lost: a room of the keeper has ended, and why */
	FRAME_PEER,	    /* struct frame_peer; the keeper's end of a new room's socket */
	FRAME_WALLS,	    /* keeper: frame_walls; a room serves, without these walls */
	FRAME_ALIVE,	    /* are you? The same goes back */
	FRAME_AGE,	    /* frame_age; keeper: how old a room's secret is */
	FRAME_PEOPLE,	    /* frame_people; keeper: who may ask for what, and their names */
	FRAME_TASK,	    /* keeper, before START where it is to do something else than to serve: frame_task */
	/* child -> supervisor */
	FRAME_READY,	    /* frame_ready: behind the walls, serving */
	FRAME_ENDING,	    /* struct frame_ending: why the process is about to exit */
	FRAME_NEED_SECRET,  /* sender: one for the next login */
	FRAME_IDLE,	    /* keeper in --once: nothing is left to do */
	FRAME_ALARM,	    /* frame_alarm; keeper: tell somebody */
	FRAME_STALE,	    /* frame_peer; keeper: this room says nothing, or nonsense; end it */
	FRAME_PROGRESS,	    /* frame_progress; keeper in a rebuild */

	/* poller <-> keeper: frame/poller.h */
	FRAME_RESUME = 32, FRAME_SELECTED, FRAME_BATCH, FRAME_BATCH_DONE, FRAME_SEEN_ALL,
	FRAME_ORDER, FRAME_ORDER_DONE, FRAME_TROUBLE, FRAME_WATCH, FRAME_WATCHED,

	/* keeper <-> reader: frame/reader.h */
	FRAME_READ = 64, FRAME_FACTS,

	/* keeper <-> sender: frame/sender.h */
	FRAME_SEND = 80, FRAME_DOT_ASK, FRAME_DOT_GRANTED, FRAME_SENT_RESULT,

	/* command <-> keeper: frame/control.h */
	FRAME_REQUEST = 96, FRAME_ROW, FRAME_END,
};

struct frame {
	enum frame_type type;
	struct span payload;	/* view into the receiver's buffer */
	int fds[FRAME_FDS];	/* owned by whoever received it; -1 where there is none */
};

/* Starts a frame: version and type. Payload follows in wire encoding. */
void frame_begin(struct buf *b, enum frame_type type);
/* Sends one frame with a descriptor (duplicated by the kernel, the caller keeps and closes its own;
 * -1 for none), or with up to FRAME_FDS. Blocking sockets block; -EAGAIN on full non-blocking ones, -E2BIG,
 * -EPIPE, other -errno. */
int frame_send(int sock, const struct buf *b, int fd);
int frame_send_fds(int sock, const struct buf *b, const int *fds, size_t nfds);
/* Receives one frame into `room` (FRAME_MAX bytes or more). 1 for a frame, 0 at the end of the
 * connection, -EAGAIN, -EPROTO for what is no frame (its descriptors are closed). */
int frame_recv(int sock, char *room, size_t size, struct frame *out);
void frame_close_fds(struct frame *f);

/* -- supervisor and its children --------------------------------------------------------------- */

enum room { ROOM_SUPERVISOR, ROOM_POLLER, ROOM_READER, ROOM_KEEPER, ROOM_SENDER, ROOM_COUNT };
const char *room_name(enum room r);

/* The descriptors every child inherits. */
enum { CHILD_SUPERVISOR_FD = 3, CHILD_KEEPER_FD = 4, CHILD_BLAME_FD = 5 };

struct frame_start {
	bool once;
	bool debug;
	struct span account; /* poller, sender */
	struct span mailbox; /* poller: configured name; empty: find by special-use */
	bool sent;	     /* poller: this is the Sent mailbox */
	int64_t since;	     /* keeper, poller: only a look, at mail that came at or after it; 0: all mail, in earnest */
	uint32_t most;	     /* poller: the newest of these, at most */
};
void frame_start_put(struct buf *b, const struct frame_start *s);
bool frame_start_get(struct wire *w, struct frame_start *out);

/* What a keeper is started for. Those behind TASK_REBUILD hear one request of frame/control.h from whoever started them,
 * answer it and end. */
enum task {
	TASK_SERVE,
	TASK_REBUILD, /* take everything in anew, decide nothing */
	TASK_REBUILT, /* that is done: tell what there is now */
	TASK_RESTORE, /* make a backup's ledger fit to be used */
	TASK_SCRIBE,  /* only read: copy the ledger into the folder whose descriptor comes along */
	TASK_COUNT
};
struct frame_task {
	enum task task;
	struct span folder; /* where the ledger is, if not in state_dir; TASK_RESTORE: the keys, too */
};
void frame_task_put(struct buf *b, const struct frame_task *s);
bool frame_task_get(struct wire *w, struct frame_task *out);

struct frame_progress {
	uint64_t messages;
	uint64_t of;	/* as many lie in the mailboxes that are open */
};
void frame_progress_put(struct buf *b, const struct frame_progress *p);
bool frame_progress_get(struct wire *w, struct frame_progress *out);

/* The walls that could not be raised, in the words of sandbox_missing(); empty: all stand. */
void frame_ready_put(struct buf *b, struct span missing);
bool frame_ready_get(struct wire *w, struct span *missing);

/* Keeper: a room has been started; its socket comes along as descriptor. */
struct frame_peer {
	enum room room;
	struct span account;
	bool sent;
	uint32_t start;	     /* how often this room was started before */
};
void frame_peer_put(struct buf *b, const struct frame_peer *p);
bool frame_peer_get(struct wire *w, struct frame_peer *out);

/* A secret file, opened by the supervisor; the child alone reads it. `error`: why there is no
 * descriptor, one line for a person, else empty. */
void frame_secret_put(struct buf *b, struct span error);
bool frame_secret_get(struct wire *w, struct span *error);

/* Keeper: that room has ended; `why` in one line for a person; the next is started at `again` (Unix seconds). */
void frame_lost_put(struct buf *b, const struct frame_peer *p, struct span why, int64_t again);
bool frame_lost_get(struct wire *w, struct frame_peer *out, struct span *why, int64_t *again);
/* Keeper: that room (ROOM_SUPERVISOR too) serves without these walls. */
void frame_walls_put(struct buf *b, const struct frame_peer *p, struct span missing);
bool frame_walls_get(struct wire *w, struct frame_peer *out, struct span *missing);

/* Keeper: that room logs in with a secret that was written at that time (Unix seconds), 0: just now, or nobody knows. */
void frame_age_put(struct buf *b, const struct frame_peer *p, int64_t written_at);
bool frame_age_get(struct wire *w, struct frame_peer *out, int64_t *written_at);

/* What members of a Unix group may ask for; root and the user hearback runs as may everything. */
enum right { RIGHT_READ, RIGHT_LEAD, RIGHT_AUDIT, RIGHT_COUNT };
enum { FRAME_PEOPLE_MOST = 500 };
struct frame_people {
	struct span group[RIGHT_COUNT];
	uint32_t gid[RIGHT_COUNT]; /* UINT32_MAX: there is no such group */
	uint32_t n;
	struct person_name {
		uint32_t uid;
		struct span name;
	} at[FRAME_PEOPLE_MOST];
};
void frame_people_put(struct buf *b, const struct frame_people *p);
bool frame_people_get(struct wire *w, struct frame_people *out);

/* What cannot wait for somebody to look. */
enum alarm { ALARM_LOGIN, ALARM_SENDER, ALARM_DISK, ALARM_COUNT };
const char *alarm_name(enum alarm a);
struct frame_alarm {
	enum alarm what;
	struct span account; /* empty: all of hearback */
	struct span text;    /* one line for a person */
};
void frame_alarm_put(struct buf *b, const struct frame_alarm *a);
bool frame_alarm_get(struct wire *w, struct frame_alarm *out);

/* Why a child ends; decides when it is started again. */
enum ending {
	ENDING_ORDERLY,	   /* told to, or --once is over */
	ENDING_TRANSIENT,  /* network, server: start again with backoff */
	ENDING_REFUSED,	   /* credentials refused, certificate wrong: slow backoff, told to people */
	ENDING_CONFIG,	   /* a person must change something: slow backoff, told to people */
	ENDING_EXPIRED,	   /* the session's token has expired: start again at once with a fresh one */
	ENDING_COUNT,
};
struct frame_ending {
	enum ending why;
	int64_t retry_after; /* seconds the server asked us to wait, 0 if it did not */
	struct span text;    /* one line for a person: where, what, what to do */
};
void frame_ending_put(struct buf *b, const struct frame_ending *e);
bool frame_ending_get(struct wire *w, struct frame_ending *out);

/* -- the page that tells what the keeper had in hand when it died -------------------------------- */
/* One page of a memfd, shared by supervisor and keeper, at CHILD_BLAME_FD. The keeper writes the key of a
 * message or outbox entry before it touches it and clears `what` afterwards. After a death the
 * supervisor adds one to the tally of that key; the next keeper sets aside what was found guilty
 * twice. */
enum blame_what { BLAME_NONE, BLAME_MESSAGE, BLAME_OUTBOX, BLAME_WAKE, BLAME_NOTICE, BLAME_WHAT_COUNT };
enum { BLAME_TALLY = 32, BLAME_DEATHS = 2 };
struct blame_page {
	volatile uint32_t what;
	volatile uint32_t unused;
	volatile uint64_t key[2]; /* message: account<<32|mailbox, uidvalidity<<32|uid; outbox: 0, number;
				   * wake: 0, conversation; notice to the lead: 0, account */
	struct {
		uint32_t what;
		uint32_t deaths;
		uint64_t key[2];
	} tally[BLAME_TALLY];
};
