"""HTML, Markdown and plain text: what is text, what surrounds it, and in which encoding."""

import time
from contextlib import suppress

import pytest

from helpdesk.adapters.parsers import parser_of
from helpdesk.adapters.parsers.time_limit import time_limit
from helpdesk.errors import DocumentUnreadable
from helpdesk.parsing import Block

PAGE = """<!doctype html><html><head><title>Returns - Shop</title><style>p {}</style></head><body>
<header><a href="/">Shop</a></header><nav>Home</nav>
<main><h1>Returns<a class="headerlink" href="#r">¶</a></h1>
<p>You have <b>30</b>
days.<br>Really.</p>loose
<ul><li>Unworn</li><li>With <p>label</p></ul>
<h2><span>Re</span>funds</h2><pre>
a
  b</pre><div hidden>secret</div><script>var x</script><!-- note -->
<table><caption>Fees</caption><tr><th>Weight<th>Price<tr><td>2 kg<td>4.90</table>
</main><footer>Imprint</footer></body></html>"""


def html(text: str | bytes) -> list[Block]:
    content = text.encode() if isinstance(text, str) else text
    return list(parser_of("html").parse(content))


def texts(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks]


def test_a_page_is_its_main_part_alone():
    assert html(PAGE) == [
        Block("Returns", level=1),
        Block("You have 30 days.\nReally."),
        Block("loose"),
        Block("Unworn"),
        Block("With"),
        Block("label"),
        Block("Refunds", level=2),
        Block("a\n  b"),
        Block("Fees"),
        Block("Weight: 2 kg | Price: 4.90"),
    ]


def test_a_page_without_a_heading_has_its_title():
    assert html("<title>Returns</title><p>30 days") == [Block("Returns", 1), Block("30 days")]


def test_an_empty_main_part_is_not_believed():
    assert texts(html("<main></main><div>Loaded elsewhere</div>")) == ["Loaded elsewhere"]


def test_a_table_that_only_lays_out_is_read_as_text():
    page = "<table><tr><td><h1>A</h1><p>text</p></td><td><table><tr><td>1<td>2</table></table>"

    assert html(page) == [Block("A", level=1), Block("text"), Block("1 | 2")]


@pytest.mark.parametrize(
    "content",
    [
        "<p>Größe 5 €".encode(),
        "\ufeff<p>Größe 5 €".encode(),
        "<p>Größe 5 €".encode("cp1252"),
        "<p>Größe 5 €".encode("utf-16"),
        '<meta charset="iso-8859-15"><p>Größe 5 €'.encode("iso-8859-15"),
        '<meta http-equiv="a" content="b; charset=windows-1252"><p>Größe 5 €'.encode("cp1252"),
        '<meta charset="base64"><p>Größe 5 €'.encode(),
        '<meta charset="no-such"><p>Größe 5 €'.encode(),
    ],
)
def test_the_encoding_is_found(content: bytes):
    assert texts(html(content)) == ["Größe 5 €"]


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("<div>" * 100_000, "malformed_document"),
        ("<ul><li>" * 50_000, "malformed_document"),
        ("<svg>" * 100_000, "malformed_document"),
        ("x" * 10_000_001, "too_large"),
    ],
)
def test_a_hostile_page_ends_soon(page: str, code: str):
    began = time.monotonic()
    with pytest.raises(DocumentUnreadable) as refused:
        html(page)

    assert refused.value.code == code
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "page",
    ["<p>" * 100_000 + "x", "<li>" * 50_000, "<td>" * 50_000, "<b>" * 900 + "x", "<!--" * 9, "<"],
)
def test_an_odd_page_is_read_in_time(page: str):
    began = time.monotonic()
    html(page)

    assert time.monotonic() - began < 5


def test_markdown_is_read_with_its_tables_and_front_matter():
    markdown = (
        b"---\ntitle: 'Returns'\ntags: [a]\n---\nYou have *30* days.\n\n## Refunds\n\n"
        b"- To your card\n\n| Weight | Price |\n|---|---|\n| 2 kg | 4.90 |\n\n```\ncode <b>\n```\n"
    )

    assert list(parser_of("markdown").parse(markdown)) == [
        Block("Returns", level=1),
        Block("You have 30 days."),
        Block("Refunds", level=2),
        Block("To your card"),
        Block("Weight: 2 kg | Price: 4.90"),
        Block("code <b>"),
    ]


def test_markdown_that_has_a_heading_keeps_it():
    markdown = b"---\ntitle: Other\n---\n# Returns\n\nText"

    assert texts(list(parser_of("markdown").parse(markdown))) == ["Returns", "Text"]


@pytest.mark.parametrize("markdown", [b">" * 50_000, b"[" * 50_000, b"- " * 20_000, b"*a" * 50_000])
def test_hostile_markdown_ends_soon(markdown: bytes):
    began = time.monotonic()
    parser_of("markdown").parse(markdown)

    assert time.monotonic() - began < 10


def test_plain_text_is_cut_at_empty_lines():
    blocks = parser_of("text").parse(b"One\r\nline.\r\n \r\n\r\nTwo.\x00\n")

    assert texts(list(blocks)) == ["One\nline.", "Two."]


def test_reading_that_takes_too_long_is_interrupted():
    def swallow_everything() -> None:
        while True:
            with suppress(Exception):
                sum(range(1000))

    with pytest.raises(DocumentUnreadable) as refused, time_limit(0.05):
        swallow_everything()

    assert refused.value.code == "processing_timeout"


def test_an_unknown_format_has_no_parser():
    with pytest.raises(ValueError, match="no parser"):
        parser_of("rtf")
