"""The tools of an MCP server as ours: one each, and why not where that can't be."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.openapi_schemas import DATA, NAMED, Inexpressible, Json
from cli.openapi_tools import DocumentRefused, Skipped, tool_name
from cli.plain_text import plain
from helpdesk.adapters.json_schema import JSONArgumentSchema

if TYPE_CHECKING:
    from mcp_types import Tool

_MAX_DEPTH = 32
_MAX_DESCRIPTION_CHARS, _MAX_NAME_CHARS = 1024, 128
# They say where a schema is from or who it is for; ours stands alone.
_DROPPED = frozenset({"$schema", "$id", "$comment", "$anchor", "$vocabulary"})
_TEXTS = frozenset({"title", "description"})
_AROUND = frozenset({"$ref", "allOf", "anyOf", "oneOf", "patternProperties"})


@dataclass(frozen=True, slots=True)
class MCPImporter:
    """Makes tools of what the MCP server at ``url`` lists."""

    listed: "Sequence[Tool]"
    url: str
    confirmation: str = "customer"

    def tools(self, only: Collection[str] = ()) -> tuple[list[Json], list[Skipped]]:
        """The tools, and what was skipped. Raises DocumentRefused when one of ``only`` is not
        there."""
        if missing := set(only) - {each.name for each in self.listed}:
            raise DocumentRefused(f"The server has no {', '.join(sorted(missing))}.")
        made: dict[str, Json] = {}
        skipped: list[Skipped] = []
        for each in self.listed:
            if only and each.name not in only:
                continue
            try:
                tool = self._tool(each)
                if tool["name"] in made:
                    raise Inexpressible(f"another tool is called {tool['name']} too")
                made[tool["name"]] = tool
            except Inexpressible as reason:
                skipped.append(
                    Skipped(" ".join(plain(each.name).split())[:_MAX_NAME_CHARS], str(reason))
                )
        return list(made.values()), skipped

    def _tool(self, theirs: "Tool") -> Json:
        if not theirs.name.isprintable() or not 0 < len(theirs.name) <= _MAX_NAME_CHARS:
            raise Inexpressible("its name is too long or not printable")
        hints = theirs.annotations
        reads = hints is not None and hints.read_only_hint is True
        repeats = hints is not None and hints.idempotent_hint is True
        endpoint = {"method": "MCP", "url": self.url}
        name = tool_name(theirs.name)
        return {
            "name": name,
            "description": _description(theirs),
            "parameters": _parameters(theirs.input_schema),
            "effect": "read" if reads else "write",
            "endpoint": endpoint if name == theirs.name else {**endpoint, "tool": theirs.name},
            "confirmation": "none" if reads else self.confirmation,
            "idempotency": "key" if repeats else "none",
        }


def _description(theirs: "Tool") -> str:
    title = theirs.title or (theirs.annotations.title if theirs.annotations else None)
    said = plain(theirs.description or "").strip() or plain(title or "").strip()
    return (said or theirs.name)[:_MAX_DESCRIPTION_CHARS]


def _parameters(schema: Json) -> Json:
    """A schema as our tools have them. Raises Inexpressible."""
    cleaned = dict(_cleaned(schema))
    cleaned.setdefault("type", "object")
    if not _AROUND & cleaned.keys():
        cleaned.setdefault("additionalProperties", False)
    if flaws := JSONArgumentSchema().flaws(cleaned):
        first = flaws[0]
        raise Inexpressible(f"{plain(first.field)}: {plain(first.message)}")
    names = cleaned.get("properties", {})
    if unprintable := [name for name in names if not name.isprintable()]:
        raise Inexpressible(f"it has a parameter called {unprintable[0]!a}")
    return cleaned


def _cleaned(schema: Json, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > _MAX_DEPTH:
        raise Inexpressible("its schema is nested too deep")
    for keyword, value in _modern(schema).items():
        if keyword in _DROPPED or keyword.startswith("x-"):
            continue
        if keyword in _TEXTS and isinstance(value, str):
            yield keyword, plain(value)
        elif keyword in DATA:
            yield keyword, value
        elif keyword in NAMED and isinstance(value, dict):
            yield keyword, {name: _inner(each, depth) for name, each in value.items()}
        elif isinstance(value, list):
            yield keyword, [_inner(each, depth) for each in value]
        else:
            yield keyword, _inner(value, depth)


def _inner(value: Any, depth: int) -> Any:
    return dict(_cleaned(value, depth + 1)) if isinstance(value, dict) else value


def _modern(schema: Json) -> Json:
    """A tuple as draft 7 says it, as 2020-12 does."""
    if not isinstance(schema.get("items"), list):
        return schema
    others = {
        each: value for each, value in schema.items() if each not in ("items", "additionalItems")
    }
    rest = {"items": schema["additionalItems"]} if "additionalItems" in schema else {}
    return others | {"prefixItems": schema["items"]} | rest
