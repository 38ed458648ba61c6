"""Usage as the scripted service tells of it."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

FREE = {"amount": "0.00", "currency": "USD"}
USAGE: dict[str, Any] = {
    "period": "2026-11",
    "closed": False,
    "plan": "pro@1",
    "currency": "USD",
    "meters": [{"meter": "turns", "quantity": 1204, "unit": "turns", "cost": FREE}],
    "lines": [
        {
            "kind": "usage",
            "description": "Output tokens of [bold]",
            "plan": "pro@1",
            "meter": "output_tokens",
            "model": "[bold]",
            "quantity": 1204,
            "unit_price": {"amount": "0.60", "currency": "USD"},
            "amount": {"amount": "0.000722", "currency": "USD"},
            "period": "2026-10",
        },
        {
            "kind": "tax",
            "description": "VAT 19 %",
            "plan": None,
            "meter": None,
            "model": None,
            "quantity": None,
            "unit_price": None,
            "amount": {"amount": "0.01", "currency": "USD"},
            "period": None,
        },
    ],
    "net": {"amount": "0.000722", "currency": "USD"},
    "tax": {"amount": "0.01", "currency": "USD"},
    "total": {"amount": "0.010722", "currency": "USD"},
    "forecast": {"amount": "58.31", "currency": "USD"},
    "invoice": None,
    "as_of": "2026-11-24T09:30:00.000Z",
}
USAGE_EVENT = {
    "time": "2026-11-24T09:30:00.000Z",
    "type": "helpdesk.usage.turn",
    "data": {
        "conversation_id": "conv_1",
        "lines": [
            {"meter": "input_tokens", "quantity": 1000},
            {"meter": "turns", "quantity": 1},
        ],
    },
}
CHECK = {
    "period": "2026-11",
    "rebuilt": False,
    "equal": True,
    "tenants": 100,
    "shards": 800,
    "events": 5000,
    "overdue": 1,
    "busy": 0,
    "differences": [],
    "stopped_after": None,
}
DIFFERENCE = {
    "tenant": "ten_1",
    "shard": 3,
    "period": "2026-11",
    "plan": "pro@1",
    "meter": "turns",
    "model": None,
    "unit_price": FREE,
    "ledger": {"quantity": 10, "cost": FREE, "lines": 10},
    "books": {"quantity": 11, "cost": FREE, "lines": 11},
}


@dataclass
class ScriptedUsage:
    """A bill, three pages of one event each, and the reports of checks that it was given."""

    event_queries: list[dict[str, str]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    check_reports: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def routes(self) -> list[Route]:
        return [
            Route("/v1/usage", self.bill),
            Route("/v1/usage/events", self.events),
            Route("/v1/usage/checks", self.check, methods=["POST"]),
            Route("/v1/dashboard", self.dashboard),
        ]

    async def bill(self, request: Request) -> Response:
        self.keys.append(request.headers["Authorization"])
        return JSONResponse(USAGE | {"period": request.query_params.get("period", USAGE["period"])})

    async def events(self, request: Request) -> Response:
        self.keys.append(request.headers["Authorization"])
        self.event_queries.append(dict(request.query_params))
        first = int(request.query_params.get("cursor", 0))
        following = str(first + 1) if first < 2 else None
        event = USAGE_EVENT | {"id": f"evt_{first}"}
        return JSONResponse({"items": [event], "next_cursor": following})

    async def check(self, request: Request) -> Response:
        self.keys.append(request.headers["Authorization"])
        self.checks.append(await request.json())
        return JSONResponse(self.check_reports.pop(0))

    async def dashboard(self, request: Request) -> Response:
        counts = {"conversations": 1204, "turns": 3000, "resolutions": 900, "actions": 17}
        today = {"date": "2026-11-25", **counts}
        days = [{**today, "date": "2026-11-24"}, today]
        as_of = "2026-11-25T09:30:00.000Z"
        return JSONResponse({"today": today, "days": days, "as_of": as_of, "age_seconds": 4.2})
