"""What the neighbour table has told reaches the store, the policy and the log."""

import asyncio
from dataclasses import dataclass, field

import pytest

from gateway import changes
from gateway.data import Data
from gateway.devices import register
from gateway.devices.identity import MAX_IPV4, Identities
from gateway.devices.register import Differences, Register, differences
from gateway.errors import OwnFault
from gateway.policy.decide import Policy
from gateway.policy.state import DeviceState
from gateway.store import addresses, devices, generations, groups, rules
from tests.fakes.idle_box import made, says

ANNA, BEN = "00:9e:c8:00:00:0a", "00:9e:c8:00:00:0b"
V4, V6, OTHER = "192.0.2.7", "2001:db8::7", "192.0.2.8"
NOW = 1_700_000_000


@dataclass
class Bench:
    """A register with clocks that stand still until they are moved."""

    data: Data
    ticks: float = 1000.0
    wall: float = NOW
    identities: Identities = field(default_factory=Identities)
    merged: list[tuple[str, str]] = field(default_factory=list)
    log_is_there: bool = True

    def __post_init__(self) -> None:
        self.register = self.restarted()

    def restarted(self) -> Register:
        async def merge(old: str, new: str) -> bool:
            if self.log_is_there:
                self.merged.append((old, new))
            return self.log_is_there

        settings = self.data.read_settings()
        return Register(
            self.data, settings, self.identities, merge, ticks=lambda: self.ticks, wall=lambda: self.wall
        )

    def learn(self, address: str, mac: str) -> None:
        self.register.note(self.identities.learn(address, mac, self.ticks))

    def settle(self, seconds: float = 1.0) -> None:
        self.ticks += seconds
        self.wall += seconds
        asyncio.run(self.register.settle())

    @property
    def generation(self) -> int:
        return Policy.open(self.data.policy).generation

    def stored(self) -> dict[str, str]:
        with changes.reading(self.data) as session:
            return {one.address: one.device for one in addresses.list_addresses(session)}

    def devices(self) -> dict[str, devices.Device]:
        with changes.reading(self.data) as session:
            return {one.address: one for one in devices.list_devices(session)}

    def put(self, address: str, **what: str) -> None:
        with changes.change(self.data, "test") as change:
            devices.put_device(change.session, address, now=NOW, **what)  # type: ignore[arg-type] # texts only


@pytest.fixture
def bench(data_dir: object) -> Bench:
    return Bench(made(data_dir))  # type: ignore[arg-type] # a Path


def test_a_device_that_was_named_by_its_address_is_known_by_its_mac(bench: Bench) -> None:
    with changes.change(bench.data, "test") as change:
        groups.add_group(change.session, "kids")
        rules.add_rule(change.session, "||shop.example^", now=NOW, group="kids")
    bench.put(V4, name="Anna", group="kids")
    before = bench.generation
    bench.learn(V4, ANNA)
    bench.learn(V6, ANNA)
    bench.settle()
    assert bench.generation == before + 1
    (device,) = bench.devices().values()
    assert (device.address, device.name, set(device.addresses)) == (ANNA, "Anna", {V4, V6})
    for address in (V4, V6, ANNA):
        assert says(bench.data, "shop.example", address).startswith("blocked")
    with changes.reading(bench.data) as session:
        assert generations.list_generations(session)[0].cause == "device Anna has another address"
    assert sorted(bench.merged) == [(V4, ANNA), (V6, ANNA)]
    bench.settle(60)
    assert bench.generation == before + 1


def test_a_new_address_is_published_and_one_that_another_takes_is_taken_away(bench: Bench) -> None:
    bench.put(ANNA, name="Anna")
    bench.learn(V4, ANNA)
    bench.settle()
    assert Policy.open(bench.data.policy).asker(V4).name == "Anna"
    bench.learn(V4, BEN)
    bench.learn(V6, ANNA)
    bench.settle()
    policy = Policy.open(bench.data.policy)
    assert (policy.asker(V4).name, policy.asker(V6).name) == ("", "Anna")
    assert bench.stored() == {V4: BEN, V6: ANNA}
    assert (V4, BEN) not in bench.merged  # what Anna did there stays hers


def test_devices_that_nobody_has_set_are_noted_without_a_generation(bench: Bench) -> None:
    before = bench.generation
    bench.learn(V4, ANNA)
    bench.settle()
    assert bench.stored() == {V4: ANNA}
    bench.learn(V6, ANNA)
    bench.settle()
    assert bench.stored() == {V4: ANNA}  # whoever makes up many causes few writes
    assert bench.merged == [(V4, ANNA), (V6, ANNA)]  # the log knows at once
    bench.settle(register.NOTE_EVERY)
    assert bench.stored() == {V4: ANNA, V6: ANNA}
    assert bench.generation == before


def test_a_rule_for_a_client_counts_for_all_its_addresses(bench: Bench) -> None:
    with changes.change(bench.data, "test") as change:
        rules.add_rule(change.session, f"||a.example^$client={V4}", now=NOW)
        rules.add_rule(change.session, f"||b.example^$client='{BEN.upper()}'|192.0.2.99", now=NOW)
    bench.learn(V4, ANNA)
    bench.learn(V6, ANNA)
    bench.learn(OTHER, BEN)
    bench.settle()
    assert says(bench.data, "a.example", V6).startswith("blocked")
    assert says(bench.data, "a.example", OTHER) == "allowed"
    assert says(bench.data, "b.example", OTHER).startswith("blocked")
    assert says(bench.data, "b.example", V4) == "allowed"
    generation = bench.generation
    bench.settle(60)
    assert bench.generation == generation


def test_one_that_is_named_later_has_all_its_addresses_at_once(bench: Bench) -> None:
    bench.learn(V4, ANNA)
    bench.learn(V6, ANNA)
    bench.settle(register.NOTE_EVERY)
    bench.put(V4, name="Anna")
    assert Policy.open(bench.data.policy).asker(V6).name == "Anna"


def test_one_that_is_named_before_its_mac_is_stored_gets_it_in_the_next_second(bench: Bench) -> None:
    bench.settle()
    bench.learn(V4, ANNA)
    bench.put(V4, name="Anna")
    bench.settle()
    assert list(bench.devices()) == [ANNA]


def test_it_knows_after_a_restart_what_it_knew_before(bench: Bench) -> None:
    bench.put(ANNA, name="Anna")
    bench.learn(V4, ANNA)
    bench.settle()
    generation = bench.generation
    bench.identities = Identities()
    bench.register = bench.restarted()
    bench.settle()
    assert bench.identities.key(V4) == ANNA
    assert bench.generation == generation


def test_what_turns_out_to_be_a_repeater_is_one_device_no_more(bench: Bench) -> None:
    bench.put(V4, name="Anna")
    bench.learn(V4, ANNA)
    bench.settle()
    assert list(bench.devices()) == [ANNA]
    for number in range(100, 100 + MAX_IPV4):
        bench.learn(f"192.0.2.{number}", ANNA)
    bench.settle()
    assert {key: one.name for key, one in bench.devices().items()} == {V4: "Anna"}
    assert bench.stored() == {}
    generation = bench.generation
    bench.settle(60)
    assert bench.generation == generation


def test_whoever_makes_up_addresses_causes_few_generations(bench: Bench) -> None:
    bench.put(ANNA, name="Anna")
    before = bench.generation
    for number in range(60):
        bench.learn(f"2001:db8::{number % 20:x}", (ANNA, BEN)[number // 20 % 2])
        bench.settle()
    assert bench.generation - before <= register.BURST + 60 / register.REFILL + 1


def test_what_nobody_had_for_long_is_forgotten(bench: Bench) -> None:
    bench.put(ANNA, name="Anna")
    bench.learn(V4, ANNA)
    bench.learn(V6, ANNA)
    bench.settle()
    bench.identities = Identities()
    bench.register = bench.restarted()
    bench.settle()
    bench.wall += register.KEEP_DAYS * 86_400 + 10
    bench.learn(V4, ANNA)
    bench.settle(register.LOOK_AFTER_EVERY)
    assert bench.stored() == {V4: ANNA}
    assert bench.identities.addresses(ANNA) == (V4,)
    bench.settle(register.LOOK_AFTER_EVERY)
    assert bench.stored() == {V4: ANNA}


def test_a_store_that_is_away_is_said_once_and_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bench.put(V4, name="Anna")
    with monkeypatch.context() as broken:

        def away(*_: object) -> object:
            raise OwnFault("the disk is full")

        broken.setattr(changes, "change", away)
        bench.learn(V4, ANNA)
        for _ in range(3):
            bench.settle(register.RETRY)
    assert len([text for text in caplog.messages if "the disk is full" in text]) == 1
    assert list(bench.devices()) == [V4]
    bench.settle(register.RETRY)
    assert list(bench.devices()) == [ANNA]


def test_a_flood_fills_no_memory_and_is_noted_in_parts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "MAX_PENDING", 50)
    monkeypatch.setattr(register, "AT_ONCE", 20)
    for number in range(200):
        bench.learn(f"198.51.100.{number}", f"02:00:00:00:00:{number:02x}")
    assert max(len(bench.register._pending), len(bench.register._merges)) == 50
    bench.settle()
    assert len(bench.stored()) == 20
    for _ in range(3):
        bench.settle(register.NOTE_EVERY)
    assert len(bench.stored()) == 50


def test_a_log_that_is_away_is_merged_later(bench: Bench) -> None:
    bench.log_is_there = False
    bench.learn(V4, ANNA)
    bench.settle()
    bench.learn(V4, BEN)
    bench.log_is_there = True
    bench.settle()
    assert bench.merged == [(V4, ANNA)]


def test_a_policy_that_knows_all_needs_nothing() -> None:
    known = Identities()
    assert differences((), known) == Differences()
    known.learn(V4, ANNA, 1.0)
    device = DeviceState(ANNA, addresses=(V4, V6))  # V6 is of an earlier time
    assert differences((device, DeviceState(OTHER)), known) == Differences()
    known.learn(V6, BEN, 2.0)
    known.learn(OTHER, BEN, 2.0)
    assert differences((device, DeviceState(OTHER)), known) == Differences(((V6, BEN),), ((OTHER, BEN),))
