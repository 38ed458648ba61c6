"""The whole product on one stage."""

from aws_cdk import App, Validations

from infra.stacks import DataStack, ServiceStack
from infra.stages import Stage


def add_product(app: App, stage: Stage) -> None:
    """Adds the stage's stacks to the app, and the checks that it must pass."""
    data = DataStack(app, stage)
    ServiceStack(app, stage, data)
    if stage.checked:
        from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415  (a second to load)

        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
