"""How the models are reached: connections kept alive, every wait bounded, one kind of failure."""

from collections.abc import Iterator
from contextlib import contextmanager

from httpx2 import HTTPError, Limits, Timeout
from openai import OpenAIError

from helpdesk.errors import Unavailable

CONNECT_SECONDS = 2.0

# Only a refused connection is tried again, in the transport. A client that retries answers, too,
# would sleep through a Retry-After of minutes, with a customer waiting.
CONNECT_RETRIES = 1
ANSWER_RETRIES = 0

LIMITS = Limits(max_connections=200, max_keepalive_connections=100, keepalive_expiry=30)

# A local server asks for no key, but the client does.
NO_KEY = "none"

_OTHER_SHAPE = (ValueError, TypeError, AttributeError, LookupError)


def timeout(read_seconds: float) -> Timeout:
    """The longest silence of each kind; ``read_seconds`` between two pieces of an answer."""
    return Timeout(read_seconds, connect=CONNECT_SECONDS)


@contextmanager
def failing_as_unavailable(what: str) -> Iterator[None]:
    """Turns whatever a model's endpoint does wrong into Unavailable.

    Nobody checks what is sent: an answer of another shape shows as one of Python's own errors
    where it is read.
    """
    try:
        yield
    except (OpenAIError, HTTPError, *_OTHER_SHAPE) as error:
        raise Unavailable(f"The {what} does not answer. Try again in a moment.") from error
