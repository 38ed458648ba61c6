"""Each stage is synthesised once."""

import pytest

from tests.infra.synthesis import Synthesised, synthesised


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return synthesised("prod", tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return synthesised("dev", tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return synthesised("local", tmp_path_factory.mktemp("local"))


@pytest.fixture(params=["prod", "dev", "local"])
def stage(request: pytest.FixtureRequest) -> Synthesised:
    found: Synthesised = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["prod", "dev"])
def aws_stage(request: pytest.FixtureRequest) -> Synthesised:
    found: Synthesised = request.getfixturevalue(request.param)
    return found
