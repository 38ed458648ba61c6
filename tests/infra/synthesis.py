"""Stages as CloudFormation sees them, and questions that tests ask of them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import App

from infra.product import add_product
from infra.stages import ROOT, chosen

Resource = Mapping[str, Any]

CAPABILITIES = (
    *("actions", "api", "approvals", "authorizer", "billing", "chat", "delivery"),
    *("embedding", "ingestion", "metering", "reconciler", "sweeper", "webhooks"),
)


def app_of(stage: str, outdir: Path, *, bundled: bool = False, **context: str) -> App:
    """The CDK app on a stage, as the CDK CLI would run it; by default without building layers."""
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    skipped: dict[str, Any] = {} if bundled else {"aws:cdk:bundling-stacks": []}
    app = App(outdir=str(outdir), context={**flags, **skipped, "stage": stage, **context})
    add_product(app, chosen(app.node.try_get_context))
    return app


@dataclass(frozen=True, slots=True)
class Synthesised:
    """The templates of a stage."""

    name: str
    folder: Path
    data: Mapping[str, Any]
    service: Mapping[str, Any]

    def resources(self, kind: str) -> dict[str, Resource]:
        """All resources of a type, by logical id, over both stacks."""
        return {
            logical_id: resource
            for template in (self.data, self.service)
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def properties(self, kind: str, logical_id_prefix: str = "") -> list[Mapping[str, Any]]:
        """The properties of all resources of a type."""
        return [
            resource["Properties"]
            for logical_id, resource in self.resources(kind).items()
            if logical_id.startswith(logical_id_prefix)
        ]

    def function(self, capability: str) -> Mapping[str, Any]:
        """The properties of a function."""
        prefix = f"{capability.capitalize()}Function"
        (found,) = self.properties("AWS::Lambda::Function", prefix)
        return found

    def grants(self, capability: str) -> Iterator[tuple[str, str]]:
        """What a function may do: an action, and the resource as text."""
        prefix = f"{capability.capitalize()}RoleDefaultPolicy"
        for policy in self.properties("AWS::IAM::Policy", prefix):
            yield from _grants(policy)

    def all_grants(self) -> Iterator[tuple[str, str]]:
        """What anybody may do by any policy of the stage's."""
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            for policy in self.properties(kind):
                yield from _grants(policy)


def synthesised(stage: str, outdir: Path, **context: str) -> Synthesised:
    """A stage's templates. Raises when cdk-nag finds something."""
    folder = Path(app_of(stage, outdir, bundled=False, **context).synth().directory)
    data, service = (
        json.loads((folder / f"Helpdesk-{stage}-{stack}.template.json").read_text())
        for stack in ("Data", "Service")
    )
    return Synthesised(stage, folder, data, service)


def _grants(policy: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for statement in policy["PolicyDocument"]["Statement"]:
        for action in _many(statement["Action"]):
            for resource in _many(statement["Resource"]):
                yield action, json.dumps(resource)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
