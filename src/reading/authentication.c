// SPDX-License-Identifier: Apache-2.0
/* Authentication-Results (RFC 8601): only what our own border server wrote counts. */
#include "mail/header.h"
#include "reading/authentication_survey.h"
#include "reading/reading.h"
#include "reading/transport.h"

const char *proof_name(enum proof p)
{
	static const char *const names[PROOF_COUNT] = {
		[PROOF_UNVERIFIED] = "unverified",
		[PROOF_PROVEN] = "proven",
		[PROOF_FAILED] = "failed",
	};
	return names[p];
}

/* What the trusted fields said so far. A method is settled by the topmost field that speaks of it. */
struct results {
	struct span domain; /* of From */
	enum { DMARC_SILENT, DMARC_OTHER, DMARC_PASS, DMARC_FAIL } dmarc;
	bool dkim_seen, dkim_aligned;
	bool spf_seen, spf_aligned;
};

static bool token_char(char c)
{
	return !ascii_blank(c) && c != ';' && c != '=' && c != '"';
}

/* A word or a quoted string (its content; escapes are kept as they are, which only makes them match
 * nothing) at the front of *rest. */
static struct span take_value(struct span *rest)
{
	size_t n = 0;

	*rest = span_trim(*rest);
	if (rest->n && rest->p[0] == '"') {
		n = 1;
		while (n < rest->n && rest->p[n] != '"')
			n += rest->p[n] == '\\' ? 2 : 1;
		struct span inside = span_sub(*rest, 1, n > rest->n ? rest->n - 1 : n - 1);
		*rest = span_sub(*rest, n + 1, SIZE_MAX);
		return inside;
	}
	while (n < rest->n && token_char(rest->p[n]))
		n++;
	struct span word = span_sub(*rest, 0, n);
	*rest = span_sub(*rest, n, SIZE_MAX);
	return word;
}

static bool take_char(struct span *rest, char c)
{
	*rest = span_trim(*rest);
	if (rest->n == 0 || rest->p[0] != c)
		return false;
	*rest = span_sub(*rest, 1, SIZE_MAX);
	return true;
}

/* The next name=value of this result, false at its end; what is neither is skipped. */
static bool take_pair(struct span *rest, struct span *name, struct span *value)
{
	while (rest->n) {
		*rest = span_trim(*rest);
		if (rest->n == 0 || rest->p[0] == ';')
			return false;
		if (rest->p[0] == '=' || rest->p[0] == '"') {
			take_char(rest, '=');
			take_value(rest);
			continue;
		}
		*name = take_value(rest);
		if (take_char(rest, '=')) {
			*value = take_value(rest);
			return true;
		}
	}
	return false;
}

/* user@example.com or example.com, lower or upper case; a trailing dot is none of it. */
static struct span domain_of(struct span value)
{
	ptrdiff_t at = span_chr(value, '@');

	if (at >= 0)
		value = span_sub(value, (size_t)at + 1, SIZE_MAX);
	if (value.n && value.p[value.n - 1] == '.')
		value.n--;
	return value;
}

static bool below(struct span child, struct span parent)
{
	return child.n > parent.n + 1 && span_iends(child, parent) &&
	       child.p[child.n - parent.n - 1] == '.' && span_chr(parent, '.') > 0;
}

static bool aligned(struct span domain, struct span from)
{
	return domain.n && (span_ieq(domain, from) || below(domain, from) || below(from, domain));
}

struct one_result {
	struct span method, result;
	struct span mailfrom, d, i, header_from;
};

/* "dkim/1=pass reason=... header.d=..." up to the next semicolon, which is taken, too. */
static bool take_result(struct span *rest, struct one_result *out)
{
	struct span name, value, version;

	*out = (struct one_result){ .method = SPAN_NONE };
	bool found = take_pair(rest, &out->method, &out->result);
	if (found) {
		version = out->method;
		span_split(&version, '/', &out->method);
	}
	while (found && take_pair(rest, &name, &value)) {
		if (span_ieq(name, SPAN("smtp.mailfrom")) || span_ieq(name, SPAN("smtp.mail")))
			out->mailfrom = value;
		else if (span_ieq(name, SPAN("header.d")))
			out->d = value;
		else if (span_ieq(name, SPAN("header.i")))
			out->i = value;
		else if (span_ieq(name, SPAN("header.from")))
			out->header_from = value;
	}
	take_char(rest, ';');
	return found;
}

static void weigh_dmarc(struct results *r, const struct one_result *one)
{
	if (one->header_from.n && !span_ieq(domain_of(one->header_from), r->domain))
		return;
	if (span_ieq(one->result, SPAN("pass")))
		r->dmarc = DMARC_PASS;
	else if (span_ieq(one->result, SPAN("fail")))
		r->dmarc = DMARC_FAIL;
	else
		r->dmarc = DMARC_OTHER;
}

/* One field: methods that a field above has settled are left alone. */
static void weigh_field(struct results *r, struct span rest)
{
	const struct results before = *r;
	struct one_result one;

	while (rest.n) {
		if (!take_result(&rest, &one)) {
			if (rest.n && rest.p[0] != ';')
				rest = span_sub(rest, 1, SIZE_MAX);
			continue;
		}
		bool pass = span_ieq(one.result, SPAN("pass"));
		if (span_ieq(one.method, SPAN("dmarc")) && r->dmarc == DMARC_SILENT) {
			weigh_dmarc(r, &one);
		} else if (span_ieq(one.method, SPAN("dkim")) && !before.dkim_seen) {
			struct span domain = domain_of(one.d.n ? one.d : one.i);
			r->dkim_seen = true;
			r->dkim_aligned |= pass && aligned(domain, r->domain);
		} else if (span_ieq(one.method, SPAN("spf")) && !before.spf_seen) {
			r->spf_seen = true;
			r->spf_aligned |= pass && aligned(domain_of(one.mailfrom), r->domain);
		}
	}
}

/* The id at the front, which is taken off; empty where the first result stands there instead. */
static bool take_id(struct span *rest, struct span *id)
{
	struct span copy = *rest;

	*id = take_value(&copy);
	if (take_char(&copy, '=')) {
		*id = SPAN_NONE;
		return true;
	}
	/* A version may follow, and only that of RFC 8601 section 2.2 is known. */
	struct span version = take_value(&copy);
	if ((version.n && !span_eq(version, SPAN("1"))) || (copy.n && !take_char(&copy, ';')))
		return false;
	*rest = copy;
	return id->n > 0;
}

bool authentication_id(struct arena *a, struct span value, struct span *id)
{
	struct span rest = header_strip_comments(a, value);

	return take_id(&rest, id);
}

/* Is this field ours? Its id is taken off the front. */
static bool is_ours(struct span *rest, struct span authserv_id)
{
	struct span copy = *rest;
	struct span id;

	if (!take_id(&copy, &id))
		return false;
	if (span_eq(authserv_id, SPAN("microsoft365")))
		return !id.n;
	if (!span_ieq(id, authserv_id))
		return false;
	*rest = copy;
	return true;
}

bool authentication_writes_one_field(struct span authserv_id)
{
	return span_eq(authserv_id, SPAN("microsoft365")) || span_ieq(authserv_id, SPAN("mx.google.com"));
}

enum proof reading_proof(struct arena *a, const struct facts *f, const struct reading_account *acc)
{
	const struct address *from = transport_only_from(f);
	struct results r = { .dmarc = DMARC_SILENT };
	uint32_t received = 0;
	bool any = false;

	if (!from || from->domain.n == 0 || acc->authserv_id.n == 0 ||
	    span_eq(acc->authserv_id, SPAN("none")))
		return PROOF_UNVERIFIED;
	r.domain = from->domain;
	for (uint32_t i = 0; i < f->nfields && received <= acc->hops; i++) {
		const struct fact_field *field = &f->fields[i];
		if (span_ieq(field->name, SPAN("Received"))) {
			received++;
			if (any)
				break;
		} else if (span_ieq(field->name, SPAN("Authentication-Results"))) {
			struct span rest = header_strip_comments(a, field->value);
			if (!is_ours(&rest, acc->authserv_id))
				continue;
			any = true;
			weigh_field(&r, rest);
			if (authentication_writes_one_field(acc->authserv_id))
				break;
		}
	}
	if (r.dmarc == DMARC_FAIL)
		return PROOF_FAILED;
	return r.dmarc == DMARC_PASS || r.dkim_aligned || r.spf_aligned ? PROOF_PROVEN : PROOF_UNVERIFIED;
}
