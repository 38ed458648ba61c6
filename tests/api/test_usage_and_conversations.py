"""Usage sums what happened; conversations read as they were written."""

import pytest

from helpdesk.clock import period_of, utc_now


def test_usage_is_the_exact_sum_of_the_turns(world, acme):
    for _ in range(3):
        world.turn(acme.id)
    world.turn(acme.id, settle=False)

    usage = world.call("GET", "/v1/usage", key=acme.secret).json

    meters = {each["meter"]: (each["quantity"], each["unit"]) for each in usage["meters"]}
    assert meters == {
        "conversations": (3, "conversations"),
        "resolutions": (0, "resolutions"),
        "turns": (3, "turns"),
        "input_tokens": (3000, "tokens"),
        "cached_tokens": (0, "tokens"),
        "output_tokens": (30, "tokens"),
        "embedding_tokens": (0, "tokens"),
        "actions": (0, "actions"),
        "storage_mb_days": (0, "megabyte-days"),
    }
    # 3 × (1,000 × 0.15 + 10 × 0.60) USD for a million tokens
    assert usage["total"] == {"amount": "0.000468", "currency": "USD"}
    assert (usage["period"], usage["closed"]) == (period_of(utc_now()), False)
    assert usage["as_of"].endswith("Z")


def test_finance_reads_any_tenants_usage_and_must_say_whose(world, acme):
    world.turn(acme.id)
    finance = world.platform_keys.finance

    own = world.call("GET", "/v1/usage", key=acme.secret).json
    theirs = world.call("GET", "/v1/usage", key=finance, query={"tenant": acme.id}).json
    assert theirs["meters"] == own["meters"]
    assert world.call("GET", "/v1/usage", key=finance).fields == ["tenant"]
    unknown = {"tenant": f"ten_{'0' * 26}"}
    assert world.call("GET", "/v1/usage", key=finance, query=unknown).code == "not_found"
    assert world.call("GET", "/v1/tenant", key=finance).code == "forbidden"


def test_a_month_without_turns_costs_nothing(world, acme):
    world.turn(acme.id)

    usage = world.call("GET", "/v1/usage", key=acme.secret, query={"period": "2020-01"}).json

    assert usage["total"]["amount"] == "0.00"


@pytest.mark.parametrize("period", ["2026-13", "2026-1", "november", "", "2026-11-24"])
def test_a_period_is_a_month(world, acme, period):
    answer = world.call("GET", "/v1/usage", key=acme.secret, query={"period": period})

    assert answer.fields == ["period"]


def test_a_conversation_reads_as_it_was_written(world, acme):
    turn = world.turn(acme.id, question="Wo ist mein Päckchen?", end_user="cust-7")
    path = f"/v1/conversations/{turn.conversation}"

    read = world.call("GET", path, key=acme.secret).json
    (only,) = read["turns"]
    assert (only["message"], only["answer"]) == ("Wo ist mein Päckchen?", "On its way.")
    assert (read["status"], read["outcome"], read["turn_count"]) == ("bot", "answered", 1)
    assert read["end_user"]["id"] == "cust-7"
    assert only["usage"]["cost"] == {"amount": "0.000156", "currency": "USD"}


def test_the_last_feedback_counts(world, acme):
    turn = world.turn(acme.id)
    path = f"/v1/conversations/{turn.conversation}"
    give = f"{path}/turns/{turn.id}/feedback"

    world.call("POST", give, {"rating": "up"}, key=acme.secret)
    said = {"rating": "down", "comment": "That was another parcel."}
    assert world.call("POST", give, said, key=acme.secret).json == said

    (only,) = world.call("GET", path, key=acme.secret).json["turns"]
    assert only["feedback"] == said
    assert world.call("POST", give, {"rating": "meh"}, key=acme.secret).fields == ["rating"]


def test_conversations_are_listed_newest_first_page_by_page(world, acme):
    made = [world.turn(acme.id).conversation for _ in range(5)]
    seen, query = [], {"limit": "2"}
    while True:
        page = world.call("GET", "/v1/conversations", key=acme.secret, query=query).json
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert len(seen) == 5
    assert set(seen) == set(made)
    assert [id_[:15] for id_ in seen] == sorted((id_[:15] for id_ in made), reverse=True)


def test_conversations_are_filtered(world, acme):
    mine = world.turn(acme.id, end_user="cust-1").conversation
    world.turn(acme.id, end_user="cust-2")
    running = world.turn(acme.id, settle=False).conversation

    def listed(**query):
        answer = world.call("GET", "/v1/conversations", key=acme.secret, query=query)
        return [each["id"] for each in answer.json["items"]]

    assert listed(end_user="cust-1") == [mine]
    assert running not in listed(outcome="answered")
    assert len(listed(outcome="answered")) == 2
    assert listed(status="human") == []
    assert len(listed(status="bot", limit="100")) == 3
    wrong = world.call("GET", "/v1/conversations", key=acme.secret, query={"status": "sleeping"})
    assert wrong.fields == ["status"]


def test_conversations_are_found_by_their_first_question(world, acme):
    parcel = world.turn(acme.id, question="Wo ist mein\n GROßES Päckchen?").conversation
    world.turn(acme.id, question="Where is my parcel?")

    def found(q):
        return world.call("GET", "/v1/conversations", key=acme.secret, query={"q": q}).json["items"]

    (only,) = found("mein  grosses päckchen")
    assert (only["id"], only["preview"]) == (parcel, "Wo ist mein GROßES Päckchen?")
    assert found("refund") == []
    assert len(found(" ")) == 2
    too_long = {"q": "x" * 201}
    assert world.call("GET", "/v1/conversations", key=acme.secret, query=too_long).fields == ["q"]
