"""The index on AWS: OpenSearch, as a managed domain or as a serverless collection.

All tenants share one index; every query carries the tenant as a filter, and the vector search
carries it inside the knn clause: filtered afterwards, a small tenant would find nothing.
"""

from helpdesk.adapters.opensearch_index.client import connect
from helpdesk.adapters.opensearch_index.index import OpenSearchPassageIndex

__all__ = ["OpenSearchPassageIndex", "connect"]
