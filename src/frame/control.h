// SPDX-License-Identifier: Apache-2.0
/* command <-> keeper over the control socket (SOCK_SEQPACKET). A request is a verb with named
 * arguments; the answer is rows of named, typed values and one END. Rows are made in slices of at
 * most 256, so that a slow client holds no transaction. */
#pragma once
#include "frame/frame.h"

enum { CONTROL_ARGS = 16, CONTROL_CELLS = 48, CONTROL_SLICE = 256 };

struct control_arg {
	struct span name;
	struct span value;
};
struct control_request {
	struct span verb;	/* "list", "why", ... */
	uint32_t n;
	struct control_arg at[CONTROL_ARGS];
};
void control_request_put(struct buf *b, const struct control_request *r);
bool control_request_get(struct wire *w, struct control_request *out);
struct span control_arg(const struct control_request *r, const char *name); /* empty if not given */
bool control_has(const struct control_request *r, const char *name);
void control_add(struct control_request *r, const char *name, struct span value);

enum cell_type { CELL_TEXT, CELL_NUMBER, CELL_TIME, CELL_BOOL, CELL_LIST, CELL_TYPES };
struct cell {
	struct span name;
	enum cell_type type;
	struct span text;	/* CELL_TEXT; CELL_LIST: texts separated by '\n' */
	int64_t number;		/* CELL_NUMBER, CELL_TIME (0: none), CELL_BOOL */
};
struct row {
	struct span kind;	/* what the row is about: "conversation", "message", "decision", ... */
	uint32_t n;
	struct cell at[CONTROL_CELLS];
};
void row_put(struct buf *b, const struct row *r);
bool row_get(struct wire *w, struct row *out);
void row_text(struct row *r, const char *name, struct span value);
void row_number(struct row *r, const char *name, int64_t value);
void row_time(struct row *r, const char *name, int64_t at);
void row_bool(struct row *r, const char *name, bool value);
void row_list(struct row *r, const char *name, struct span lines);
const struct cell *row_cell(const struct row *r, const char *name);

/* The end of an answer: 0, or an exit status of sysexits.h with one line for the person. */
struct control_end {
	uint32_t status;
	struct span text;
};
void control_end_put(struct buf *b, const struct control_end *e);
bool control_end_get(struct wire *w, struct control_end *out);
