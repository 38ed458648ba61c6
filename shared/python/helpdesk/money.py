"""Money: whole micro-units of a currency inside, decimal strings at the border."""

from dataclasses import dataclass
from decimal import Decimal

MICROS_PER_UNIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in millionths of the currency's unit (1 USD = 1,000,000 micros)."""

    micros: int
    currency: str = "USD"

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"can't add {other.currency} to {self.currency}")
        return Money(self.micros + other.micros, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.micros, self.currency)

    def amount(self) -> str:
        """The decimal string of the API: two places or as many as needed, never rounded."""
        exact = Decimal(self.micros) / MICROS_PER_UNIT
        cents = exact.quantize(Decimal("0.01"))
        return f"{cents if cents == exact else exact.normalize():f}"

    def as_json(self) -> dict[str, str]:
        """It as the API and all documents write it."""
        return {"amount": self.amount(), "currency": self.currency}

    @classmethod
    def of(cls, amount: str, currency: str = "USD") -> "Money":
        """The money that :meth:`amount` wrote. Raises ValueError when it is not whole micros."""
        micros = Decimal(amount) * MICROS_PER_UNIT
        if not micros.is_finite() or micros != micros.to_integral_value():
            raise ValueError(f"{amount!r} is not a whole number of micro-units")
        return cls(int(micros), currency)


def half_up(numerator: int, denominator: int) -> int:
    """A fraction rounded to the nearest whole number, a half up."""
    return (2 * numerator + denominator) // (2 * denominator)
