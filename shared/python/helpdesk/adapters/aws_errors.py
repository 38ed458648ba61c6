"""What fails at AWS, in the product's words: no error of the SDK leaves an adapter."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.exceptions import ConnectionError as NotConnected

from helpdesk.errors import HelpdeskError, Unavailable

_THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


@contextmanager
def aws_errors(what: str) -> Iterator[None]:
    """Turns an error of the SDK into Unavailable, or into HelpdeskError when trying again is idle.

    ``what`` begins the sentence: "The document store".
    """
    try:
        yield
    except ClientError as error:
        if is_passing(error):
            raise Unavailable(f"{what} is busy. Try again.", retry_after_seconds=1) from error
        raise HelpdeskError(f"{what} refused the request.") from error
    except (NotConnected, HTTPClientError, IncompleteReadError) as error:
        raise Unavailable(f"{what} does not answer.", retry_after_seconds=1) from error
    except BotoCoreError as error:
        raise HelpdeskError(f"{what} could not be asked.") from error


def code_of(error: ClientError) -> str:
    """The service's own code for what went wrong."""
    return error.response.get("Error", {}).get("Code", "")


def is_passing(error: ClientError) -> bool:
    """Whether the same request may well succeed later."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or code_of(error) in _THROTTLED
