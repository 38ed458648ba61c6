"""Documents and chunks a second through the whole pipeline: ``python -m benchmarks.ingestion``.

Real HTML pages go through the public API of a stage of the benchmark's own, from the first request
to the last document that is ready. Beside it stands the bare loop: the very same chunks, embedded
by the same model in this process with nothing around it, and through the model server's HTTP.
``--pages N`` takes every n-th page, down to about N of them.
"""

import argparse
import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.python_docs import html_folder
from cli.client import Client, Json
from cli.settings import Connection
from helpdesk.adapters.openai.embedder import OpenAIEmbedder
from helpdesk.adapters.parsers import parser_of
from helpdesk.chunking import passages
from helpdesk.ids import DocumentId
from helpdesk.passages import Passage
from local import stage
from local.model_server.embedder import MODEL, Embedder
from local.settings import HELP_CENTRE, HOST, ROOT, Place, place

LEAST_SHARE = 0.7
"""Of the bare loop's chunks a second."""

_SENDERS = 4
_TEXTS_PER_CALL = 64
_TEXTS_OVER_HTTP = 1024
_POLL_SECONDS = 1.0
_PORTS_APART = 20
_SETTLED = ("ready", "failed")


@dataclass(frozen=True, slots=True)
class Run:
    """One way of embedding: what went through, and how long it took."""

    name: str
    documents: int | None
    chunks: int
    seconds: float

    @property
    def chunks_per_second(self) -> float:
        """The throughput that is compared."""
        return self.chunks / self.seconds


def main() -> int:
    """Prints the table; fails when the pipeline's share of the bare loop is too small."""
    out = Console()
    pages = _chosen_pages()
    out.print(f"{len(pages)} pages of {html_folder()}")
    texts = list(dict.fromkeys(text for page in pages for text in _texts(page)))
    out.print(f"{len(texts)} chunks in the bare loop …")
    bare = asyncio.run(_bare_loop(texts))
    with TemporaryDirectory() as folder:
        here = Place(place().port + _PORTS_APART, Path(folder))
        stage.up(out, here)
        try:
            over_http = _over_http(here, texts[:: max(1, len(texts) // _TEXTS_OVER_HTTP)])
            pipeline = _pipeline(out, here, pages, len(texts))
        finally:
            stage.down(out, here)
    out.print(_table(bare, over_http, pipeline))
    return int(pipeline.chunks_per_second / bare.chunks_per_second < LEAST_SHARE)


def _chosen_pages() -> Sequence[Path]:
    arguments = argparse.ArgumentParser(description="Measures the ingestion pipeline.")
    arguments.add_argument("--pages", type=int, default=None)
    found = sorted(html_folder().rglob("*.html"))
    wanted: int = arguments.parse_args().pages or len(found)
    return found[:: max(1, len(found) // wanted)]


def _texts(page: Path) -> Iterator[str]:
    """What the pipeline embeds of a page."""
    for each in passages(parser_of("html").parse(page.read_bytes())):
        yield Passage(DocumentId(""), 1, each.position, each.text, each.heading).to_embed()


async def _bare_loop(texts: Sequence[str]) -> Run:
    embedder = Embedder.load(ROOT / ".helpdesk" / "benchmarks")
    began = time.perf_counter()
    for batch in _batches(texts):
        await embedder.embed(batch, "documents")
    took = time.perf_counter() - began
    embedder.close()
    return Run("bare loop, in process", None, len(texts), took)


def _over_http(here: Place, texts: Sequence[str]) -> Run:
    embedder = OpenAIEmbedder(f"http://{HOST}:{here.model_server_port}/v1", "", MODEL)
    began = time.perf_counter()
    for batch in _batches(texts):
        embedder.embed(batch)
    took = time.perf_counter() - began
    embedder.close()
    return Run("bare loop, over HTTP", None, len(texts), took)


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[at : at + _TEXTS_PER_CALL] for at in range(0, len(texts), _TEXTS_PER_CALL))


def _pipeline(out: Console, here: Place, pages: Sequence[Path], texts: int) -> Run:
    """A new tenant's upload, so that nothing of it is in the cache.

    A text that occurs twice is embedded once, as in the bare loop.
    """
    with Client(Connection(here.base_url, None)) as nobody:
        signed_up = nobody.post("/v1/tenants", {"name": "Bench", "email": "bench@shop.example"})
    with Client(Connection(here.base_url, signed_up["keys"]["secret"])) as client:
        _wait(client, [_send(client, HELP_CENTRE / "contact-us.html")])  # warm
        began = time.perf_counter()
        with ThreadPoolExecutor(_SENDERS) as senders:
            sent = list(senders.map(lambda page: _send(client, page), pages))
        out.print(f"{len(sent)} pages sent, waiting for the pipeline …")
        _wait(client, sent)
        took = time.perf_counter() - began
        failed = [each for each in client.items("/v1/documents") if each["status"] == "failed"]
    for each in failed:
        out.print(f"{each['filename']}: {each['error']['code']}")
    return Run("pipeline", len(pages) - len(failed), texts, took)


def _send(client: Client, page: Path) -> str:
    content = page.read_bytes()
    new: Json = {"filename": page.name, "content_type": "text/html", "size_bytes": len(content)}
    created = client.post("/v1/documents", new)
    client.send(created["upload"], content)
    document: str = created["document"]["id"]
    return document


def _wait(client: Client, documents: Sequence[str]) -> None:
    """Asks for one document at a time: what waits must not keep the pipeline busy."""
    for document in reversed(documents):
        while client.get(f"/v1/documents/{document}")["status"] not in _SETTLED:
            time.sleep(_POLL_SECONDS)


def _table(bare: Run, *others: Run) -> Table:
    table = Table(title="Ingestion")
    for column in ("", "documents/s", "chunks", "seconds", "chunks/s", "share of bare loop"):
        table.add_column(column, justify="right")
    for run in (bare, *others):
        table.add_row(
            run.name,
            f"{run.documents / run.seconds:.2f}" if run.documents else "",
            str(run.chunks),
            f"{run.seconds:.1f}",
            f"{run.chunks_per_second:.1f}",
            f"{run.chunks_per_second / bare.chunks_per_second:.2f}",
        )
    return table


if __name__ == "__main__":
    raise SystemExit(main())
