"""The plans of the scripted service, and what it answers to a change of plan."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


PRO: dict[str, Any] = {
    "name": "pro",
    "version": 2,
    "title": "Pro [/b]",
    "currency": "USD",
    "base_fee": usd("49.00"),
    "allowance": usd("20.00"),
    "usd_rate": "1",
    "meters": [
        {
            "meter": "resolutions",
            "unit": "resolutions",
            "included": 50,
            "tiers": [
                {"up_to": 1000, "unit_price": usd("0.99")},
                {"up_to": None, "unit_price": usd("0.59")},
            ],
        }
    ],
}
LINES = [
    {"description": "Plan pro", "quantity": None, "amount": usd("49.00")},
    {"description": "Resolutions", "quantity": 1204, "amount": usd("1191.96")},
]
PREVIEW: dict[str, Any] = {
    "plan": "pro@2",
    "before": {"period": "2026-10", "lines": [], "total": usd("3.10")},
    "after": {"period": "2026-10", "lines": LINES, "total": usd("1240.96")},
    "difference": usd("1237.86"),
}


@dataclass
class ScriptedPlans:
    """Knows one plan, and remembers what it was asked to change."""

    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def routes(self) -> list[Route]:
        return [
            Route("/v1/plans", self.list),
            Route("/v1/plans/{name}", self.read),
            Route("/v1/tenants/{tenant}/plan", self.change, methods=["POST"]),
            Route("/v1/tenants/{tenant}/plan/preview", self.preview, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        return JSONResponse({"items": [PRO], "next_cursor": None})

    async def read(self, request: Request) -> Response:
        if request.path_params["name"] == "pro":
            return JSONResponse(PRO)
        problem = {"code": "not_found", "detail": "There is no such plan."}
        return JSONResponse(problem, 404, media_type="application/problem+json")

    async def change(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append((request.url.path, body))
        since = body.get("from", "2026-11-24T09:32:00.000Z")
        return JSONResponse({"id": "ten_1", "next_plan": {"since": since, "plan": PRO}})

    async def preview(self, request: Request) -> Response:
        self.asked.append((request.url.path, await request.json()))
        return JSONResponse(PREVIEW)
