"""Writes that were not done, and why: a condition, another transaction, or the size of an item."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from helpdesk.adapters.aws_errors import code_of
from helpdesk.adapters.dynamodb.items import Fields, from_attributes
from helpdesk.errors import PayloadTooLarge, Unavailable

_TOO_LARGE = "exceeded the maximum"


class Refused(Exception):
    """A condition did not hold.

    ``obstacles`` holds, for each write in its order, the item that stood against it: empty when
    there was none, and None for a write that was not to blame.
    """

    def __init__(self, obstacles: Sequence[Fields | None]) -> None:
        super().__init__("a condition did not hold")
        self.obstacles = obstacles


class LostRace(Exception):
    """Another transaction was at the same items: trying again decides."""


def raise_refusal(error: ClientError) -> None:
    """Raises what a failed write means, when it means anything but a fault."""
    response: Any = error.response
    match code_of(error):
        case "ConditionalCheckFailedException":
            raise Refused([from_attributes(response.get("Item", {}))]) from error
        case "TransactionConflictException":
            raise LostRace from error
        case "TransactionCanceledException":
            _raise_cancellation(error)
        case "ValidationException" if _TOO_LARGE in str(error):
            raise PayloadTooLarge("This is too large to be kept.") from error


def _raise_cancellation(error: ClientError) -> None:
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = {reason.get("Code") for reason in reasons}
    if "ConditionalCheckFailed" in codes:
        raise Refused([_obstacle(reason) for reason in reasons]) from error
    if "TransactionConflict" in codes:
        raise LostRace from error
    if any(_TOO_LARGE in reason.get("Message", "") for reason in reasons):
        raise PayloadTooLarge("This is too large to be kept.") from error
    if codes & {"ThrottlingError", "ProvisionedThroughputExceeded"}:
        raise Unavailable("The database is busy. Try again.", retry_after_seconds=1) from error


def _obstacle(reason: Mapping[str, Any]) -> Fields | None:
    if reason.get("Code") != "ConditionalCheckFailed":
        return None
    return from_attributes(reason.get("Item") or {})
