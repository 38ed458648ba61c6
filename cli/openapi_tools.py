"""The operations of an OpenAPI 3 document as tools: one each, and why not where that can't be."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from cli.openapi_schemas import Inexpressible, Json, inlined, object_schema, resolved

METHODS = ("get", "post", "put", "patch", "delete")

_WITHOUT_BODY = ("get", "delete")
_MAX_NAME_CHARS, _MAX_DESCRIPTION_CHARS = 64, 1024
_PLACEHOLDER_NAME = re.compile(r"\w+", re.ASCII)


class DocumentRefused(Exception):
    """The document is none that tools could be made of."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An operation that is no tool, and why."""

    operation: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """One operation of the document; ``shared`` is what its path says for all of its methods."""

    id: str
    method: str
    path: str
    operation: Json
    shared: Json


@dataclass(frozen=True, slots=True)
class Importer:
    """Makes tools of a document. ``base_url`` goes before what the document itself says;
    ``source_url`` is where the document came from, which its own URLs may be relative to."""

    document: Json
    confirmation: str = "customer"
    base_url: str | None = None
    source_url: str | None = None

    def __post_init__(self) -> None:
        version = self.document.get("openapi")
        if not isinstance(version, str) or not version.startswith("3."):
            raise DocumentRefused("This is no OpenAPI 3 document: it has no 'openapi: 3.…'.")

    def tools(self, only: Collection[str] = ()) -> tuple[list[Json], list[Skipped]]:
        """The tools, and what was skipped. Raises DocumentRefused when one of ``only`` is not
        there."""
        found = list(self._operations())
        if missing := set(only) - {each.id for each in found}:
            raise DocumentRefused(f"The document has no {', '.join(sorted(missing))}.")
        made: dict[str, Json] = {}
        skipped: list[Skipped] = []
        for each in found:
            if only and each.id not in only:
                continue
            try:
                tool = self._tool(each)
                if tool["name"] in made:
                    raise Inexpressible(f"another operation is called {tool['name']} too")
                made[tool["name"]] = tool
            except Inexpressible as reason:
                skipped.append(Skipped(each.id, str(reason)))
        return list(made.values()), skipped

    def _operations(self) -> Iterator[Found]:
        paths = self.document.get("paths")
        if not isinstance(paths, dict):
            raise DocumentRefused("The document has no paths.")
        for path, item in paths.items():
            try:
                shared = resolved(self.document, item)
            except Inexpressible as reason:
                raise DocumentRefused(f"{path}: {reason}.") from None
            for method in METHODS:
                operation = shared.get(method)
                if isinstance(operation, dict):
                    named = operation.get("operationId")
                    id_ = named if isinstance(named, str) and named else f"{method} {path}"
                    yield Found(id_, method, path, operation, shared)

    def _tool(self, found: Found) -> Json:
        properties, required, in_url = self._parameters(found)
        body = self._body(found)
        if both := properties.keys() & body["properties"].keys():
            raise Inexpressible(f"a parameter and a field of its body are both called {min(both)}")
        parameters = {
            "type": "object",
            "properties": properties | body["properties"],
            "required": [*required, *body["required"]],
        }
        if not body.get("additionalProperties"):
            parameters["additionalProperties"] = False
        reads = found.method == "get"
        tool = {
            "name": tool_name(found.id),
            "description": _description(found),
            "parameters": parameters,
            "effect": "read" if reads else "write",
            "endpoint": {"method": found.method.upper(), "url": self._url(found, in_url)},
            "confirmation": "none" if reads else self.confirmation,
        }
        return tool | _extension(found.operation)

    def _parameters(self, found: Found) -> tuple[Json, list[str], list[str]]:
        """The properties, which of them are required, and the query that the url must name."""
        properties: Json = {}
        required: list[str] = []
        in_url: list[str] = []
        for parameter in self._declared(found):
            name, place = parameter.get("name"), parameter.get("in")
            if not isinstance(name, str) or not name:
                raise Inexpressible("one of its parameters has no name")
            needed = place == "path" or parameter.get("required") is True
            schema = inlined(self.document, parameter.get("schema"))
            reason = _obstacle(found, parameter, schema)
            if reason and needed:
                raise Inexpressible(f"its parameter {name} {reason}")
            if reason:
                continue
            if name in properties:
                raise Inexpressible(f"two of its parameters are called {name}")
            described = {"description": parameter.get("description")}
            properties[name] = {k: v for k, v in described.items() if v} | schema
            required += [name] if needed else []
            in_url += [name] if place == "query" and found.method not in _WITHOUT_BODY else []
        for name in re.findall(r"\{([^}]*)\}", found.path):
            if name not in properties:
                raise Inexpressible(f"its path has {{{name}}}, which is no parameter")
        return properties, required, in_url

    def _declared(self, found: Found) -> list[Json]:
        """The parameters of the path and the operation, whose own go before."""
        declared: dict[tuple[Any, Any], Json] = {}
        for holder in (found.shared, found.operation):
            listed = holder.get("parameters") or []
            if not isinstance(listed, list):
                raise Inexpressible("its parameters are no list")
            for each in listed:
                parameter = resolved(self.document, each)
                declared[parameter.get("in"), parameter.get("name")] = parameter
        return list(declared.values())

    def _body(self, found: Found) -> Json:
        if "requestBody" not in found.operation:
            return {"properties": {}, "required": []}
        body = resolved(self.document, found.operation["requestBody"])
        needed = body.get("required") is True
        content = body.get("content")
        kinds = content if isinstance(content, dict) else {}
        json_kind = next((kind for kind in kinds if _is_json(kind)), None)
        if found.method in _WITHOUT_BODY or json_kind is None:
            if not needed:
                return {"properties": {}, "required": []}
            taken = ", ".join(kinds) or "nothing that is named"
            raise Inexpressible(f"a {found.method.upper()} can't be sent a body of {taken}")
        schema = object_schema(
            self.document, resolved(self.document, kinds[json_kind]).get("schema")
        )
        return schema if needed else {**schema, "required": []}

    def _url(self, found: Found, in_url: list[str]) -> str:
        query = "&".join(f"{name}={{{name}}}" for name in in_url)
        return self._base(found).rstrip("/") + found.path + (f"?{query}" if query else "")

    def _base(self, found: Found) -> str:
        if self.base_url:
            return self.base_url
        for holder in (found.operation, found.shared, self.document):
            servers = holder.get("servers")
            if isinstance(servers, list) and servers and isinstance(servers[0], dict):
                base = urljoin(self.source_url or "", _filled(servers[0]))
                if "://" in base:
                    return base
                break
        raise Inexpressible("no server is named: say --base-url")


def _obstacle(found: Found, parameter: Json, schema: Any) -> str | None:
    """Why a parameter can't be an argument; None when it can."""
    name, place = parameter["name"], parameter.get("in")
    if place not in ("path", "query"):
        return f"goes into the {place}, which a tool does not fill"
    if not isinstance(schema, dict):
        return "has no schema"
    kinds = schema.get("type")
    if {"array", "object"} & {*(kinds if isinstance(kinds, list) else [kinds])}:
        return "is a list or an object"
    if place == "path" or found.method not in _WITHOUT_BODY:
        if not _PLACEHOLDER_NAME.fullmatch(name):
            return "has a name that is no placeholder"
        if place == "query" and parameter.get("required") is not True:
            return "may be left out, which a placeholder can't"
    return None


def tool_name(operation_id: str) -> str:
    """``getOrder-byId`` as ``get_order_by_id``."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", operation_id)
    name = re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")
    return re.sub(r"^(?=[0-9]|$)", "tool_", name)[:_MAX_NAME_CHARS].rstrip("_")


def _description(found: Found) -> str:
    told = [found.operation.get(each) for each in ("summary", "description")]
    texts = [text.strip() for text in told if isinstance(text, str) and text.strip()]
    whole = "\n".join(dict.fromkeys(texts)) or f"{found.method.upper()} {found.path}"
    return whole[:_MAX_DESCRIPTION_CHARS]


def _extension(operation: Json) -> Json:
    extension = operation.get("x-helpdesk", {})
    if not isinstance(extension, dict):
        raise Inexpressible("its x-helpdesk is no object")
    return extension


def _filled(server: Mapping[str, Any]) -> str:
    """A server's URL with the defaults of its variables."""
    url = str(server.get("url", ""))
    variables = server.get("variables")
    for name, variable in (variables if isinstance(variables, dict) else {}).items():
        if isinstance(variable, dict):
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    return url


def _is_json(kind: str) -> bool:
    plain = kind.partition(";")[0].strip().lower()
    return plain in ("application/json", "*/*", "application/*") or plain.endswith("+json")
