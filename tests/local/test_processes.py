"""Processes: known by pid and start time, ended with their children, and nobody else's."""

import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from local import processes
from local.settings import HOST, StageError

_WITH_A_CHILD = (
    "import subprocess, sys; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    "print(child.pid, flush=True); child.wait()"
)
_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('ready', flush=True); time.sleep(600)"
)


def _started(script: str, log: Path) -> processes.Recorded:
    return processes.start([sys.executable, "-c", script], environment={}, cwd=log.parent, log=log)


def _first_line(log: Path) -> str:
    ends = processes.deadline(20)
    while not log.read_text().strip():
        assert time.monotonic() < ends
    return log.read_text().strip()


def test_stopping_ends_the_process_and_its_children(tmp_path):
    log = tmp_path / "log"
    running = _started(_WITH_A_CHILD, log)
    child = psutil.Process(int(_first_line(log)))
    assert processes.stop(running)
    assert not running.running
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert not processes.stop(running)


def test_one_that_does_not_listen_is_killed(tmp_path):
    running = _started(_STUBBORN, tmp_path / "log")
    _first_line(tmp_path / "log")
    assert processes.stop(running, grace_seconds=0.2)
    assert not running.running


def test_a_later_process_with_the_same_pid_is_left_alone():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        now = processes.Recorded(bystander.pid, psutil.Process(bystander.pid).create_time())
        before = replace(now, started_at=now.started_at - 60)
        assert not before.running
        assert not processes.stop(before)
        assert now.running
        bystander.communicate(b"\n")


def test_a_taken_port_is_named_with_its_holder():
    with socket.create_server((HOST, 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(StageError) as refused:
            processes.require_free(port, "service")
    assert str(port) in str(refused.value)
    assert f"pid {psutil.Process().pid}" in str(refused.value)
    assert "HELPDESK_PORT" in str(refused.value)
    processes.require_free(port, "service")
