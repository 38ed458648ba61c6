"""What the commands print: for people by default, one JSON document with --json."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.client import Problem, Unreachable
from cli.uploading import Stalled
from local.stage import StageError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

EXIT_FAILED, EXIT_UNREACHABLE, EXIT_DENIED = 1, 3, 4

_WHERE_TO_LOOK = (
    "What failed is tried again in up to 12 minutes; 'helpdesk documents' says how far each is."
    " Why they wait is in the logs of the functions 'ingestion' and 'embedding': on this machine"
    " in .helpdesk/emulator/emulator.log."
)


def print_json(value: Any) -> None:
    """One JSON document on standard output, never wrapped or coloured."""
    out.print(json.dumps(value, ensure_ascii=False), soft_wrap=True, markup=False)


def print_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Rows under their columns; the first column, the ids, is never cut."""
    first, *others = columns
    lines = [tuple(row) for row in rows]
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(
        first, no_wrap=True, min_width=max((len(line[0]) for line in lines), default=0)
    )
    for other in others:
        table.add_column(other)
    for line in lines:
        table.add_row(*map(escape, line))
    out.print(table)


def money(value: dict[str, str]) -> str:
    """``{"amount": "0.012", "currency": "USD"}`` as ``0.012 USD``."""
    return f"{value['amount']} {value['currency']}"


@contextmanager
def told_clearly() -> Iterator[None]:
    """Ends the command with what went wrong, what to do, and the right exit code."""
    try:
        yield
    except StageError as error:
        _print_error(error)
        raise typer.Exit(EXIT_FAILED) from None
    except Stalled as error:
        _print_error(error)
        err.print(_WHERE_TO_LOOK)
        raise typer.Exit(EXIT_FAILED) from None
    except Unreachable as error:
        _print_error(error)
        err.print("Start the service with 'helpdesk up', or set HELPDESK_URL.")
        raise typer.Exit(EXIT_UNREACHABLE) from None
    except Problem as problem:
        _print_error(problem)
        for wrong in problem.body.get("errors", []):
            err.print(f"  {wrong['field']}: {wrong['message']}", markup=False)
        if request_id := problem.body.get("request_id"):
            err.print(f"  request {request_id}", style="dim")
        if problem.denied:
            err.print("Set HELPDESK_API_KEY to a key that may do this.")
            raise typer.Exit(EXIT_DENIED) from None
        raise typer.Exit(EXIT_FAILED) from None


def _print_error(error: Exception) -> None:
    err.print(escape(str(error)), style="red", soft_wrap=True)
