"""Health: whether the API answers. It needs no key and touches nothing else."""

from typing import Literal

from helpdesk.edge.answers import Answer, Moment
from helpdesk.edge.operations import Call, Operation, Services


class HealthOut(Answer):
    """The API answers."""

    status: Literal["ok"]
    time: Moment


def read(services: Services, _: Call) -> HealthOut:
    """Says that we are here."""
    return HealthOut(status="ok", time=services.now())


OPERATIONS = (
    Operation(
        "GET",
        "/v1/health",
        "getHealth",
        "Whether the API answers.",
        "Platform",
        read,
        scope=None,
        answer=HealthOut,
    ),
)
