"""The emulator: state outlives a clean stop; a taken port is said."""

import socket

import pytest

from local.emulator import Emulator
from local.settings import HOST, StageError
from tests.conftest import free_port


def test_what_it_knows_survives_a_stop(tmp_path):
    emulator = Emulator(free_port(), tmp_path)
    running = emulator.start()
    try:
        assert emulator.healthy()
        emulator.client("ssm").put_parameter(Name="/known", Value="yes", Type="String")
    finally:
        assert emulator.stop(running)
    assert not emulator.healthy()
    assert list((tmp_path / "tmp").iterdir()) == []
    running = emulator.start()
    try:
        found = emulator.client("ssm").get_parameter(Name="/known")
        assert found["Parameter"]["Value"] == "yes"
    finally:
        emulator.stop(running)


def test_a_taken_port_is_refused_before_anything_starts(tmp_path):
    with socket.create_server((HOST, 0)) as holder:
        emulator = Emulator(holder.getsockname()[1], tmp_path)
        with pytest.raises(StageError, match="is taken"):
            emulator.start()
    assert list(tmp_path.iterdir()) == []
