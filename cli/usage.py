"""`helpdesk usage`: the running bill of a month."""

from typing import Annotated

import typer

from cli.client import connected
from cli.output import AsJson, money, out, print_json, print_table, told_clearly

app = typer.Typer()


@app.command("usage")
def show_usage(
    period: Annotated[str | None, typer.Option(help="A month: 2026-11.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what was used in a month, and what it costs."""
    with told_clearly(), connected() as client:
        usage = client.get("/v1/usage", period=period)
    if as_json:
        print_json(usage)
        return
    print_table(
        ("meter", "quantity", "unit", "cost"),
        ((m["meter"], f"{m['quantity']:,}", m["unit"], money(m["cost"])) for m in usage["meters"]),
    )
    out.print(f"{usage['period']} · total {money(usage['total'])} · as of {usage['as_of']}")
