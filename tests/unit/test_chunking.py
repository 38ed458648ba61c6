"""Passages: along headings, of bounded length, and without loss."""

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.chunking import HEADING_CHARACTERS, PASSAGE_CHARACTERS, passages
from helpdesk.parsing import Block

WORDS = st.text(st.sampled_from("ab.!? \n\t返é›"), min_size=0, max_size=60)
BLOCKS = st.lists(
    st.builds(
        Block,
        text=st.one_of(
            WORDS, st.builds(lambda word, times: word * times, WORDS, st.integers(1, 80))
        ),
        level=st.integers(0, 6),
        page=st.none() | st.integers(1, 5),
    ),
    max_size=25,
)


def characters(text: str) -> str:
    return "".join(text.split())


@given(BLOCKS)
def test_no_text_is_lost_and_none_of_a_section_is_said_twice(blocks: list[Block]):
    cut = passages(blocks)

    text = "".join(characters(passage.text) for passage in cut)
    at = 0
    for block in blocks:
        wanted = characters(block.text)
        if block.level and len(block.text.strip()) <= HEADING_CHARACTERS:
            continue
        found = text.find(wanted, at)
        assert found >= 0, block
        at = found + len(wanted)
    shown = [characters(f"{passage.heading or ''} {passage.text}") for passage in cut]
    for block in blocks:
        if block.level and 0 < len(block.text.strip()) <= HEADING_CHARACTERS:
            assert any(characters(block.text) in each for each in shown), block


@given(BLOCKS)
def test_passages_fit_the_model_are_numbered_and_never_empty(blocks: list[Block]):
    cut = passages(blocks)

    assert [passage.position for passage in cut] == list(range(len(cut)))
    assert all(passage.text.strip() for passage in cut)
    assert all(
        len(passage.text) + len(passage.heading or "") <= PASSAGE_CHARACTERS for passage in cut
    )
    assert all(len(passage.heading or "") <= HEADING_CHARACTERS for passage in cut)


def test_a_passage_tells_the_headings_above_it():
    cut = passages(
        [
            Block("Returns", level=1),
            Block("You have 30 days."),
            Block("Refunds", level=2),
            Block("To your card.", page=2),
            Block("Delivery", level=1),
            Block("Two days."),
        ]
    )

    assert [(passage.heading, passage.text, passage.page) for passage in cut] == [
        ("Returns", "You have 30 days.", None),
        ("Returns › Refunds", "To your card.", 2),
        ("Delivery", "Two days.", None),
    ]


def test_a_heading_without_text_below_it_is_a_passage():
    cut = passages([Block("Shops", level=1), Block("Closed on Sundays", level=2)])

    assert [(passage.heading, passage.text) for passage in cut] == [("Shops", "Closed on Sundays")]


def test_a_long_section_is_cut_between_sentences_into_even_parts():
    sentence = "The parcel comes on a working day between nine and five. "
    cut = passages([Block("Delivery", level=1), Block(sentence * 20)])

    assert all(passage.text.endswith("five.") for passage in cut)
    lengths = [len(passage.text) for passage in cut]
    assert len(lengths) == 2
    assert max(lengths) < 2 * min(lengths)


def test_one_huge_line_is_cut_in_time_that_grows_with_its_length():
    cut = passages([Block("x" * 5_000_000)])

    assert sum(len(passage.text) for passage in cut) == 5_000_000


def test_nothing_gives_nothing():
    assert passages([]) == []
    assert passages([Block(" \n\t "), Block("", level=1)]) == []
