"""Usage events as CloudEvents 1.0 in JSON, https://github.com/cloudevents/spec."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from helpdesk.edge.answers import Answer, Moment, MoneyOut
from helpdesk.usage import UNITS, Meter, UsageEvent, UsageLine

TYPE_PREFIX = "helpdesk.usage."


class UsageLineOut(Answer):
    """So much of one meter, at the price that is stamped on it."""

    meter: Meter
    quantity: int
    unit: str
    model: str | None
    unit_price: MoneyOut
    cost: MoneyOut

    @classmethod
    def of(cls, line: UsageLine) -> "UsageLineOut":
        """A line at the border."""
        return cls(
            meter=line.meter,
            quantity=line.quantity,
            unit=UNITS[line.meter],
            model=line.model,
            unit_price=MoneyOut.of(line.unit_price),
            cost=MoneyOut.of(line.cost),
        )


class UsageDataOut(Answer):
    """What was used, at whose cost, and in which conversation."""

    tenant: str
    conversation_id: str | None
    plan: str
    price_version: str
    lines: Sequence[UsageLineOut]
    estimated: bool
    corrects: str | None
    reason: str | None


class CloudEventOut(Answer):
    """A usage event."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: Annotated[str, Field(examples=["/tenants/ten_01kaxg3n2m8q4r6t8v0w2x4y6z/usage"])]
    type: Annotated[str, Field(examples=["helpdesk.usage.turn"])]
    subject: str
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    data: UsageDataOut


def cloud_event(event: UsageEvent) -> CloudEventOut:
    """A usage event as a CloudEvent."""
    return CloudEventOut(
        id=event.id,
        source=f"/tenants/{event.tenant}/usage",
        type=f"{TYPE_PREFIX}{event.type}",
        subject=event.subject,
        time=event.occurred_at,
        data=UsageDataOut(
            tenant=event.tenant,
            conversation_id=event.conversation,
            plan=event.plan,
            price_version=event.price_version,
            lines=[UsageLineOut.of(line) for line in event.lines],
            estimated=event.estimated,
            corrects=event.corrects,
            reason=event.reason,
        ),
    )
