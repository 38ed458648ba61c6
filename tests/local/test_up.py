"""`up` that can't go on: nothing of what it started stays, and it says why.

The emulator is the real one; a script stands in for Node, and so for the CDK's command line.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from local import processes, state
from local.settings import ROOT
from tests.conftest import free_ports

UP = """
import signal
from pathlib import Path
import typer
from cli.output import out, told_clearly
from local import stage
from local.settings import Place

def up(port: int, folder: Path) -> None:
    with told_clearly():
        stage.up(out, Place(port, folder))

# Where pytest runs in the background, it and its children ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
typer.run(up)
"""
NODE = '#!/bin/sh\nif [ "$1" = --version ]; then echo v24.0.0; exit; fi\n'
MODELS_ELSEWHERE = {
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    "HELPDESK_MODEL": "m",
    "HELPDESK_EMBEDDING_BASE_URL": "http://127.0.0.1:9/v1",
    "HELPDESK_EMBEDDING_MODEL": "e",
    "HELPDESK_EMBEDDING_DIMENSIONS": "8",
}


@dataclass(frozen=True)
class Climb:
    """An `up` in a process of its own, whose CDK does what a script says."""

    folder: Path

    def start(self, cdk: str) -> "subprocess.Popen[str]":
        """Starts it; ``cdk`` is what the CDK's command line does, in shell."""
        node = self.folder / "bin" / "node"
        node.parent.mkdir()
        node.write_text(NODE + cdk)
        node.chmod(0o755)
        path = os.pathsep.join([str(node.parent), os.environ["PATH"]])
        return subprocess.Popen(
            [sys.executable, "-c", UP, str(free_ports()), str(self.folder)],
            cwd=ROOT,
            env={**os.environ, **MODELS_ELSEWHERE, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until(self, file: Path) -> str:
        """Waits until the CDK has written this file, and reads it."""
        ends = processes.deadline(60)
        while not (file.exists() and file.read_text()):
            assert time.monotonic() < ends
            time.sleep(0.05)
        return file.read_text()


@pytest.fixture
def climb(tmp_path: Path) -> Climb:
    return Climb(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_up_that_is_broken_off_leaves_nothing_running(climb: Climb, number: signal.Signals):
    written = climb.folder / "cdk.pid"
    with climb.start(f'echo $$ > "{written}"; exec sleep 600') as up:
        cdk = psutil.Process(int(climb.until(written)))
        started = state.load(climb.folder).processes
        assert cdk.is_running()
        assert started.keys() == {"emulator", "shop"}
        assert all(one.running for one in started.values())

        up.send_signal(number)
        up.communicate(timeout=60)

    assert up.returncode != 0
    assert not cdk.is_running()
    assert not any(one.running for one in started.values())
    assert state.load(climb.folder).processes == {}


def test_a_deployment_that_fails_shows_the_end_of_its_log(climb: Climb):
    script = 'for n in $(seq 99); do echo "step $n"; done; echo "no such thing: Bucket"; exit 3'
    with climb.start(script) as up:
        said, _ = up.communicate(timeout=60)

    assert up.returncode == 1
    assert "'cdk bootstrap' failed (exit code 3)" in said
    assert "no such thing: Bucket" in said
    assert "step 99" in said
    assert "step 50" not in said
    assert "Traceback" not in said
    assert state.load(climb.folder).processes == {}
