"""Operations: each route of the API as one declared value, from which routing, authorisation,
validation and the OpenAPI document all follow."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel

from helpdesk.acting import Acting
from helpdesk.billing.billed_events import BilledEvents
from helpdesk.billing.bills import Bills
from helpdesk.billing.checking import Checking
from helpdesk.billing.day_counts import CountingDays
from helpdesk.billing.export_requests import ExportRequests
from helpdesk.billing.ingesting_usage import IngestingUsage
from helpdesk.billing.issued_invoices import IssuedInvoices
from helpdesk.billing.reconciling_periods import ReconciliationRequests
from helpdesk.clock import Clock
from helpdesk.edge.requests import Query, Request
from helpdesk.errors import HelpdeskError, NotFound, Unauthenticated
from helpdesk.identity import Principal, Scope
from helpdesk.ids import TenantId
from helpdesk.keyring import Keyring
from helpdesk.knowledge import Knowledge
from helpdesk.plan_catalogue import PlanCatalogue
from helpdesk.planning import Planning
from helpdesk.ports import Conversations
from helpdesk.resolving import Resolving
from helpdesk.retrieval import Retrieval
from helpdesk.sessions import Sessions
from helpdesk.signing import Signing
from helpdesk.subscriptions import Subscriptions
from helpdesk.tenancy import Tenancy
from helpdesk.toolbox import Toolbox

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

_PARAMETER = re.compile(r"\{(\w+)\}")
_ID_BODY = re.compile(r"[0-9a-z]{26}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Services:
    """What operations call. Each is made when it is first needed, so a call loads only its own."""

    tenancy: Callable[[], Tenancy]
    keyring: Callable[[], Keyring]
    knowledge: Callable[[], Knowledge]
    retrieval: Callable[[], Retrieval]
    conversations: Callable[[], Conversations]
    bills: Callable[[], Bills]
    billed_events: Callable[[], BilledEvents]
    counting_days: Callable[[], CountingDays]
    ingesting_usage: Callable[[], IngestingUsage]
    checking: Callable[[], Checking]
    resolving: Callable[[], Resolving]
    subscriptions: Callable[[], Subscriptions]
    acting: Callable[[], Acting]
    signing: Callable[[], Signing]
    sessions: Callable[[], Sessions]
    toolbox: Callable[[], Toolbox]
    exports: Callable[[], ExportRequests]
    invoices: Callable[[], IssuedInvoices]
    reconciliations: Callable[[], ReconciliationRequests]
    catalogue: Callable[[], PlanCatalogue]
    planning: Callable[[], Planning]
    now: Clock


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an operation, already authorised and validated.

    ``origin`` is the site whose page sent it, as its browser says.
    """

    principal: Principal | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Any = None
    origin: str | None = None
    idempotency_key: str | None = None

    @property
    def caller(self) -> Principal:
        """Who is asking. Raises Unauthenticated on an operation that is open to all."""
        if self.principal is None:
            raise Unauthenticated("Send your key as 'Authorization: Bearer <key>'.")
        return self.principal

    @property
    def tenant(self) -> TenantId:
        """The tenant that is asking. Raises Forbidden for the platform's own keys."""
        return self.caller.its_tenant()

    def id(self, parameter: str, kind: str) -> str:
        """An id of the path. Raises NotFound when nothing can have such an id."""
        given = self.path[parameter]
        if not given.startswith(f"{kind}_") or not _ID_BODY.fullmatch(given[len(kind) + 1 :]):
            raise NotFound(f"There is no such {parameter.removesuffix('_id')}.")
        return given


Json = dict[str, Any]
Run = Callable[[Services, Call], BaseModel | Json | None]


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: what it takes, who may call it, what it answers and how it refuses.

    ``run`` is None for a route that the chat app serves. ``stores_secret`` says that an answer
    kept for replays must be sealed. ``stream`` documents the events of a ``text/event-stream``.
    ``refusal`` is the shape of its refusals where that is not always RFC 9457's.
    """

    method: Method
    path: str
    id: str
    summary: str
    tag: str
    run: Run | None
    scope: Scope | None = Scope.TENANT
    body: type[Request] | None = None
    query: type[Query] | None = None
    status: int = 200
    answer: type[BaseModel] | None = None
    idempotent: bool = False
    stores_secret: bool = False
    stream: Mapping[str, type[BaseModel]] | None = None
    refusals: Sequence[type[HelpdeskError]] = ()
    refusal: type[BaseModel] | None = None

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters in the path."""
        return _PARAMETER.findall(self.path)

    def matches(self, path: str) -> bool:
        """Whether a request's path is this route's."""
        return _pattern(self.path).fullmatch(path) is not None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub("[^/]+", path))
