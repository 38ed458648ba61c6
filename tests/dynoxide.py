"""Dynoxide, a DynamoDB on SQLite, for the contract tests."""

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from local import processes
from local.settings import HOST, clean_environment

_START_SECONDS = 20.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Dynoxide:
    """One that forgets all when it ends, on one port."""

    program: str
    port: int
    folder: Path

    def start(self) -> processes.Recorded:
        """Starts it and waits until it takes connections."""
        if not Path(self.program).exists():
            pytest.fail("Dynoxide is not there. Build it: make test-dynoxide")
        running = processes.start(
            [self.program, "--host", HOST, "--port", str(self.port)],
            environment=clean_environment(),
            cwd=self.folder,
            log=self._log,
        )
        ends = processes.deadline(_START_SECONDS)
        while not self._listens():
            if not running.running or time.monotonic() > ends:
                processes.stop(running)
                pytest.fail(f"Dynoxide does not start:\n{processes.log_end(self._log)}")
            time.sleep(_POLL_SECONDS)
        return running

    def stop(self, running: processes.Recorded) -> None:
        """Stops it."""
        processes.stop(running)

    def client(self, service: str) -> Any:
        """A client of DynamoDB, the one service that it has."""
        return boto3.client(
            service,
            endpoint_url=f"http://{HOST}:{self.port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    @property
    def _log(self) -> Path:
        return self.folder / "dynoxide.log"

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0
