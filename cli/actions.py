"""`helpdesk actions`: what the agent did at a company's systems, and what waits for a yes."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import typer

from cli.client import connected
from cli.output import AsJson, out, print_json, print_table, told_clearly

app = typer.Typer(help="Actions: what was done, and what waits for a yes.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(metavar="ID", help="Which one: act_…")]


class Decision(StrEnum):
    """What a colleague says to an action."""

    APPROVE = "approve"
    REJECT = "reject"


@app.command("list")
def list_actions(
    status: Annotated[str | None, typer.Option(help="Only those with this status.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the actions, newest first."""
    with told_clearly(), connected() as client:
        actions = list(client.items("/v1/actions", status=status))
    if as_json:
        print_json({"items": actions})
        return
    print_table(
        ("id", "tool", "status", "summary", "updated"),
        (
            (each["id"], each["tool"], each["status"], each["summary"], each["updated_at"])
            for each in actions
        ),
    )


@app.command("show")
def show_action(action: _Id, as_json: AsJson = False) -> None:
    """Show an action with its history."""
    with told_clearly(), connected() as client:
        found = client.get(_path(action))
    if as_json:
        print_json(found)
        return
    _print_head(found)
    events = found.get("events", [])
    print_table(
        ("at", "event", "details"), ((each["at"], each["type"], _details(each)) for each in events)
    )


@app.command("decide")
def decide_action(
    action: _Id,
    decision: Annotated[Decision, typer.Argument(help="What you say.")],
    as_json: AsJson = False,
) -> None:
    """Approve or reject an action that waits for it.

    For one whose outcome is unknown: approve says that it was done, reject that it was not.
    """
    with told_clearly(), connected() as client:
        decided = client.post(f"{_path(action)}/decision", {"decision": decision.value})
    if as_json:
        print_json(decided)
    else:
        _print_head(decided)


def _path(action: str) -> str:
    return f"/v1/actions/{quote(action, safe='')}"


def _print_head(action: Mapping[str, Any]) -> None:
    out.print(f"{action['id']} · {action['tool']} · {action['status']}", markup=False)
    out.print(action["summary"], markup=False, soft_wrap=True)
    told = {
        "arguments": action["arguments"],
        "result": action["result"],
        "error": action["error"]["message"] if action["error"] else None,
        "attempts": action["attempts"] or None,
    }
    for name, value in told.items():
        if value is not None:
            out.print(f"  {name}: {_text(value)}", markup=False, soft_wrap=True)


def _details(event: Mapping[str, Any]) -> str:
    """What an event tells beside its time and type."""
    others = {name: value for name, value in event.items() if name not in ("at", "type")}
    return " · ".join(f"{name} {_text(value)}" for name, value in others.items() if value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
