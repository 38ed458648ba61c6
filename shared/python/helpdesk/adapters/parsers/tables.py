"""Tables as lines of text: each row says what its cells are, wherever it is cut out."""

from collections.abc import Sequence


def lines_of(rows: Sequence[Sequence[str]], *, labelled: bool) -> list[str]:
    """A line for each row; ``labelled`` says that the first one holds the columns' names.

    ``Weight: up to 2 kg | Price: 4.90``, or without names ``up to 2 kg | 4.90``.
    """
    if not labelled or len(rows) < 2:
        return [line for row in rows if (line := _joined(row))]
    labels, *values = rows
    return [line for row in values if (line := _joined(_named(labels, row)))]


def _named(labels: Sequence[str], row: Sequence[str]) -> list[str]:
    if len(labels) != len(row):
        return list(row)
    return [
        f"{label}: {cell}" if label and cell else cell
        for label, cell in zip(labels, row, strict=True)
    ]


def _joined(cells: Sequence[str]) -> str:
    return " | ".join(cell for cell in cells if cell)
