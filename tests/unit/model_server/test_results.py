"""A tool's answer is read out: all of it that matters, and nothing else."""

import json

import pytest

from local.model_server.results import MAX_CHARACTERS, read_out


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            {"order_id": "LF-1042", "status": "shipped", "total": "84.90", "currency": "EUR"},
            "Here is what I found: order id LF-1042, status shipped and total 84.90 EUR.",
        ),
        (
            {"items": [{"name": "Socks", "quantity": 3, "price": "16.50"}, {"name": "Lamp"}]},
            "Here is what I found: items Socks (quantity 3 and price 16.50) and Lamp.",
        ),
        (
            {"items": [{"name": "Socks", "price": "16.50"}], "currency": "EUR"},
            "Here is what I found: items Socks (price 16.50 EUR).",
        ),
        (
            {"total": {"amount": "9.00", "currency": "USD"}, "gift": True, "note": None, "by": ""},
            "Here is what I found: total 9.00 USD and gift yes.",
        ),
        ({"placedOn": "2026-10-01"}, "Here is what I found: placed on 2026-10-01."),
        ({"n": list(range(8))}, "Here is what I found: n 0, 1, 2, 3, 4 and 3 more."),
        ({"a": {"b": {"c": 1}}}, "Here is what I found: a b c 1."),
        (["S", "M"], "Here is what I found: S and M."),
        ({"error": None, "status": "open"}, "Here is what I found: status open."),
        ({}, "The answer is empty."),
        ([], "The answer is empty."),
        (
            {"error": "There is no order LF-1042."},
            "I could not find that: There is no order LF-1042.",
        ),
        (
            {"error": "The shop is closed", "wrong": ["amount: too much."]},
            "That was not possible: The shop is closed (amount: too much).",
        ),
        (
            {"error": {"code": 7, "message": "Not found"}},
            "I could not find that: Not found.",
        ),
    ],
)
def test_json_is_read_out(answer, said):
    assert read_out(json.dumps(answer)) == said


@pytest.mark.parametrize(
    ("content", "said"),
    [("Sunny,\n 20 degrees", "The answer is: Sunny, 20 degrees"), (" ", "The answer is empty.")],
)
def test_other_text_is_read_as_it_is(content, said):
    assert read_out(content) == said


def test_a_long_answer_is_cut():
    assert len(read_out(json.dumps({"text": "word " * 1000}))) < MAX_CHARACTERS + 50
