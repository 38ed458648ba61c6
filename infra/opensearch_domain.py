"""A managed OpenSearch domain, for steady traffic."""

from aws_cdk.aws_iam import Grant, ServicePrincipal
from aws_cdk.aws_opensearchservice import (
    CapacityConfig,
    Domain,
    EbsOptions,
    EncryptionAtRestOptions,
    EngineVersion,
    LoggingOptions,
    TLSSecurityPolicy,
    ZoneAwarenessConfig,
)
from constructs import Construct

from infra.parts.acknowledged import acknowledge
from infra.parts.function import Function
from infra.parts.log import Log
from infra.stages import Stage

_INDEX = "passages"


class OpenSearchDomain(Construct):
    """Two data nodes in two zones under three managers; only signed requests over TLS."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        log = Log(self, "Log", stage)
        log.grant_write(ServicePrincipal("es.amazonaws.com"))
        self.domain = Domain(
            self,
            "Domain",
            version=EngineVersion.OPENSEARCH_3_5,
            capacity=CapacityConfig(
                data_nodes=2,
                data_node_instance_type="r7g.large.search",
                master_nodes=3,
                master_node_instance_type="m7g.medium.search",
                multi_az_with_standby_enabled=False,
            ),
            zone_awareness=ZoneAwarenessConfig(enabled=True, availability_zone_count=2),
            ebs=EbsOptions(volume_size=100),
            encryption_at_rest=EncryptionAtRestOptions(enabled=True),
            node_to_node_encryption=True,
            enforce_https=True,
            tls_security_policy=TLSSecurityPolicy.TLS_1_2_PFS,
            logging=LoggingOptions(app_log_enabled=True, app_log_group=log),
            suppress_logs_resource_policy=True,
            removal_policy=stage.removal_policy,
        )
        self._acknowledge()

    def searched_by(self, function: Function) -> None:
        """Lets a function search, and nothing else."""
        self._grant(function, "es:ESHttpPost", f"{_INDEX}/_msearch")

    def written_by(self, function: Function) -> None:
        """Lets a function make, search and change the index."""
        self.searched_by(function)
        self._grant(function, "es:ESHttpPut", _INDEX)
        self._grant(function, "es:ESHttpPost", f"{_INDEX}/_bulk")

    def _grant(self, function: Function, action: str, path: str) -> None:
        """One request: the domain's own grants end in wildcards."""
        Grant.add_to_principal(
            grantee=function,
            actions=[action],
            resource_arns=[f"{self.domain.domain_arn}/{path}"],
        )
        function.add_environment("OPENSEARCH_URL", f"https://{self.domain.domain_endpoint}")
        function.add_environment("OPENSEARCH_SERVICE", "es")
        function.use_clients()

    def _acknowledge(self) -> None:
        outside = "Functions are not in a VPC: they would need NAT to reach the models."
        signed = "It has no policy of its own, so IAM lets in this account's granted roles alone."
        personal = "Slow logs quote queries, which are customers' own words."
        acknowledge(self.domain, "OS1", outside)
        acknowledge(self.domain, "OS3", outside)
        acknowledge(self.domain, "OS5", signed)
        acknowledge(self.domain, "OS9[LogExport::SEARCH_SLOW_LOGS]", personal)
        acknowledge(self.domain, "OS9[LogExport::INDEX_SLOW_LOGS]", personal)
