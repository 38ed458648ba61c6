"""The answer of API Gateway's authorizer: a policy, and who is asking."""

from typing import Any

from helpdesk.edge.access import context_of
from helpdesk.identity import Principal


def policy(principal: Principal | None, method_arn: str) -> dict[str, Any]:
    """Lets a known caller through to the whole stage, for API Gateway keeps the answer for its
    other routes; what the caller may do there is decided by each operation.

    An unknown caller is denied rather than raised about: an exception would count as our failure.
    The API's own ACCESS_DENIED response says 401.
    """
    api, stage = method_arn.split("/")[:2]
    return {
        "principalId": (principal.tenant or principal.role.value) if principal else "unknown",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow" if principal else "Deny",
                    "Resource": f"{api}/{stage}/*",
                }
            ],
        },
        "context": context_of(principal) if principal else {},
    }
