// SPDX-License-Identifier: Apache-2.0
#include "html/html_text.h"
#include "unit.h"

struct html_case {
	const char *html;
	const char *text;
};

static const struct html_case cases[] = {
	{ "", "" },
	{ "plain words", "plain words" },
	{ "<p>one</p><p>two</p>", "one\n\ntwo" },
	{ "<div>one</div><div>two<br>three</div>", "one\ntwo\nthree" },
	{ "a<br><br>b", "a\n\nb" },
	{ "a<br><br><br><br>b", "a\n\nb" },
	{ "  many \n\t blanks&nbsp;&nbsp;here ", "many blanks here" },
	{ "fish &amp; chips &lt;b&gt; &eacute;&#8364;&#x20AC;",
	  "fish & chips <b> \xc3\xa9\xe2\x82\xac\xe2\x82\xac" },
	{ "<html><head><title>t</title><style>p{}</style></head><body>x</body></html>", "x" },
	{ "a<script>if (1 < 2) document.write('<p>no</p>')</script>b<style>x</style>c", "abc" },
	{ "<!-- no --><p>yes<!-- no --></p>", "yes" },
	{ "<ul><li>one<li>two<ul><li>deep</ul></ul>end", "- one\n- two\n  - deep\nend" },
	{ "<ol><li>one</li><li><p>two</p></li></ol>", "1. one\n2. two" },
	{ "<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>", "a b\nc" },
	{ "<pre>a\n  b\n\n\tc</pre>d", "a\n  b\n\n\tc\nd" },
	{ "<body>said:<blockquote>old<p>more</p></blockquote>new</body>", "said:\n> old\n>\n> more\n\nnew" },
	{ "<blockquote>a<blockquote>b</blockquote>c</blockquote>", "> a\n>> b\n> c" },
	{ "<a href=\"https://example.com/x\">here</a>.", "here <https://example.com/x>." },
	{ "<a href=\"https://example.com/\">https://example.com</a>", "https://example.com" },
	{ "<a href=\"javascript:alert(1)\">here</a>", "here" },
	{ "<a href=\"https://example.com/x\"></a>end", "end" },
	{ "<img src=x alt=\"A logo\"> text", "A logo text" },
	{ "<h1>Title</h1>text", "Title\n\ntext" },
	{ "<body>x<hr>y</body>", "x\n---\ny" },
	{ "<b>un<i>closed", "unclosed" },
	{ "a</nothing>b", "ab" },
	{ "<meta http-equiv=Content-Type content=\"text/html; charset=iso-8859-1\">gr\xc3\xb6\xc3\x9f",
	  "gr\xc3\xb6\xc3\x9f" },
	{ "<o:p>Word</o:p> <font color=red>says</font>", "Word says" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BUF_CLEANUP struct buf out = BUF_CAPPED(4096);
		assert_true(html_to_text(span_of(cases[i].html), &out));
		assert_string_equal(buf_cstr(&out), cases[i].text);
	}
}

static void repeat(struct buf *b, const char *text, size_t n)
{
	while (n--)
		buf_puts(b, text);
}

static void test_depth(void **state)
{
	BUF_CLEANUP struct buf in = BUF_CAPPED(8 << 20);
	BUF_CLEANUP struct buf out = BUF_CAPPED(1 << 20);

	(void)state;
	repeat(&in, "<div>", 200000);
	buf_puts(&in, "core");
	repeat(&in, "</div>", 200000);
	buf_puts(&in, "shell");
	assert_true(html_to_text(buf_span(&in), &out));
	assert_string_equal(buf_cstr(&out), "core\nshell");
}

static void test_end_tags_that_close_nothing(void **state)
{
	BUF_CLEANUP struct buf in = BUF_CAPPED(8 << 20);
	BUF_CLEANUP struct buf out = BUF_CAPPED(1 << 20);

	(void)state;
	buf_puts(&in, "before");
	repeat(&in, "<div>", 200000);
	repeat(&in, "</p></ul>", 200000);
	assert_false(html_to_text(buf_span(&in), &out));
	assert_memory_equal(buf_cstr(&out), "before", 6);
}

static void test_quotes_and_lists_are_bounded(void **state)
{
	BUF_CLEANUP struct buf in = BUF_CAPPED(8 << 20);
	BUF_CLEANUP struct buf out = BUF_CAPPED(1 << 20);

	(void)state;
	repeat(&in, "<blockquote><ul><li>x", 5000);
	assert_true(html_to_text(buf_span(&in), &out));
	assert_true(out.n < (size_t)5000 * 64);
}

static void test_cap(void **state)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(10);

	(void)state;
	assert_false(html_to_text(span_of("<p>0123456789 and more</p>"), &out));
	assert_true(out.n <= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_end_tags_that_close_nothing),
		cmocka_unit_test(test_quotes_and_lists_are_bounded),
		cmocka_unit_test(test_cap),
	};

	html_start();
	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
