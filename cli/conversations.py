"""`helpdesk conversations`: the log of what was asked, and what is resolved of it."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer
from typer.core import TyperGroup

from cli.client import connected
from cli.output import AsJson, out, print_json, print_table, told_clearly


class _ShownByDefault(TyperGroup):
    """What is no command is the id of a conversation to show."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["show", *args])


app = typer.Typer(cls=_ShownByDefault, help="Conversations: what was asked, and what is resolved.")

_Id = Annotated[str, typer.Argument(metavar="ID", help="Which one: conv_…")]


@app.callback(invoke_without_command=True)
def list_conversations(context: typer.Context, as_json: AsJson = False) -> None:
    """List the conversations, newest first; with an ID, show that one."""
    if context.invoked_subcommand:
        return
    with told_clearly(), connected() as client:
        found = list(client.items("/v1/conversations"))
    if as_json:
        print_json({"items": found})
        return
    print_table(
        ("id", "first question", "status", "outcome", "turns", "updated"),
        (
            (
                each["id"],
                each["preview"],
                each["status"],
                each["outcome"] or "",
                str(each["turn_count"]),
                each["updated_at"],
            )
            for each in found
        ),
    )


@app.command("show")
def show_conversation(conversation: _Id, as_json: AsJson = False) -> None:
    """Show a conversation with its turns."""
    with told_clearly(), connected() as client:
        found = client.get(_path(conversation))
    if as_json:
        print_json(found)
        return
    for turn in found["turns"]:
        out.print(f"> {turn['message']}", style="bold", markup=False)
        out.print(turn["answer"], markup=False, soft_wrap=True)


@app.command("resolve")
def resolve_conversation(conversation: _Id, as_json: AsJson = False) -> None:
    """Close a conversation: its resolution is billed."""
    with told_clearly(), connected() as client:
        _print_head(client.post(f"{_path(conversation)}/resolve", {}), as_json=as_json)


@app.command("reopen")
def reopen_conversation(conversation: _Id, as_json: AsJson = False) -> None:
    """Open a conversation again: its resolution is credited."""
    with told_clearly(), connected() as client:
        _print_head(client.post(f"{_path(conversation)}/reopen", {}), as_json=as_json)


def _path(conversation: str) -> str:
    return f"/v1/conversations/{quote(conversation, safe='')}"


def _print_head(conversation: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(conversation)
    else:
        out.print(f"{conversation['id']} · {conversation['status']}", markup=False)
