"""`helpdesk tenant create`: sign a company up."""

from typing import Annotated

import typer

from cli.client import connected
from cli.output import AsJson, out, print_json, told_clearly

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
