"""A world for each test."""

import pytest

from helpdesk.ids import TenantId
from tests.unit.webhooks.world import World


@pytest.fixture
def world():
    return World(TenantId("ten_1"))
