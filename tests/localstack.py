"""LocalStack without Docker, for the contract tests of S3, SQS, EventBridge and Secrets Manager."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from localstack_client.session import Session  # type: ignore[import-untyped]

from local import processes
from local.settings import HOST, ROOT, clean_environment

PROGRAM = ROOT / ".localstack" / "bin" / "python"

_START_SECONDS = 60.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A LocalStack on one port, with its state in ``folder``."""

    port: int
    folder: Path

    def start(self) -> processes.Recorded:
        """Starts it and waits until it serves."""
        if not PROGRAM.exists():
            pytest.fail("LocalStack's environment is not there. Build it: make .localstack")
        running = processes.start(
            [PROGRAM, "-m", "localstack.runtime.main"],
            environment=self._environment(),
            cwd=self.folder,
            log=self._log,
        )
        ends = processes.deadline(_START_SECONDS)
        while not self._healthy():
            if not running.running or time.monotonic() > ends:
                processes.stop(running)
                pytest.fail(f"LocalStack does not start:\n{processes.log_end(self._log)}")
            time.sleep(_POLL_SECONDS)
        return running

    def stop(self, running: processes.Recorded) -> None:
        """Stops it."""
        processes.stop(running)

    def client(self, service: str) -> Any:
        """A client of one of its services, made by LocalStack's own library."""
        return Session(localstack_host=f"{HOST}:{self.port}").client(service)

    @property
    def _log(self) -> Path:
        return self.folder / "localstack.log"

    def _environment(self) -> dict[str, str]:
        return {
            **clean_environment(),
            "GATEWAY_LISTEN": f"{HOST}:{self.port}",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DISABLE_EVENTS": "1",
            "FILESYSTEM_ROOT": str(self.folder),
        }

    def _healthy(self) -> bool:
        try:
            return httpx2.get(f"http://{HOST}:{self.port}/_localstack/health").is_success
        except httpx2.TransportError:
            return False
