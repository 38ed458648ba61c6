"""What models cost us and our customers: a versioned price book in whole numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.usage import Meter

_SNAPSHOT_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a model, in micro-USD for a million tokens.

    ``cached_micros`` is for input that the model has in its cache; None: as any input.
    """

    input_micros: int
    output_micros: int
    cached_micros: int | None = None

    def of(self, meter: Meter) -> int:
        """The price of a meter of tokens. Raises ValueError for any other."""
        match meter:
            case "input_tokens" | "embedding_tokens":
                return self.input_micros
            case "cached_tokens":
                return self.input_micros if self.cached_micros is None else self.cached_micros
            case "output_tokens":
                return self.output_micros
        raise ValueError(f"models have no price for {meter}")


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Prices by model name, under one version that is stamped on each billed event."""

    version: str
    prices: Mapping[str, Price]
    fallback: Price

    def price_of(self, model: str) -> Price:
        """The price of a model or a dated snapshot (``gpt-5-2025-08-07``); else the fallback."""
        return self.prices.get(_SNAPSHOT_DATE.sub("", model), self.fallback)


# The vendors' list prices in micro-USD for a million tokens, as the package genai-prices 0.2.3 has
# them (tests/unit/test_pricing.py compares).
PRICE_BOOK = PriceBook(
    version="2026-11-25",
    prices={
        "helpdesk-extractive-1": Price(0, 0),
        "all-MiniLM-L6-v2": Price(0, 0),
        "gpt-4.1": Price(2_000_000, 8_000_000, 500_000),
        "gpt-4.1-mini": Price(400_000, 1_600_000, 100_000),
        "gpt-4.1-nano": Price(100_000, 400_000, 25_000),
        "gpt-4o": Price(2_500_000, 10_000_000, 1_250_000),
        "gpt-4o-mini": Price(150_000, 600_000, 75_000),
        "gpt-5": Price(1_250_000, 10_000_000, 125_000),
        "gpt-5-mini": Price(250_000, 2_000_000, 25_000),
        "gpt-5-nano": Price(50_000, 400_000, 5_000),
        "gpt-5.1": Price(1_250_000, 10_000_000, 125_000),
        "gpt-5.2": Price(1_750_000, 14_000_000, 175_000),
        "gpt-5.4": Price(2_500_000, 15_000_000, 250_000),
        "gpt-5.4-mini": Price(750_000, 4_500_000, 75_000),
        "gpt-5.5": Price(5_000_000, 30_000_000, 500_000),
        "text-embedding-3-large": Price(130_000, 0),
        "text-embedding-3-small": Price(20_000, 0),
    },
    # A model that is not listed is billed as the dearest that is: never for nothing.
    fallback=Price(5_000_000, 30_000_000, 500_000),
)
