"""The chain of closed periods: a record that is changed, moved or left out is found."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from helpdesk.billing.chain import GENESIS, record_of, sealed, sha256_of, verify
from helpdesk.billing.exports import ExportId
from helpdesk.billing.statements import PeriodClose
from tests.contract.test_periods import a_statement

BEGAN = datetime(2026, 12, 1, 6, 0, 0, 125_999, tzinfo=UTC)


def a_chain(periods=("2026-11", "2026-12", "2027-01")):
    closes, before = [], GENESIS
    for place, period in enumerate(periods):
        close = PeriodClose(
            period=period,
            export=ExportId(f"exp_{place}"),
            began_at=BEGAN,
            previous_sha256=before,
            last_number=place,
            status="closed",
            manifest_sha256=f"{place}" * 64,
            statements_sha256="5" * 64,
            closed_at=BEGAN,
        )
        closes.append(sealed(close))
        before = closes[-1].sha256 or ""
    return closes


def test_a_record_is_canonical_json_and_whoever_has_it_can_check_it():
    first = a_chain()[0]

    record = record_of(first)

    assert hashlib.sha256(record).hexdigest() == first.sha256
    assert record.decode() == (
        '{"began_at":"2026-12-01T06:00:00.125Z","closed_at":"2026-12-01T06:00:00.125Z",'
        f'"export":"exp_0","last_number":0,"manifest_sha256":"{"0" * 64}","period":"2026-11",'
        f'"previous_sha256":"{GENESIS}","statements_sha256":"{"5" * 64}"}}'
    )


def test_what_has_no_value_is_not_in_a_record():
    unsealed = PeriodClose("2026-11", ExportId("exp_1"), BEGAN, GENESIS, 0)

    assert set(json.loads(record_of(unsealed))) == {
        *("began_at", "export", "last_number", "period", "previous_sha256")
    }


def test_a_chain_as_it_was_sealed_holds():
    assert verify([]) is None
    assert verify(a_chain()) is None


CHANGES = {
    "period": "2026-10",
    "export": "exp_9",
    "began_at": datetime(2026, 12, 2, tzinfo=UTC),
    "previous_sha256": "a" * 64,
    "last_number": 99,
    "manifest_sha256": "b" * 64,
    "statements_sha256": "c" * 64,
    "closed_at": datetime(2026, 12, 2, tzinfo=UTC),
    "sha256": "d" * 64,
}


def test_every_field_is_tried():
    assert {*CHANGES, "status"} == {field.name for field in fields(PeriodClose)}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_field_breaks_the_chain_even_if_its_hash_is_made_anew(name):
    first, second, third = a_chain()
    changed = replace(second, **{name: CHANGES[name]})

    assert verify([first, changed, third]) == changed.period
    if name != "sha256":
        assert verify([first, sealed(changed), third]) in (changed.period, "2027-01")


def test_a_close_that_is_missing_breaks_the_chain():
    first, second, third = a_chain()

    assert verify([first, third]) == "2027-01"
    assert verify([second, third]) == "2026-12"
    gap = a_chain(("2026-11", "2027-01"))
    assert verify(gap) == "2027-01"


def test_the_hash_of_statements_is_of_each_of_them_in_order():
    statements = [a_statement("ten_1"), a_statement("ten_2")]
    digest = sha256_of(statements)

    assert sha256_of(iter(statements)) == digest
    assert sha256_of(statements[::-1]) != digest
    assert sha256_of(statements[:1]) != digest
    assert sha256_of([statements[0], replace(statements[1], tenant_name="Other")]) != digest
    # Pinned: of what was closed once the hash must stay, whatever becomes of the code.
    assert sha256_of(statements) == PINNED


PINNED = "1de69b085a896d8981b271bddc86ebac2d5fb348ac4fd1587295375346b4a8c6"
