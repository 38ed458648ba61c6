"""The AWS emulator: ministack, in an environment and a folder of its own, on 127.0.0.1."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from local import processes
from local.processes import Recorded
from local.settings import HOST, ROOT, StageError, clean_environment

PROGRAM = ROOT / ".emulator" / "bin" / "python"
REGION = "us-east-1"
ACCOUNT = "000000000000"

_START_SECONDS = 60.0
# It saves its state when it is told to stop; killed before that, it forgets all since its start.
_SAVE_SECONDS = 30.0
_POLL_SECONDS = 0.1
_HEALTH = "/_ministack/health"


@dataclass(frozen=True, slots=True)
class Emulator:
    """An emulated AWS on one port, whose state lives in ``folder`` and survives a clean stop.

    A test starts one on any free port: ``Emulator(port, tmp_path)``.
    """

    port: int
    folder: Path

    @property
    def endpoint_url(self) -> str:
        """What ``AWS_ENDPOINT_URL`` is to be."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What it has to say."""
        return self.folder / "emulator.log"

    def start(self, record: Callable[[Recorded], None] = lambda _: None) -> Recorded:
        """Starts it and waits until it serves; ``record`` is told at once what runs.

        Raises StageError.
        """
        if not PROGRAM.exists():
            raise StageError("The emulator's environment is not there. Build it: make up")
        processes.require_free(self.port, "AWS emulator")
        self._empty_temporary_folder()
        self.log.unlink(missing_ok=True)
        running = processes.start(
            [PROGRAM, "-m", "ministack"],
            environment=self._environment(),
            cwd=self.folder,
            log=self.log,
        )
        try:
            record(running)
            self._wait_until_healthy(running)
        except BaseException:
            self.stop(running)
            raise
        return running

    def stop(self, running: Recorded) -> bool:
        """Stops it cleanly, so that its state is saved, and empties its temporary folder.

        False when it had ended already.
        """
        stopped = processes.stop(running, _SAVE_SECONDS)
        self._empty_temporary_folder()
        return stopped

    def healthy(self) -> bool:
        """Whether it answers."""
        try:
            return httpx2.get(self.endpoint_url + _HEALTH, timeout=2.0).is_success
        except httpx2.TransportError:
            return False

    def client(self, service: str) -> Any:
        """A boto3 client of one of its services."""
        import boto3  # noqa: PLC0415  (half a second that most commands need not spend)

        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - any will do
        )

    def aws_environment(self) -> dict[str, str]:
        """What an SDK needs to find it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ENDPOINT_URL_S3": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def _environment(self) -> dict[str, str]:
        return {
            **clean_environment(),
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "AWS_DEFAULT_REGION": REGION,
            "TMPDIR": str(self._temporary),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "s3"),
            # An idle worker stays warm: a newcomer who comes back from lunch waits for nothing.
            "LAMBDA_WARM_TTL_SECONDS": "28800",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    @property
    def _temporary(self) -> Path:
        return self.folder / "tmp"

    def _empty_temporary_folder(self) -> None:
        """It leaks unpacked functions there, 65 MB each."""
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir(parents=True, exist_ok=True)

    def _wait_until_healthy(self, running: Recorded) -> None:
        ends = processes.deadline(_START_SECONDS)
        while not self.healthy():
            if not running.running or time.monotonic() > ends:
                end = processes.log_end(self.log)
                raise StageError(f"The AWS emulator does not start. Its log ends so:\n{end}")
            time.sleep(_POLL_SECONDS)
