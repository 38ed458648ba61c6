"""A world of AWS in memory for each file; each test has tenants of its own in it."""

from uuid import uuid4

import pytest
from moto import mock_aws

from tests.api.world import REGION, World


@pytest.fixture(scope="module")
def aws():
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.setenv(name, "testing")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        with mock_aws():
            yield


@pytest.fixture(scope="module")
def world(aws):
    return World()


@pytest.fixture
def acme(world):
    return world.company("Acme")


@pytest.fixture
def rival(world):
    return world.company("Rival")


@pytest.fixture
def once():
    """The header of an idempotency key that no other test has used."""
    return {"Idempotency-Key": str(uuid4())}
