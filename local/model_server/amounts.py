"""Amounts of money as people write them: €20, 20 euro, 1.200,50 €, 20.00."""

import re
from collections.abc import Iterator
from decimal import Decimal

_AMOUNT = re.compile(
    r"(?<![\w.,-])(?P<before>(?:[€$£]|(?:eur|usd|gbp)(?![a-z]))\s?)?"
    r"(?P<number>\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)(?![.,]?\d|\s?%|\w)"
    r"(?P<after>\s?(?:[€$£]|(?:eur|euros?|usd|dollars?|gbp|pounds?)\b))?"
    r"|(?<![\w.,-])(?P<joined>\d+(?:[.,]\d{1,2})?)(?:eur|euros?)\b",
    re.IGNORECASE,
)
_CENTS = re.compile(r"[.,]\d{2}$")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?:\D|$))")


def amounts_in(text: str, *, asked: bool) -> Iterator[Decimal]:
    """The amounts in a text. A bare whole number is one only where an amount was asked for."""
    for found in _AMOUNT.finditer(text):
        number = found["number"] or found["joined"]
        marked = found["before"] or found["after"] or found["joined"]
        if marked or asked or _CENTS.search(number):
            yield Decimal(_THOUSANDS.sub("", number).replace(",", "."))


def as_pattern_wants(amount: Decimal, pattern: str) -> str | None:
    """An amount in the form that a pattern takes: with cents, or whole; None for neither."""
    forms = [f"{amount:.2f}"]
    if amount == amount.to_integral_value():
        forms.append(f"{amount:.0f}")
    return next((form for form in forms if re.search(pattern, form)), None)
