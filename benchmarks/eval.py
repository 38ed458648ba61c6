"""``make eval``: search and answers on the sample help centre, through the public HTTP API.

The stage is the one that the CLI would speak to. Where sign-up is open the articles go to a tenant
made for this run, so that nothing else is found; elsewhere to the tenant of HELPDESK_API_KEY.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.markup import escape
from rich.progress import Progress, track
from rich.table import Table

from benchmarks.answer_quality import Outcome, Question, figures, read_questions
from cli import uploading
from cli.client import Client, Problem, Unreachable
from cli.output import err, out
from cli.settings import Connection, connection

HELP_CENTRE = Path(__file__).parent.parent / "local" / "help_centre"
SEARCH_DEPTH = 10


def main() -> int:
    """Runs the evaluation. 1 when the stage or an article fails, not when answers are bad."""
    questions = read_questions(HELP_CENTRE / "questions.json")
    try:
        with Client(_tenant_of_its_own(connection())) as client:
            articles = _upload(client)
            outcomes = [
                _ask(client, question, articles)
                for question in track(questions, "Asking", console=err, transient=True)
            ]
    except (Problem, Unreachable, UnreadArticle) as error:
        err.print(f"[red]{error}[/red]")
        return 1
    _print(outcomes)
    return 0


class UnreadArticle(Exception):
    """An article of the help centre did not become ready."""


def _tenant_of_its_own(given: Connection) -> Connection:
    company = {"name": "Larkfell Outdoor", "email": "evaluation@larkfell.example"}
    with Client(given) as client:
        try:
            created = client.post("/v1/tenants", company)
        except Problem as problem:
            if problem.denied:  # sign-up is for operators on that stage
                return given
            raise
    return replace(given, key=created["keys"]["secret"])


def _upload(client: Client) -> Mapping[str, str]:
    """Uploads the articles and gives the file name of each document id."""
    files, _ = uploading.files_in([HELP_CENTRE])
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("Uploading", total=1.0)
        uploaded = uploading.upload(
            client, files, lambda done: progress.update(task, completed=done)
        )
    articles: dict[str, str] = {}
    for one in uploaded:
        if one.failed or one.document is None:
            raise UnreadArticle(f"{one.file.external_id}: {one.failed}")
        articles[one.document["id"]] = one.file.external_id
    return articles


def _ask(client: Client, question: Question, articles: Mapping[str, str]) -> Outcome:
    found = client.post("/v1/search", {"query": question.text, "limit": SEARCH_DEPTH})
    turn = client.post("/v1/chat", {"message": question.text, "stream": False})
    return Outcome(
        question=question,
        found=[articles.get(item["document_id"], "?") for item in found["items"]],
        answer=turn["answer"],
        cited=[articles.get(citation["document_id"], "?") for citation in turn["citations"]],
        answered=turn["finish_reason"] == "answered",
    )


def _print(outcomes: Sequence[Outcome]) -> None:
    answerable = sum(outcome.question.answerable for outcome in outcomes)
    table = Table("Figure", "Share", box=None, header_style="bold")
    for name, share in figures(outcomes).items():
        table.add_row(escape(name), f"{share:.3f}" if name == "MRR" else f"{share:.1%}")
    out.print(f"{len(outcomes)} questions, {answerable} of them answerable.\n", table)
    failures = Table("Question", "What is wrong", "Answer", header_style="bold", show_lines=True)
    for outcome in outcomes:
        if outcome.failures:
            wrong = "\n".join(outcome.failures)
            said = escape(outcome.answer[:200]) if outcome.answered else ""
            failures.add_row(outcome.question.text, wrong, said)
    if failures.row_count:
        out.print(f"\n{failures.row_count} questions with a failure:", failures)


if __name__ == "__main__":
    sys.exit(main())
