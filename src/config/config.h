// SPDX-License-Identifier: Apache-2.0
/* The settings: one table with type, default, range and meaning, and its parser. Pure: the caller
 * reads the files. The supervisor hands each room the canonical text of what it may know. */
#pragma once
#include "base/arena.h"
#include "base/err.h"

enum config_tls { TLS_IMPLICIT, TLS_NONE /* loopback only */, TLS_STARTTLS };
enum config_witness { WITNESS_AUTO, WITNESS_YES, WITNESS_NO };
/* How marks are written; the numbers are part of the ledger's format. */
enum mark_style { MARKS_NONE, MARKS_KEYWORDS, MARKS_GMAIL_LABELS, MARKS_FLAG, MARK_STYLES };
enum config_filed { FILED_DONE, FILED_OPEN };
enum config_envelope { ENVELOPE_OWN, ENVELOPE_NULL };
enum {
	CONFIG_ACCOUNTS = 64,
	CONFIG_LIST = 200,
	CONFIG_BYTES = 1024 * 1024, /* of all files together, and of the canonical text */
	CONFIG_LINE = 65536,	    /* bytes of one line: a full list of full addresses */
	CONFIG_FILES = 256,
	CONFIG_DEPTH = 8,	    /* of !include */
	CONFIG_ERRORS = 100,	    /* more are counted, not listed */
};

struct config_list {
	struct span *at;
	uint32_t n;
};

struct config_account {
	struct span name;	   /* account support { ... }: letters, digits, '-', '_' */
	struct span address;	   /* support@example.com */
	struct span display_name;  /* From: of our mail; default: the address alone */
	struct config_list own;	   /* other addresses that are this mailbox */
	struct config_list agents; /* addresses of the people who answer */
	struct config_list lead;   /* who is told: held, due soon, breached */
	struct config_list form;   /* our web forms: the requester stands in Reply-To */
	struct span group;	   /* our own list in front of the mailbox */

	struct span host;
	uint16_t port;		   /* 993, with starttls 143 */
	enum config_tls tls;
	struct span tls_name;	   /* the name the certificate must carry; default: host */
	struct span ca_file;	   /* default: the system's trust store */
	struct span user;	   /* default: address */
	struct span password_file; /* one of the three, and only one */
	struct span token_file;	   /* XOAUTH2 */
	struct span token_command; /* absolute path and arguments: prints the token */
	struct span mailbox;	   /* INBOX */
	struct span sent_mailbox;  /* default: found by special-use, then by known names */
	int64_t poll;		   /* seconds between looks; also with IDLE. 60 s */
	int64_t idle_renew;	   /* 9 min */
	uint32_t fetch_limit;	   /* 64 KiB */

	struct span smtp_host;	   /* default: host */
	uint16_t smtp_port;	   /* 465, with starttls 587 */
	enum config_tls smtp_tls;
	struct span smtp_tls_name;
	struct span smtp_ca_file;  /* default: ca_file */
	struct span smtp_user;	   /* default: user */
	struct span smtp_password_file; /* default: what is set for IMAP; empty: the token */
	bool smtp_auth;		   /* yes */
	uint16_t smtp_connections; /* 4, at most 8 */
	enum config_envelope envelope;
	enum config_witness witness;
	struct span subaddress;	   /* "+" if the server knows support+x@; default empty */

	struct span authserv_id;   /* none, or the name our border server writes; empty: not set */
	uint16_t hops;		   /* Received fields our own servers add above it: 0; too many lets forgeries in */

	int64_t first_response;	   /* 6 h */
	int64_t next_response;	   /* 6 h */
	enum config_filed filed_means; /* done */
	enum mark_style marks;	   /* none */
	int64_t silence;	   /* 14 d: how long we wait for the requester */
	uint16_t warn_percent;	   /* 75 */
	int64_t notice_gap;	   /* 10 min between two mails to the lead about deadlines */
	int64_t ack_after;	   /* 2 min */
	int64_t ack_age;	   /* 6 h, the limit nothing can raise */
	int64_t hold_expires;	   /* 30 min */
	struct span template_name; /* acknowledgement */
	struct span language;	   /* en */
};

struct config {
	struct span user;	  /* unix user to run as when started as root: hearback */
	struct span state_dir;	  /* ledger, keys, control socket */
	struct span templates;	  /* folder */
	struct span filters;	  /* folder */
	struct span alarm_command; /* absolute path and arguments: told on standard input what cannot wait */
	struct span read_group;	  /* Unix groups: who may see text, act, read the audit */
	struct span lead_group;
	struct span audit_group;
	bool debug;
	uint64_t reserve;	  /* with fewer bytes of disk left nothing automatic is sent: 64 MiB */
	struct config_account *accounts;
	uint32_t n;
};

/* One file as the caller read it; `find` is asked for !include patterns. */
struct config_file {
	struct span name;
	struct span text;
};
struct config_source {
	void *context;
	/* Files that match the pattern, in order, into the arena; false with a line in err. */
	bool (*find)(void *context, struct arena *a, struct span pattern, struct config_file **out,
		     uint32_t *n, struct err *err);
};

struct config_errors {
	struct span *lines; /* "file:line: what, what to write instead" */
	uint32_t n;
};

/* Parses and checks. True without errors; else all of them, in order, and `out` must not be used. */
bool config_parse(struct arena *a, struct config_file file, const struct config_source *includes,
		  struct config *out, struct config_errors *errors);
/* The canonical text: every setting with its value in force, includes resolved, in table order. With
 * `account` not empty only the global settings and that one. Parsing it gives the same config. */
void config_write(const struct config *c, struct span account, struct buf *out);
/* True if no setting that any of these (CONFIG_OF_*) goes by differs; of one account, or with an empty name of all, which
 * then must be the same ones. */
bool config_same(const struct config *a, const struct config *b, struct span account, unsigned whose);
const struct config_account *config_account(const struct config *c, struct span name);
/* The account logs in with an OAuth2 token, and not with a password. */
bool config_imap_token(const struct config_account *c);
bool config_smtp_token(const struct config_account *c);

/* What a value is; says how it is written, checked and stored. */
enum config_kind {
	CONFIG_TEXT,	  /* words for people and servers: UTF-8 without controls */
	CONFIG_NAME,	  /* letters, digits, '-', '_', '.' */
	CONFIG_PATH,	  /* absolute */
	CONFIG_HOST,	  /* a host name or an IP address */
	CONFIG_ADDRESS,	  /* one mail address, lower case, A-labels */
	CONFIG_ADDRESSES, /* several, separated by blanks or commas */
	CONFIG_NUMBER,	  /* uint16_t */
	CONFIG_DURATION,  /* int64_t seconds: 90s, 2min, 6h, 14d, 2w */
	CONFIG_SIZE,	  /* uint32_t bytes: 64k, 1M */
	CONFIG_SPACE,	  /* the same in a uint64_t, with G */
	CONFIG_YESNO,	  /* bool */
	CONFIG_CHOICE,	  /* an enum; `range` lists its words in order */
};

/* Who goes by a setting, beside the supervisor. */
enum { CONFIG_OF_KEEPER = 1, CONFIG_OF_POLLER = 2, CONFIG_OF_SENDER = 4 };

/* The table: also for `check --defaults` and for the test that the manual names every key. */
struct config_key {
	const char *name;
	const char *type;	/* "duration", "size", "address", ... */
	const char *initial;	/* default as it would be written, "" for none */
	const char *range;	/* "1s..60s", "yes | no", "" for none */
	const char *meaning;	/* one line */
	bool in_account;
	enum config_kind kind;
	unsigned whose;		/* CONFIG_OF_*: who must start anew when it changes; 0: nobody */
	size_t at;		/* where the value lies in struct config or struct config_account */
};
const struct config_key *config_keys(uint32_t *n);
