"""`helpdesk usage`: the bill of a month, the events behind it, and what happened today."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Any

import typer

from cli import usage_checks
from cli.client import connected
from cli.output import AsJson, money, out, print_json, print_table, told_clearly
from cli.settings import Role

app = typer.Typer()
app.add_typer(usage_checks.app)

_Period = Annotated[str | None, typer.Option(help="A month: 2026-11.")]
_Tenant = Annotated[str | None, typer.Option(help="Whose: ten_… (finance's key).")]


@app.callback(invoke_without_command=True)
def show_usage(
    context: typer.Context,
    period: _Period = None,
    tenant: _Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Show the bill of a month: its lines, and what it will come to."""
    if context.invoked_subcommand:
        return
    with told_clearly(), connected(_asker(tenant)) as client:
        usage = client.get("/v1/usage", period=period, tenant=tenant)
    if as_json:
        print_json(usage)
        return
    print_table(
        ("line", "quantity", "unit price", "amount"),
        (
            (
                _described(line),
                _number(line["quantity"]),
                money(line["unit_price"]) if line["unit_price"] else "",
                money(line["amount"]),
            )
            for line in usage["lines"]
        ),
    )
    state = f"closed, invoice {usage['invoice'] or 'none'}" if usage["closed"] else "running"
    out.print(f"{usage['period']} · {usage['plan']} · {state} · as of {usage['as_of']}")
    forecast = f" · forecast {money(usage['forecast'])}" if usage["forecast"] else ""
    tax = f" (tax {money(usage['tax'])})"
    out.print(f"total {money(usage['total'])}{tax}{forecast}")


@app.command("events")
def list_events(
    *,
    period: _Period = None,
    meter: Annotated[str | None, typer.Option(help="Only with this meter.")] = None,
    model: Annotated[str | None, typer.Option(help="Only of this model.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Only of this one: conv_….")] = None,
    tenant: _Tenant = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the events behind the bill, with their conversations."""
    wanted = {"meter": meter, "model": model, "conversation": conversation, "tenant": tenant}
    with told_clearly(), connected(_asker(tenant)) as client:
        every = client.items("/v1/usage/events", period=period, **wanted)
        events = list(islice(every, limit))
    if as_json:
        print_json({"items": events})
        return
    print_table(
        ("event", "time", "type", "conversation", "used"),
        (
            (
                event["id"],
                event["time"],
                event["type"].rpartition(".")[2],
                event["data"]["conversation_id"] or "",
                _used(event["data"]["lines"]),
            )
            for event in events
        ),
    )


@app.command("today")
def show_today(
    days: Annotated[int, typer.Option(min=1, max=92, help="How many days.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Show how much happened today and on the days before."""
    with told_clearly(), connected() as client:
        told = client.get("/v1/dashboard", days=days)
    if as_json:
        print_json(told)
        return
    counted = ("conversations", "turns", "resolutions", "actions")
    print_table(
        ("date", *counted),
        ((day["date"], *(f"{day[each]:,}" for each in counted)) for day in told["days"]),
    )
    out.print(
        f"{told['today']['conversations']:,} conversations today"
        f" · as of {told['as_of']} ({told['age_seconds']:.0f} s ago)"
    )


def _asker(tenant: str | None) -> Role:
    """Finance reads the usage of a tenant that it names."""
    return "finance" if tenant else "tenant"


def _described(line: Mapping[str, Any]) -> str:
    when = f" ({line['period']})" if line["period"] else ""
    return f"{line['description']}{when}"


def _used(lines: list[dict[str, Any]]) -> str:
    return ", ".join(f"{_number(line['quantity'])} {line['meter']}" for line in lines)


def _number(quantity: int | None) -> str:
    return "" if quantity is None else f"{quantity:,}"
