"""The rules for URLs that tenants give us to call: HTTPS, and no host that is not public."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address

# They stand for an IPv4 address that a translator on the way would connect to: compatible, mapped,
# NAT64 (well-known and local), Teredo and 6to4.
_CARRIERS = tuple(
    IPv6Network(each)
    for each in (
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_LONGEST = 2048


def is_public(address: Address) -> bool:
    """Whether an address is somebody's on the public internet, and says so plainly."""
    if isinstance(address, IPv6Address) and any(address in each for each in _CARRIERS):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def flaw_of(url: str, *, allow_private: bool) -> str | None:
    """What is wrong with a URL, as a sentence; None when nothing is.

    A name is looked at as text alone: what it resolves to is checked whenever it is called.
    With ``allow_private`` plain HTTP and this machine's own hosts will do.
    """
    parts = _split(url)
    if parts is None:
        return "This must be an absolute URL without user name, white space or fragment."
    if parts.scheme not in (("https", "http") if allow_private else ("https",)):
        return "This must be an https URL."
    if not allow_private and _names_private_host(parts.hostname or ""):
        return "This host is not public."
    return None


def _split(url: str) -> SplitResult | None:
    if (
        len(url) > _LONGEST
        or not url.isascii()
        or not url.isprintable()
        or set(url) & set(' \\"<>')
    ):
        return None
    try:
        parts = urlsplit(url)
        port, hostname = parts.port, parts.hostname
    except ValueError:
        return None
    whole = bool(parts.scheme and hostname) and port != 0
    return parts if whole and "@" not in parts.netloc and "#" not in url else None


def _names_private_host(host: str) -> bool:
    host = host.rstrip(".").lower()
    try:
        return not is_public(ip_address(host))
    except ValueError:
        # The resolver also reads addresses as one number or in octal or hexadecimal parts.
        last = host.rpartition(".")[2]
        odd_address = last.isdigit() or last.startswith("0x")
        return odd_address or "." not in host or host.endswith(_PRIVATE_SUFFIXES)
