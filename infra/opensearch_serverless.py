"""A serverless OpenSearch collection that sleeps at no cost, for stages with little traffic."""

import json
from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk.aws_iam import Grant
from aws_cdk.aws_opensearchserverless import (
    CfnAccessPolicy,
    CfnCollection,
    CfnCollectionGroup,
    CfnSecurityPolicy,
)
from constructs import Construct

from infra.parts.function import Function
from infra.stages import Stage

_INDEX = "passages"
_SEARCH = ("aoss:DescribeIndex", "aoss:ReadDocument")
_WRITE = ("aoss:CreateIndex", "aoss:UpdateIndex", "aoss:WriteDocument")


class OpenSearchServerless(Construct):
    """A vector collection in a group of the newest generation: it scales to zero.

    OpenSearch Serverless wants names; they follow from the stage.
    """

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        self._name = f"helpdesk-{stage.name}"
        group = CfnCollectionGroup(
            self, "Group", name=self._name, generation="NEXTGEN", standby_replicas="DISABLED"
        )
        self.collection = CfnCollection(
            self,
            "Collection",
            name=self._name,
            type="VECTORSEARCH",
            collection_group_name=group.name,
            standby_replicas="DISABLED",
        )
        for required in (group, self._encryption(), self._network()):
            self.collection.add_resource_dependency(required)
        self.collection.apply_removal_policy(stage.removal_policy)

    def searched_by(self, function: Function) -> None:
        """Lets a function search, and nothing else."""
        self._let_in(function, _SEARCH)

    def written_by(self, function: Function) -> None:
        """Lets a function make, search and change the index."""
        self._let_in(function, (*_SEARCH, *_WRITE))

    def _let_in(self, function: Function, permissions: Sequence[str]) -> None:
        """Both IAM and the collection must agree. The policy is the function's, not the
        collection's: roles are in a stack that depends on this one."""
        Grant.add_to_principal(
            grantee=function,
            actions=["aoss:APIAccessAll"],
            resource_arns=[self.collection.attr_arn],
        )
        rule = {
            "ResourceType": "index",
            "Resource": [f"index/{self._name}/{_INDEX}"],
            "Permission": list(permissions),
        }
        CfnAccessPolicy(
            function,
            "PassageIndexAccess",
            name=f"{self._name}-{function.capability}",
            type="data",
            policy=Stack.of(function).to_json_string(
                [{"Rules": [rule], "Principal": [function.execution_role.role_arn]}]
            ),
        )
        function.add_environment("OPENSEARCH_URL", self.collection.attr_collection_endpoint)
        function.add_environment("OPENSEARCH_SERVICE", "aoss")
        function.use_clients()

    def _encryption(self) -> CfnSecurityPolicy:
        policy = {"Rules": [self._this_collection()], "AWSOwnedKey": True}
        return self._policy("Encryption", "encryption", policy)

    def _network(self) -> CfnSecurityPolicy:
        """Reached over TLS by signed requests; functions outside a VPC have no other way."""
        policy = [{"Rules": [self._this_collection()], "AllowFromPublic": True}]
        return self._policy("Network", "network", policy)

    def _this_collection(self) -> dict[str, object]:
        return {"ResourceType": "collection", "Resource": [f"collection/{self._name}"]}

    def _policy(self, name: str, kind: str, policy: object) -> CfnSecurityPolicy:
        return CfnSecurityPolicy(self, name, name=self._name, type=kind, policy=json.dumps(policy))
