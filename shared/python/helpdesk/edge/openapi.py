"""The OpenAPI 3.1 document, generated from the table of operations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from helpdesk.edge.openapi_refusals import (
    Refusal,
    name_of,
    refusal_responses,
    refusals_of,
    response_of,
)
from helpdesk.edge.operations import Json, Operation
from helpdesk.edge.problems import REQUEST_ID_HEADER, ProblemOut

_SCHEMAS = "#/components/schemas/{model}"

_INFO = {
    "title": "Helpdesk AI",
    "version": "1",
    "summary": "A hosted support agent: documents in, cited answers out.",
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": (
        "A key: hd_sk_… of a tenant, hd_op_… or hd_fin_… of the platform; hd_pk_… of a tenant's "
        "site, to open sessions; hd_vt_… of a visitor, a session's token, to chat, and to read and "
        "rate his own conversations."
    ),
}
_REQUEST_ID = {
    "description": "The id of the request: yours, if you sent a fit one.",
    "schema": {"type": "string"},
}

Schemas = Mapping[tuple[Any, JsonSchemaMode], Json]


def document(operations: Sequence[Operation]) -> Json:
    """The whole document."""
    schemas, definitions = models_json_schema(
        [*_models(operations)], ref_template=_SCHEMAS, by_alias=True
    )
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(each.tag for each in operations)],
        "paths": _paths(operations, schemas),
        "components": {
            "securitySchemes": {"key": _KEY},
            "schemas": definitions["$defs"],
            "responses": refusal_responses(operations),
            "headers": {REQUEST_ID_HEADER: _REQUEST_ID},
        },
    }


def _paths(operations: Sequence[Operation], schemas: Schemas) -> Json:
    paths: dict[str, Json] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, schemas)
    return paths


def _models(operations: Iterable[Operation]) -> Iterable[tuple[type[BaseModel], JsonSchemaMode]]:
    models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {
        (ProblemOut, "serialization"): None
    }
    for each in operations:
        if each.body:
            models[each.body, "validation"] = None
        for answer in (each.answer, each.refusal, *(each.stream or {}).values()):
            if answer:
                models[answer, "serialization"] = None
    return models


def _operation(operation: Operation, schemas: Schemas) -> Json:
    described: Json = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*_parameters(operation)],
        "responses": {**_success(operation, schemas), **_refusals(operation, schemas)},
        "security": [{"key": []}] if operation.scope else [],
    }
    if operation.body:
        schema = schemas[operation.body, "validation"]
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return described


def _parameters(operation: Operation) -> Iterable[Json]:
    for name in operation.parameters:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if operation.query:
        properties = operation.query.model_json_schema(ref_template=_SCHEMAS)["properties"]
        for name, schema in properties.items():
            yield {"name": name, "in": "query", "required": False, "schema": schema}
    if operation.idempotent:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The same key and body replays the first answer, for 24 hours.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
    if operation.stream and operation.method == "GET":
        yield {
            "name": "Last-Event-ID",
            "in": "header",
            "required": False,
            "description": "The id of the last event that was seen: <turn_id>:<n>.",
            "schema": {"type": "string"},
        }
    yield {
        "name": REQUEST_ID_HEADER,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,128}$"},
    }


def _success(operation: Operation, schemas: Schemas) -> Json:
    content: Json = {}
    if operation.answer:
        schema = schemas[operation.answer, "serialization"]
        content["application/json"] = {"schema": schema}
    if operation.stream:
        events = {name: schemas[model, "serialization"] for name, model in operation.stream.items()}
        content["text/event-stream"] = {
            "schema": {"type": "string", "description": "Server-sent events."},
            "x-events": events,
        }
    headers: Json = {REQUEST_ID_HEADER: {"$ref": f"#/components/headers/{REQUEST_ID_HEADER}"}}
    if operation.idempotent:
        headers["Idempotency-Replayed"] = {
            "description": "There, and true, when this repeats the first answer.",
            "schema": {"type": "string", "const": "true"},
        }
    answer: Json = {"description": operation.summary, "headers": headers}
    if content:
        answer["content"] = content
    return {str(operation.status): answer}


def _refusals(operation: Operation, schemas: Schemas) -> Json:
    if operation.refusal:
        return {
            str(group[0].status): _in_two_shapes(group, schemas[operation.refusal, "serialization"])
            for group in refusals_of(operation)
        }
    return {
        str(group[0].status): {"$ref": f"#/components/responses/{name_of(group)}"}
        for group in refusals_of(operation)
    }


def _in_two_shapes(group: Sequence[Refusal], schema: Json) -> Json:
    """API Gateway refuses in our shape, and the function in the operation's own."""
    response = response_of(group)
    content = {**response["content"], "application/json": {"schema": schema}}
    return {**response, "content": content}
