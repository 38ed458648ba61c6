"""`helpdesk ask`: questions, and answers as they stream."""

from typing import Annotated

import typer

from cli import answers
from cli.client import connected
from cli.output import EXIT_FAILED, AsJson, out, print_json, told_clearly

app = typer.Typer()


@app.command("ask")
def ask(
    question: Annotated[str | None, typer.Argument(help="None: a conversation.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Go on with this one.")] = None,
    customer: Annotated[
        str | None, typer.Option(help="Your own id of the customer who asks, for orders and such.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question and watch the answer stream; without one, hold a conversation."""
    with told_clearly(), connected() as client:

        def answered(asked: str, conversation: str | None) -> str | None:
            answer = answers.ask(client, asked, conversation, show=not as_json, customer=customer)
            return _shown(answer, as_json=as_json)

        if question is not None:
            answered(question, conversation)
            return
        out.print("Ask away; an empty line or Ctrl-D ends it.", style="dim")
        while asked := _next_question():
            conversation = answered(asked, conversation)


def _shown(answer: answers.Answer, *, as_json: bool) -> str | None:
    if as_json:
        print_json(answer.as_json())
    if answer.problem:
        raise typer.Exit(EXIT_FAILED)
    return answer.conversation_id


def _next_question() -> str | None:
    try:
        return out.input("[bold]> [/bold]").strip() or None
    except EOFError:
        return None
