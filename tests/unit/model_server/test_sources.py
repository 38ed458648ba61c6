"""The prompt's sources are read as they were written, and cut into what may be quoted."""

from html import escape

from hypothesis import given
from hypothesis import strategies as st

from local.model_server.sentences import quotable
from local.model_server.sources import Source, parse_sources

# XML holds no control characters.
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]))


@given(
    st.lists(st.builds(Source, st.from_regex(r"k[2-9]{3}", fullmatch=True), TEXTS, TEXTS, TEXTS))
)
def test_sources_come_back_as_they_were_written(sources):
    written = "\n".join(
        f'<source id="{s.id}" title="{escape(s.title)}" heading="{escape(s.heading)}">'
        f"{escape(s.text)}</source>"
        for s in sources
    )
    assert parse_sources(f"Answer from these.\n<sources>\n{written}\n</sources>") == sources


def test_a_prompt_without_sources_has_none():
    assert parse_sources("You are a helpful assistant.") == []


def test_sentences_are_cut_at_their_ends_only():
    text = "We ship e.g. Boots and tents for approx. 5 euros. It takes 3.5 days at most! Really."
    assert quotable(text) == [
        "We ship e.g. Boots and tents for approx. 5 euros.",
        "It takes 3.5 days at most!",
    ]


def test_a_line_broken_by_the_page_is_joined():
    text = "You may return unused items within\nsixty days of delivery."
    assert quotable(text) == ["You may return unused items within sixty days of delivery."]


def test_a_list_comes_whole_and_item_by_item():
    text = "You can pay with:\n- Visa and other cards of banks\n- PayPal or Apple Pay, too"
    assert quotable(text) == [
        "You can pay with: Visa and other cards of banks; PayPal or Apple Pay, too.",
        "Visa and other cards of banks",
        "PayPal or Apple Pay, too",
    ]


def test_a_list_that_lost_its_bullets_ends_where_sentences_begin():
    text = "You can pay by:\nVisa\nPayPal\nWe do not accept cheques."
    assert quotable(text) == ["You can pay by: Visa; PayPal.", "We do not accept cheques."]


def test_a_short_row_with_a_figure_is_quotable():
    assert quotable("Tents 5 years\nTents | as new\nCare\nStill nothing? ") == [
        "Tents 5 years",
        "Tents | as new",
    ]
