"""Asks an MCP server over HTTP what tools it has."""

import asyncio
from typing import TYPE_CHECKING

import httpx2

from cli.openapi_tools import DocumentRefused
from cli.plain_text import plain

if TYPE_CHECKING:
    from mcp_types import Tool

MAX_TOOLS = 500

_TIMEOUT_SECONDS, _PROBE_SECONDS = 30.0, 5.0
_PROBE_BYTES = 64 * 1024
_MAX_REASON_CHARS = 200
_INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "helpdesk", "version": "1"},
    },
}


def is_mcp(url: str) -> bool:
    """Whether what is at a URL answers as an MCP server."""
    accepted = {"Accept": "application/json, text/event-stream"}
    timeout, seen = httpx2.Timeout(_PROBE_SECONDS), b""
    try:
        with httpx2.stream(
            "POST", url, json=_INITIALIZE, headers=accepted, timeout=timeout
        ) as answer:
            # A stream stays open: its end is nothing to wait for.
            for piece in answer.iter_bytes() if answer.is_success else ():
                seen += piece
                if b'"protocolVersion"' in seen:
                    return True
                if len(seen) > _PROBE_BYTES:
                    break
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return False
    return False


def tools_at(url: str) -> "list[Tool]":
    """The tools of the MCP server at a URL. Raises DocumentRefused."""
    try:
        return asyncio.run(_tools_at(url))
    # The SDK lets out whatever went wrong with a stranger's server, some of it in groups.
    except Exception as failed:  # noqa: BLE001
        cause = _innermost(failed)
        if isinstance(cause, DocumentRefused):
            raise cause from None
        reason = plain(str(cause)).rstrip(".")[:_MAX_REASON_CHARS] or "it does not answer in time"
        raise DocumentRefused(f"{url} can't be asked for its tools: {reason}.") from None


async def _tools_at(url: str) -> "list[Tool]":
    # Two seconds that no other command has to spend.
    from mcp import Client  # noqa: PLC0415

    found: list[Tool] = []
    cursor: str | None = None
    # The handshake, since that is how the tools will be called.
    async with asyncio.timeout(_TIMEOUT_SECONDS), Client(url, mode="legacy") as client:
        while True:
            page = await client.list_tools(cursor=cursor)
            found += page.tools
            if not page.next_cursor:
                return found
            if len(found) > MAX_TOOLS or page.next_cursor == cursor:
                raise DocumentRefused(f"{url} has no end of tools.")
            cursor = page.next_cursor


def _innermost(error: BaseException) -> BaseException:
    return _innermost(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
