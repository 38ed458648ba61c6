"""URLs that tenants give us: what is refused as text, and what addresses are public."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.endpoint_urls import flaw_of, is_public


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example/hooks",
        "https://acme.example:8443/a?b=c",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]:443/",
        "https://xn--bcher-kva.example/",
    ],
)
def test_good_urls(url):
    assert flaw_of(url, allow_private=False) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.example/",
        "ftp://acme.example/",
        "file:///etc/passwd",
        "//acme.example/",
        "acme.example",
        "",
        "https://",
        "https://user:secret@acme.example/",
        "https://acme.example@127.0.0.1/",
        "https://acme.example/#part",
        "https://acme.example/a b",
        "https://acme.example\\@127.0.0.1/",
        "https://acme.example:0/",
        "https://acme.example:99999/",
        "https://acme.example:x/",
        "https://[::1/",
        "https://bücher.example/",
        "https://acme.example/\r\nHost: x",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://a.localhost/",
        "https://intranet/",
        "https://db.internal/",
        "https://printer.local/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://127.0.0.0x1/",
        "https://0177.0.0.1/",
        "https://10.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00:ec2::254]/",
        "https://acme.example/" + "a" * 2048,
    ],
)
def test_bad_urls(url):
    assert flaw_of(url, allow_private=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/hook", "https://localhost/", "http://a/"])
def test_on_one_machine_its_own_hosts_will_do(url):
    assert flaw_of(url, allow_private=True) is None
    assert flaw_of("ftp://127.0.0.1/", allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
        *("192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "224.0.0.1", "239.1.1.1"),
        *("240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
        *("::10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1"),
        *("fc00::1", "fd00:ec2::254", "fe80::1", "ff02::1", "2001:db8::1"),
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(ip_address(address))


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_no_form_of_a_private_address_is_public(address):
    if not is_public(address):
        for prefix in (0, 0xFFFF << 32, 0x64FF9B << 96, 0x2002 << 112):
            shift = 80 if prefix == 0x2002 << 112 else 0
            assert not is_public(IPv6Address(prefix | int(address) << shift))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111"])
def test_public_addresses(address):
    assert is_public(ip_address(address))
