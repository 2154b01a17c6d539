// SPDX-License-Identifier: Apache-2.0
/* Which language a text is in: by its script where only one of ours is written in it, else by frequent words. */
#include "base/text.h"
#include "reading/language_words.h"
#include "reading/reading.h"

enum {
	READ_MAX = 8 * 1024,	/* bytes of a text that are looked at */
	WORD_MAX = 24,		/* bytes of a word; a longer one is no frequent word */
	SLOTS = 16384,		/* for all frequent words and letters, which fill a third of them */
	LETTER = '~',
	WORTH = 60,		/* of a frequent word of one language; of several it is shared */
	WORTH_LETTER = 30,	/* of a letter with marks, shared likewise */
	WORTH_NEEDED = 45,	/* before words prove anything */
	LANGUAGES = sizeof(language_words) / sizeof(language_words[0]),
};

enum script {
	SCRIPT_NONE, /* no letter */
	SCRIPT_LATIN,
	SCRIPT_GREEK,
	SCRIPT_CYRILLIC,
	SCRIPT_ARMENIAN,
	SCRIPT_HEBREW,
	SCRIPT_ARABIC,
	SCRIPT_DEVANAGARI,
	SCRIPT_BENGALI,
	SCRIPT_GURMUKHI,
	SCRIPT_GUJARATI,
	SCRIPT_TAMIL,
	SCRIPT_TELUGU,
	SCRIPT_KANNADA,
	SCRIPT_MALAYALAM,
	SCRIPT_SINHALA,
	SCRIPT_THAI,
	SCRIPT_GEORGIAN,
	SCRIPT_ETHIOPIC,
	SCRIPT_KANA,
	SCRIPT_HAN,
	SCRIPT_HANGUL,
	SCRIPT_COUNT
};

/* Blocks of Unicode, in order. */
static const struct block {
	uint32_t first, last;
	enum script script;
} blocks[] = {
	{ 'A', 'Z', SCRIPT_LATIN },
	{ 'a', 'z', SCRIPT_LATIN },
	{ 0xc0, 0xd6, SCRIPT_LATIN },
	{ 0xd8, 0xf6, SCRIPT_LATIN },
	{ 0xf8, 0x24f, SCRIPT_LATIN },
	{ 0x370, 0x3ff, SCRIPT_GREEK },
	{ 0x400, 0x52f, SCRIPT_CYRILLIC },
	{ 0x531, 0x58a, SCRIPT_ARMENIAN },
	{ 0x5d0, 0x5f4, SCRIPT_HEBREW },
	{ 0x620, 0x6ff, SCRIPT_ARABIC },
	{ 0x900, 0x963, SCRIPT_DEVANAGARI },
	{ 0x980, 0x9ff, SCRIPT_BENGALI },
	{ 0xa00, 0xa7f, SCRIPT_GURMUKHI },
	{ 0xa80, 0xaff, SCRIPT_GUJARATI },
	{ 0xb80, 0xbff, SCRIPT_TAMIL },
	{ 0xc00, 0xc7f, SCRIPT_TELUGU },
	{ 0xc80, 0xcff, SCRIPT_KANNADA },
	{ 0xd00, 0xd7f, SCRIPT_MALAYALAM },
	{ 0xd80, 0xdff, SCRIPT_SINHALA },
	{ 0xe01, 0xe5b, SCRIPT_THAI },
	{ 0x10a0, 0x10ff, SCRIPT_GEORGIAN },
	{ 0x1200, 0x137f, SCRIPT_ETHIOPIC },
	{ 0x1e00, 0x1eff, SCRIPT_LATIN },
	{ 0x3041, 0x30ff, SCRIPT_KANA },
	{ 0x3400, 0x9fff, SCRIPT_HAN },
	{ 0xac00, 0xd7a3, SCRIPT_HANGUL },
};

static enum script script_of(uint32_t rune)
{
	size_t low = 0, high = sizeof(blocks) / sizeof(blocks[0]);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rune < blocks[middle].first)
			high = middle;
		else if (rune > blocks[middle].last)
			low = middle + 1;
		else
			return blocks[middle].script;
	}
	return SCRIPT_NONE;
}

/* Of the letters that our words hold. */
static uint32_t lower(uint32_t rune)
{
	if ((rune >= 'A' && rune <= 'Z') || (rune >= 0xc0 && rune <= 0xde) ||
	    (rune >= 0x391 && rune <= 0x3a9) || (rune >= 0x410 && rune <= 0x42f))
		return rune + 32;
	if (rune >= 0x400 && rune <= 0x40f)
		return rune + 80;
	bool even_is_upper = (rune >= 0x100 && rune <= 0x137) || (rune >= 0x14a && rune <= 0x177) ||
			     (rune >= 0x218 && rune <= 0x21b);
	bool odd_is_upper = (rune >= 0x139 && rune <= 0x148) || (rune >= 0x179 && rune <= 0x17e);
	if ((even_is_upper && rune % 2 == 0) || (odd_is_upper && rune % 2 == 1))
		return rune + 1;
	return rune;
}

/* -- what the text holds --------------------------------------------------------------------------- */

struct reading_text {
	uint32_t letters[SCRIPT_COUNT];
	uint32_t persian, urdu; /* letters that Arabic has not */
	uint32_t traditional, simplified; /* frequent signs of Chinese that the other way of writing has not */
	uint16_t *times;	/* of each frequent word, by its slot */
	uint16_t *hits;		/* slots of those that are there */
	uint32_t nhits;
};

/* All frequent words of all languages, by hash: made once, because a message has few words and they are many. */
struct frequent {
	const char *word;
	uint32_t n;
	uint64_t languages; /* a bit for each that has it */
};
_Static_assert(LANGUAGES <= 64, "each language has a bit");

static uint32_t slot_of(const struct frequent *all, const char *word, size_t n)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)word[i]) * 16777619U;
	for (uint32_t i = hash % SLOTS;; i = (i + 1) % SLOTS)
		if (!all[i].n || (all[i].n == n && !memcmp(all[i].word, word, n)))
			return i;
}

static const struct frequent *frequent_words(void)
{
	static struct frequent all[SLOTS];
	static bool made;

	for (size_t i = 0; i < LANGUAGES && !made; i++) {
		struct span words = span_of(language_words[i].words), word;
		while (span_split(&words, ' ', &word)) {
			struct frequent *f = &all[slot_of(all, word.p, word.n)];
			f->word = word.p;
			f->n = (uint32_t)word.n;
			f->languages |= UINT64_C(1) << i;
		}
	}
	made = true;
	return all;
}

static void note(struct reading_text *t, const char *word, size_t n)
{
	const struct frequent *all = frequent_words();
	uint32_t slot = slot_of(all, word, n);

	if (all[slot].n && !t->times[slot]++)
		t->hits[t->nhits++] = (uint16_t)slot;
}

static void end_word(struct reading_text *t, struct buf *word)
{
	if (word->n && !word->full && word->n <= WORD_MAX)
		note(t, word->p, word->n);
	buf_reset(word);
}

/* Letters with marks tell much where words are rare; they stand among the words behind a sign that no word has. */
static void note_letter(struct reading_text *t, uint32_t rune)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(8);

	buf_putc(&b, LETTER);
	utf8_put(&b, rune);
	note(t, b.p, b.n);
}

static bool any_of(uint32_t rune, const uint32_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (at[i] == rune)
			return true;
	return false;
}

static bool stands_in(uint32_t rune, struct span signs)
{
	uint32_t one;

	while (signs.n) {
		signs = span_sub(signs, utf8_next(signs, &one), SIZE_MAX);
		if (one == rune)
			return true;
	}
	return false;
}

static void count_letter(struct reading_text *t, uint32_t rune, enum script script)
{
	static const uint32_t persian[] = { 0x67e, 0x686, 0x698, 0x6af, 0x6cc, 0x6a9 };
	static const uint32_t urdu[] = { 0x679, 0x688, 0x691, 0x6ba, 0x6d2, 0x6be, 0x6c1 };

	if (script == SCRIPT_HAN) {
		t->traditional += stands_in(rune, SPAN("們這個時後會為來說國對學還過點開關問題單請謝嗎買賣錢無與兩電話訂貨號長東見車實現發業"));
		t->simplified += stands_in(rune, SPAN("们这个时后会为来说国对学还过点开关问题单请谢吗买卖钱无与两电话订货号长东见车实现发业"));
	}
	/* A syllable or a word in one character counts for as much as in letters. */
	t->letters[script] += script >= SCRIPT_KANA ? 3 : 1;
	if (script == SCRIPT_ARABIC) {
		t->persian += any_of(rune, persian, sizeof(persian) / sizeof(persian[0]));
		t->urdu += any_of(rune, urdu, sizeof(urdu) / sizeof(urdu[0]));
	}
}

/* Addresses of pages and people are in no language, nor is ASCII with digits in it: numbers, codes, keys. */
static bool is_no_word(struct span token)
{
	bool ascii = true, digits = false;

	for (size_t i = 0; i < token.n; i++) {
		ascii &= (unsigned char)token.p[i] < 0x80;
		digits |= token.p[i] >= '0' && token.p[i] <= '9';
	}
	return (ascii && digits) || span_chr(token, '@') >= 0 || span_find(token, SPAN("://")) >= 0;
}

static void read_token(struct reading_text *t, struct span token)
{
	BUF_CLEANUP struct buf word = BUF_CAPPED(WORD_MAX + 1);

	while (token.n) {
		uint32_t rune;
		size_t n = utf8_next(token, &rune);
		token = span_sub(token, n ? n : 1, SIZE_MAX);
		enum script script = n ? script_of(rune) : SCRIPT_NONE;
		if (script == SCRIPT_NONE) {
			end_word(t, &word);
			continue;
		}
		count_letter(t, rune, script);
		rune = lower(rune);
		utf8_put(&word, rune);
		if (rune >= 0x80 && (script == SCRIPT_LATIN || script == SCRIPT_CYRILLIC))
			note_letter(t, rune);
	}
	end_word(t, &word);
}

static void read_text(struct reading_text *t, struct span text)
{
	while (text.n) {
		size_t n = 0;
		while (n < text.n && !ascii_blank(text.p[n]))
			n++;
		struct span token = span_sub(text, 0, n);
		if (!is_no_word(token))
			read_token(t, token);
		text = span_sub(text, n + 1, SIZE_MAX);
	}
}

/* -- judgement ------------------------------------------------------------------------------------- */

/* Names and technical words are Latin everywhere: a third of another script says more. */
static enum script main_script(const struct reading_text *t)
{
	uint32_t all = 0;
	enum script most = SCRIPT_NONE;

	for (enum script s = SCRIPT_LATIN; s < SCRIPT_COUNT; s++) {
		all += t->letters[s];
		if (s > SCRIPT_LATIN && t->letters[s] > t->letters[most])
			most = s;
	}
	if (all == 0)
		return SCRIPT_NONE;
	return t->letters[most] >= all / 3 && t->letters[most] ? most : SCRIPT_LATIN;
}

/* What the words that a language has are worth together: a word that only one language has says most. */
struct worth {
	uint32_t sum, words, letters;
};

static void add_worth(struct worth all[LANGUAGES], const struct frequent *f, uint32_t times)
{
	bool letter = f->word[0] == LETTER;
	uint32_t share = (uint32_t)__builtin_popcountll(f->languages);

	for (uint64_t left = f->languages; left; left &= left - 1) {
		struct worth *w = &all[__builtin_ctzll(left)];
		w->sum += times * (letter ? WORTH_LETTER : WORTH) / share;
		*(letter ? &w->letters : &w->words) += times;
	}
}

/* Empty where two languages have as many words in it, or none has enough. */
static struct span by_words(const struct reading_text *t)
{
	const struct frequent *all = frequent_words();
	struct worth worth[LANGUAGES] = { 0 };
	uint32_t best = 0, second = 0;
	struct span language = SPAN_NONE;

	for (size_t i = 0; i < t->nhits; i++)
		add_worth(worth, &all[t->hits[i]], t->times[t->hits[i]]);
	for (size_t i = 0; i < LANGUAGES; i++) {
		/* Letters alone are what is left where a charset was guessed wrong, one word is a name. */
		bool proves = worth[i].words > 1 || (worth[i].words && worth[i].letters);
		uint32_t sum = proves ? worth[i].sum : 0;
		if (sum > best) {
			second = best;
			best = sum;
			language = span_of(language_words[i].language);
		} else if (sum > second) {
			second = sum;
		}
	}
	return best >= WORTH_NEEDED && best - second >= best / 8 + 1 ? language : SPAN_NONE;
}

/* Japanese has kana between its signs. Of Chinese, the way of writing is told by frequent signs that differ. */
static struct span by_signs(const struct reading_text *t)
{
	if (t->letters[SCRIPT_KANA] > t->letters[SCRIPT_HAN] / 20)
		return SPAN("ja");
	return t->traditional > t->simplified ? SPAN("zh-hant") : SPAN("zh");
}

static struct span by_script(const struct reading_text *t, enum script script)
{
	switch (script) {
	case SCRIPT_NONE:
	case SCRIPT_COUNT:
		return SPAN_NONE;
	case SCRIPT_LATIN:
	case SCRIPT_CYRILLIC:
	case SCRIPT_DEVANAGARI:
		return by_words(t);
	case SCRIPT_GREEK:
		return SPAN("el");
	case SCRIPT_ARMENIAN:
		return SPAN("hy");
	case SCRIPT_HEBREW:
		return SPAN("he");
	case SCRIPT_ARABIC:
		if (t->urdu > t->letters[SCRIPT_ARABIC] / 50)
			return SPAN("ur");
		return t->persian > t->letters[SCRIPT_ARABIC] / 50 ? SPAN("fa") : SPAN("ar");
	case SCRIPT_BENGALI:
		return SPAN("bn");
	case SCRIPT_GURMUKHI:
		return SPAN("pa");
	case SCRIPT_GUJARATI:
		return SPAN("gu");
	case SCRIPT_TAMIL:
		return SPAN("ta");
	case SCRIPT_TELUGU:
		return SPAN("te");
	case SCRIPT_KANNADA:
		return SPAN("kn");
	case SCRIPT_MALAYALAM:
		return SPAN("ml");
	case SCRIPT_SINHALA:
		return SPAN("si");
	case SCRIPT_THAI:
		return SPAN("th");
	case SCRIPT_GEORGIAN:
		return SPAN("ka");
	case SCRIPT_ETHIOPIC:
		return SPAN("am");
	case SCRIPT_KANA:
		return SPAN("ja");
	case SCRIPT_HAN:
		return by_signs(t);
	case SCRIPT_HANGUL:
		return SPAN("ko");
	}
	return SPAN_NONE;
}

struct span reading_language(struct arena *a, struct span text)
{
	struct reading_text t = { .times = arena_many(a, SLOTS, uint16_t), .hits = arena_many(a, READ_MAX, uint16_t) };

	read_text(&t, utf8_cut(text, READ_MAX));
	return by_script(&t, main_script(&t));
}
