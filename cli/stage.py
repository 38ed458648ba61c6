"""`helpdesk up`, `down` and `status`: the whole product on this machine."""

from dataclasses import asdict

import typer

from cli.output import EXIT_UNREACHABLE, AsJson, err, out, print_json, told_clearly
from local import stage

app = typer.Typer()


@app.command("up")
def up(as_json: AsJson = False) -> None:
    """Start everything on this machine and deploy the app to it."""
    with told_clearly():
        started = stage.up(err if as_json else out)
    if as_json:
        print_json(asdict(started))
    else:
        out.print(f"Helpdesk AI is at [bold]{started.base_url}[/bold].")


@app.command("down")
def down(as_json: AsJson = False) -> None:
    """Stop what `up` has started; documents and conversations stay."""
    with told_clearly():
        stage.down(err if as_json else out)
    if as_json:
        print_json(asdict(stage.status()))


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Say where the service is and whether it answers. Exits with 3 when it does not."""
    with told_clearly():
        found = stage.status()
    if as_json:
        print_json(asdict(found))
    else:
        word = "[green]healthy[/green]" if found.healthy else "[red]not running or unhealthy[/red]"
        out.print(f"{found.base_url}  {word}")
        if found.tenant:
            out.print(f"sample tenant {found.tenant.id}")
        if not found.healthy:
            out.print("Start or heal it with 'helpdesk up'.", style="dim")
    if not found.healthy:
        raise typer.Exit(EXIT_UNREACHABLE)
