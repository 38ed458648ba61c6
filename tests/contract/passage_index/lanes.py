"""Which implementations are held to the contract: an OpenSearch only where one is named."""

import os

OPENSEARCH_URL = os.environ.get("OPENSEARCH_URL", "")
REAL = ("sqlite", "opensearch") if OPENSEARCH_URL else ("sqlite",)
ALL = ("memory", *REAL)
