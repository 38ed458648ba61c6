"""How long each function needs from nothing to its handler, and what takes longest.

Each figure is the median of several new processes. For chat there are two more: the server ready
for its first request, and its model client loaded, which it does meanwhile, in a thread.

    python -m benchmarks.cold_import
"""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

RUNS = 5
SLOWEST = 3
MOST_SECONDS = {"chat: ready for its first request": 1.0}

ROOT = Path(__file__).resolve().parents[1]
HANDLERS = {
    "chat": "functions.chat.app",
    **{
        name: f"functions.{name}.handler"
        for name in ("api", "authorizer", "embedding", "ingestion", "metering", "sweeper")
    },
}

_IMPORT_LINE = re.compile(r"import time:\s*(\d+) \|\s*(\d+) \| (\s*)(\S+)")
_SERVE = "import uvicorn; uvicorn.run('functions.chat.app:app', port=0, log_level='info')"
_LOAD_MODEL = "import helpdesk.adapters.openai.language_model, helpdesk.adapters.openai.embedder"


@dataclass(frozen=True, slots=True)
class Import:
    """A module, and the seconds that importing it took, with all that it imports."""

    module: str
    seconds: float


def main() -> int:
    """Prints a line for each function; fails when one is slower than promised."""
    figures = {
        name: _median(partial(_seconds_to_run, f"import {module}"))
        for name, module in HANDLERS.items()
    }
    figures["chat: ready for its first request"] = _median(_seconds_until_listening)
    figures["chat: the model client alone"] = _median(lambda: _seconds_to_run(_LOAD_MODEL))
    empty = _median(lambda: _seconds_to_run("pass"))
    print(f"{'an empty process':36} {empty:6.2f} s")
    for name, seconds in figures.items():
        print(f"{name:36} {seconds:6.2f} s   {_explanation(name)}")
    late = [name for name, most in MOST_SECONDS.items() if figures[name] > most]
    for name in late:
        print(f"slower than {MOST_SECONDS[name]} s: {name}")
    return 1 if late else 0


def imports(module: str) -> Sequence[Import]:
    """The modules of other people that importing a module takes longest over, slowest first."""
    report = _python("-X", "importtime", "-c", f"import {module}").stderr
    total = {
        line[4]: int(line[2]) / 1e6
        for line in _IMPORT_LINE.finditer(report)
        if "." not in line[4] and line[4] not in ("helpdesk", "functions", "site")
    }
    slowest = sorted(total.items(), key=lambda item: item[1], reverse=True)
    return [Import(name, seconds) for name, seconds in slowest[:SLOWEST]]


def _explanation(name: str) -> str:
    if name not in HANDLERS:
        return ""
    slowest = imports(HANDLERS[name])
    return ", ".join(f"{each.module} {each.seconds:.2f}" for each in slowest)


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(RUNS))


def _seconds_to_run(code: str) -> float:
    begin = time.perf_counter()
    _python("-c", code)
    return time.perf_counter() - begin


def _seconds_until_listening() -> float:
    begin = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        cwd=ROOT,
        env=_environment(),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        for line in server.stderr or ():
            if "Uvicorn running" in line:
                return time.perf_counter() - begin
        raise RuntimeError("the chat function did not start")
    finally:
        server.kill()
        server.communicate()


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(ROOT / "shared" / "python"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "AWS_DEFAULT_REGION": "us-east-1"}


if __name__ == "__main__":
    raise SystemExit(main())
