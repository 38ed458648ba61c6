"""`helpdesk tenant`: sign a company up, and change its plan."""

from typing import Annotated

import typer

from cli.client import Json, connected
from cli.output import AsJson, money, out, print_json, print_table, told_clearly

app = typer.Typer(help="Tenants: the companies that sign up.", no_args_is_help=True)


@app.callback()
def tenants() -> None:
    """Tenants: the companies that sign up."""


@app.command("create")
def create_tenant(
    name: Annotated[str, typer.Argument(help="The company's name.")],
    email: Annotated[str, typer.Option(help="Whom to write to.")],
    as_json: AsJson = False,
) -> None:
    """Sign a company up and show its keys, once."""
    with told_clearly(), connected() as client:
        created = client.post("/v1/tenants", {"name": name, "email": email})
    if as_json:
        print_json(created)
        return
    out.print(f"Tenant [bold]{created['tenant']['id']}[/bold]. Its keys are shown only now:")
    for role, key in created["keys"].items():
        out.print(f"  {role:12} {key}", markup=False, soft_wrap=True)
    out.print("Use it: export HELPDESK_API_KEY=<the secret key>", style="dim")


@app.command("plan")
def change_plan(
    tenant: Annotated[str, typer.Argument(help="Whose: ten_…")],
    plan: Annotated[str, typer.Argument(help="The plan that it is to have.")],
    *,
    since: Annotated[
        str | None, typer.Option("--from", help="When: 2026-12-01T00:00:00Z; else in two minutes.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Change nothing; show last month's bill under it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Change a company's plan, or show beforehand what that would cost. For operators."""
    if preview and since:
        raise typer.BadParameter("A preview is of last month: leave --from out.")
    path = f"/v1/tenants/{tenant}/plan"
    body = {"plan": plan} | ({"from": since} if since else {})
    with told_clearly(), connected("operator") as client:
        answer = client.post(f"{path}/preview" if preview else path, body)
    if as_json:
        print_json(answer)
    elif preview:
        _print_preview(answer)
    else:
        planned = answer["next_plan"]
        out.print(f"From {planned['since']} on: {planned['plan']['title']}", markup=False)


def _print_preview(preview: Json) -> None:
    lines = preview["after"]["lines"]
    print_table(
        ("amount", "quantity", "what"),
        ((money(line["amount"]), _quantity(line), line["description"]) for line in lines),
    )
    before, after = (money(preview[name]["total"]) for name in ("before", "after"))
    out.print(f"{preview['after']['period']}: {before} as it was, {after} under {preview['plan']}")


def _quantity(line: Json) -> str:
    return "" if line["quantity"] is None else f"{line['quantity']:,}"
