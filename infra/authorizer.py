"""Who is asking: one function in front of every route but a few."""

from aws_cdk import Duration
from aws_cdk.aws_apigateway import IdentitySource, RequestAuthorizer
from constructs import Construct

from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.secrets import Secrets
from infra.tables import Tables

# A revoked key stops within this time.
_REMEMBERED = Duration.seconds(60)


class Authorizer(Construct):
    """Turns the Authorization header into a tenant and a role."""

    def __init__(
        self, scope: Construct, name: str, platform: Platform, *, tables: Tables, secrets: Secrets
    ) -> None:
        super().__init__(scope, name)
        function = Function(
            self, "authorizer", platform, timeout=Duration.seconds(5), memory_mb=512
        )
        tables.tenants.read_by(function)
        secrets.platform_keys_read_by(function)
        secrets.signing_read_by(function)
        self.door = RequestAuthorizer(
            self,
            "Authorizer",
            handler=function,
            identity_sources=[IdentitySource.header("Authorization")],
            results_cache_ttl=_REMEMBERED,
        )
