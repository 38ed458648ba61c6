"""API Gateway's proxy event, read with the care that a caller's input needs."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ProxyEvent:
    """One request as API Gateway hands it to a function."""

    raw: Mapping[str, Any]

    def header(self, name: str) -> str | None:
        """A header, whatever the case of its name."""
        headers: Mapping[str, str] = self.raw.get("headers") or {}
        wanted = name.lower()
        return next((value for key, value in headers.items() if key.lower() == wanted), None)

    @property
    def body(self) -> bytes:
        """The body's bytes."""
        body: str = self.raw.get("body") or ""
        if self.raw.get("isBase64Encoded"):
            return base64.b64decode(body)
        # A lone surrogate can't be UTF-8: passed on, it is refused as bad JSON.
        return body.encode(errors="surrogatepass")

    @property
    def query(self) -> Mapping[str, str]:
        """The query's parameters; of a repeated one the last."""
        return self.raw.get("queryStringParameters") or {}

    @property
    def request_context(self) -> Mapping[str, Any]:
        """What API Gateway says about the request; no client can write it."""
        return self.raw.get("requestContext") or {}

    @property
    def source_ip(self) -> str:
        """The address that the request came from."""
        identity: Mapping[str, str] = self.request_context.get("identity") or {}
        return identity.get("sourceIp") or "unknown"
