"""Processes that outlive the command that started them, known by pid and start time."""

import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from local.settings import HOST, StageError

_KILLED_SECONDS = 5.0
_POLL_SECONDS = 0.05
_SAME_START_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Recorded:
    """A process of ours. The start time tells it from a later process with the same pid."""

    pid: int
    started_at: float

    @property
    def running(self) -> bool:
        """Whether this very process still runs."""
        return _alive(self) is not None


def start(
    command: Sequence[str | Path], *, environment: Mapping[str, str], cwd: Path, log: Path
) -> Recorded:
    """Starts a process that a Ctrl-C at the terminal does not reach."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    recorded = Recorded(child.pid, psutil.Process(child.pid).create_time())
    # The process is known by its pid from here on: its Popen must not warn that nobody awaited it.
    child.returncode = 0
    return recorded


def stop(recorded: Recorded, grace_seconds: float = 5.0) -> bool:
    """Ends a process and its children: SIGTERM, a time of grace, SIGKILL.

    False when it had ended already.
    """
    process = _alive(recorded)
    if process is None:
        return False
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _wait_for_end([process], grace_seconds)
    left = [one for one in family if _runs(one)]
    for one in left:
        _kill(one)
    _wait_for_end(left, _KILLED_SECONDS)
    _reap(recorded.pid)
    return True


def require_free(port: int, what: str) -> None:
    """Raises StageError when somebody else listens there, and says who."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            return
        except OSError:
            pass
    raise StageError(
        f"Port {port} is taken{_by_whom(port)}; the {what} needs it.\n"
        f"Stop that process, or choose other ports: HELPDESK_PORT=9080 make up"
    )


def log_end(log: Path, lines: int = 15) -> str:
    """The last lines of a log, to show with an error."""
    written = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(written[-lines:])


def deadline(seconds: float) -> float:
    """When waiting ends, on the monotonic clock."""
    return time.monotonic() + seconds


def _alive(recorded: Recorded) -> psutil.Process | None:
    try:
        process = psutil.Process(recorded.pid)
        same = abs(process.create_time() - recorded.started_at) < _SAME_START_SECONDS
    except psutil.NoSuchProcess:
        return None
    return process if same and _runs(process) else None


def _runs(process: psutil.Process) -> bool:
    """A zombie does not: where nobody reaps it, it stays in the list of processes for ever."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_for_end(those: Sequence[psutil.Process], seconds: float) -> None:
    ends = deadline(seconds)
    while any(_runs(one) for one in those) and time.monotonic() < ends:
        time.sleep(_POLL_SECONDS)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _reap(pid: int) -> None:
    """Where the process was a child of this one, nothing of it stays behind."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _by_whom(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status != psutil.CONN_LISTEN or not connection.laddr:
                continue
            if connection.laddr.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        pass
    return ""
