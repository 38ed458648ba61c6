"""Only ids that were handed out become citations, however the model's text is cut."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.citations import CitationRewriter, Source, bind
from helpdesk.conversations import Citation
from helpdesk.ids import DocumentId
from helpdesk.passages import Found, Passage


def source(id_: str) -> Source:
    citation = Citation(id_, DocumentId("doc_1"), id_.upper(), None, None, None, "…")
    return Source(citation, "text")


SOURCES = [source("k7f3"), source("k2aa"), source("kzz9")]


def rewritten(*pieces: str) -> tuple[str, list[str]]:
    rewriter = CitationRewriter(SOURCES)
    text = "".join(rewriter.feed(piece) for piece in pieces) + rewriter.end()
    return text, [citation.id for citation in rewriter.used]


@pytest.mark.parametrize(
    ("said", "text", "used"),
    [
        ("One [k2aa]. Two [k7f3]. One [k2aa].", "One [1]. Two [2]. One [1].", ["k2aa", "k7f3"]),
        ("Both [k7f3][k2aa].", "Both [1][2].", ["k7f3", "k2aa"]),
        ("Both [k7f3, k2aa].", "Both [1][2].", ["k7f3", "k2aa"]),
        ("Unknown [k234], known [k7f3, k234].", "Unknown , known [1].", ["k7f3"]),
        ("A number [1] is no citation.", "A number (1) is no citation.", []),
        ("Nested [[k7f3]].", "Nested [[1]].", ["k7f3"]),
        ("Forged [[k234]1].", "Forged [1).", []),
        ("Forged [[k234]1[k7f3]]", "Forged [1[1]]", ["k7f3"]),
        ("See [the page](https://shop.example) [k7f3].", None, ["k7f3"]),
        ("Cut off [k7f", "Cut off [k7f", []),
        ("Empty [] and ] alone", "Empty [] and ] alone", []),
        ("Upper [K7F3] is not the id", "Upper [K7F3] is not the id", []),
        (f"Long [{'1' * 80}]", f"Long [{'1' * 80})", []),
        ("Other digits [١]", "Other digits [١)", []),
    ],
)
def test_markers_become_numbers_by_first_use(said, text, used):
    expected = text or said.replace("[k7f3]", "[1]")
    assert rewritten(said) == (expected, used)


MARKUP = st.lists(
    st.sampled_from(
        ["[", "]", "[k7f3]", "[k2aa]", "[k234]", "k7f3", "k", "1", "[2]", " ", ",", "a"]
    )
    | st.text(max_size=3),
    max_size=30,
).map("".join)


@given(MARKUP, st.data())
def test_the_split_into_pieces_changes_nothing(text: str, data: st.DataObject):
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=8).map(sorted))
    pieces = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]
    assert rewritten(*pieces) == rewritten(text)


@given(MARKUP)
def test_every_number_in_brackets_is_ours(text: str):
    said, used = rewritten(text)
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]", said)]
    assert set(numbers) == set(range(1, len(used) + 1))


def test_only_a_bracket_is_held_back():
    rewriter = CitationRewriter(SOURCES)
    assert rewriter.feed("Parcels take two days ") == "Parcels take two days "
    assert rewriter.feed("[k7") == ""
    assert rewriter.feed("f3") == ""
    assert rewriter.feed("].") == "[1]."
    assert rewriter.feed("a [b") == "a "
    assert rewriter.feed("!") == "[b!"


def test_each_passage_gets_an_id_of_its_own():
    chances = iter([b"\0\0\0", b"\0\0\0", b"\1\2\3"])

    def chance(_: int) -> bytes:
        return next(chances)

    first, second = bind(list(passages(2)), chance)
    assert first.citation.id == "k222"
    assert second.citation.id != first.citation.id
    assert (second.citation.title, second.citation.page) == ("Returns", 1)


def test_a_long_passage_is_cut_to_a_snippet():
    (long,) = bind([next(passages(1, "word " * 100))])
    assert len(long.citation.snippet) <= 241
    assert long.citation.snippet.endswith("…")
    assert long.text == "word " * 100


def passages(count: int, text: str = "Send it back.") -> Iterator[Found]:
    for position in range(count):
        passage = Passage(DocumentId("doc_1"), 1, position, text, "Refunds", position)
        yield Found(passage, "Returns", "https://shop.example/returns", 0.5)
