"""Plans: what a tenant can choose from, and what operators write."""

from collections.abc import Sequence

from helpdesk.edge.answers import ListQuery
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.plan_models import PlanIn, PlanOut, PlansOut
from helpdesk.errors import Conflict, NotFound
from helpdesk.identity import Scope
from helpdesk.plans import PLAN_NAME, Plan


def list_plans(services: Services, call: Call) -> PlansOut:
    """The plans; a cursor is the name of the last one before it."""
    query: ListQuery = call.query
    behind = [plan for plan in _shown(services, call) if plan.name > (query.cursor or "")]
    page = behind[: query.limit]
    more = len(behind) > len(page)
    return PlansOut(
        items=[PlanOut.of(plan) for plan in page], next_cursor=page[-1].name if more else None
    )


def read(services: Services, call: Call) -> PlanOut:
    """One plan."""
    name = _name(call)
    catalogue = services.catalogue()
    return PlanOut.of(catalogue.open_plan(name) if call.caller.tenant else catalogue.get(name))


def put(services: Services, call: Call) -> PlanOut:
    """Writes a plan's next version."""
    name = _name(call)
    body: PlanIn = call.body
    return PlanOut.of(services.catalogue().write(body.plan(name)))


def _shown(services: Services, call: Call) -> Sequence[Plan]:
    catalogue = services.catalogue()
    return catalogue.open_plans() if call.caller.tenant else catalogue.all()


def _name(call: Call) -> str:
    """The name in the path. Raises NotFound when no plan can be called so."""
    name = call.path["name"]
    if not PLAN_NAME.fullmatch(name):
        raise NotFound("There is no such plan.")
    return name


OPERATIONS = (
    Operation(
        "GET",
        "/v1/plans",
        "listPlans",
        "The plans in their newest versions: for a tenant those that anybody may choose.",
        "Plans",
        list_plans,
        scope=Scope.PLANS,
        query=ListQuery,
        answer=PlansOut,
    ),
    Operation(
        "GET",
        "/v1/plans/{name}",
        "getPlan",
        "A plan in its newest version.",
        "Plans",
        read,
        scope=Scope.PLANS,
        answer=PlanOut,
    ),
    Operation(
        "PUT",
        "/v1/plans/{name}",
        "putPlan",
        "Write a plan, for operators: a change is a new version, and tenants keep theirs.",
        "Plans",
        put,
        scope=Scope.PLATFORM,
        body=PlanIn,
        answer=PlanOut,
        refusals=(Conflict,),
    ),
)
