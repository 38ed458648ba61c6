"""Arguments are what the user said, the latest first, and nothing else."""

import pytest

from local.model_server.arguments import arguments_said, missing
from local.model_server.offered_tools import OfferedTool, Parameter, read_tool
from local.model_server.talk import Heard
from tests.unit.model_server.wishes import offered

ORDER = {"type": "string", "pattern": "^LF-[0-9]{4}$"}
SIZE = {"enum": ["small", "extra small", "one_size"]}


def tool(**schemas) -> OfferedTool:
    return read_tool("t", "", {"properties": schemas, "required": list(schemas)})


def said(*texts: str) -> list[Heard]:
    return [Heard(text) for text in texts]


def answer(text: str, name: str, schema) -> list[Heard]:
    return [Heard(text, after=f"Well. {Parameter(name, schema).question}")]


REFUND = read_tool(**offered()[1]["function"])


def test_patterns_are_found_in_running_text():
    assert arguments_said(REFUND, said("Refund €20 of LF-1042, please.")) == {
        "order_id": "LF-1042",
        "amount": "20.00",
    }


def test_what_is_said_later_counts():
    found = arguments_said(tool(order=ORDER), said("It is LF-1042", "Sorry: LF-1043"))
    assert found == {"order": "LF-1043"}


def test_what_was_said_earlier_completes_it():
    earlier = said("My order is LF-1042", "It was 16.50 too much", "Please pay it back")
    assert arguments_said(REFUND, earlier) == {"order_id": "LF-1042", "amount": "16.50"}


def test_what_was_said_about_another_order_does_not_count():
    earlier = said("Refund 20.00 of LF-1042", "Also refund LF-1043")
    assert arguments_said(REFUND, earlier) == {"order_id": "LF-1043"}


@pytest.mark.parametrize("text", ["lf-1042", "#LF-1042!", "(LF-1042)", "Order LF-1042."])
def test_an_order_number_is_written_as_it_should_be(text):
    assert arguments_said(tool(order=ORDER), said(text)) == {"order": "LF-1042"}


@pytest.mark.parametrize("text", ["LF-10425", "XLF-1042", "LF-1042-B", "LF 1042", "1042"])
def test_what_only_looks_like_one_is_not_taken(text):
    assert arguments_said(tool(order=ORDER), said(text)) == {}


@pytest.mark.parametrize(
    ("text", "size"),
    [("in Small please", "small"), ("EXTRA SMALL", "extra small"), ("one size", "one_size")],
)
def test_a_choice_is_found_by_its_words(text, size):
    assert arguments_said(tool(size=SIZE), said(text)) == {"size": size}


def test_part_of_a_word_is_no_choice():
    assert arguments_said(tool(size=SIZE), said("smaller")) == {}


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "string"}, " It arrived torn. ", "It arrived torn."),
        ({"type": "integer"}, "I need 3 of them", 3),
        ({"type": "number"}, "about 2.5", 2.5),
        ({"type": "boolean"}, "Yes please", True),
        ({"type": "boolean"}, "no", False),
        ({"type": "string", "pattern": "."}, "anything", "anything"),
        (ORDER | {"pattern": "^[0-9]+$"}, "1042", "1042"),
    ],
)
def test_an_answer_to_our_question_is_taken(schema, text, value):
    assert arguments_said(tool(it=schema), answer(text, "it", schema)) == {"it": value}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "integer"},
        {"type": "boolean"},
        {"pattern": "."},
        {"pattern": "("},
    ],
)
def test_what_nobody_asked_for_is_not_taken_from_any_words(schema):
    assert arguments_said(tool(it=schema), said("Yes, I need 3 of them")) == {}


@pytest.mark.parametrize("schema", [{"type": "string"}, {"type": "integer"}, {"type": "object"}])
def test_a_question_is_no_answer(schema):
    assert arguments_said(tool(it=schema), answer("Why do you ask?", "it", schema)) == {}


def test_what_the_schema_fixes_is_filled_in():
    fixed = tool(kind={"const": "full"}, currency={"default": "EUR"})
    assert arguments_said(fixed, said("Hello")) == {"kind": "full", "currency": "EUR"}


def test_the_first_missing_one_is_named():
    absent = missing(REFUND, {"amount": "20.00"})
    assert absent
    assert absent.name == "order_id"
    assert missing(REFUND, {"amount": "20.00", "order_id": "LF-1042"}) is None


@pytest.mark.parametrize(
    ("name", "schema", "question"),
    [
        ("order_id", {}, "What is the order id?"),
        ("orderId", {}, "What is the order id?"),
        ("x", {"title": "Order number"}, "What is the order number?"),
        ("x", {"title": "VAT", "description": "Of the firm."}, "What is the VAT? Of the firm."),
        ("x", {"title": "Order", "description": "Which order is it?"}, "Which order is it?"),
        ("size", {"enum": ["S", "M"]}, "What is the size? It can be: S, M."),
    ],
)
def test_a_question_is_in_the_schemas_words(name, schema, question):
    assert Parameter(name, schema).question == question


@pytest.mark.parametrize(
    ("titled", "left"), [(False, "Where is, please?"), (True, "Where is a\\1 b, please?")]
)
def test_values_are_taken_out_of_a_text_or_called_by_their_title(titled, left):
    number = {"pattern": "^(LF|XX)-([0-9]{4})$", "title": "a\\1 b"}
    assert tool(order=number).without_values("Where is lf-1042, please?", titled=titled) == left
