"""The embedded index: one SQLite file per tenant, FTS5 for words and flat vectors for meaning.

The only importer of numpy. A file per tenant keeps one tenant's writes from slowing another's
searches. No SQLite extension is needed, so any Python runs it.
"""

from helpdesk.adapters.sqlite_index.index import SQLitePassageIndex

__all__ = ["SQLitePassageIndex"]
