"""The CDK app: ``cdk synth -c stage=dev`` (``local``, ``dev`` or ``prod``)."""

from aws_cdk import App

from infra.product import add_product
from infra.stages import chosen

app = App()
add_product(app, chosen(app.node.try_get_context))
app.synth()
