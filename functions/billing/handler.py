"""The billing function: months are checked, drafted, closed and exported."""

from typing import Any


def handler(_: dict[str, Any], __: object) -> None:
    """Does one job."""
