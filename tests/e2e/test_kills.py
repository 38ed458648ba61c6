"""A few of the kills that ``python -m benchmarks.kills`` deals out by the hundred."""

from benchmarks.kills.run import run


def test_whoever_is_killed_it_is_done_once_and_told_truly(tmp_path):
    ended = run(kills=10, seed=1, folder=tmp_path)
    assert ended.wrongs == []
    assert ended.kills.total() == 10
    assert ended.found.refunds
