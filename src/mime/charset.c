// SPDX-License-Identifier: Apache-2.0
#include "mime/charset.h"
#include "base/text.h"
#include "mime/charset_modules.h"
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

enum { LABEL_MAX = 40, CHARACTER_MAX = 16 };

/* Names as iconv knows them. */
static const char *const converters[] = {
	"CP1252", "CP1250", "CP1251", "CP1253", "CP1254", "CP1255", "CP1256", "CP1257", "CP1258",
	"ISO-8859-1", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7",
	"ISO-8859-8", "ISO-8859-9", "ISO-8859-10", "ISO-8859-11", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15",
	"ISO-8859-16", "KOI8-R", "KOI8-U", "GB18030", "GBK", "GB2312", "BIG5", "BIG5-HKSCS", "EUC-TW",
	"ISO-2022-JP", "ISO-2022-JP-2", "EUC-JP", "SHIFT_JIS", "CP932", "UHC", "EUC-KR", "ISO-2022-KR",
	"ISO-2022-CN", "JOHAB", "TIS-620", "CP874", "VISCII", "UTF-7", "UTF-16", "UTF-16LE", "UTF-16BE",
	"UTF-32", "MACINTOSH", "MAC-CYRILLIC", "IBM437", "IBM850", "IBM852", "IBM858", "IBM866", "US-ASCII",
};
enum {
	CONVERTERS = sizeof(converters) / sizeof(*converters),
	MODULES = sizeof(charset_modules) / sizeof(*charset_modules),
	RARE = 16, /* of the others, kept open */
};

/* NULL until the first text of that charset: an open converter is 32 KiB of memory. */
static iconv_t opened[CONVERTERS];
/* Never used: while they are open their files stay loaded. Half a conversion holds no buffer. */
static iconv_t loaded[MODULES];
/* Those that were asked for by another name, in turn. */
static struct rare {
	char name[LABEL_MAX];
	iconv_t converter;
} rare[RARE];
static unsigned next_rare;

/* Labels without anything but letters and digits, lower case. */
static const struct alias {
	const char *label;
	const char *name;
} aliases[] = {
	{ "iso88591", "CP1252" }, { "latin1", "CP1252" }, { "l1", "CP1252" }, { "windows1252", "CP1252" },
	{ "cp1252", "CP1252" }, { "xcp1252", "CP1252" }, { "ibm819", "CP1252" }, { "cp819", "CP1252" },
	{ "iso885912", "CP1252" }, { "ansi", "CP1252" }, { "latin2", "ISO-8859-2" }, { "l2", "ISO-8859-2" },
	{ "latin3", "ISO-8859-3" }, { "latin4", "ISO-8859-4" }, { "cyrillic", "ISO-8859-5" },
	{ "arabic", "ISO-8859-6" }, { "greek", "ISO-8859-7" }, { "hebrew", "ISO-8859-8" },
	{ "iso88598i", "ISO-8859-8" }, { "iso88598e", "ISO-8859-8" }, { "logical", "ISO-8859-8" },
	{ "iso88599", "CP1254" }, { "latin5", "CP1254" }, { "latin9", "ISO-8859-15" },
	{ "windows1250", "CP1250" }, { "windows1251", "CP1251" }, { "windows1253", "CP1253" },
	{ "windows1254", "CP1254" }, { "windows1255", "CP1255" }, { "windows1256", "CP1256" },
	{ "windows1257", "CP1257" }, { "windows1258", "CP1258" }, { "windows874", "CP874" },
	{ "iso885911", "CP874" }, { "tis620", "CP874" }, { "koi", "KOI8-R" }, { "koi8", "KOI8-R" },
	{ "koi8ru", "KOI8-U" }, { "gb2312", "GB18030" }, { "gb231280", "GB18030" },
	{ "csgb2312", "GB18030" }, { "euccn", "GB18030" }, { "gbk", "GB18030" }, { "xgbk", "GB18030" },
	{ "cp936", "GB18030" }, { "windows936", "GB18030" }, { "big5", "BIG5-HKSCS" },
	{ "cnbig5", "BIG5-HKSCS" }, { "xxbig5", "BIG5-HKSCS" }, { "cp950", "BIG5-HKSCS" },
	{ "windows950", "BIG5-HKSCS" }, { "shiftjis", "CP932" }, { "sjis", "CP932" }, { "xsjis", "CP932" },
	{ "mskanji", "CP932" }, { "windows31j", "CP932" }, { "xeucjp", "EUC-JP" },
	{ "csiso2022jp", "ISO-2022-JP" }, { "iso2022jp1", "ISO-2022-JP-2" },
	{ "iso2022jpms", "ISO-2022-JP-2" }, { "euckr", "UHC" }, { "ksc5601", "UHC" },
	{ "ksc56011987", "UHC" }, { "ksc56011989", "UHC" }, { "cp949", "UHC" }, { "windows949", "UHC" },
	{ "korean", "UHC" }, { "unicode11utf7", "UTF-7" }, { "ucs2", "UTF-16" }, { "unicode", "UTF-16" },
	{ "mac", "MACINTOSH" }, { "xmacroman", "MACINTOSH" }, { "macroman", "MACINTOSH" },
	{ "xmaccyrillic", "MAC-CYRILLIC" }, { "cp437", "IBM437" }, { "cp850", "IBM850" },
	{ "cp852", "IBM852" }, { "cp858", "IBM858" }, { "cp866", "IBM866" },
};

static bool squash(struct span label, char out[static LABEL_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < label.n && label.p[i] != ':'; i++) {
		char c = ascii_lower(label.p[i]);
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9'))
			continue;
		if (n + 1 == LABEL_MAX)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n > 0;
}

static iconv_t open_converter(size_t i)
{
	if (!opened[i])
		opened[i] = iconv_open("UTF-8", converters[i]);
	return opened[i];
}

void charset_start(void)
{
	for (size_t i = 0; i < MODULES; i++)
		loaded[i] = iconv_open("WCHAR_T", charset_modules[i]);
	open_converter(0);
}

/* Whatever else iconv knows, under the name it has there: no suffixes, which would be options. */
static iconv_t by_rare_name(struct span label)
{
	char name[LABEL_MAX];

	if (label.n >= sizeof(name))
		return (iconv_t)-1;
	for (size_t i = 0; i < label.n; i++) {
		if (!ascii_alnum(label.p[i]) && (!label.p[i] || !strchr("-_.:()+", label.p[i])))
			return (iconv_t)-1;
		name[i] = label.p[i];
	}
	name[label.n] = '\0';
	for (size_t i = 0; i < RARE; i++) {
		if (!strcmp(rare[i].name, name))
			return rare[i].converter;
	}
	iconv_t converter = iconv_open("UTF-8", name);
	if (converter == (iconv_t)-1)
		return converter;
	struct rare *r = &rare[next_rare++ % RARE];
	if (r->name[0])
		iconv_close(r->converter);
	memcpy(r->name, name, sizeof(name));
	r->converter = converter;
	return converter;
}

static iconv_t by_name(const char *name)
{
	for (size_t i = 0; i < CONVERTERS; i++) {
		if (!strcmp(converters[i], name))
			return open_converter(i);
	}
	return (iconv_t)-1;
}

static iconv_t by_label(const char *label)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
		if (!strcmp(aliases[i].label, label))
			return by_name(aliases[i].name);
	}
	for (size_t i = 0; i < CONVERTERS; i++) {
		char own[LABEL_MAX];
		if (squash(span_of(converters[i]), own) && !strcmp(own, label))
			return open_converter(i);
	}
	return (iconv_t)-1;
}

enum label_kind { LABEL_NONE, LABEL_UTF8, LABEL_ASCII, LABEL_LATIN, LABEL_OTHER };

static enum label_kind kind_of(struct span label, iconv_t *converter)
{
	char squashed[LABEL_MAX];

	*converter = (iconv_t)-1;
	if (!squash(label, squashed))
		return LABEL_NONE;
	if (!strcmp(squashed, "utf8") || !strcmp(squashed, "unicode11utf8"))
		return LABEL_UTF8;
	if (!strcmp(squashed, "usascii") || !strcmp(squashed, "ascii"))
		return LABEL_ASCII;
	*converter = by_label(squashed);
	if (*converter == (iconv_t)-1)
		*converter = by_rare_name(label);
	if (*converter == (iconv_t)-1)
		return LABEL_NONE;
	return *converter == opened[0] ? LABEL_LATIN : LABEL_OTHER;
}

bool charset_known(struct span label)
{
	iconv_t converter;

	return kind_of(label, &converter) != LABEL_NONE;
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	}
	return true;
}

/* Without a character at the end of which some bytes are missing. */
static struct span whole_characters(struct span s)
{
	size_t back = 1;

	while (back < 4 && back <= s.n && ((unsigned char)s.p[s.n - back] & 0xc0) == 0x80)
		back++;
	if (back <= s.n && (unsigned char)s.p[s.n - back] >= 0xc0 &&
	    !utf8_next(span_sub(s, s.n - back, SIZE_MAX), NULL))
		s.n -= back;
	return s;
}

/* Number of bytes that could not be converted. */
static size_t convert(iconv_t converter, struct span bytes, bool cut, struct buf *out)
{
	union {
		const char *in;
		char *iconv; /* never written to */
	} from = { .in = bytes.p };
	size_t left = bytes.n;
	size_t bad = 0;

	iconv(converter, NULL, NULL, NULL, NULL);
	while (left) {
		size_t room = left + left / 2 + CHARACTER_MAX;
		if (room > out->cap - out->n && out->cap - out->n >= CHARACTER_MAX)
			room = out->cap - out->n;
		char *to = buf_reserve(out, room);
		if (!to)
			return bad;
		size_t free_room = room;
		size_t r = iconv(converter, &from.iconv, &left, &to, &free_room);
		buf_added(out, room - free_room);
		if (r != (size_t)-1 || errno == E2BIG)
			continue;
		if (errno == EINVAL && cut)
			return bad;
		buf_puts(out, "\xef\xbf\xbd");
		bad++;
		from.in++;
		left--;
	}
	return bad;
}

bool charset_to_utf8(struct span label, struct span bytes, bool cut, struct buf *out)
{
	iconv_t converter;
	enum label_kind kind = kind_of(label, &converter);

	if (kind == LABEL_OTHER) {
		/* Text in UTF-8 under another label is told by its failing to convert. */
		size_t before = out->n;
		if (convert(converter, bytes, cut, out) == 0)
			return true;
		if (is_ascii(bytes) || !utf8_valid(bytes))
			return false;
		out->n = before;
		buf_put_span(out, bytes);
		return false;
	}
	if (is_ascii(bytes)) {
		buf_put_span(out, bytes);
		return true;
	}
	struct span whole = cut ? whole_characters(bytes) : bytes;
	if (utf8_valid(whole)) {
		if (span_starts(whole, SPAN("\xef\xbb\xbf")))
			whole = span_sub(whole, 3, SIZE_MAX);
		buf_put_span(out, whole);
		return kind == LABEL_UTF8;
	}
	if (kind == LABEL_UTF8) {
		utf8_repair(out, whole);
		return false;
	}
	return convert(opened[0], bytes, false, out) == 0 && kind == LABEL_LATIN;
}
