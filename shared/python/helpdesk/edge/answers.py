"""What every answer's shape is made of: frozen models, RFC 3339 times and decimal money."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from helpdesk.clock import rfc3339
from helpdesk.edge.requests import Query
from helpdesk.money import Money

Moment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-11-24T09:30:00.125Z"]}
    ),
]
"""A time as the API writes it."""


class Answer(BaseModel):
    """A part of an answer."""

    # An import builds no schema: a call needs one of them, the OpenAPI document all.
    model_config = ConfigDict(frozen=True, defer_build=True)


class MoneyOut(Answer):
    """An amount of money: a decimal string, never rounded."""

    amount: Annotated[str, Field(pattern=r"^-?\d+\.\d{2,6}$", examples=["12.34"])]
    currency: Annotated[str, Field(examples=["USD"])]

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        """Money at the border."""
        return cls(amount=money.amount(), currency=money.currency)


ItemOut = TypeVar("ItemOut", bound=Answer)


class ListOut(Answer, Generic[ItemOut]):
    """A page of a list; the next one is asked for with ``?cursor=``."""

    items: Sequence[ItemOut]
    next_cursor: str | None


class ListQuery(Query):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=100, description="How many items at most.")] = 20
    cursor: Annotated[
        str | None,
        Field(min_length=1, max_length=1024, description="The next_cursor of the page before."),
    ] = None
