"""All plans: those of the plan book, and what operators have written since."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpdesk.errors import FieldError, NotFound, ValidationFailed
from helpdesk.plan_book import PLANS
from helpdesk.plans import Plan
from helpdesk.ports import Plans


@dataclass(frozen=True, slots=True)
class PlanCatalogue:
    """Plans by name, each in its newest version."""

    plans: Plans

    def all(self) -> Sequence[Plan]:
        """Every plan, by name."""
        newest = PLANS | {plan.name: plan for plan in self.plans.newest_of_all()}
        return [newest[name] for name in sorted(newest)]

    def open_plans(self) -> Sequence[Plan]:
        """Those that anybody may choose. What was agreed with one company is not among them."""
        return [plan for plan in self.all() if plan.name in PLANS]

    def get(self, name: str) -> Plan:
        """One plan. Raises NotFound."""
        plan = self._newest(name)
        if plan is None:
            raise NotFound("There is no such plan.")
        return plan

    def open_plan(self, name: str) -> Plan:
        """One that anybody may choose. Raises NotFound."""
        if name not in PLANS:
            raise NotFound("There is no such plan.")
        return self.get(name)

    def chosen(self, name: str, among: Sequence[Plan]) -> Plan:
        """The one of these that a request names. Raises ValidationFailed when there is none."""
        found = next((plan for plan in among if plan.name == name), None)
        if found is None:
            known = ", ".join(plan.name for plan in among)
            at = FieldError("plan", f"There is no such plan. There are: {known}.")
            raise ValidationFailed("Check: plan.", errors=[at])
        return found

    def write(self, plan: Plan) -> Plan:
        """Writes a plan as its next version, unless the newest says the same already.

        Raises Conflict when somebody else wrote one meanwhile.
        """
        newest = self._newest(plan.name)
        if newest and newest == replace(plan, version=newest.version):
            return newest
        written = replace(plan, version=newest.version + 1 if newest else 1)
        self.plans.add(written)
        return written

    def _newest(self, name: str) -> Plan | None:
        return self.plans.newest(name) or PLANS.get(name)
