"""Money and prices: exact, whole, and as the vendors list them."""

from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.money import MICROS_PER_UNIT, Money
from helpdesk.pricing import PRICE_BOOK, Price

TOKENS = st.integers(min_value=0, max_value=10**9)
PRICES = st.builds(Price, st.integers(0, 10**9), st.integers(0, 10**9))


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


@given(PRICES, TOKENS, TOKENS)
def test_a_cost_is_the_exact_product_rounded_half_up_once(price, tokens_in, tokens_out):
    exact = Decimal(tokens_in * price.input_micros + tokens_out * price.output_micros) / 10**6
    cost = price.cost(tokens_in, tokens_out).micros
    assert Decimal("-0.5") <= exact - cost < Decimal("0.5")


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
    ours = PRICE_BOOK.prices[model]
    assert ours.input_micros == listed.input_price * 1000 * MICROS_PER_UNIT
    assert ours.output_micros == listed.output_price * 1000 * MICROS_PER_UNIT
