// SPDX-License-Identifier: Apache-2.0
/* What an account logs in with: where it comes from, and how a room reads it. */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"

enum { SECRET_COMMAND_MS = 30 * 1000 }; /* how long token_command may take */

struct secret_source {
	const char *key;     /* the setting that names it, for messages */
	bool token;	     /* else a password */
	struct span path;    /* one of the two */
	struct span command;
};
struct secret_source secret_source(const struct config_account *c, bool smtp);

/* Bytes `out` of secret_read() must have room for. */
size_t secret_room(const struct secret_source *s);
/* Reads the descriptor of a file or pipe to its end, at most a little longer than a command may take,
 * and closes it. `out` gets what is to be sent (an app password printed in four groups without its
 * blanks) and is never moved in memory: wipe it with secret_wipe(). `written_at`: when the file was
 * written, 0 for a pipe. 0, or -errno with a line in `err`. */
int secret_read(const struct secret_source *s, int fd, struct buf *out, int64_t *written_at, struct err *err);
void secret_wipe(struct buf *b);
/* How old the refused token is and what to do, for a person; nothing for a password. */
void secret_put_age(const struct secret_source *s, int64_t written_at, int64_t now, struct buf *out);
