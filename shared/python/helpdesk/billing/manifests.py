"""The manifest of an export: what its files hold, byte by byte the same for the same period."""

from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.billing.archive_keys import root_of
from helpdesk.billing.canonical import canonical_json
from helpdesk.billing.export_sums import Summary
from helpdesk.billing.exports import FOCUS_VERSION, SCHEMA_VERSION, Export
from helpdesk.money import Money


def manifest_of(export: Export, whole: Summary, writers: Mapping[str, str]) -> bytes:
    """The manifest as canonical JSON.

    ``ledger_position`` says how many events of each tenant's shard, late events and charges were
    read, and which was the last. Nothing in it depends on when or under which id it was made.
    """
    return canonical_json(
        {
            "schema_version": SCHEMA_VERSION,
            "focus_version": FOCUS_VERSION,
            "writers": dict(writers),
            "period": export.period,
            "closed": export.closed,
            "tenant": export.tenant,
            "rows": export.rows,
            "totals": [each.as_json() for each in export.totals],
            "files": _files(export),
            "sums": [
                {
                    "tenant": each.tenant,
                    "line": each.line,
                    "rows": each.rows,
                    "quantity": each.quantity,
                    "cost": Money(each.micros, each.currency).as_json(),
                }
                for each in whole.sums
            ],
            "ledger_position": [
                {
                    "tenant": each.tenant,
                    "stage": each.stage,
                    "entries": each.entries,
                    "last": each.last,
                }
                for each in whole.stretches
            ],
        }
    )


def _files(export: Export) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "format": each.format,
            "path": each.key.removeprefix(root_of(export)),
            "rows": each.rows,
            "sha256": each.sha256,
            "bytes": each.bytes,
        }
        for each in export.files
    ]
