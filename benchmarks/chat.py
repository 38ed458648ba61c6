"""What the platform adds to a model's first token: ``python -m benchmarks.chat``.

A scripted model endpoint is asked directly and through a stage of the benchmark's own whose model
it is; both by turns, with one chat at a time and with ten.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.first_token import Door, Waits, measure, percentile_of
from benchmarks.scripted_model import MODEL
from cli.client import Client
from cli.settings import Connection
from cli.uploading import files_in, upload
from local import stage
from local.processes import require_free
from local.services import answers
from local.settings import HELP_CENTRE, HOST, ROOT, Place, place

QUESTION = "How long does delivery take?"
ROUNDS = {1: 40, 10: 10}
"""By how many chats at a time: how often the doors take turns, five questions each."""

MOST_MS = {(1, 50): 50, (10, 50): 150, (10, 99): 400}
"""What the platform may add, by chats at a time and percentile."""

_PERCENTILES = (50, 95, 99)
_PORTS_APART = 10


def main() -> int:
    """Prints the table; fails when the platform adds more than promised."""
    out = Console()
    port = place().port + _PORTS_APART
    with TemporaryDirectory() as folder, _scripted_model(port + 4) as url:
        here = Place(port, Path(folder))
        os.environ |= {"OPENAI_BASE_URL": url, "HELPDESK_MODEL": MODEL}
        stage.up(out, here)
        try:
            platform = _door_of(here)
            direct = _door_of_model(url)
            waits = {
                chats: asyncio.run(measure(direct, platform, chats, rounds))
                for chats, rounds in ROUNDS.items()
            }
        finally:
            stage.down(out, here)
    out.print(_table(waits))
    return _verdict(out, waits)


@contextmanager
def _scripted_model(port: int) -> Iterator[str]:
    """The endpoint, in a process of its own, so that it shares no lock with who measures."""
    require_free(port, "scripted model")
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.scripted_model", str(port)], cwd=ROOT
    )
    try:
        url = f"http://{HOST}:{port}/v1"
        while not answers(f"{url}/models"):
            if server.poll() is not None:
                raise RuntimeError("the scripted model does not start")
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait()


def _door_of_model(url: str) -> Door:
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
    return Door(f"{url}/chat/completions", {}, body, first_token='"content": "')


def _door_of(here: Place) -> Door:
    """The stage's chat, for a new tenant that has uploaded the sample help centre."""
    with Client(Connection(here.base_url, None)) as nobody:
        signed_up = nobody.post("/v1/tenants", {"name": "Bench", "email": "bench@shop.example"})
    key = signed_up["keys"]["secret"]
    with Client(Connection(here.base_url, key)) as tenant:
        files, _ = files_in([HELP_CENTRE])
        failed = [each for each in upload(tenant, files, lambda _: None) if each.failed]
    if failed:
        raise RuntimeError(f"{failed[0].file.path.name}: {failed[0].failed}")
    headers = {"Authorization": f"Bearer {key}"}
    return Door(f"{here.base_url}/v1/chat", headers, {"message": QUESTION}, "event: delta")


def _table(waits: Mapping[int, Waits]) -> Table:
    table = Table(title="First token: what the platform adds, in ms")
    for column in ("chats at a time", "questions", "model p50", *(f"p{p}" for p in _PERCENTILES)):
        table.add_column(column, justify="right")
    table.add_column("times as long, p50", justify="right")
    for chats, measured in waits.items():
        table.add_row(
            str(chats),
            str(len(measured.platform)),
            f"{1000 * percentile_of(measured.direct, 50):.0f}",
            *(f"{measured.overhead_ms(percentile):.0f}" for percentile in _PERCENTILES),
            f"{measured.ratio(50):.2f}",
        )
    return table


def _verdict(out: Console, waits: Mapping[int, Waits]) -> int:
    late = 0
    for (chats, percentile), most in MOST_MS.items():
        added = waits[chats].overhead_ms(percentile)
        if added > most:
            out.print(f"[red]{chats} at a time, p{percentile}: {added:.0f} ms, not {most}[/red]")
            late = 1
    return late


if __name__ == "__main__":
    raise SystemExit(main())
