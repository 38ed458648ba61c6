"""Another system that tells usage: a company's calls, answered by phone in a month that is over."""

from typing import Any

from helpdesk.billing.closing import SETTLING_TIME
from helpdesk.billing.periods import previous_period
from helpdesk.clock import period_of, utc_now

MONTH = previous_period(period_of(utc_now() - SETTLING_TIME))
"""The newest month that can be closed."""

Json = dict[str, Any]


def calls(tenant: str) -> list[Json]:
    """Three calls, each of 4,000,001 and 500,000 tokens of a model at 2.50 and 10 USD a million,
    and 57 resolutions."""
    return [
        *(_call(tenant, number) for number in range(3)),
        _fact(tenant, "resolved", "resolution", [{"meter": "resolutions", "quantity": 57}]),
    ]


def taken_back(tenant: str, event: str) -> Json:
    """Two of the resolutions that an event bills were none."""
    lines = [{"meter": "resolutions", "quantity": -2}]
    why = {"corrects": event, "reason": "Two callers called again."}
    return _fact(tenant, "not-resolved", "correction", lines, **why)


def remembered_late(tenant: str) -> Json:
    """A call's million tokens, at 10 USD."""
    return _fact(tenant, "late", "turn", [_tokens("output_tokens", 1_000_000)])


def _call(tenant: str, number: int) -> Json:
    turn = {"meter": "turns", "quantity": 1}
    tokens = _tokens("input_tokens", 4_000_001), _tokens("output_tokens", 500_000)
    return _fact(tenant, f"call-{number}", "turn", [turn, *tokens])


def _tokens(meter: str, quantity: int) -> Json:
    return {"meter": meter, "model": "gpt-4o", "quantity": quantity}


def _fact(tenant: str, name: str, kind: str, lines: list[Json], **more: str) -> Json:
    return {
        "specversion": "1.0",
        "id": f"{tenant}-{name}",
        "source": "/phone-support",
        "type": f"helpdesk.usage.{kind}",
        "subject": name,
        "time": f"{MONTH}-02T10:00:00Z",
        "data": {"tenant": tenant, "lines": lines, **more},
    }
