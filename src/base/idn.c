// SPDX-License-Identifier: Apache-2.0
#include "base/idn.h"
#include <idn2.h>

enum { DOMAIN_MAX = 255 };

bool idn_to_ascii(struct span domain, struct buf *out)
{
	char in[DOMAIN_MAX + 1];
	char *ascii = NULL;

	if (domain.n == 0 || domain.n > DOMAIN_MAX || memchr(domain.p, '\0', domain.n))
		return false;
	memcpy(in, domain.p, domain.n);
	in[domain.n] = '\0';
	int r = idn2_to_ascii_8z(in, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	if (r != IDN2_OK)
		return false;
	buf_puts(out, ascii);
	idn2_free(ascii);
	return true;
}
