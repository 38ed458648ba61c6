"""Conversations read as they were written, and are found."""


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
