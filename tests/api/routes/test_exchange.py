"""Files of rules over HTTP: taken whole and in force when it is answered, and given back."""

from pathlib import Path

import pytest

from gateway.access import Scope
from gateway.exchange import reading, writing
from gateway.store import groups, lists, own_rules
from tests.fakes.api import Api
from tests.fakes.archives import tarred, zipped
from tests.fakes.idle_box import says
from tests.fakes.pihole import domains, gravity, v6

LIST = b"! ads\n||a.example^\n0.0.0.0 b.example\nno rule at all\n"


def held(served: Api) -> int:
    with served.box.works.reading() as session:
        return len(own_rules.own_rules(session))


def test_a_list_is_in_force_when_it_is_answered(served: Api) -> None:
    done = served.call("POST", "/v1/rules:import", Scope.RULES, content=LIST)
    assert done.status_code == 200, done.text
    body = done.json()
    assert (body["rules"], body["rules_kept"], body["format"], body["generation"]) == (2, 0, "auto", 2)
    assert body["refused"] == [{"line": 4, "text": "no rule at all", "reason": "white space in the name"}]
    assert body["applied"].keys() == {"workers", "of", "ms"}
    assert says(served.data, "b.example").startswith("blocked")
    again = served.call("POST", "/v1/rules:import", Scope.RULES, content=LIST).json()
    assert (again["rules"], again["rules_kept"]) == (0, 2)


def test_a_pi_hole_moves_in(served: Api) -> None:
    database = gravity(
        "INSERT INTO \"group\" (id, name) VALUES (1, 'kids')",
        *domains((1, 1, "games.example", 1, "", (1,))),
        "INSERT INTO adlist (id, address) VALUES (1, 'https://lists.example/a')",
        "INSERT INTO adlist_by_group VALUES (1, 0)",
        "INSERT INTO client (id, ip) VALUES (1, '192.0.2.9')",
        "INSERT INTO client_by_group VALUES (1, 1)",
    )
    done = served.call("POST", "/v1/rules:import?format=pihole", content=v6(database, "")).json()
    assert (done["groups"], done["lists"], done["devices"], done["format"]) == (["kids"], [1], 1, "pihole")
    assert says(served.data, "games.example", "192.0.2.9").startswith("blocked")
    with served.box.works.reading() as session:
        assert lists.get_list(session, 1).fetched == 0


def test_a_dry_run_changes_nothing(served: Api) -> None:
    tried = served.call("POST", "/v1/rules:import?dry_run=true", content=LIST).json()
    assert (tried["dry_run"], tried["result"]["rules"]) == (True, 2)
    assert len(tried["rules"]["added"]) == 2
    assert held(served) == 0


def test_the_group_of_a_plain_list_is_given(served: Api) -> None:
    with served.box.works.change("a group") as change:
        groups.add_group(change.session, "kids")
    assert served.call("POST", "/v1/rules:import?group=kids&format=adblock", content=LIST).status_code == 200
    for path in ("/v1/rules:import?group=nobody", "/v1/rules:export?group=nobody"):
        assert served.call("POST" if "import" in path else "GET", path, content=LIST).status_code in (
            404,
            422,
        )
    assert held(served) == 2


def test_a_request_sent_again_is_made_once(served: Api) -> None:
    headers = {"Idempotency-Key": "once", "Authorization": f"Bearer {served.token(Scope.RULES)}"}
    first = served.client.post("/v1/rules:import", content=LIST, headers=headers)
    again = served.client.post("/v1/rules:import", content=LIST, headers=headers)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("query", "content", "reason"),
    [
        ("format=pihole", b"x", "neither zip nor tar"),
        ("", zipped({"etc/pihole/gravity.db": b"", "../../etc/cron.d/x": b""}), "leads elsewhere"),
        ("", tarred({"/etc/passwd": b""}), "absolute path"),
        ("", zipped({"zeros": bytes(20 << 20)}), "bomb"),
        ("format=adguardhome", b"user_rules: &a [*a]", "aliases"),
        ("format=json", b"{", "no usable JSON"),
        ("", b"\n" * 300_000, "more than 200000 lines"),
        ("format=perl", b"x", "query.format: "),
    ],
)
def test_what_cannot_be_taken_is_refused_whole(served: Api, query: str, content: bytes, reason: str) -> None:
    refused = served.call("POST", f"/v1/rules:import?{query}", content=content)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert reason in refused.json()["detail"]
    assert held(served) == 0


@pytest.mark.parametrize("form", writing.FORMATS)
def test_what_is_exported_can_be_imported(served: Api, form: str, tmp_path: Path) -> None:
    served.call("POST", "/v1/rules:import", content=LIST)
    given = served.call("GET", f"/v1/rules:export?format={form}", Scope.READ)
    assert given.status_code == 200
    assert given.headers["content-disposition"].startswith('attachment; filename="hushgate-rules.')
    assert "b.example" in {rule.text for rule in reading.read(given.content, form).rules}
    assert list(tmp_path.iterdir()) == []


def test_who_may_only_read_takes_nothing_in(served: Api) -> None:
    assert served.call("POST", "/v1/rules:import", Scope.READ, content=LIST).status_code == 403
    assert served.client.post("/v1/rules:import", content=LIST).status_code == 401
    assert served.client.get("/v1/rules:export").status_code == 401
    assert served.call("GET", "/v1/rules:export", Scope.DEVICES).status_code == 403


def test_a_body_too_large_is_not_read(served: Api) -> None:
    assert served.call("POST", "/v1/rules:import", content=bytes(17_000_000)).status_code == 413
