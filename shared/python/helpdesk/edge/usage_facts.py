"""Facts from outside: usage that the product did not see, and corrections, as CloudEvents."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from helpdesk.billing.correcting import Unit
from helpdesk.billing.ingesting_usage import Fact, FactLine, Ingested
from helpdesk.edge.answers import Answer
from helpdesk.edge.operations import Call, Json, Operation, Services
from helpdesk.edge.problems import FieldErrorOut
from helpdesk.edge.requests import Request, read_body
from helpdesk.edge.whose import TENANT_ID
from helpdesk.errors import Conflict, HelpdeskError
from helpdesk.identity import Scope
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import UNITS, Meter, UsageType

FactType = Literal[
    "helpdesk.usage.turn",
    "helpdesk.usage.resolution",
    "helpdesk.usage.embedding",
    "helpdesk.usage.action",
    "helpdesk.usage.storage",
    "helpdesk.usage.correction",
]

_TYPES: dict[FactType, UsageType] = {
    "helpdesk.usage.turn": "turn",
    "helpdesk.usage.resolution": "resolution",
    "helpdesk.usage.embedding": "embedding",
    "helpdesk.usage.action": "action",
    "helpdesk.usage.storage": "storage",
    "helpdesk.usage.correction": "correction",
}
_Named = Annotated[str, Field(min_length=1, max_length=255)]

_EXAMPLE: JsonDict = {
    "specversion": "1.0",
    "id": "credit-2026-0042",
    "source": "/support/credits",
    "type": "helpdesk.usage.correction",
    "subject": "ticket-42",
    "time": "2026-11-25T09:30:00Z",
    "data": {
        "tenant": "ten_01kaxg3n2m8q4r6t8v0w2x4y6z",
        "corrects": "evt_01kaxg3n2m8q4r6t8v0w2x4y6z",
        "reason": "The answer was about another company's parcel.",
        "lines": [{"meter": "turns", "quantity": -1}],
    },
}


class FactLineIn(Request):
    """So much of one meter; below zero in a correction. Tokens are of a model."""

    meter: Meter
    quantity: Annotated[int, Field(ge=-(10**12), le=10**12)]
    model: Annotated[str | None, Field(min_length=1, max_length=200)] = None

    @model_validator(mode="after")
    def _of_a_model(self) -> "FactLineIn":
        if self.quantity == 0:
            raise ValueError("Nothing is no usage.")
        if (self.model is None) == (UNITS[self.meter] == "tokens"):
            raise ValueError("Name the model of tokens, and of nothing else.")
        return self


class FactDataIn(Request):
    """Whose usage, and how much of it."""

    tenant: Annotated[str, Field(pattern=TENANT_ID)]
    lines: Annotated[list[FactLineIn], Field(min_length=1, max_length=20)]
    corrects: Annotated[str | None, Field(pattern=r"^evt_[!-~]{1,200}$")] = None
    reason: Annotated[str | None, Field(min_length=1, max_length=500)] = None


class CloudEventIn(Request):
    """A fact that the product did not see itself, as a CloudEvent."""

    specversion: Literal["1.0"]
    id: _Named
    source: _Named
    type: FactType
    subject: _Named
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: FactDataIn

    @model_validator(mode="after")
    def _corrects_or_adds(self) -> "CloudEventIn":
        """A correction says what it corrects and why, and takes away; anything else adds."""
        data, corrects = self.data, _TYPES[self.type] == "correction"
        if corrects != (data.corrects is not None):
            raise ValueError("A correction, and nothing else, says what it corrects.")
        if corrects and data.reason is None:
            raise ValueError("A correction says why.")
        if any((line.quantity < 0) != corrects for line in data.lines):
            raise ValueError("A correction has quantities below zero, anything else above.")
        if len({(line.meter, line.model) for line in data.lines}) < len(data.lines):
            raise ValueError("Say each meter once, and for tokens once for each model.")
        return self

    def fact(self) -> Fact:
        """The fact, its time cut to the milliseconds that we keep."""
        return Fact(
            source=self.source,
            id=self.id,
            tenant=TenantId(self.data.tenant),
            type=_TYPES[self.type],
            subject=self.subject,
            occurred_at=self.time.replace(microsecond=self.time.microsecond // 1000 * 1000),
            lines=tuple(
                FactLine(Unit(line.meter, line.model), line.quantity) for line in self.data.lines
            ),
            corrects=EventId(self.data.corrects) if self.data.corrects else None,
            reason=self.data.reason,
        )


class _AnyCloudEvent:
    """Described as a CloudEvent, but taken as it is: a bad one is no reason to refuse others."""

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(CloudEventIn.__pydantic_core_schema__)


class FactsIn(Request):
    """A batch; each of its events is taken or refused for itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"events": [_EXAMPLE]}]})
    events: Annotated[
        list[Annotated[dict[str, Any], _AnyCloudEvent()]], Field(min_length=1, max_length=100)
    ]


class FactOut(Answer):
    """What became of one event of a batch. ``event_id`` is under which it is in the ledger;
    ``repeated`` and ``conflict`` changed nothing."""

    id: str | None
    status: Ingested | Literal["refused"]
    event_id: str | None
    code: str | None = None
    detail: str | None = None
    errors: Sequence[FieldErrorOut] = ()


class FactsOut(Answer):
    """What became of each event, in the order of the batch."""

    results: Sequence[FactOut]


def ingest(services: Services, call: Call) -> FactsOut:
    """Records facts. Raises Conflict when each of them stands with other content."""
    body: FactsIn = call.body
    results = [_ingest(services, event) for event in body.events]
    if all(result.status == "conflict" for result in results):
        raise Conflict("Each of these ids stands for an event with other content.")
    return FactsOut(results=results)


def _ingest(services: Services, event: Json) -> FactOut:
    given = event.get("id")
    id_ = given if isinstance(given, str) else None
    try:
        fact = read_body(CloudEventIn, json.dumps(event).encode(), None).fact()
        status = services.ingesting_usage().ingest(fact)
    except HelpdeskError as error:
        if error.retryable:  # all of the batch is sent again, which is safe
            raise
        return _refused(id_, error)
    return FactOut(id=id_, status=status, event_id=fact.event)


def _refused(id_: str | None, error: HelpdeskError) -> FactOut:
    errors = [FieldErrorOut(field=each.field, message=each.message) for each in error.errors]
    return FactOut(
        id=id_,
        status="refused",
        event_id=None,
        code=error.code,
        detail=error.detail,
        errors=errors,
    )


OPERATIONS = (
    Operation(
        "POST",
        "/v1/usage/events",
        "ingestUsage",
        "Record usage that the product did not see, or correct what it saw; each event once.",
        "Usage",
        ingest,
        scope=Scope.METERING,
        body=FactsIn,
        answer=FactsOut,
        idempotent=True,
        refusals=(Conflict,),
    ),
)
