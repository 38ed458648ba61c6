"""The shop's routes. What the platform calls is signed; the rest is for whoever runs the shop."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from sqlite3 import Connection
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.shop import orders, refunds, shipments
from local.shop.database import Database
from local.shop.faults import Fault, Faults, Misbehaving
from local.shop.ledger import ledger
from local.shop.once import Act, Ask, first_outcome, once
from local.shop.openapi import document
from local.shop.outcomes import Outcome, refusal
from local.shop.signatures import HEADER, BadSignature, verify

_T = TypeVar("_T")
_Endpoint = Callable[[Request], Awaitable[Response]]
_OBJECT = TypeAdapter(dict[str, Any])
_MAX_KEY_CHARACTERS = 255


def create_app(
    database: Database,
    signing_secret: str | None = None,
    now_seconds: Callable[[], float] = time.time,
) -> Starlette:
    """The shop around its database; it checks signatures when there is a secret."""
    faults = Faults()
    app = Starlette(
        routes=[
            Route("/orders/{order_id}", _show_order),
            Route("/refunds", _acting(refunds.pay), methods=["POST"]),
            Route("/refunds/by-key/{key:path}", _show_refund),
            Route("/shipments/cancel", _acting(shipments.cancel), methods=["POST"]),
            Route("/shipments/restore", _acting(shipments.restore), methods=["POST"]),
            Route("/ledger", _show_ledger),
            Route("/faults", _put_fault, methods=["PUT"]),
            Route("/faults", _clear_faults, methods=["DELETE"]),
            Route("/openapi.json", _show_openapi),
            Route("/health", _health),
        ],
        middleware=[Middleware(Misbehaving, faults=faults)],
        exception_handlers={ValidationError: _invalid, HTTPException: _http_error},
    )
    app.state.database, app.state.faults = database, faults
    app.state.signing_secret, app.state.now_seconds = signing_secret, now_seconds
    return app


def _signed(endpoint: _Endpoint) -> _Endpoint:
    @wraps(endpoint)
    async def checked(request: Request) -> Response:
        state = request.app.state
        if state.signing_secret:
            header, body = request.headers.get(HEADER), await request.body()
            try:
                verify(header, body, state.signing_secret, state.now_seconds())
            except BadSignature as error:
                return _answer(refusal(401, "bad_signature", str(error)))
        return await endpoint(request)

    return checked


@_signed
async def _show_order(request: Request) -> Response:
    customer = request.query_params.get("customer_id")
    if not customer:
        return _answer(refusal(422, "invalid_request", "customer_id: Field required"))
    order_id = request.path_params["order_id"]
    return _answer(await _read(request, lambda c: orders.show(c, order_id, customer)))


@_signed
async def _show_refund(request: Request) -> Response:
    database, key = request.app.state.database, request.path_params["key"]
    return _answer(await run_in_threadpool(first_outcome, database, "/refunds", key))


def _acting(act: Act) -> _Endpoint:
    @_signed
    async def endpoint(request: Request) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is not None and not 0 < len(key) <= _MAX_KEY_CHARACTERS:
            return _answer(refusal(400, "invalid_key", "An Idempotency-Key has 1 to 255 letters."))
        body = _OBJECT.validate_json(await request.body())
        at = datetime.fromtimestamp(request.app.state.now_seconds(), UTC)
        ask = Ask(request.url.path, body, key, at)
        return _answer(await run_in_threadpool(once, request.app.state.database, ask, _kept(act)))

    return endpoint


def _kept(act: Act) -> Act:
    """A body with wrong fields is refused like anything else, so its key keeps that, too."""

    def acting(connection: Connection, ask: Ask) -> Outcome:
        try:
            return act(connection, ask)
        except ValidationError as error:
            return _refused(error)

    return acting


async def _show_ledger(request: Request) -> Response:
    return JSONResponse(await _read(request, ledger))


async def _put_fault(request: Request) -> Response:
    faults: Faults = request.app.state.faults
    faults.put(Fault.model_validate_json(await request.body()))
    return JSONResponse({"faults": [one.model_dump() for one in faults.on]})


async def _clear_faults(request: Request) -> Response:
    request.app.state.faults.clear()
    return Response(status_code=204)


async def _show_openapi(request: Request) -> Response:
    return JSONResponse(document(str(request.base_url).rstrip("/")))


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _read(request: Request, query: Callable[[Connection], _T]) -> _T:
    database: Database = request.app.state.database

    def read() -> _T:
        with database.transaction() as connection:
            return query(connection)

    return await run_in_threadpool(read)


def _answer(outcome: Outcome) -> JSONResponse:
    headers = {"Idempotency-Replayed": "true"} if outcome.replayed else {}
    return JSONResponse(dict(outcome.body), outcome.status, headers)


def _refused(error: ValidationError) -> Outcome:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return refusal(422, "invalid_request", f"{field or 'body'}: {first['msg']}")


def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, ValidationError)  # noqa: S101 - as it is registered
    return _answer(_refused(error))


def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it is registered
    return _answer(refusal(error.status_code, "not_found", error.detail))
