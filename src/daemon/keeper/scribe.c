// SPDX-License-Identifier: Apache-2.0
/* The scribe: a keeper that only reads. It copies the ledger as of one instant, while another keeper goes on,
 * with the keys and the tombstones, and then reads the copy from end to end as somebody would who needs it. */
#include "config.h"
#include "base/io.h"
#include "daemon/keeper/errand.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	/* While it reads, the ledger can only grow: a target that is slower is none. */
	COPY_SECONDS = 15 * 60,
	LOOK_SLICE = 1000,
	FILE_MAX = 64 * 1024 * 1024,
};

/* -- a whole look at a ledger ---------------------------------------------------------------------------- */

static void look_at_rows(struct txn *t, struct ledger_look *out)
{
	for (int db = 0; db < DB_COUNT; db++) {
		struct key from = { 0 };
		int n;
		do {
			ARENA_CLEANUP struct arena *a = arena_new();
			struct engine_row *rows;
			n = txn_range(t, (enum ledger_db)db, key_span(&from), SPAN_NONE, false, LOOK_SLICE, a,
				      &rows);
			for (int i = 0; i < n; i++) {
				out->rows++;
				out->damaged += !rows[i].value.p;
			}
			if (n > 0 && rows[n - 1].key.n < ENGINE_KEY_MAX) {
				/* The next key there can be. */
				from = (struct key){ .n = (uint8_t)(rows[n - 1].key.n + 1) };
				memcpy(from.b, rows[n - 1].key.p, rows[n - 1].key.n);
			} else if (n > 0) {
				from = (struct key){ .n = ENGINE_KEY_MAX };
				memcpy(from.b, rows[n - 1].key.p, ENGINE_KEY_MAX);
				for (int i = ENGINE_KEY_MAX - 1; i >= 0 && ++from.b[i] == 0; i--)
					;
			}
		} while (n == LOOK_SLICE);
	}
}

static bool get_head(struct txn *t, uint64_t seq, struct audit_head *out)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct key key = key_u64(seq);
	struct span value;

	return txn_get(t, DB_HEAD, key_span(&key), a, &value) == 0 && audit_head_decode(value, out);
}

static void look_at_audit(struct txn *t, const struct keys *keys, const struct tip *tip,
			  struct ledger_look *out)
{
	struct audit_check check;
	struct audit_head h;
	int n;

	audit_check_start(&check);
	if (get_head(t, tip->head_seq, &out->head))
		audit_check_head(&check, &out->head, keys->known[0], keys->nknown, "the ledger");
	do {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct key from = key_u64(check.next);
		struct engine_row *rows;
		n = txn_range(t, DB_AUDIT, key_span(&from), SPAN_NONE, false, LOOK_SLICE, a, &rows);
		for (int i = 0; i < n && !check.failed; i++) {
			uint64_t seq = key_get(rows[i].key, 0);
			audit_check_record(&check, seq, rows[i].value);
			if (seq != tip->head_seq && get_head(t, seq, &h))
				audit_check_head(&check, &h, keys->known[0], keys->nknown, "the ledger");
		}
	} while (n == LOOK_SLICE && !check.failed);
	audit_check_end(&check, tip->audit_seq);
	out->records = check.records;
	out->err = check.err;
	audit_check_free(&check);
}

bool ledger_look(struct keeper *k, struct engine *engine, struct ledger_look *out)
{
	static const struct key tip_key = { .b = "tip", .n = 3 };
	ARENA_CLEANUP struct arena *a = arena_new();
	struct span value;
	struct tip tip;
	struct txn *t;

	*out = (struct ledger_look){ 0 };
	int r = txn_begin(engine, false, &t);
	if (r)
		return err_set(&out->err, r, "%s", strerror(-r)), false;
	if (txn_get(t, DB_META, key_span(&tip_key), a, &value) || !tip_get(value, &tip)) {
		err_set(&out->err, -EBADMSG, "the ledger's counters are damaged");
	} else {
		look_at_rows(t, out);
		look_at_audit(t, &k->keys, &tip, out);
	}
	txn_abort(&t);
	if (out->damaged && !*out->err.text)
		err_set(&out->err, -EBADMSG, "%llu of %llu values are damaged",
			(unsigned long long)out->damaged, (unsigned long long)out->rows);
	return !*out->err.text;
}

/* -- the copy -------------------------------------------------------------------------------------------- */

static bool copy_file(struct errand *e, const char *from, const char *to)
{
	BUF_CLEANUP struct buf bytes = BUF_CAPPED(FILE_MAX);
	struct err err;

	if (access(from, F_OK) < 0 && errno == ENOENT)
		return true;
	if (io_read_file(from, FILE_MAX, &bytes, &err) || io_replace_file(to, buf_span(&bytes), 0600, &err))
		return errand_refuse(e, EX_IOERR, "%s", err.text);
	explicit_bzero(bytes.p, bytes.room);
	return true;
}

/* For people, and for restore, which asks for its first line and for the hash: LMDB trusts its file, and what a disk or a
 * copy has damaged must not reach it. */
static bool write_label(struct errand *e, const struct ledger_look *look)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(4096);
	FD_CLEANUP int fd = open("ledger/data.mdb", O_RDONLY | O_CLOEXEC);
	struct hash hash;
	struct err err;
	int r = fd < 0 ? -errno : hash_file(fd, &hash);

	if (r)
		return errand_refuse(e, EX_IOERR, "the copy cannot be read: %s", strerror(-r));
	buf_puts(&b, "hearback backup 1\nledger ");
	put_hex(&b, hash.b, HASH_SIZE);
	buf_puts(&b, "\nmade ");
	put_iso(&b, clock_now());
	buf_puts(&b, "\nhearback " PACKAGE_VERSION "\nconfiguration sha256 ");
	put_hex(&b, e->k->config_hash.b, HASH_SIZE);
	buf_printf(&b, "\nrecords %llu\nhead ", (unsigned long long)look->records);
	audit_head_put_text(&look->head, &b);
	buf_puts(&b, "\n");
	if (io_replace_file("backup", buf_span(&b), 0600, &err))
		return errand_refuse(e, EX_IOERR, "%s", err.text);
	return true;
}

static bool check_copy(struct errand *e, struct ledger_look *look)
{
	struct engine *copy = NULL;
	struct err err;

	if (engine_open_lmdb("ledger", e->k->keys.tag, true, &copy, &err))
		return errand_refuse(e, EX_DATAERR, "the copy cannot be opened: %s", err.text);
	bool good = ledger_look(e->k, copy, look);
	engine_close(&copy);
	unlink("ledger/lock.mdb");
	unlink("ledger/ledger.readers");
	return good || errand_refuse(e, EX_DATAERR, "the copy is not good, and so is not the ledger: %s",
				     look->err.text);
}

/* Ends us where the target is too slow: whoever waits for us hears that we are gone. */
static void limit_time(int64_t seconds)
{
	struct itimerval limit = { .it_value = { .tv_sec = seconds } };

	setitimer(ITIMER_REAL, &limit, NULL);
}

bool errand_backup(struct errand *e)
{
	const char *state = arena_str(e->k->a, e->k->config.state_dir);
	struct row row = { .kind = SPAN("backup") };
	struct engine_copied copied;
	struct ledger_look look;
	struct err err;
	BUF_CLEANUP struct buf head = BUF_CAPPED(600);

	/* The working folder is the target. */
	limit_time(COPY_SECONDS);
	if (engine_copy(e->k->engine, "ledger", &copied, &err))
		return errand_refuse(e, EX_IOERR, "%s", err.text);
	limit_time(0);
	/* After the ledger: what is erased meanwhile is erased in the backup, too, once it is restored. */
	if (!copy_file(e, arena_printf(e->k->a, "%s/keys", state), "keys") ||
	    !copy_file(e, arena_printf(e->k->a, "%s/tombstones", state), "tombstones") ||
	    !check_copy(e, &look) || !write_label(e, &look))
		return false;
	audit_head_put_text(&look.head, &head);
	row_number(&row, "bytes", (int64_t)copied.bytes);
	row_number(&row, "rows", (int64_t)copied.rows);
	row_number(&row, "records", (int64_t)look.records);
	row_text(&row, "head", buf_span(&head));
	errand_row(e, &row);
	return true;
}
