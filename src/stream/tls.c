// SPDX-License-Identifier: Apache-2.0
/* TLS that is verified inside the handshake, and its failures in words that say what to do. */
#include "base/date.h"
#include "base/idn.h"
#include "base/text.h"
#include "stream/internal.h"
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>

enum { CERTIFICATE_NAMES = 4 };

static const char PRIORITY[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

static bool is_address(const char *name)
{
	unsigned char room[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, name, room) == 1 || inet_pton(AF_INET6, name, room) == 1;
}

static int load_trust(struct stream *s, gnutls_certificate_credentials_t trust, const char *ca_file,
		      struct err *err)
{
	if (!ca_file || !*ca_file) {
		if (gnutls_certificate_set_x509_system_trust(trust) > 0)
			return 0;
		return err_set(err, -EINVAL,
			       "%s: this system trusts no authority: install ca-certificates or set ca_file",
			       s->where);
	}
	int r = gnutls_certificate_set_x509_trust_file(trust, ca_file, GNUTLS_X509_FMT_PEM);
	if (r > 0)
		return 0;
	if (r == GNUTLS_E_FILE_ERROR)
		return err_set(err, -EINVAL, "%s: ca_file %s cannot be read: check path and permissions",
			       s->where, ca_file);
	return err_set(err, -EINVAL, "%s: ca_file %s holds no certificate in PEM form", s->where, ca_file);
}

/* The server's own certificate; false if it showed none. Free with gnutls_x509_crt_deinit. */
static bool peer_certificate(gnutls_session_t tls, gnutls_x509_crt_t *out)
{
	unsigned n = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(tls, &n);

	if (!chain || !n || gnutls_x509_crt_init(out) < 0)
		return false;
	if (gnutls_x509_crt_import(*out, chain, GNUTLS_X509_FMT_DER) == 0)
		return true;
	gnutls_x509_crt_deinit(*out);
	return false;
}

static void put_names(gnutls_x509_crt_t crt, struct buf *out)
{
	size_t before = out->n;

	for (unsigned i = 0; i < CERTIFICATE_NAMES; i++) {
		char name[256];
		size_t size = sizeof(name) - 1;
		int type = gnutls_x509_crt_get_subject_alt_name(crt, i, name, &size, NULL);
		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (type != GNUTLS_SAN_DNSNAME)
			continue;
		buf_puts(out, out->n > before ? ", " : "");
		text_escape(out, span_make(name, size));
	}
	if (out->n == before)
		buf_puts(out, "no host name at all");
}

static void put_issuer(gnutls_x509_crt_t crt, struct buf *out)
{
	char issuer[200];
	size_t size = sizeof(issuer);

	if (gnutls_x509_crt_get_issuer_dn(crt, issuer, &size) < 0)
		buf_puts(out, "an unnamed authority");
	else
		text_escape(out, span_make(issuer, size));
}

static void put_refusal(unsigned status, gnutls_x509_crt_t crt, const char *name, struct buf *out)
{
	if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) {
		buf_puts(out, "the certificate is signed by an authority that is not trusted here (");
		put_issuer(crt, out);
		buf_puts(out, "): set ca_file to the PEM file of that authority");
	} else if (status & GNUTLS_CERT_EXPIRED) {
		buf_puts(out, "the certificate expired at ");
		put_iso(out, gnutls_x509_crt_get_expiration_time(crt));
		buf_puts(out, ": it must be renewed on the server; check this machine's clock too");
	} else if (status & GNUTLS_CERT_NOT_ACTIVATED) {
		buf_puts(out, "the certificate is valid only from ");
		put_iso(out, gnutls_x509_crt_get_activation_time(crt));
		buf_puts(out, ": check this machine's clock");
	} else if (status & GNUTLS_CERT_UNEXPECTED_OWNER) {
		buf_printf(out, "the certificate is not for %s but for ", name);
		put_names(crt, out);
		buf_puts(out, ": correct the host, or set tls_name to the name it carries");
	} else {
		gnutls_datum_t words = { 0 };
		if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &words, 0) == 0)
			text_escape(out, span_trim(span_make(words.data, words.size)));
		gnutls_free(words.data);
	}
}

static int certificate_failure(struct stream *s, gnutls_session_t tls, const char *name, struct err *err)
{
	BUF_CLEANUP struct buf why = BUF_CAPPED(1024);
	gnutls_x509_crt_t crt;

	if (!peer_certificate(tls, &crt))
		return err_set(err, -EKEYREJECTED, "%s: the server showed no certificate", s->where);
	put_refusal(gnutls_session_get_verify_cert_status(tls), crt, name, &why);
	gnutls_x509_crt_deinit(crt);
	return err_set(err, -EKEYREJECTED, "%s: %s", s->where, buf_cstr(&why));
}

static int handshake_failure(struct stream *s, gnutls_session_t tls, int code, const char *name,
			     struct err *err)
{
	switch (code) {
	case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
		gnutls_alert_send_appropriate(tls, code);
		return certificate_failure(s, tls, name, err);
	case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
	case GNUTLS_E_UNEXPECTED_PACKET:
	case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
	case GNUTLS_E_RECORD_OVERFLOW:
		return err_set(err, -EPROTO,
			       "%s: the server does not speak TLS there, or not TLS 1.2 or later: "
			       "check the port (imaps 993, submissions 465)",
			       s->where);
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
		return err_set(err, -ECONNRESET,
			       "%s: the server closed the connection while TLS was starting", s->where);
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		return err_set(err, -EPROTO, "%s: the server refused TLS: %s", s->where,
			       gnutls_alert_get_name(gnutls_alert_get(tls)));
	default:
		return err_set(err, -EPROTO, "%s: TLS failed: %s", s->where, gnutls_strerror(code));
	}
}

static int shake_hands(struct stream *s, gnutls_session_t tls, const char *name, struct err *err)
{
	for (;;) {
		int code = gnutls_handshake(tls);
		if (code == 0)
			return 0;
		if (code != GNUTLS_E_AGAIN && gnutls_error_is_fatal(code))
			return handshake_failure(s, tls, code, name, err);
		/* Waits for E_AGAIN; for warnings the socket is ready anyway, and the deadline holds. */
		int r = stream_wait(s, code == GNUTLS_E_AGAIN && gnutls_record_get_direction(tls) ? POLLOUT
												  : POLLIN);
		if (r)
			return err_set(err, r, "%s: no TLS: %s: check the port (imaps 993, submissions 465)",
				       s->where, s->why);
	}
}

static int verified_session(struct stream *s, gnutls_session_t tls, gnutls_certificate_credentials_t trust,
			    const char *name, struct err *err)
{
	int code = gnutls_priority_set_direct(tls, PRIORITY, NULL);

	if (!code)
		code = gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, trust);
	if (!code && !is_address(name))
		code = gnutls_server_name_set(tls, GNUTLS_NAME_DNS, name, strlen(name));
	if (code)
		return err_set(err, -EPROTO, "%s: TLS cannot be set up: %s", s->where, gnutls_strerror(code));
	gnutls_session_set_verify_cert(tls, name, 0);
	gnutls_transport_set_int(tls, s->fd);
	int r = shake_hands(s, tls, name, err);
	/* The trust store is not needed again and is large. */
	gnutls_credentials_clear(tls);
	return r;
}

int stream_tls(struct stream *s, const char *name, const char *ca_file, int64_t timeout_ms, struct err *err)
{
	BUF_CLEANUP struct buf ascii = BUF_CAPPED(256);
	gnutls_certificate_credentials_t trust;
	gnutls_session_t tls;

	if (s->ahead_n > s->ahead_at) {
		err_set(err, -EPROTO, "%s: the server sent bytes ahead of TLS: refused", s->where);
		return stream_fail(s, -EPROTO, "the server spoke ahead of TLS");
	}
	if (!idn_to_ascii(span_of(name), &ascii))
		buf_puts(&ascii, name);
	stream_arm(s, timeout_ms, s->budget);
	if (gnutls_certificate_allocate_credentials(&trust) < 0 ||
	    gnutls_init(&tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
		abort();
	int r = load_trust(s, trust, ca_file, err);
	if (!r)
		r = verified_session(s, tls, trust, buf_cstr(&ascii), err);
	gnutls_certificate_free_credentials(trust);
	malloc_trim(0);
	if (!r) {
		s->tls = tls;
		return 0;
	}
	gnutls_deinit(tls);
	return stream_fail(s, r, "TLS could not be started");
}

int64_t stream_certificate_until(const struct stream *s)
{
	gnutls_x509_crt_t crt;

	if (!s->tls || !peer_certificate(s->tls, &crt))
		return 0;
	time_t until = gnutls_x509_crt_get_expiration_time(crt);
	gnutls_x509_crt_deinit(crt);
	return until < 0 ? 0 : until;
}
