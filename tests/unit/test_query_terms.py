"""The words of a question."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.adapters.sqlite_index import SQLitePassageIndex
from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Passage
from helpdesk.query_terms import MAX_TERMS, query_terms

TENANT = TenantId("ten_1")


def test_stop_words_go_and_the_rest_comes_once_in_its_order():
    terms = query_terms("How do I return the boots, and the RETURN label?")

    assert list(terms) == ["return", "boots", "label"]


def test_a_question_of_stop_words_alone_keeps_them():
    assert list(query_terms("What is it?")) == ["what", "is", "it"]


@pytest.mark.parametrize("text", ["", "?!", "🦆", '"*'])
def test_a_text_without_words_has_none(text):
    assert list(query_terms(text)) == []


@given(st.text(max_size=400))
def test_terms_are_few_distinct_and_hold_no_operator(text):
    terms = query_terms(text)

    assert len(terms) == len(set(terms)) <= MAX_TERMS
    assert all(re.fullmatch(r"\w+", term) for term in terms)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SQLitePassageIndex:
    index = SQLitePassageIndex(str(tmp_path_factory.mktemp("index")))
    index.add(TENANT, "m1", [(Passage(DocumentId("doc_1"), 1, 0, "refunds"), (1.0,))])
    return index


@given(text=st.text(max_size=400))
def test_no_text_breaks_the_full_text_search(index, text):
    index.search(TENANT, "m1", f"{text} refunds", (), 5)
