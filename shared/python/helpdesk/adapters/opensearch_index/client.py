"""The connection to OpenSearch: signed on AWS, with a deadline on every call."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import boto3
from opensearchpy import OpenSearch, Urllib3AWSV4SignerAuth
from opensearchpy.exceptions import ConnectionError as NoAnswer
from opensearchpy.exceptions import TransportError

from helpdesk.errors import Unavailable

Service = Literal["es", "aoss"]
"""The name that requests are signed for: a managed domain, or a serverless collection."""

DEADLINE_SECONDS: dict[Service, float] = {"es": 5.0, "aoss": 30.0}
"""A collection that was scaled to zero takes 10 to 30 s to wake up."""

OVERLOADED = frozenset({429, 500, 502, 503, 504})


def connect(url: str, service: Service) -> OpenSearch:
    """A client with a connection pool. Plain http is not signed: that is a server on this machine.

    The region and the credentials are those that the process runs with.
    """
    signer = None
    if url.startswith("https://"):
        session = boto3.Session()
        signer = Urllib3AWSV4SignerAuth(session.get_credentials(), session.region_name, service)
    return OpenSearch(
        hosts=[url],
        http_auth=signer,
        timeout=DEADLINE_SECONDS[service],
        max_retries=1,
        retry_on_timeout=False,
        pool_maxsize=20,
    )


@contextmanager
def unavailable_when_silent() -> Iterator[None]:
    """Turns a server that is away, late or overloaded into Unavailable; our own mistakes stay."""
    try:
        yield
    except TransportError as error:
        if isinstance(error, NoAnswer) or error.status_code in OVERLOADED:
            raise Unavailable("The search index does not answer. Try again.") from error
        raise
