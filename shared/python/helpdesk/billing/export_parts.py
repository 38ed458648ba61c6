"""Parts: so many lines of an export that become its files at once."""

from collections.abc import Iterator
from itertools import chain

from helpdesk.billing.export_rows import ExportRow
from helpdesk.billing.export_sums import Summary, Tally
from helpdesk.billing.exports import Position
from helpdesk.billing.period_lines import Entry


class Part:
    """The rows of a part as they are written, added up as they pass.

    It ends behind an entry, so that all lines of an event are in one part.
    """

    def __init__(self, first: Entry, others: Iterator[Entry], rows_at_most: int) -> None:
        self._entries = chain([first], others)
        self._left = rows_at_most
        self._tally = Tally()
        self._position = first.position

    def rows(self) -> Iterator[ExportRow]:
        """The rows, once."""
        for entry in self._entries:
            yield from entry.rows
            self._tally.add(entry)
            self._position = entry.position
            self._left -= len(entry.rows)
            if self._left <= 0:
                return

    @property
    def position(self) -> Position:
        """The place of the last entry that was read."""
        return self._position

    @property
    def summary(self) -> Summary:
        """What was read so far adds up to."""
        return self._tally.summary()
