"""`helpdesk upload` and `helpdesk documents`: the knowledge that answers come from."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli import uploading
from cli.client import connected
from cli.output import EXIT_FAILED, AsJson, err, out, print_json, print_table, told_clearly

app = typer.Typer()


@app.command("upload")
def upload_documents(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files and folders.")],
    as_json: AsJson = False,
) -> None:
    """Upload files and folders (HTML, Markdown, text, PDF, DOCX) and wait until they are read.

    A file's path below the folder is its external id: uploading it again replaces it.
    """
    files, skipped = uploading.files_in(paths)
    if not files:
        err.print("No HTML, Markdown, text, PDF or DOCX file there.")
        raise typer.Exit(EXIT_FAILED)
    with told_clearly(), connected() as client:
        results = with_progress(lambda follow: uploading.upload(client, files, follow))
    failed = [one for one in results if one.failed]
    if as_json:
        documents = [one.document or {"filename": one.file.path.name} for one in results]
        problems = [{"path": str(one.file.path), "reason": one.failed} for one in failed]
        print_json({"documents": documents, "failed": problems})
    else:
        out.print(f"{len(results) - len(failed)} of {len(results)} documents ready.")
        for one in failed:
            err.print(f"  {one.file.path}: {one.failed}", style="red", markup=False)
        for path in skipped:
            err.print(f"  {path}: skipped, not a format that we read", style="dim", markup=False)
    if failed:
        raise typer.Exit(EXIT_FAILED)


def with_progress(
    work: Callable[[uploading.Follow], list[uploading.Uploaded]],
) -> list[uploading.Uploaded]:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True) as progress:
        task = progress.add_task("Uploading and reading", total=1.0)
        return work(lambda done: progress.update(task, completed=done))


@app.command("documents")
def list_documents(
    status: Annotated[str | None, typer.Option(help="Only those with this status.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the documents, how far each has come, and why it failed."""
    with told_clearly(), connected() as client:
        documents = list(client.items("/v1/documents", status=status))
    if as_json:
        print_json({"items": documents})
        return
    print_table(
        ("id", "file", "status", "done", "chunks", "error"),
        (
            (
                document["id"],
                document["filename"],
                document["status"],
                f"{document['progress']:.0%}",
                str(document["chunks"]),
                document["error"]["message"] if document["error"] else "",
            )
            for document in documents
        ),
    )
