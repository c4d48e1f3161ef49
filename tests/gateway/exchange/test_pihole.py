"""Pi-hole's groups, domains, lists and clients decide here as they did there."""

from gateway.exchange.gathering import Gathering
from gateway.exchange.pihole import gather
from gateway.exchange.values import DeviceIn, GroupIn, Imported, ListIn, RuleIn
from gateway.store.foreign import Gravity, read_gravity
from tests.fakes.pihole import domains, gravity


def gathered(tables: Gravity) -> Imported:
    into = Gathering("pihole")
    gather(tables, into)
    return into.done()


def imported(*statements: str) -> Imported:
    return gathered(read_gravity(gravity(*statements)))


def texts(found: Imported, group: str = "everyone") -> list[str]:
    return [rule.text for rule in found.rules if rule.group == group]


def group(number: int, name: str, enabled: int = 1) -> str:
    return f"INSERT INTO \"group\" (id, enabled, name, description) VALUES ({number}, {enabled}, '{name}', 'about')"


def client(number: int, ip: str, *groups: int, comment: str = "") -> tuple[str, ...]:
    made = f"INSERT INTO client (id, ip, comment) VALUES ({number}, '{ip}', '{comment}')"
    return (made, *(f"INSERT INTO client_by_group VALUES ({number}, {one})" for one in groups))


def test_the_four_kinds_of_domains() -> None:
    found = imported(
        *domains(
            (1, 0, "good.example", 1, "needed", (0,)),
            (2, 1, "ads.example", 1, "", (0,)),
            (3, 2, r"(\.|^)fine\.example$", 1, "", (0,)),
            (4, 3, r"^ads[0-9]+\.", 1, "", (0,)),
            (5, 3, r"(\.|^)off\.example$;querytype=A", 0, "", (0,)),
            (6, 1, "tv", 1, "", (0,)),
            (7, 2, r"^x[0-9]+;reply=192.0.2.1", 1, "", (0,)),
        )
    )
    assert found.rules == (
        RuleIn("@@|good.example^", comment="needed"),
        RuleIn("ads.example"),
        RuleIn("@@||fine.example^"),
        RuleIn(r"/^ads[0-9]+\./"),
        RuleIn("||off.example^$dnstype=A", enabled=False),
        RuleIn("|tv^"),
        RuleIn("@@/^x[0-9]+/"),
    )
    assert found.refused == ()


def test_what_cannot_be_kept_to_is_reported_with_its_number() -> None:
    found = imported(
        *domains(
            (7, 1, "a b", 1, "", (0,)), (8, 3, "(", 1, "", (0,)), (9, 3, "^ads[0-9];invert", 1, "", (0,)),
            (10, 1, "x.example^$important", 1, "", (0,)), (11, 9, "x.example", 1, "", (0,)),
        )
    )  # fmt: skip
    assert found.rules == ()
    assert [one.line for one in found.refused] == [7, 8, 9, 10, 11]


def test_a_client_of_one_group_gets_its_rules_alone() -> None:
    found = imported(
        group(1, "kids"),
        *domains((1, 1, "ads.example", 1, "", (0, 1)), (2, 1, "games.example", 1, "", (1,))),
        *client(1, "192.0.2.7", 1, comment="tablet"),
        *client(2, "AA:BB:CC:DD:EE:FF", 0),
    )
    assert found.groups == (GroupIn("kids", inherit=False, comment="about"),)
    assert texts(found) == ["ads.example"]
    assert texts(found, "kids") == ["ads.example", "games.example"]
    assert found.devices == (
        DeviceIn("192.0.2.7", "tablet", group="kids"),
        DeviceIn("aa:bb:cc:dd:ee:ff", group="everyone"),
    )


def test_a_client_of_a_group_and_default_takes_everyones_rules_too() -> None:
    found = imported(group(1, "kids"), *client(1, "192.0.2.7", 0, 1))
    assert [(one.name, one.inherit) for one in found.groups] == [("kids", True)]
    assert found.devices[0].group == "kids"


def test_clients_of_several_groups_get_a_group_with_the_rules_of_all() -> None:
    found = imported(
        group(1, "kids"),
        group(2, "guests"),
        *domains(
            (1, 1, "a.example", 1, "", (1,)),
            (2, 1, "b.example", 1, "", (2,)),
            (3, 1, "c.example", 1, "", (0,)),
        ),
        "INSERT INTO adlist (id, address) VALUES (1, 'https://lists.example/a.txt')",
        "INSERT INTO adlist_by_group VALUES (1, 2)",
        *client(1, "192.0.2.1", 1),
        *client(2, "192.0.2.2", 0, 1),
        *client(3, "192.0.2.3", 1, 2),
        *client(4, "192.0.2.4"),
    )
    groups = {one.name: (one.inherit, one.catalogue) for one in found.groups}
    assert groups == {
        "kids": (False, True),
        "guests": (False, True),
        "kids + everyone": (True, True),
        "kids + guests": (False, True),
        "unfiltered": (False, False),
    }
    assert texts(found, "kids + guests") == ["a.example", "b.example"]
    assert texts(found, "kids + everyone") == ["a.example"]
    assert texts(found, "unfiltered") == []
    assert found.lists == (ListIn("https://lists.example/a.txt", groups=("guests", "kids + guests")),)
    assert [one.group for one in found.devices] == ["kids", "kids + everyone", "kids + guests", "unfiltered"]


def test_what_a_group_that_is_off_holds_does_not_count() -> None:
    found = imported(
        group(1, "kids", enabled=0),
        *domains(
            (1, 1, "a.example", 1, "", (1,)),
            (2, 1, "b.example", 1, "", (0, 1)),
            (3, 1, "c.example", 1, "", ()),
        ),
        *client(1, "192.0.2.1", 0, 1),
        "INSERT INTO adlist (id, address) VALUES (1, 'https://lists.example/a.txt')",
        "INSERT INTO adlist_by_group VALUES (1, 1)",
    )
    assert found.rules == (
        RuleIn("a.example", "kids", enabled=False),
        RuleIn("b.example"),
        RuleIn("c.example", enabled=False),
    )
    assert found.devices[0].group == "everyone"
    assert found.lists == (ListIn("https://lists.example/a.txt", groups=("kids",), enabled=False),)


def test_lists_that_cannot_be_fetched_or_that_allow_are_reported() -> None:
    found = imported(
        "INSERT INTO adlist (id, address, type, enabled) VALUES "
        "(1, 'https://lists.example/a.txt', 0, 0), (2, 'file:///etc/passwd', 0, 1), (3, '/etc/passwd', 0, 1), "
        "(4, 'https://lists.example/allow.txt', 1, 1)",
        *(f"INSERT INTO adlist_by_group VALUES ({number}, 0)" for number in range(1, 5)),
    )
    assert found.lists == (ListIn("https://lists.example/a.txt", enabled=False),)
    assert [one.line for one in found.refused] == [2, 3, 4]


def test_clients_that_are_no_device_are_reported() -> None:
    found = imported(*client(1, "192.0.2.0/24", 0), *client(2, "phone.lan", 0), *client(3, ":eth0", 0))
    assert found.devices == ()
    assert [one.text for one in found.refused] == ["192.0.2.0/24", "phone.lan", ":eth0"]


def test_names_of_groups_that_are_taken_or_none_are_made_others() -> None:
    found = imported(group(1, "Everyone"), group(2, "a\nb"), group(3, "x" * 100), group(4, ""))
    assert [one.name for one in found.groups] == ["Everyone 1", "a b", "x" * 58, "group 4"]


def test_rubbish_in_any_column_is_no_crash() -> None:
    found = gathered(
        Gravity(
            group=({"id": "x", "name": 7},),
            domainlist=({"domain": 5, "type": "a"}, {}),
            adlist=({"address": 1},),
            client=({"ip": 3, "id": -1}, {}),
            client_by_group=({"client_id": -1, "group_id": 99},),
            domainlist_by_group=({"domainlist_id": "x"},),
        )
    )
    assert found.rules == ()
    assert len(found.refused) == 5
