"""Money crosses the border exactly, and is rounded in one way."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.money import Money, half_up


@given(st.integers(-(10**18), 10**18))
def test_money_survives_the_border(micros):
    assert Money.of(Money(micros).amount()) == Money(micros)


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9))
def test_a_half_is_rounded_up(numerator, denominator):
    rounded, exact = half_up(numerator, denominator), Fraction(numerator, denominator)

    assert Fraction(-1, 2) < rounded - exact <= Fraction(1, 2)
