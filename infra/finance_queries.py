"""Questions that finance asks, saved beside the tables; ``?`` is what Athena asks for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """A saved query."""

    name: str
    description: str
    sql: str


QUERIES = (Query("A month's total per tenant", "What each tenant owes for a month.", "SELECT 1"),)
