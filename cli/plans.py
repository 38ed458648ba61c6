"""`helpdesk plans`: what a month costs, what it includes, and what each unit costs beyond that."""

from typing import Annotated

import typer

from cli.client import Json, connected
from cli.output import AsJson, money, out, print_json, print_table, told_clearly

app = typer.Typer(help="Plans: what a month costs and includes.", no_args_is_help=True)


@app.command("list")
def list_plans(as_json: AsJson = False) -> None:
    """List the plans, each in its newest version; with an operator's key those of all companies."""
    with told_clearly(), connected() as client:
        plans = list(client.items("/v1/plans"))
    if as_json:
        print_json({"items": plans})
        return
    columns = ("plan", "a month", "models included", "title")
    print_table(columns, map(_row, plans))


@app.command("show")
def show_plan(
    name: Annotated[str, typer.Argument(help="Which one.")], as_json: AsJson = False
) -> None:
    """Show a plan: what it includes, and its tiers."""
    with told_clearly(), connected() as client:
        plan = client.get(f"/v1/plans/{name}")
    if as_json:
        print_json(plan)
        return
    out.print(f"{_ref(plan)}: {plan['title']}", markup=False)
    out.print(f"{money(plan['base_fee'])} a month, {money(plan['allowance'])} of models included")
    tiers = [(meter, tier) for meter in plan["meters"] for tier in meter["tiers"]]
    columns = ("meter", "included", "up to", "price of a unit")
    print_table(columns, (_tier_row(meter, tier) for meter, tier in tiers))


def _row(plan: Json) -> tuple[str, ...]:
    return _ref(plan), money(plan["base_fee"]), money(plan["allowance"]), plan["title"]


def _ref(plan: Json) -> str:
    return f"{plan['name']}@{plan['version']}"


def _tier_row(meter: Json, tier: Json) -> tuple[str, ...]:
    up_to = "any" if tier["up_to"] is None else f"{tier['up_to']:,}"
    return meter["meter"], f"{meter['included']:,}", up_to, money(tier["unit_price"])
