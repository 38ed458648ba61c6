"""Pages of a list, and the cursor that leads from one to the next."""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from helpdesk.errors import FieldError, ValidationFailed

Item = TypeVar("Item")

_MAX_READS = 20


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A page of a list, and the cursor of the next one."""

    items: Sequence[Item]
    next_cursor: str | None = None


def filtered(
    read: Callable[[int, str | None], Page[Item]],
    keep: Callable[[Item], bool],
    limit: int,
    cursor: str | None,
) -> Page[Item]:
    """A page of those items that are to be kept.

    ``read`` is asked for no more than still fits, so the cursor always lies behind the last item.
    Where few match, the page comes back short after a bounded search, with a cursor to go on.
    """
    kept: list[Item] = []
    for _ in range(_MAX_READS):
        page = read(limit - len(kept), cursor)
        kept += [item for item in page.items if keep(item)]
        cursor = page.next_cursor
        if cursor is None or len(kept) == limit:
            break
    return Page(kept, cursor)


def to_cursor(last: str) -> str:
    """The cursor behind an item: its id, in a form that nobody takes for one."""
    return base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")


def from_cursor(cursor: str, like: re.Pattern[str]) -> str:
    """The id that :func:`to_cursor` was given. Raises ValidationFailed when it is none."""
    try:
        last = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        last = ""
    if not like.fullmatch(last):
        message = "This cursor is not one of ours. Take next_cursor of a page as it is."
        raise ValidationFailed(message, errors=[FieldError("cursor", message)])
    return last
