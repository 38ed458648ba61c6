"""What is wrong with a tool besides its schema: names that it does not have, and rules broken."""

import re
from collections.abc import Collection, Iterator, Mapping

from helpdesk.endpoint_urls import flaw_of
from helpdesk.errors import FieldError
from helpdesk.tools import MCP, Endpoint, Limit, Tool

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", MCP)
"""How an endpoint may be called."""

MAX_EXAMPLES, MAX_EXAMPLE_CHARS = 20, 200
MAX_MCP_NAME_CHARS = 128

_LOOKUP_METHODS = ("GET", "POST")
_PLACEHOLDER = re.compile(r"\{(\w+)\}", re.ASCII)
_ORIGIN = re.compile(r"[^/?]*//[^/?]*", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


def is_tool_name(name: str) -> bool:
    """Whether a tool can be called so."""
    return _NAME.fullmatch(name) is not None


def placeholders(url: str) -> list[str]:
    """The names of the ``{name}`` placeholders in a URL."""
    return _PLACEHOLDER.findall(url)


def url_flaw(url: str, *, allow_private: bool) -> str | None:
    """What is wrong with a URL that may have placeholders, behind its host alone."""
    origin = _ORIGIN.match(url)
    if origin and {"{", "}"} & {*origin[0]}:
        return "Placeholders stand behind the host: it is not an argument's to choose."
    if {"{", "}"} & {*_PLACEHOLDER.sub("", url)}:
        return "Write placeholders as {name}."
    return flaw_of(url, allow_private=allow_private)


def flaws_of(tool: Tool, *, allow_private: bool) -> Iterator[FieldError]:
    """All that is wrong with a tool whose schema is a good one."""
    parameters = _parameters(tool)
    if not is_tool_name(tool.name):
        yield FieldError("name", "Up to 64 small letters, digits and _, a letter first.")
    if tool.endpoint is not None:
        yield from _endpoint_flaws("endpoint", tool.endpoint, METHODS, allow_private)
        yield from _placeholder_flaws("endpoint.url", tool.endpoint.url, parameters)
        if tool.steps:
            yield FieldError("steps", "A tool has either an endpoint or steps.")
    elif not tool.steps:
        yield FieldError("endpoint", "Say where the tool is called, or give its steps.")
    yield from _lookup_flaws(tool, allow_private)
    for field, name in (("order_field", tool.order_field), ("end_user_field", tool.end_user_field)):
        if name is not None and name not in parameters:
            yield _unknown(field, name)
    if tool.order_field is not None and tool.order_field == tool.end_user_field:
        yield FieldError("end_user_field", "The order and the customer are two parameters.")
    for number, limit in enumerate(tool.limits):
        yield from _limit_flaws(f"limits.{number}", limit, tool)
    yield from _example_flaws(tool)


def _endpoint_flaws(
    field: str, endpoint: Endpoint, methods: Collection[str], allow_private: bool
) -> Iterator[FieldError]:
    if endpoint.method not in methods:
        yield FieldError(f"{field}.method", f"This must be one of {', '.join(methods)}.")
    if flaw := url_flaw(endpoint.url, allow_private=allow_private):
        yield FieldError(f"{field}.url", flaw)
    if endpoint.tool is not None and endpoint.method != MCP:
        yield FieldError(f"{field}.tool", "This goes with the method MCP only.")
    if endpoint.tool is not None and not _is_mcp_name(endpoint.tool):
        yield FieldError(
            f"{field}.tool", f"Up to {MAX_MCP_NAME_CHARS} printable characters, as the server says."
        )
    if endpoint.method == MCP and placeholders(endpoint.url):
        yield FieldError(f"{field}.url", "An MCP server's URL has no placeholders.")


def _placeholder_flaws(field: str, url: str, names: Collection[str]) -> Iterator[FieldError]:
    for name in dict.fromkeys(placeholders(url)):
        if name not in names:
            yield _unknown(field, name)


def _lookup_flaws(tool: Tool, allow_private: bool) -> Iterator[FieldError]:
    if tool.lookup is None:
        if tool.idempotency == "lookup":
            yield FieldError("lookup", "Say where an outcome is looked up, or change idempotency.")
        return
    if tool.idempotency != "lookup":
        yield FieldError("lookup", 'This goes with idempotency "lookup" only.')
    yield from _endpoint_flaws("lookup", tool.lookup, _LOOKUP_METHODS, allow_private)
    for name in dict.fromkeys(placeholders(tool.lookup.url)):
        if name != "key":
            yield FieldError("lookup.url", "A look-up knows the {key} and nothing else.")


def _limit_flaws(field: str, limit: Limit, tool: Tool) -> Iterator[FieldError]:
    parameters = _parameters(tool)
    if tool.effect != "write":
        yield FieldError(field, "Only a tool that writes has limits.")
    if limit.field not in parameters:
        yield _unknown(f"{field}.field", limit.field)
    elif not _may_be_text(parameters[limit.field]):
        yield FieldError(f"{field}.field", 'An amount is a decimal string: give it type "string".')
    if limit.max.micros < 0:
        yield FieldError(f"{field}.max.amount", "This must not be negative.")
    if limit.per == "order" and tool.order_field is None:
        yield FieldError("order_field", "A limit per order needs the parameter with the order.")
    if limit.per == "end_user" and tool.end_user_field is None:
        yield FieldError("end_user_field", "A limit per customer needs the parameter with them.")


def _example_flaws(tool: Tool) -> Iterator[FieldError]:
    if len(tool.examples) > MAX_EXAMPLES:
        yield FieldError("examples", f"Give at most {MAX_EXAMPLES} examples.")
    for number, example in enumerate(tool.examples):
        if not 0 < len(example) <= MAX_EXAMPLE_CHARS:
            field = f"examples.{number}"
            yield FieldError(field, f"An example has up to {MAX_EXAMPLE_CHARS} characters.")


def _parameters(tool: Tool) -> Mapping[str, object]:
    properties = tool.parameters.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _is_mcp_name(name: str) -> bool:
    return 0 < len(name) <= MAX_MCP_NAME_CHARS and name.isprintable()


def _may_be_text(schema: object) -> bool:
    kinds = schema.get("type", "string") if isinstance(schema, Mapping) else "string"
    return kinds == "string" or (isinstance(kinds, list | tuple) and "string" in kinds)


def _unknown(field: str, name: str) -> FieldError:
    return FieldError(field, f"There is no parameter {name[:64]!r} in the schema's properties.")
