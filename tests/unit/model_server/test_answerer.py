"""The answerer quotes what answers, cites it, and says so when nothing does."""

import re

import pytest

from local.model_server.answerer import MAX_QUOTES, NO_ANSWER, Answerer, Quote, compose

pytestmark = pytest.mark.anyio

SYSTEM = """Answer from the sources.
<sources>
<source id="k7f3" title="Returns policy" heading="Returns policy › How long you have">You can \
return any unused item within 60 days of delivery. Members of the club have 90 days.</source>
<source id="k2ab" title="Gift cards" heading="Gift cards › How long they last">Gift cards never \
expire.</source>
<source id="k9zz" title="Our shops" heading="Our shops">Dublin | 9:00–20:00
Cork | 10:00–18:30</source>
</sources>"""


@pytest.fixture
def answerer(embedder):
    return Answerer(embedder)


@pytest.mark.parametrize(
    ("question", "phrase", "source"),
    [
        ("How many days do I have to return something?", "60 days", "k7f3"),
        ("Do gift cards expire?", "never expire", "k2ab"),
        ("When does the Cork shop open?", "10:00", "k9zz"),
    ],
)
async def test_an_answer_is_quoted_and_cited(answerer, question, phrase, source):
    answer = await answerer.answer(SYSTEM, question)
    assert phrase in answer
    assert re.findall(r"\[(\w+)\]", answer)[0] == source


@pytest.mark.parametrize(
    "question",
    ["Who won the football match yesterday?", "Can I bring a kayak on a train?", "  "],
)
async def test_what_the_sources_do_not_say_is_refused(answerer, question):
    assert await answerer.answer(SYSTEM, question) == NO_ANSWER


async def test_without_sources_there_is_no_answer(answerer):
    assert await answerer.answer("<sources>\n</sources>", "Do gift cards expire?") == NO_ANSWER
    assert await answerer.answer("Be nice.", "Do gift cards expire?") == NO_ANSWER


async def test_sentences_of_known_sources_are_not_embedded_again(answerer, embedder, monkeypatch):
    await answerer.answer(SYSTEM, "Do gift cards expire?")
    embedded = []
    embed = embedder.embed

    async def watched(texts, lane):
        embedded.extend(texts)
        return await embed(texts, lane)

    monkeypatch.setattr(embedder, "embed", watched)
    await answerer.answer(SYSTEM, "Where is your shop?")
    assert embedded == ["Where is your shop?"]


def test_only_quotes_about_as_good_as_the_best_are_said():
    quotes = [Quote("a", "Good.", 0.62), Quote("b", "Best.", 0.7), Quote("c", "Weak.", 0.5)]
    assert compose(quotes) == "Best. [b] Good. [a]"


def test_nothing_is_said_twice_and_not_too_much():
    repeated = [Quote("a", "Same here.", 0.7), Quote("b", "Same here.", 0.7)]
    assert compose(repeated) == "Same here. [a]"
    many = [Quote("a", f"Sentence {n}.", 0.7) for n in range(9)]
    assert compose(many).count("[a]") == MAX_QUOTES


def test_a_weak_best_is_no_answer():
    assert compose([Quote("a", "Hardly.", 0.3)]) == NO_ANSWER
    assert compose([]) == NO_ANSWER
