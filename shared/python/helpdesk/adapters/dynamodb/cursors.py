"""Pages of a partition, newest first, and the cursors between them.

A cursor is the sort key alone: the partition comes from whoever asks, so that no cursor, however
made up, leads into another tenant's things.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import tenant_partition
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.ids import TenantId
from helpdesk.pages import Page, from_cursor, to_cursor

_ID = re.compile(r"[a-z]+_[0-9a-z]+")

_Listed = TypeVar("_Listed")


@dataclass(frozen=True, slots=True)
class Listing(Generic[_Listed]):
    """The items of a tenant whose sort key is a prefix and an id."""

    database: Database
    table: str
    prefix: str
    read: Callable[[Fields], _Listed]

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[_Listed]:
        """One page. Raises ValidationFailed for a cursor that is none."""
        after = None if cursor is None else self.prefix + from_cursor(cursor, _ID)
        items = self.database.query(
            self.table,
            tenant_partition(tenant),
            self.prefix,
            newest_first=True,
            after=after,
            limit=limit + 1,
        )
        found = list(items)
        shown = found[:limit]
        next_cursor = (
            to_cursor(shown[-1]["sk"].removeprefix(self.prefix)) if len(found) > limit else None
        )
        return Page([self.read(fields) for fields in shown], next_cursor)
