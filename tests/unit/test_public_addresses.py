"""Addresses: checked once, and connected to as they were checked."""

import socket

import pytest

from helpdesk.adapters.public_addresses import AddressRefused, pinned, resolve_public


@pytest.fixture
def names(monkeypatch):
    """What names resolve to, while this is filled; each look-up is counted."""
    known: dict[str, list[str]] = {}
    asked: list[str] = []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    known["asked"] = asked
    return known


def test_ipv4_comes_first(names):
    names["acme.example"] = ["2606:4700::1111", "1.1.1.1"]

    assert resolve_public("acme.example", 443) == "1.1.1.1"


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::ffff:1.1.1.1"], ["fe80::1%eth0"]]
)
def test_one_private_address_spoils_all(names, addresses):
    names["acme.example"] = addresses

    with pytest.raises(AddressRefused) as refused:
        resolve_public("acme.example", 443)
    assert refused.value.reason == "private_address"
    assert resolve_public("acme.example", 443, allow_private=True)


def test_an_unknown_name_has_no_address(names):
    with pytest.raises(AddressRefused) as refused:
        resolve_public("nobody.example", 443)
    assert refused.value.reason == "no_address"


def test_the_url_leads_to_the_checked_address_and_keeps_the_name(names):
    names["acme.example"] = ["1.1.1.1"]

    target = pinned("https://acme.example/hooks?a=%20b")

    assert target.url == "https://1.1.1.1:443/hooks?a=%20b"
    assert target.headers == {"Host": "acme.example"}
    assert target.extensions == {"sni_hostname": "acme.example"}
    assert names["asked"] == ["acme.example"]


def test_an_ipv6_address_has_its_brackets(names):
    names["acme.example"] = ["2606:4700::1111"]

    assert pinned("https://acme.example:8443/").url == "https://[2606:4700::1111]:8443/"
    assert pinned("https://acme.example:8443/").headers == {"Host": "acme.example:8443"}
