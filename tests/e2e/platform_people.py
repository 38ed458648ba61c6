"""The platform's own people outside this repository: an operator, and finance with its files."""

import csv
import gzip
import hashlib
import io
import time
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import duckdb
import httpx2

_PATIENCE_SECONDS = 120.0
_POLL_SECONDS = 0.2
_SUMS = {
    "parquet": "SELECT tenant_id, sum(cost) FROM read_parquet(?) GROUP BY ALL",
    "focus": "SELECT BillingAccountId, sum(BilledCost) FROM read_parquet(?) GROUP BY ALL",
}

Json = dict[str, Any]


class Person:
    """Whoever holds a key of the platform."""

    def __init__(self, base_url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self.http = httpx2.Client(base_url=base_url, headers=headers, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()


class Finance(Person):
    """Exports months, and adds their files up with tools of its own."""

    def export(self, **wish: Any) -> Json:
        """An export, when it is ready."""
        asked = self.http.post("/v1/exports", json=wish)
        assert asked.status_code == 202, asked.text
        ends = time.monotonic() + _PATIENCE_SECONDS
        while True:
            found: Json = self.http.get(f"/v1/exports/{asked.json()['id']}").json()
            assert found["status"] != "failed", found
            if found["status"] == "ready":
                return found
            assert time.monotonic() < ends, found
            time.sleep(_POLL_SECONDS)

    def usage(self, tenant: str, period: str) -> Json:
        """A company's month, but for when it was asked and what it may come to."""
        answer = self.http.get("/v1/usage", params={"tenant": tenant, "period": period})
        assert answer.status_code == 200, answer.text
        return {k: v for k, v in answer.json().items() if k not in ("as_of", "forecast")}


def fetched(export: Json, folder: Path) -> Mapping[str, Path]:
    """The files of an export by their formats; they are what it says that they are."""
    paths = {}
    for file in export["files"]:
        content = _bytes_of(file["url"])
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert (len(content), file["rows"]) == (file["bytes"], export["rows"])
        paths[file["format"]] = folder / file["format"]
        paths[file["format"]].write_bytes(content)
    return paths


def manifest_of(export: Json) -> bytes:
    """The manifest of an export."""
    return _bytes_of(export["manifest_url"])


def sums_of(format: str, path: Path) -> Mapping[str, Decimal]:
    """What each company's rows in a file cost."""
    if format == "csv":
        return _sums_of_csv(path)
    with duckdb.connect() as connection:
        return dict(connection.execute(_SUMS[format], [str(path)]).fetchall())


def _sums_of_csv(path: Path) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    text = gzip.decompress(path.read_bytes()).decode()
    for row in csv.DictReader(io.StringIO(text, newline="")):
        sums[row["tenant_id"]] += Decimal(row["cost"])
    return sums


def _bytes_of(url: str) -> bytes:
    answer = httpx2.get(url, timeout=60)
    assert answer.is_success, answer.text
    return answer.content
