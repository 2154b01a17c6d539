// SPDX-License-Identifier: Apache-2.0
/* A room that a command starts for one look at a server: the command plays its supervisor and its keeper. The
 * room stands behind its walls as always, and its words come back here. */
#pragma once
#include "base/arena.h"
#include "config/config.h"
#include "frame/poller.h"
#include "frame/sender.h"
#include "reading/authentication_survey.h"

struct reader_client;

enum { PROBE_MESSAGES = 100, PROBE_DAYS = 30 };

/* What a poller has found, read-only. Texts are in the arena. */
struct probe_mailbox {
	bool open; /* else `ending` and `trouble` say why not */
	struct frame_selected selected;
	enum ending ending;
	struct span trouble; /* one line, empty: none */
	uint32_t messages;   /* that were looked at: the newest PROBE_MESSAGES of the last PROBE_DAYS */
	int64_t newest_at;   /* INTERNALDATE, 0: none */
};
/* INBOX, or with `sent` where answers lie. Facts of what is there go into the survey (NULL: nothing is read).
 */
void probe_mailbox(struct arena *a, const struct config *c, const struct config_account *account, bool sent,
		   struct reader_client *reader, struct authentication_survey *survey,
		   struct probe_mailbox *out);

/* What an SMTP server has said to a login and to the envelope of an acknowledgement to ourselves; no message
 * is sent. */
struct probe_smtp {
	struct frame_sent_result result; /* step "envelope": all was taken */
	struct span witness;		 /* whom the envelope named as witness, empty: nobody */
};
void probe_smtp(struct arena *a, const struct config *c, const struct config_account *account,
		struct probe_smtp *out);
