"""The finance of the scripted service: one export, two invoices, and reconciliations as told."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.cli.scripted_plans import usd

FILES = {"csv": b"\x1f\x8bcells", "parquet": b"PAR1", "focus": b"PAR1 focus"}
MANIFEST = b'{"rows":12}\n'
EXPORT: dict[str, Any] = {
    "id": "exp_1",
    "period": "2026-10",
    "tenant": None,
    "close": False,
    "closed": False,
    "status": "queued",
    "rows": 0,
    "total": usd("0.00"),
    "totals": [],
    "error": None,
}
INVOICES = [
    {"number": "HD-000001", "tenant": "ten_1", "period": "2026-10", "total": usd("58.31")},
    {"number": "HD-000002", "tenant": "ten_2", "period": "2026-10", "total": usd("-1.98")},
]
RECONCILED: dict[str, Any] = {
    "id": "rec_1",
    "period": "2026-10",
    "closed": True,
    "status": "ready",
    "adds_up": True,
    "sums": [
        {"source": source, "totals": [usd("56.33")]}
        for source in ("ledger", "fold", "csv", "parquet", "focus", "invoices")
    ],
    "differences": [],
    "difference_count": 0,
    "unsettled": [],
    "error": None,
}
A_CENT: dict[str, Any] = {
    "adds_up": False,
    "difference_count": 2,
    "differences": [
        {
            "name": "sums",
            "where": f"ten_{'1' * 26}",
            "sums": {source: usd("58.31") for source in ("ledger", "fold")} | {"csv": usd("58.30")},
        },
        {"name": "chain", "where": "2026-10", "sums": {}},
    ],
}


@dataclass
class ScriptedFinance:
    """Exports are ready when they are read for the second time."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    failure: str | None = None
    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    found: dict[str, Any] = field(default_factory=dict)
    keys_sent_to_storage: list[str] = field(default_factory=list)
    _reads: int = 0

    def routes(self) -> list[Route]:
        return [
            Route("/v1/exports", self.request, methods=["POST"]),
            Route("/v1/exports", self.list),
            Route("/v1/exports/exp_1", self.read),
            Route("/archive/{name}", self.fetch),
            Route("/v1/invoices", self.invoices),
            Route("/v1/reconciliations", self.reconcile, methods=["POST"]),
            Route("/v1/reconciliations/rec_1", self.reconciled),
        ]

    async def request(self, request: Request) -> Response:
        self.asked.append(await request.json())
        return JSONResponse(EXPORT, 202)

    async def list(self, request: Request) -> Response:
        return JSONResponse({"items": [EXPORT | {"totals": [usd("9.00")]}], "next_cursor": None})

    async def read(self, request: Request) -> Response:
        self._reads += 1
        if self._reads == 1:
            return JSONResponse(EXPORT | {"status": "running", "files": [], "manifest_url": None})
        if self.failure:
            failed = {"status": "failed", "error": {"message": self.failure}}
            return JSONResponse(EXPORT | failed | {"files": [], "manifest_url": None})
        base = str(request.base_url)
        files = [
            {
                "format": name,
                "url": f"{base}archive/{name}",
                "rows": 12,
                "sha256": hashlib.sha256(FILES[name]).hexdigest(),
                "bytes": len(content),
            }
            for name, content in self.files.items()
        ]
        ready = {"status": "ready", "rows": 12, "totals": [usd("56.33")], "closed": True}
        links = {"files": files, "manifest_url": f"{base}archive/manifest"}
        return JSONResponse(EXPORT | ready | links)

    async def fetch(self, request: Request) -> Response:
        self.keys_sent_to_storage += request.headers.getlist("Authorization")
        return Response({**self.files, "manifest": MANIFEST}[request.path_params["name"]])

    async def invoices(self, request: Request) -> Response:
        tenant = request.query_params.get("tenant")
        items = [each for each in INVOICES if tenant in (None, each["tenant"])]
        return JSONResponse({"items": items, "next_cursor": None})

    async def reconcile(self, request: Request) -> Response:
        self.asked.append(await request.json())
        queued: dict[str, Any] = {"status": "queued", "adds_up": None, "sums": []}
        return JSONResponse(RECONCILED | queued, 202)

    async def reconciled(self, request: Request) -> Response:
        return JSONResponse(RECONCILED | self.found)
