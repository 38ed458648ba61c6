"""Money and prices: exact, whole, and as the vendors list them."""

import pytest
from genai_prices import Usage, calc_price
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.money import MICROS_PER_UNIT, Money
from helpdesk.pricing import PRICE_BOOK, Price
from helpdesk.usage import METERS, Meter

_OF_TOKENS: tuple[Meter, ...] = (
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "embedding_tokens",
)


@given(st.integers(-(10**15), 10**15))
def test_an_amount_reads_back_as_the_same_micros(micros):
    assert Money.of(Money(micros).amount()).micros == micros


@pytest.mark.parametrize(
    ("micros", "amount"),
    [(0, "0.00"), (12_340_000, "12.34"), (500_000, "0.50"), (123, "0.000123"), (-10_000, "-0.01")],
)
def test_an_amount_has_two_places_or_as_many_as_it_needs(micros, amount):
    assert Money(micros).amount() == amount


@pytest.mark.parametrize("amount", ["0.0000001", "NaN", "Infinity"])
def test_an_amount_below_a_micro_unit_is_refused(amount):
    with pytest.raises(ValueError, match="micro-units"):
        Money.of(amount)


def test_two_currencies_are_never_added():
    with pytest.raises(ValueError, match="EUR"):
        Money(1, "USD") + Money(1, "EUR")


def test_each_meter_of_tokens_has_its_price():
    price = Price(input_micros=10, output_micros=40, cached_micros=1)

    prices = {meter: price.of(meter) for meter in _OF_TOKENS}
    assert prices == {
        "input_tokens": 10,
        "cached_tokens": 1,
        "output_tokens": 40,
        "embedding_tokens": 10,
    }


def test_where_no_price_is_listed_cached_input_costs_what_any_input_costs():
    assert Price(10, 40).of("cached_tokens") == 10
    assert Price(10, 40, 0).of("cached_tokens") == 0


@pytest.mark.parametrize("meter", sorted({*METERS} - {*_OF_TOKENS}))
def test_models_have_no_price_for_anything_else(meter):
    with pytest.raises(ValueError, match=meter):
        Price(10, 40).of(meter)


def test_a_dated_snapshot_costs_what_its_model_costs():
    assert PRICE_BOOK.price_of("gpt-5-2025-08-07") == PRICE_BOOK.prices["gpt-5"]


def test_a_model_whose_name_only_begins_like_another_is_not_billed_as_that():
    assert PRICE_BOOK.price_of("gpt-5-ultra") == PRICE_BOOK.fallback


def test_an_unlisted_model_is_billed_as_the_dearest():
    dearest = max(PRICE_BOOK.prices.values(), key=lambda price: price.output_micros)
    assert PRICE_BOOK.price_of("unheard-of") == dearest


@pytest.mark.parametrize("model", [name for name in PRICE_BOOK.prices if name.startswith("gpt")])
def test_list_prices_are_the_vendors(model):
    usage = Usage(input_tokens=1000, output_tokens=1000)
    listed = calc_price(usage, model_ref=model, provider_id="openai")
    known = Usage(input_tokens=1000, cache_read_tokens=1000, output_tokens=0)
    listed_cached = calc_price(known, model_ref=model, provider_id="openai").input_price
    ours = PRICE_BOOK.prices[model]
    assert ours.input_micros == listed.input_price * 1000 * MICROS_PER_UNIT
    assert ours.output_micros == listed.output_price * 1000 * MICROS_PER_UNIT
    assert ours.of("cached_tokens") == listed_cached * 1000 * MICROS_PER_UNIT
