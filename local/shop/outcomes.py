"""What a request comes to: a status and a JSON object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer; ``replayed`` says that it is the first one to its key, given again."""

    status: int
    body: Mapping[str, Any]
    replayed: bool = False


def refusal(status: int, code: str, detail: str) -> Outcome:
    """Why nothing was done: a stable word, and a sentence."""
    return Outcome(status, {"code": code, "detail": detail})


def not_their_order(order_id: str) -> Outcome:
    """The order is not there, or not this customer's: from outside the same."""
    return refusal(404, "order_not_found", f"There is no order {order_id}.")
