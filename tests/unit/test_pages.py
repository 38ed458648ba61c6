"""A filtered list loses nothing and repeats nothing, whatever matches."""

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.pages import Page, filtered


def _reader(items):
    def read(limit, cursor):
        start = int(cursor or 0)
        end = start + limit
        return Page(items[start:end], str(end) if end < len(items) else None)

    return read


@given(st.lists(st.integers(0, 5), max_size=300), st.integers(1, 100), st.sets(st.integers(0, 5)))
def test_all_pages_together_are_all_that_match_in_order(values, limit, wanted):
    items = list(enumerate(values))
    found: list[tuple[int, int]] = []
    cursor, pages = None, 0
    while True:
        page = filtered(_reader(items), lambda item: item[1] in wanted, limit, cursor)
        assert len(page.items) <= limit
        found += page.items
        cursor, pages = page.next_cursor, pages + 1
        if cursor is None:
            break
        assert pages <= len(items)

    assert found == [item for item in items if item[1] in wanted]


def test_where_few_match_the_search_is_bounded():
    reads = []

    def read(limit, cursor):
        reads.append(cursor)
        return Page([0] * limit, "more")

    page = filtered(read, lambda _: False, 20, None)

    assert page == Page([], "more")
    assert len(reads) == 20
