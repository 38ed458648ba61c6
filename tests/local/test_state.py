"""What a stage remembers between commands."""

import stat

import pytest

from local import state
from local.processes import Recorded
from local.settings import StageError
from local.state import DemoTenant, State


def test_it_comes_back_and_only_the_owner_can_read_it(tmp_path):
    known = State(port=9000, processes={"front": Recorded(1, 2.5)}, operator_key="hd_op_x")
    known.tenant = DemoTenant("ten_1", "hd_sk_x", "hd_pk_x")
    state.save(tmp_path, known)
    assert state.load(tmp_path) == known
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{", '{"port": "many"}'])
def test_a_file_that_can_not_be_read_is_a_new_state(tmp_path, content):
    (tmp_path / "state.json").write_text(content)
    assert state.load(tmp_path) == State()


def test_two_commands_do_not_change_it_at_once(tmp_path):
    with (
        state.alone(tmp_path),
        pytest.raises(StageError, match="Another"),
        state.alone(tmp_path),
    ):
        pass
    with state.alone(tmp_path):
        pass
