"""Canonical JSON: the same content is the same bytes, so that digests can be compared."""

import json
from collections.abc import Mapping
from typing import Any


def canonical_json(content: Mapping[str, Any]) -> bytes:
    """Names in order, no spaces, UTF-8, a line feed at the end."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f"{text}\n".encode()
