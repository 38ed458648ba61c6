"""A stage of its own for the end-to-end tests, started as `helpdesk up` starts one."""

import pytest
from rich.console import Console

from local import stage
from local.settings import Place
from tests.conftest import free_ports


@pytest.fixture(scope="session")
def here(tmp_path_factory):
    return Place(free_ports(), tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="session")
def base_url(here):
    try:
        yield stage.up(Console(), here).base_url
    finally:
        stage.down(Console(), here)
