"""`helpdesk usage check` and `rebuild`: whether a month's accounts hold what the ledger says."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from cli.client import connected
from cli.output import (
    EXIT_FAILED,
    AsJson,
    money,
    out,
    print_json,
    print_table,
    told_clearly,
)

app = typer.Typer()

_Month = Annotated[str, typer.Option(help="A month: 2026-11.")]
_Tenant = Annotated[str | None, typer.Option(help="Only this one: ten_….")]


@app.command("check")
def check_usage(period: _Month, tenant: _Tenant = None, as_json: AsJson = False) -> None:
    """Compare the accounts of a month with the ledger, for operators; a difference fails it."""
    _check(period, tenant, rebuild=False, as_json=as_json)


@app.command("rebuild")
def rebuild_usage(period: _Month, tenant: _Tenant = None, as_json: AsJson = False) -> None:
    """Count the accounts of a month anew from the ledger, for operators; a difference fails it."""
    _check(period, tenant, rebuild=True, as_json=as_json)


def _check(period: str, tenant: str | None, *, rebuild: bool, as_json: bool) -> None:
    with told_clearly():
        report = _added_up(_reports(period, tenant, rebuild=rebuild))
    if as_json:
        print_json(report)
    else:
        _print_report(report)
    if not report["equal"]:
        raise typer.Exit(EXIT_FAILED)


def _reports(period: str, tenant: str | None, *, rebuild: bool) -> Iterator[Mapping[str, Any]]:
    """A call for as many tenants as the service has time for, until all are done."""
    body: dict[str, Any] = {"period": period, "rebuild": rebuild, "tenant": tenant}
    with connected("operator") as client:
        while True:
            report = client.post("/v1/usage/checks", body)
            yield report
            if report["stopped_after"] is None:
                return
            body["after"] = report["stopped_after"]


def _added_up(reports: Iterator[Mapping[str, Any]]) -> dict[str, Any]:
    total = dict(next(reports))
    for report in reports:
        for name in ("tenants", "shards", "events", "overdue", "busy", "differences"):
            total[name] += report[name]
    total["stopped_after"] = None
    total["equal"] = not (total["differences"] or total["busy"])
    return total


def _print_report(report: Mapping[str, Any]) -> None:
    if report["differences"]:
        print_table(
            ("tenant", "shard", "month", "account", "ledger", "books"),
            (
                (
                    each["tenant"],
                    str(each["shard"]),
                    each["period"],
                    " ".join(filter(None, (each["plan"], each["meter"], each["model"]))),
                    _sum(each["ledger"]),
                    _sum(each["books"]),
                )
                for each in report["differences"]
            ),
        )
    differing = len(report["differences"])
    verdict = "equal" if report["equal"] else f"{differing} accounts differ"
    done = f"{verdict} and counted anew" if report["rebuilt"] else verdict
    seen = f"{report['tenants']:,} tenants, {report['events']:,} events"
    left = f" · {report['overdue']:,} overdue posted · {report['busy']:,} shards busy"
    out.print(f"{report['period']} · {done} · {seen}{left}")


def _sum(sum_: Mapping[str, Any]) -> str:
    return f"{sum_['quantity']:,} for {money(sum_['cost'])}"
