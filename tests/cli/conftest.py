"""A scripted service, and a way to run the CLI against it."""

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.cli.scripted_service import KEY, ScriptedService, serving


@pytest.fixture
def service():
    with serving(ScriptedService()) as running:
        yield running


@pytest.fixture
def run(service):
    environment = {"HELPDESK_URL": service.url, "HELPDESK_API_KEY": KEY}
    return lambda *arguments, **given: CliRunner(env=environment | given.pop("env", {})).invoke(
        app, arguments, **given
    )
