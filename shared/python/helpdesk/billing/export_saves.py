"""How workers notice each other: whoever saves an export that has moved on stops there."""

from helpdesk.billing.exports import Export
from helpdesk.errors import Conflict
from helpdesk.ports import Exports


class Overtaken(Conflict):
    """Another worker has gone on with the export meanwhile: it is in good hands."""


def save(exports: Exports, after: Export, before: Export) -> Export:
    """Replaces an export that is still as it was ``before``. Raises Overtaken."""
    try:
        exports.save(after, before)
    except Conflict as conflict:
        raise Overtaken(conflict.detail) from conflict
    return after
