"""What a tool's endpoint may be, and that a toolbox keeps to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.endpoint_urls import is_public
from helpdesk.errors import Conflict, NotFound, ValidationFailed
from helpdesk.ids import TenantId
from helpdesk.tool_flaws import placeholders, url_flaw
from helpdesk.toolbox import MAX_TOOLS, Toolbox
from helpdesk.tools import Endpoint, Tool
from tests.fakes.schema import AnyArguments
from tests.fakes.tools import MemoryTools

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ACME = TenantId("ten_acme")


def a_tool(name="look", url="https://acme.example/orders"):
    return Tool(
        ACME, name, "Looks.", {"type": "object"}, "read", Endpoint("GET", url), NOW - timedelta(1)
    )


@pytest.fixture
def toolbox():
    return Toolbox(MemoryTools(), AnyArguments(), lambda: NOW)


PUBLIC = [
    "https://acme.example",
    "https://acme.example/",
    "https://acme.example:8443/orders/{order_id}?v=1&q={q}",
    "https://xn--bcher-kva.example/a%20b",
    "https://8.8.8.8/x",
    "https://[2606:4700::1111]/x",
    "https://internal.acme.example",
    "https://acme.example?x={x}",
]
PRIVATE = [
    "http://acme.example",
    "http://127.0.0.1:8080/x",
    "https://127.0.0.1",
    "https://10.1.2.3",
    "https://172.16.0.1",
    "https://192.168.1.1",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1",
    "https://0.0.0.0",
    "https://224.0.0.1",
    "https://255.255.255.255",
    "https://[::1]/",
    "https://[::]/",
    "https://[fe80::1]",
    "https://[fd00:ec2::254]",
    "https://[::ffff:127.0.0.1]",
    "https://[64:ff9b::7f00:1]",
    "https://[2002:7f00:1::]",
    "https://127.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://0177.0.0.1",
    "https://127.0.0.0x1",
    "https://[::1%25eth0]",
    "https://localhost",
    "https://LOCALHOST.",
    "https://shop.localhost",
    "https://printer.local",
    "https://metadata.google.internal",
    "https://nas.home.arpa",
    "https://intranet",
]
NEITHER = [
    "",
    "acme.example",
    "//acme.example",
    "ftp://acme.example",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "https:///x",
    "https://user:secret@acme.example",
    "https://acme.example@127.0.0.1",
    "https://acme.example\\@127.0.0.1",
    "https://{host}/x",
    "https://{host}.acme.example/x",
    "https://acme.example:{port}/",
    "https://acme.example/#fragment",
    "https://acme.example/a b",
    "https://acme.example/\n",
    "https://acme.example/x\r\nX-Evil: 1",
    "https://acme.example/{",
    "https://acme.example/{a}}",
    "https://acme.example/{a-b}",
    "https://acme.example/{}",
    "https://bücher.example",
    "https://ⓛocalhost",
    "https://acme.example:0",
    "https://acme.example:99999",
    "https://[::1",
    "https://[acme.example]",
    "https://acme.example/" + "a" * 2048,
]


@pytest.mark.parametrize("url", PUBLIC)
def test_public_addresses_may_be_called(url):
    assert url_flaw(url, allow_private=False) is None


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_may_be_called_on_ones_own_machine_only(url):
    assert url_flaw(url, allow_private=False) is not None
    assert url_flaw(url, allow_private=True) is None


@pytest.mark.parametrize("url", NEITHER)
def test_what_is_no_clear_url_is_called_nowhere(url):
    assert url_flaw(url, allow_private=True) is not None


@given(st.ip_addresses())
def test_a_private_address_is_refused_however_it_is_written(address):
    written = f"[{address.exploded}]" if address.version == 6 else str(address)
    refused = url_flaw(f"https://{written}/x", allow_private=False) is not None
    assert refused != is_public(address)


@given(st.text(max_size=40))
def test_no_text_whatever_makes_it_fail(text):
    for url in (text, f"https://{text}", f"https://acme.example/{text}"):
        url_flaw(url, allow_private=True)
        placeholders(url)


def test_a_tool_is_put_as_of_now(toolbox):
    written = toolbox.put(a_tool())

    assert written == replace(a_tool(), updated_at=NOW)
    assert toolbox.get(ACME, "look") == written
    assert toolbox.all(ACME) == [written]


def test_a_private_endpoint_is_taken_where_it_may_be(toolbox):
    here = a_tool(url="http://127.0.0.1:9000/orders")

    with pytest.raises(ValidationFailed) as refused:
        toolbox.put(here)
    assert [each.field for each in refused.value.errors] == ["endpoint.url"]
    assert replace(toolbox, allow_private=True).put(here).endpoint == here.endpoint


def test_the_last_tool_that_fits_can_still_be_replaced(toolbox):
    for number in range(MAX_TOOLS):
        toolbox.put(a_tool(f"tool_{number}"))

    with pytest.raises(Conflict):
        toolbox.put(a_tool("one_more"))
    toolbox.put(a_tool("tool_0"))


@pytest.mark.parametrize("name", ["", "A", "a#b", "a\n", "é", "a" * 65])
def test_a_name_that_no_tool_can_have_is_not_looked_up(name):
    toolbox: Any = Toolbox(None, AnyArguments(), lambda: NOW)  # type: ignore[arg-type]

    for ask in (toolbox.get, toolbox.delete):
        with pytest.raises(NotFound):
            ask(ACME, name)
    with pytest.raises(ValidationFailed):
        toolbox.put(a_tool(name))


@pytest.mark.parametrize(
    ("endpoint", "fields"),
    [
        (Endpoint("MCP", "https://acme.example/mcp"), []),
        (Endpoint("MCP", "https://acme.example/mcp", "Get Order"), []),
        (Endpoint("MCP", "https://acme.example/{id}"), ["endpoint.url"]),
        (Endpoint("MCP", "http://10.0.0.1/mcp"), ["endpoint.url"]),
        (Endpoint("MCP", "https://acme.example/mcp", "a\x1b"), ["endpoint.tool"]),
        (Endpoint("MCP", "https://acme.example/mcp", "a" * 129), ["endpoint.tool"]),
        (Endpoint("GET", "https://acme.example/orders", "look"), ["endpoint.tool"]),
    ],
)
def test_a_tool_of_an_mcp_server_may_have_a_name_of_its_server_s_own(toolbox, endpoint, fields):
    parameters = {"type": "object", "properties": {"id": {"type": "string"}}}
    tool = replace(a_tool(), endpoint=endpoint, parameters=parameters)
    if not fields:
        assert toolbox.put(tool).endpoint == endpoint
        return
    with pytest.raises(ValidationFailed) as refused:
        toolbox.put(tool)
    assert [each.field for each in refused.value.errors] == fields


def test_no_outcome_is_looked_up_at_an_mcp_server(toolbox):
    lookup = Endpoint("MCP", "https://acme.example/mcp")
    with pytest.raises(ValidationFailed) as refused:
        toolbox.put(replace(a_tool(), idempotency="lookup", lookup=lookup))
    assert [each.field for each in refused.value.errors] == ["lookup.method"]
