"""`helpdesk finance`: export a month and close it, read invoices, prove that it adds up."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from cli.client import Client, Json, connected
from cli.exported_files import downloads_of, fetch
from cli.output import (
    EXIT_FAILED,
    AsJson,
    err,
    money,
    out,
    print_json,
    print_table,
    told_clearly,
)

app = typer.Typer(
    help="Finance: exports, closes, invoices, reconciliation (finance's key).",
    no_args_is_help=True,
)

_POLL_SECONDS = 1.0
_Period = Annotated[str, typer.Argument(metavar="PERIOD", help="A month: 2026-11.")]
_PeriodOption = Annotated[str, typer.Option("--period", help="A month: 2026-11.")]
_Tenant = Annotated[str | None, typer.Option(help="Only of this one: ten_….")]


@app.command("export")
def export_month(
    period: _Period,
    *,
    close: Annotated[bool, typer.Option("--close", help="Close the month, for ever.")] = False,
    tenant: _Tenant = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is ready.")] = False,
    to: Annotated[
        Path | None, typer.Option(file_okay=False, help="Wait, and fetch the files into a folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Export a month's lines as CSV, Parquet and FOCUS. Exits with 1 when the export fails."""
    wish = {"period": period, "close": close, "tenant": tenant}
    with told_clearly(), connected("finance") as client:
        export = client.post("/v1/exports", {name: v for name, v in wish.items() if v})
        if wait or to:
            export = _settled(client, f"/v1/exports/{export['id']}", f"Exporting {period}")
        if to and export["status"] == "ready":
            _fetch_all(client, export, to)
    if as_json:
        print_json(export)
    else:
        _print_export(export)
    if export["status"] == "failed":
        raise typer.Exit(EXIT_FAILED)


@app.command("exports")
def list_exports(as_json: AsJson = False) -> None:
    """List the exports, newest first."""
    with told_clearly(), connected("finance") as client:
        exports = list(client.items("/v1/exports"))
    if as_json:
        print_json({"items": exports})
        return
    print_table(
        ("id", "period", "status", "closed", "rows", "total"),
        (
            (
                each["id"],
                each["period"],
                each["status"],
                "yes" if each["closed"] else "no",
                f"{each['rows']:,}",
                " + ".join(map(money, each["totals"])),
            )
            for each in exports
        ),
    )


@app.command("invoices")
def list_invoices(period: _PeriodOption, tenant: _Tenant = None, as_json: AsJson = False) -> None:
    """List the invoices of a closed month."""
    with told_clearly(), connected("finance") as client:
        invoices = list(client.items("/v1/invoices", period=period, tenant=tenant))
    if as_json:
        print_json({"items": invoices})
        return
    print_table(
        ("number", "tenant", "total"),
        ((each["number"], each["tenant"], money(each["total"])) for each in invoices),
    )


@app.command("reconcile")
def reconcile(period: _PeriodOption, as_json: AsJson = False) -> None:
    """Prove that ledger, accounts, files and invoices of a month say the same.

    Prints what each of them comes to. Exits with 1 on any difference, be it a cent.
    """
    with told_clearly(), connected("finance") as client:
        asked = client.post("/v1/reconciliations", {"period": period})
        found = _settled(client, f"/v1/reconciliations/{asked['id']}", f"Reconciling {period}")
    if as_json:
        print_json(found)
    else:
        _print_reconciliation(found)
    if not found["adds_up"]:
        raise typer.Exit(EXIT_FAILED)


def _settled(client: Client, path: str, doing: str) -> Json:
    """What it has become, once it is neither queued nor running."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]}"))
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True) as progress:
        task = progress.add_task(doing, total=None, rows="")
        while (found := client.get(path))["status"] in ("queued", "running"):
            progress.update(task, rows=f"{found.get('rows', 0):,} rows")
            time.sleep(_POLL_SECONDS)
    return found


def _fetch_all(client: Client, export: Json, folder: Path) -> None:
    columns = (TextColumn("Fetching"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=sum(file["bytes"] for file in export["files"]))
        for download in downloads_of(export, folder):
            fetch(client, download, lambda count: progress.advance(task, count))


def _print_export(export: Mapping[str, Any]) -> None:
    state = f"{export['status']}, closed" if export["closed"] else export["status"]
    out.print(f"{export['id']} · {export['period']} · {state}", markup=False)
    if export["status"] == "ready":
        totals = " + ".join(map(money, export["totals"]))
        out.print(f"{export['rows']:,} rows · total {totals or 'nothing'}", markup=False)
    if export["error"]:
        err.print(export["error"]["message"], style="red", markup=False, soft_wrap=True)


def _print_reconciliation(found: Mapping[str, Any]) -> None:
    print_table(
        ("source", "total"),
        (
            (each["source"], " + ".join(map(money, each["totals"])) or "nothing")
            for each in found["sums"]
        ),
    )
    for each in found["differences"]:
        err.print(f"  {_told(each)}", style="red", markup=False, soft_wrap=True)
    for tenant in found["unsettled"]:
        err.print(f"  {tenant} is not compared: it uses too much just now", markup=False)
    state = "closed" if found["closed"] else "open"
    verdict = "adds up" if found["adds_up"] else f"{found['difference_count']} differences"
    out.print(f"{found['period']} · {state} · {found['error'] or verdict}", markup=False)


def _told(difference: Mapping[str, Any]) -> str:
    said = ", ".join(f"{source} {money(sum_)}" for source, sum_ in difference["sums"].items())
    what = f"{difference['name']} at {difference['where']}"
    return f"{what}: {said}" if said else what
