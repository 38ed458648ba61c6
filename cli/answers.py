"""An answer as it streams: printed piece by piece, with its citations, times and cost."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.markup import escape

from cli.client import Client, Event, Json
from cli.output import money, out


@dataclass(slots=True)
class Answer:
    """What has come of an answer so far; its times are what this reader waited."""

    conversation_id: str | None = None
    turn_id: str | None = None
    text: str = ""
    first_token_ms: int | None = None
    total_ms: int | None = None
    problem: Json | None = None
    actions: list[Json] = field(default_factory=list)
    done: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        """The answer as one document, in the shape of an answer that was not streamed."""
        return {
            "conversation_id": self.conversation_id,
            "turn_id": self.turn_id,
            "answer": self.text,
            **({"actions": self.actions} if self.actions else {}),
            **self.done,
            **({"error": self.problem} if self.problem else {}),
            "client": {"first_token_ms": self.first_token_ms, "total_ms": self.total_ms},
        }


def ask(
    client: Client,
    question: str,
    conversation: str | None,
    *,
    show: bool,
    customer: str | None = None,
) -> Answer:
    """Asks, and prints the answer while it comes, when it is to be shown."""
    body: Json = {"message": question}
    if conversation:
        body["conversation_id"] = conversation
    if customer:
        body["end_user"] = {"id": customer}
    answer = Answer()
    for text in _texts(answer, client.chat(body)):
        if show:
            out.print(text, end="", markup=False, soft_wrap=True)
    if show:
        out.print()
        _print_ending(answer)
    return answer


def _texts(answer: Answer, events: Iterator[Event]) -> Iterator[str]:
    started = time.monotonic()
    for event in events:
        match event.name:
            case "start":
                answer.conversation_id = event.data["conversation_id"]
                answer.turn_id = event.data["turn_id"]
            case "delta":
                if answer.first_token_ms is None:
                    answer.first_token_ms = _ms_since(started)
                answer.text += event.data["text"]
                yield event.data["text"]
            case "action":
                answer.actions.append(event.data)
            case "error":
                answer.problem = event.data
            case "done":
                answer.done = event.data
                answer.total_ms = _ms_since(started)


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _print_ending(answer: Answer) -> None:
    if answer.problem:
        out.print(f"[red]{escape(answer.problem['detail'])}[/red]")
    for number, citation in enumerate(answer.done.get("citations", []), start=1):
        where = citation["heading"] or (f"page {citation['page']}" if citation["page"] else "")
        line = f"  [{number}] {citation['title']}" + (f" — {where}" if where else "")
        out.print(line, style="cyan", markup=False)
    for action in answer.actions:
        line = f"  {action['tool']} {action['action_id']}: {action['status']}"
        out.print(line, style="magenta", markup=False)
    if usage := answer.done.get("usage"):
        facts = [
            f"first token {answer.first_token_ms} ms",
            f"total {answer.total_ms} ms",
            f"cost {money(usage['cost'])}",
            usage["model"],
        ]
        out.print("  " + " · ".join(facts), style="dim", markup=False)
