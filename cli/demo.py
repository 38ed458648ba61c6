"""`helpdesk demo`: from nothing to cited answers, as a newcomer would do it by hand."""

import typer
from rich.console import Console
from rich.panel import Panel

from cli import answers
from cli.client import Client, Json
from cli.documents import with_progress
from cli.output import AsJson, err, out, print_json, told_clearly
from cli.settings import Connection
from cli.uploading import File, files_in, upload
from local import stage
from local.settings import HELP_CENTRE

app = typer.Typer()

QUESTIONS = (
    "How long do I have to send something back?",
    "How much is standard shipping to Germany?",
    "Do you sell skis?",
)
"""What a customer would ask; the articles do not answer the last one."""

CUSTOMER = "cus_ada"
TALK = ("Where is my order LF-1042?", "Please refund 5 euros of order LF-1042", "Yes")
"""What a customer who has signed in wants of the sample shop itself."""


@app.command("demo")
def demo(as_json: AsJson = False) -> None:
    """Start everything here, upload a sample help centre, and ask it three questions."""
    say = err if as_json else out
    with told_clearly():
        started = stage.up(say)
        tenant = started.tenant or _sign_up(started, say)
        with Client(Connection(started.base_url, tenant.secret)) as client:
            _fill(client, say)
            told = [_ask(client, question, show=not as_json) for question in QUESTIONS]
            told += _talk(client, say, show=not as_json)
    if as_json:
        print_json({"base_url": started.base_url, "tenant": tenant.id, "answers": told})
    else:
        _say_what_next(started.base_url)


def _ask(
    client: Client,
    question: str,
    conversation: str | None = None,
    *,
    show: bool,
    customer: str | None = None,
) -> Json:
    if show:
        out.print(f"\n[bold]> {question}[/bold]")
    answer = answers.ask(client, question, conversation, show=show, customer=customer)
    return {"question": question, **answer.as_json()}


def _talk(client: Client, say: Console, *, show: bool) -> list[Json]:
    """An order is looked up and a refund confirmed and paid, by the sample shop's own tools."""
    for name, tool in stage.sample_tools().items():
        client.put(f"/v1/tools/{name}", tool)
    say.print(f"\nThe sample shop's tools are there; its customer {CUSTOMER} has signed in.")
    told: list[Json] = []
    for said in TALK:
        conversation = told[-1]["conversation_id"] if told else None
        told.append(_ask(client, said, conversation, show=show, customer=CUSTOMER))
    return told


def _sign_up(started: stage.Status, say: Console) -> stage.DemoTenant:
    with Client(Connection(started.base_url, None)) as client:
        created = client.post("/v1/tenants", {"name": "Larkfell", "email": "demo@larkfell.example"})
    tenant = stage.DemoTenant(created["tenant"]["id"], **created["keys"])
    stage.remember_tenant(tenant)
    say.print(f"Signed up the sample shop Larkfell as [bold]{tenant.id}[/bold].")
    return tenant


def _fill(client: Client, say: Console) -> None:
    """Uploads the articles that are not there yet."""
    there = {d["external_id"] for d in client.items("/v1/documents", status="ready")}
    files = [file for file in _articles() if file.external_id not in there]
    if not files:
        say.print("The sample help centre is there already.")
        return
    results = with_progress(lambda follow: upload(client, files, follow))
    failed = [one for one in results if one.failed]
    say.print(f"Uploaded {len(results) - len(failed)} help articles (HTML, Markdown, PDF, DOCX).")
    for one in failed:
        err.print(f"  {one.file.path.name}: {one.failed}", style="red", markup=False)
    if failed:
        raise typer.Exit(1)


def _articles() -> list[File]:
    return files_in([HELP_CENTRE])[0]


def _say_what_next(base_url: str) -> None:
    out.print(
        Panel.fit(
            f"The service is at [bold]{base_url}[/bold] and keeps running.\n\n"
            "  .venv/bin/helpdesk ask            talk to it\n"
            "  .venv/bin/helpdesk upload DIR     give it documents of yours\n"
            "  .venv/bin/helpdesk conversations  what was asked\n"
            "  .venv/bin/helpdesk usage          what it cost\n"
            "  make down                         stop it; 'make up' has it all back",
            title="What next",
            title_align="left",
        )
    )
