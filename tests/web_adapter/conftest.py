"""Skipped unless WEB_ADAPTER names the adapter's program: 'make test-web-adapter' does."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.web_adapter.dictation import dictating
from tests.web_adapter.environment import PROGRAM, ExecutionEnvironment, task_with
from tests.web_adapter.runtime_api import RuntimeApi

Started = Callable[[Path], AbstractContextManager[ExecutionEnvironment]]

_DICTATED = (Path(__file__).parent / "task" / "app.py").read_text()


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Started:
    """Starts an environment for a function's folder."""
    if not PROGRAM:
        pytest.skip("make test-web-adapter builds the Lambda Web Adapter and runs this")

    @contextmanager
    def start(task_root: Path) -> Iterator[ExecutionEnvironment]:
        logs = tmp_path_factory.mktemp("logs")
        with RuntimeApi().served() as api, dictating() as dictation:
            environment = ExecutionEnvironment(api, task_root, logs, dictation)
            environment.start()
            try:
                yield environment
            finally:
                environment.stop()

    return start


@pytest.fixture(scope="session")
def shared(
    started: Started, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ExecutionEnvironment]:
    """The chat app over fakes, for the tests that leave it whole."""
    task_root = task_with(_DICTATED, tmp_path_factory.mktemp("function") / "task")
    with started(task_root) as environment:
        environment.until_ready()
        yield environment


@pytest.fixture
def own(started: Started, tmp_path: Path) -> Iterator[ExecutionEnvironment]:
    """The same for one test, which may break it."""
    with started(task_with(_DICTATED, tmp_path / "task")) as environment:
        environment.until_ready()
        yield environment
