"""Amounts are found however people write them, and nothing else is taken for one."""

from decimal import Decimal

import pytest

from local.model_server.amounts import amounts_in, as_pattern_wants

CENTS = r"^[0-9]{1,6}\.[0-9]{2}$"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("refund €20 please", "20"),
        ("€ 20", "20"),
        ("20€", "20"),
        ("20 €.", "20"),
        ("20 euro", "20"),
        ("20 Euros, thanks", "20"),
        ("20eur", "20"),
        ("EUR 20", "20"),
        ("EUR20.5", "20.5"),
        ("it was 20.00", "20.00"),
        ("pay back 20,50.", "20.50"),
        ("€1,200", "1200"),
        ("1.200,50 €", "1200.50"),
        ("1,200.50 euros", "1200.50"),
        ("$7 or so", "7"),
    ],
)
def test_an_amount_is_found(text, amount):
    assert list(amounts_in(text, asked=False)) == [Decimal(amount)]


@pytest.mark.parametrize(
    "text",
    [
        "order LF-1042",
        "20 days",
        "on 12.05.2026",
        "-20.00",
        "20 %",
        "20.00 %",
        "20",
        "20.005",
        "v1.25b",
    ],
)
def test_what_is_no_amount_is_left_alone(text):
    assert list(amounts_in(text, asked=False)) == []


@pytest.mark.parametrize(
    ("text", "amounts"), [("20", ["20"]), ("just 20!", ["20"]), ("20 %", []), ("LF-1042", [])]
)
def test_a_bare_number_is_one_where_an_amount_was_asked_for(text, amounts):
    assert list(amounts_in(text, asked=True)) == [Decimal(each) for each in amounts]


@pytest.mark.parametrize(
    ("amount", "pattern", "written"),
    [
        ("20", CENTS, "20.00"),
        ("20.5", CENTS, "20.50"),
        ("20", "^[0-9]+$", "20"),
        ("20.50", "^[0-9]+$", None),
        ("12345678", CENTS, None),
    ],
)
def test_it_is_written_as_the_pattern_wants(amount, pattern, written):
    assert as_pattern_wants(Decimal(amount), pattern) == written
