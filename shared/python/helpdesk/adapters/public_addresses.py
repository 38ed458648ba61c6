"""Which address to connect to for a tenant's URL, so that nobody reaches what is not public.

The name is resolved once, and the connection goes to the very address that was checked: a name
that resolves to something else a moment later (DNS rebinding) changes nothing.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from helpdesk.endpoint_urls import is_public

_PORTS = {"http": 80, "https": 443}


class AddressRefused(Exception):
    """A host can't be called: it has no address, or one that is not public."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Pinned:
    """A URL to the checked address, and what keeps the host's name for HTTP and TLS.

    For httpx2: ``client.post(pinned.url, headers=…| pinned.headers, extensions=pinned.extensions)``
    with ``follow_redirects=False`` and ``trust_env=False``, since a proxy would resolve anew.
    """

    url: str
    headers: Mapping[str, str]
    extensions: Mapping[str, str]


def resolve_public(host: str, port: int, allow_private: bool = False) -> str:
    """The address to connect to, IPv4 first. Raises AddressRefused.

    One address that is not public spoils all: an honest host has none. ``allow_private`` is for a
    stage on one machine. It blocks for as long as the resolver takes.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    except (OSError, ValueError) as error:
        raise AddressRefused("no_address") from error
    if not allow_private and not all(map(is_public, addresses)):
        raise AddressRefused("private_address")
    if not addresses:
        raise AddressRefused("no_address")
    return str(min(addresses, key=lambda each: each.version))


def pinned(url: str, allow_private: bool = False) -> Pinned:
    """A URL whose host is replaced by the address to connect to. Raises AddressRefused."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    address = resolve_public(host, port, allow_private)
    literal = f"[{address}]" if ":" in address else address
    return Pinned(
        url=parts._replace(netloc=f"{literal}:{port}").geturl(),
        headers={"Host": parts.netloc},
        extensions={"sni_hostname": host},
    )
