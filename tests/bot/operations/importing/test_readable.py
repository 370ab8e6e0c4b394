"""What becomes of Markdown and HTML: paragraphs that can be quoted, and nothing that a page could run."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.operations.importing.from_html import markdown_of, page_of
from bot.operations.importing.pieces import ImportFault
from bot.operations.importing.readable import readable


def told(markdown: str) -> list[str]:
    return [p.text for p in readable(markdown, html=markdown_of).passages]


def told_of_html(html: str, base: str = "") -> list[str]:
    return told(markdown_of(html, base))


@pytest.mark.parametrize(
    ("markdown", "passages"),
    [
        ("One\ntwo.\n\nThree.", ["One two.", "Three."]),
        ("You need:\n\n- a box\n- some tape\n", ["You need: a box; some tape."]),
        ("- Take a box.\n- Close it.\n", ["• Take a box. • Close it."]),
        ("Do this:\n\n1. Print\n2. Pack:\n   - well\n   - soon\n", ["Do this: 1. Print. 2. Pack: well; soon."]),
        ("3. Third\n4. Fourth\n", ["3. Third. 4. Fourth."]),
        ("| To | Days |\n|---|---|\n| Kenya | 6-12 |\n| Peru | |\n", ["To: Kenya, Days: 6-12; To: Peru."]),
        ("# Title\n\n## May I?\n\nYes.\n\n### How\n\nSo.\n", ["May I? Yes.", "How: So."]),
        ("## A\n\n## B\n\n### C\n\nd\n", ["B: C: d"]),
        ("See [the form](https://a.example/f).", ["See the form (https://a.example/f)."]),
        ("See <https://a.example/f>, [b](mailto:b@a.example).", ["See https://a.example/f, b (b@a.example)."]),
        ("See [here](#top) and [there](../x.md).", ["See here and there."]),
        ("A &amp; b &copy; &#x1F600; &lt;b&gt;", ["A & b © 😀 <b>"]),
        ("Write {name} and {{ x }}.", ["Write { name } and {{ x }}."]),
        ("> Quoted.\n>\n> Twice.", ["Quoted.", "Twice."]),
        ("```\npip install\n  x\n```\n", ["pip install x"]),
        ("Go ![left arrow](a.png) now.", ["Go left arrow now."]),
        ("## Returns {#returns}\n\n[Go](https://a.example){.button}\n", ["Returns: Go (https://a.example)"]),
        ("> [!NOTE]\n> Mind the step.\n\n:::tip\nBow.\n:::\n", ["Mind the step.", "Bow."]),
        ("\u202eabc\u202c \u0007d\u200f \u05e9\u05dc\u05d5\u05dd", ["abc d שלום"]),
        ("<details><summary>Why?</summary><p>So &amp; so.</p></details>\n", ["Why? So & so."]),
    ],
)
def test_markdown_becomes_paragraphs_in_plain_words(markdown: str, passages: list[str]) -> None:
    assert told(markdown) == passages


def test_a_zendesk_number_that_looks_like_a_card_takes_its_address_along() -> None:
    (passage,) = told("See [the page](https://a.example/articles/4111111111111111-x).")
    assert passage == "See the page."


def test_images_are_counted_where_they_are_left_out() -> None:
    found = readable(
        "![](a.png)\n\nText ![](b.png) ![c](c.png)\n\n[![d](d.png)](https://d.example)\n", html=markdown_of
    )
    assert [p.text for p in found.passages] == ["Text c"] and found.images == 3


def test_the_line_of_each_passage_is_known() -> None:
    found = readable("# T\n\nOne\n\n## H\n\nTwo\n", html=markdown_of)
    assert [(p.text, p.line) for p in found.passages] == [("One", 2), ("H: Two", 6)]
    assert (found.title, found.headings) == ("T", ("H",))


HOSTILE = [
    "<p>Safe</p><script>alert(1)</script><style>p{}</style>",
    '<p onclick="alert(1)">Safe</p><iframe src="https://e.example">alert(1)</iframe>',
    '<p>Safe</p><svg onload="alert(1)"><text>alert(1)</text></svg><object>alert(1)</object>',
    '<p>Safe</p><a href="javascript:alert(1)"></a><form><button>alert(1)</button></form>',
    "<p>Safe</p><template>alert(1)</template><noscript>alert(1)</noscript><!-- alert(1) -->",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_runs_or_is_not_shown_is_taken(html: str) -> None:
    assert told_of_html(html) == ["Safe"]
    assert told(f"Before.\n\n<div>{html}</div>\n") == ["Before.", "Safe"]


def test_words_that_look_like_markup_stay_words() -> None:
    html = "<p># one</p><p>1. two</p><p>&lt;script&gt; *x* _y_ [z](q) a|b</p>"
    assert told_of_html(html) == ["# one", "1. two", "<script> *x* _y_ [z](q) a|b"]


def test_html_lists_tables_and_relative_links() -> None:
    html = (
        '<p>Steps:</p><ol><li>Go to <a href="/labels">labels</a></li><li>Print</li></ol>'
        "<table><tr><th>To</th><th>Days</th></tr><tr><td>Kenya</td><td>6</td></tr></table>"
        "<dl><dt>Who pays?</dt><dd>We do.</dd></dl>"
    )
    assert told_of_html(html, "https://shop.example/help/x") == [
        "Steps: 1. Go to labels (https://shop.example/labels). 2. Print.",
        "To: Kenya, Days: 6.",
        "Who pays? We do.",
    ]


PAGE = """<!doctype html><html lang="de-AT"><head><title>Rückgabe | Laden</title>
<meta property="article:modified_time" content="2026-03-04T10:00:00Z"></head><body>
<nav><a href="/">Start</a> <a href="/cart">Warenkorb</a></nav>
<main><article><h1>Rückgabe</h1><p>Sie können jeden Artikel innerhalb von 60 Tagen kostenlos zurücksenden, wenn er
unbenutzt und vollständig ist.</p><h2>Wie geht das?</h2><ol><li>Etikett drucken.</li><li>Paket abgeben.</li></ol>
</article></main><footer>© Laden, Impressum, Datenschutz</footer></body></html>"""


def test_of_a_page_only_its_own_words_are_taken() -> None:
    page = page_of(PAGE, "https://laden.example/hilfe/rueckgabe")
    assert (page.title, page.language, str(page.revised)) == ("Rückgabe", "de", "2026-03-04")
    first, second = told(page.markdown)
    assert first.startswith("Sie können jeden Artikel") and first.endswith("vollständig ist.")
    assert second == "Wie geht das? 1. Etikett drucken. 2. Paket abgeben."


def test_a_heading_of_something_else_is_not_the_title() -> None:
    page = page_of(PAGE.replace("<nav>", "<div><h1>Tastenkürzel</h1></div><nav>"))
    assert page.title.startswith("Rückgabe")


@pytest.mark.parametrize("tag", ["div", "ul><li", "blockquote", "table><tr><td", "span"])
def test_what_is_nested_too_deeply_is_refused_at_once(tag: str) -> None:
    html = "<html><body>" + f"<{tag}>" * 100_000 + "x"
    for read in (markdown_of, page_of):
        with pytest.raises(ImportFault, match="deep"):
            read(html)


@pytest.mark.parametrize("piece", ["<p>one <b>two</b></p>", "<p>", "<b>", "<a href=x>", "<", "&amp;", "<li>x"])
def test_html_takes_work_by_its_length(piece: str) -> None:
    """Four times the length: less than eight times the work, where the square of it would be sixteen."""
    assert _growth(lambda n: told_of_html(piece * n), 500) < 8


@pytest.mark.parametrize("piece", ["[", "*a ", "![a](", "> ", "`a``", "<a", "\\*", "- x\n", "a\n\n", "|a"])
def test_markdown_takes_work_by_its_length(piece: str) -> None:
    assert _growth(lambda n: told(piece * n), 500) < 8


def _growth(work: Callable[[int], object], size: int) -> float:
    """How many more calls four times `size` takes: counted, so that a busy machine makes no difference."""

    def calls(n: int) -> int:
        counted = 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal counted
            counted += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            work(n)
        finally:
            sys.setprofile(None)
        return counted

    return calls(4 * size) / calls(size)


@given(st.text(max_size=300))
def test_any_text_at_all_becomes_lines_or_nothing(text: str) -> None:
    for passage in told(text):
        assert passage and passage == " ".join(passage.split())
