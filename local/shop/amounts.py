"""Money: whole cents inside, decimal strings at the border."""

CURRENCY = "EUR"
AMOUNT_PATTERN = r"^[0-9]{1,6}\.[0-9]{2}$"


def cents(amount: str) -> int:
    """The cents of an amount that has the pattern."""
    euros, _, rest = amount.partition(".")
    return int(euros) * 100 + int(rest)


def written(amount_cents: int) -> str:
    """Cents as a decimal string."""
    return f"{amount_cents // 100}.{amount_cents % 100:02d}"
