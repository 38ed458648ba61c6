"""`helpdesk tools`: what the agent may do at a company's own systems."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

import typer

from cli.client import Client, Problem, connected
from cli.mcp_source import is_mcp, tools_at
from cli.mcp_tools import MCPImporter
from cli.openapi_source import is_url, read_document
from cli.openapi_tools import DocumentRefused, Importer, Skipped
from cli.output import EXIT_FAILED, AsJson, err, money, out, print_json, print_table, told_clearly

# What a listed tool has beside what is put: a list can be kept in a file and put again.
_NOT_SENT = frozenset({"name", "updated_at"})
_ITS_OWN_FAULT = frozenset(
    {"validation_failed", "invalid_request", "payload_too_large", "not_found", "conflict"}
)

app = typer.Typer(help="Tools: what the agent may do at your systems.", no_args_is_help=True)


@app.command("list")
def list_tools(as_json: AsJson = False) -> None:
    """List the tools: what each does, where, and who has to say yes."""
    with told_clearly(), connected() as client:
        tools = list(client.items("/v1/tools"))
    if as_json:
        print_json({"items": tools})
        return
    columns = ("name", "effect", "confirmation", "limits", "endpoint")
    print_table(columns, map(_row, tools))


@app.command("put")
def put_tools(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help='JSON: a tool with "name", or more.')
    ],
    as_json: AsJson = False,
) -> None:
    """Write the tools of a file, each new or anew."""
    tools = _tools_in(file)
    with told_clearly(), connected() as client:
        put, refused = _put_all(client, tools)
    _report(put, refused, as_json=as_json)


@app.command("delete")
def delete_tool(
    name: Annotated[str, typer.Argument(help="Which one.")], as_json: AsJson = False
) -> None:
    """Delete a tool: nothing new is done with it."""
    with told_clearly(), connected() as client:
        client.delete(_path(name))
    if as_json:
        print_json({"deleted": name})
    else:
        out.print(f"Deleted {name}.", markup=False)


@app.command("import")
def import_tools(
    source: Annotated[
        str, typer.Argument(help="An OpenAPI 3 document, file or URL; or an MCP server.")
    ],
    *,
    only: Annotated[str, typer.Option(help="Which ones: operationId or tool,…")] = "",
    base_url: Annotated[
        str | None, typer.Option(help="Where they are called; else the document's server.")
    ] = None,
    confirmation: Annotated[
        Literal["none", "customer", "agent"],
        typer.Option(help="Who says yes before something is changed."),
    ] = "customer",
    mcp: Annotated[
        bool, typer.Option("--mcp", help="It is an MCP server; else found out by asking.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the tools instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a tool of each operation of an OpenAPI document, or of each tool of an MCP server.

    An operation's x-helpdesk object has the last word on any field of its tool.
    """
    try:
        importer = _importer(source, confirmation, base_url, mcp=mcp)
        chosen = [each.strip() for each in only.split(",") if each.strip()]
        tools, skipped = importer.tools(chosen)
    except DocumentRefused as refused:
        raise _failure(str(refused)) from None
    if dry_run:
        print_json(_as_json(tools, skipped) if as_json else tools)
        _print_skipped([] if as_json else skipped)
        return
    with told_clearly(), connected() as client:
        put, refused_ones = _put_all(client, tools)
    _report(put, refused_ones, skipped, as_json=as_json)
    if chosen and skipped:
        raise typer.Exit(EXIT_FAILED)


def _importer(
    source: str, confirmation: str, base_url: str | None, *, mcp: bool
) -> Importer | MCPImporter:
    """Raises DocumentRefused."""
    if mcp and not is_url(source):
        raise DocumentRefused("An MCP server has a URL.")
    if mcp or (is_url(source) and is_mcp(source)):
        return MCPImporter(tools_at(source), base_url or source, confirmation)
    source_url = source if is_url(source) else None
    return Importer(read_document(source), confirmation, base_url, source_url)


def _tools_in(file: Path) -> list[dict[str, Any]]:
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _failure(f"{file} is not JSON: {error}") from None
    tools = read if isinstance(read, list) else [read]
    for tool in tools:
        if not isinstance(tool, dict) or not isinstance(tool.get("name"), str):
            raise _failure(f'{file}: each tool is an object with a "name".')
    return tools


def _put_all(
    client: Client, tools: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[Skipped]]:
    """Puts one after the other; one that is refused for what it is does not stop the others."""
    put: list[dict[str, Any]] = []
    refused: list[Skipped] = []
    for tool in tools:
        body = {field: value for field, value in tool.items() if field not in _NOT_SENT}
        try:
            put.append(client.put(_path(tool["name"]), body))
        except Problem as problem:
            if problem.body.get("code") not in _ITS_OWN_FAULT:
                raise
            refused.append(Skipped(tool["name"], _reason(problem)))
    return put, refused


def _report(
    put: Sequence[Mapping[str, Any]],
    refused: Sequence[Skipped],
    skipped: Sequence[Skipped] = (),
    *,
    as_json: bool,
) -> None:
    """Says what came of it; fails when a tool was refused."""
    if as_json:
        print_json(_as_json(put, skipped) | {"refused": [*map(_told, refused)]})
    else:
        for tool in put:
            out.print(f"Put {tool['name']}.", markup=False)
        for one in refused:
            err.print(f"  {one.operation}: {one.reason}", style="red", markup=False)
        _print_skipped(skipped)
    if refused:
        raise typer.Exit(EXIT_FAILED)


def _print_skipped(skipped: Sequence[Skipped]) -> None:
    for one in skipped:
        err.print(f"  {one.operation}: skipped, {one.reason}", style="dim", markup=False)


def _as_json(tools: Sequence[Mapping[str, Any]], skipped: Sequence[Skipped]) -> dict[str, Any]:
    return {"tools": [*tools], "skipped": [*map(_told, skipped)]}


def _told(one: Skipped) -> dict[str, str]:
    return {"name": one.operation, "reason": one.reason}


def _reason(problem: Problem) -> str:
    wrong = [f"{each['field']}: {each['message']}" for each in problem.body.get("errors", [])]
    return " ".join(wrong) or str(problem)


def _failure(message: str) -> typer.Exit:
    err.print(message, style="red", markup=False, soft_wrap=True)
    return typer.Exit(EXIT_FAILED)


def _path(name: str) -> str:
    return f"/v1/tools/{quote(name, safe='')}"


def _row(tool: Mapping[str, Any]) -> tuple[str, ...]:
    limits = [f"{money(each['max'])} per {each['per']}" for each in tool["limits"]]
    if "endpoint" in tool:
        endpoint = f"{tool['endpoint']['method']} {tool['endpoint']['url']}"
    else:
        endpoint = " → ".join(step["tool"] for step in tool["steps"])
    return tool["name"], tool["effect"], tool["confirmation"], ", ".join(limits), endpoint
