"""Change settings of the running box: checked in every worker, stored, taken up by every worker, or nothing happened.

The file decides (gateway/chosen.py). Whoever is killed between storing and telling leaves workers that find out by
themselves within seconds, and an entry that is missing in the audit, which `settle` adds.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway import chosen, settings_told, workers
from gateway.author import Author
from gateway.chosen import Chosen
from gateway.data import Data
from gateway.dns.upstream import system
from gateway.dns.upstream.address import parse, without_password
from gateway.errors import Conflict, HushgateError, OwnFault, SettingsError
from gateway.settings import Dns, Settings, endpoint
from gateway.store import audit
from gateway.works import About, Works

ACTION = "network settings changed"
TARGET = "network settings"
_log = logging.getLogger(__name__)
_HIDDEN = "***"  # as address.without_password has it
TEST_WAIT = 10.0  # seconds; an upstream has four, and the look-up of its name may need as many
_WORDS = {
    "file": "in the settings file",
    "environment": "in the environment",
    "flag": "by a flag of `hushgate up`",
}


class Plan(msgspec.Struct, frozen=True):
    """What is to become of the settings."""

    before: Chosen
    after: Chosen
    settings: Settings  # as they will be
    new: tuple[tuple[str, str], ...]  # upstreams that are not asked yet, each with its domain or ""

    @property
    def changes(self) -> bool:
        """Does it make any difference?"""
        return self.before.values != self.after.values


class Took(msgspec.Struct, frozen=True):
    """How a change came into force."""

    workers: int
    of: int
    ms: float


def stored(data: Data) -> Chosen:
    """What the panel has set. Raises OwnFault for a damaged file: that is nobody's fault who asks."""
    try:
        return chosen.read(data.chosen)
    except SettingsError as error:
        raise OwnFault(str(error), hint=error.hint) from None


def plan(data: Data, settings: Settings, changes: Mapping[str, Any], by: Author) -> Plan:
    """`changes`: key of [dns] → value, None for the default. Raises Conflict, SettingsError."""
    before = stored(data)
    now = chosen.over(settings, before)
    values = dict(before.values)
    for name, value in changes.items():
        key = f"dns.{name}"
        if not chosen.is_free(now, key):
            where = _WORDS.get(now.origins.get(key, ""), "when the box starts")
            raise Conflict(
                f"{key} is set {where}, which wins", hint="change it there, or remove it from there"
            )
        values.pop(key, None)
        if value is not None:
            values[key] = _meant(key, value, now.dns)
    after = Chosen(before.serial + 1, int(time.time()), by.who, by.whence, values)
    wanted = chosen.over(now, after)
    _check(data, wanted)
    asked = set(_pairs(now.dns))
    return Plan(before, after, wanted, tuple(pair for pair in _pairs(wanted.dns) if pair not in asked))


def _pairs(dns: Dns) -> list[tuple[str, str]]:
    own = [(url, domain) for domain, urls in dns.domains.items() for url in urls]
    return [*((url, "") for url in dns.upstreams), *own]


def _meant(key: str, value: Any, dns: Dns) -> Any:
    """Upstreams whose secrets we show as `***` come back like that, and mean the ones that there are."""
    if isinstance(value, list):
        return [_meant(key, one, dns) for one in value]
    if isinstance(value, dict):
        return {name: _meant(key, one, dns) for name, one in value.items()}
    if not isinstance(value, str) or _HIDDEN not in value:
        return value
    known = {url for url, _ in _pairs(dns) if without_password(url) == value}
    if len(known) == 1:
        return known.pop()
    raise SettingsError(
        f"{key}: {value} may be any of {len(known)} upstreams"
        if known
        else f"{key}: there is no {value} yet",
        hint=f"write what stands for {_HIDDEN}",
    )


def _check(data: Data, wanted: Settings) -> None:
    """What types and ranges cannot say. Raises SettingsError."""
    from gateway.dns import resolver  # these two know how upstreams are asked, which nobody else here needs
    from gateway.dns.upstream import build

    build.check(wanted.dns)
    if resolver.wanted(wanted) and not resolver.has_started(data):
        raise SettingsError(
            'dns.upstreams: "recursive": the resolver does not run in this box',
            hint="start the box with --upstream recursive",
        )
    own = [endpoint(text, "dns.listen") for text in wanted.dns.listen]
    for url, _ in _pairs(wanted.dns):
        if _is_own(url, own):
            raise SettingsError(
                f"dns.upstreams: {without_password(url)} is this box itself, which would ask in a circle"
            )


def _is_own(url: str, own: list[tuple[str, int]]) -> bool:
    address = parse(url)
    if not address.is_literal:
        return False
    hosts = {host for host, port in own if port == address.port}
    return address.host in hosts or (bool(hosts & {"0.0.0.0", "::"}) and system.is_this_machine(address.host))


def test(data: Data, settings: Settings, url: str) -> dict[str, Any]:
    """Ask one upstream a real question. Raises SettingsError; OwnFault where no worker could ask it."""
    meant = str(_meant("upstream", url, chosen.over(settings, stored(data)).dns))
    parse(meant)
    return workers.ask_one(data.run, "upstream", timeout=TEST_WAIT, upstream=meant)


def tried(data: Data, planned: Plan) -> list[dict[str, Any]]:
    """How each new upstream answers one real question. Raises OwnFault where no worker could ask them."""
    if not planned.new:
        return []
    said = workers.ask_one(
        data.run, "settings-check", timeout=TEST_WAIT, values=planned.after.values, ask=planned.new
    )
    found: list[dict[str, Any]] = said["tested"]
    return found


def put(data: Data, planned: Plan) -> Took:
    """Have every living worker go by it. Raises OwnFault: all is as it was."""
    begun = time.perf_counter()
    _all_agree(workers.ask_all(data.run, "settings-check", values=planned.after.values))
    chosen.write(data.chosen, planned.after)
    try:
        said = workers.ask_all(data.run, "settings")
        _all_agree(said, planned.after.serial)
    except BaseException:
        take_back(data, planned)
        raise
    _note(data, planned.settings)
    return Took(len(said), len(said), round((time.perf_counter() - begun) * 1000, 1))


def _all_agree(said: Mapping[str, dict[str, Any] | HushgateError], serial: int | None = None) -> None:
    for worker, answer in said.items():
        if isinstance(answer, HushgateError):
            raise OwnFault(f"nothing was changed: {answer}", hint=answer.hint)
        if serial is not None and answer.get("serial") != serial:
            raise OwnFault(f"nothing was changed: {worker} has other settings", hint="try again")


def take_back(data: Data, planned: Plan) -> None:
    """As it was before. A worker that does not hear of it finds out by itself. Raises OwnFault."""
    older = msgspec.structs.replace(planned.before, serial=planned.after.serial + 1)
    chosen.write(data.chosen, older)
    workers.ask_all(data.run, "settings")
    _note(data, chosen.over(planned.settings, older))


def _note(data: Data, settings: Settings) -> None:
    """A second copy, for the day on which the file is damaged. Without it nothing is amiss."""
    try:
        data.write_settings(settings)
    except OwnFault as fault:
        _log.warning("%s", fault)


def settle(data: Data, works: Works) -> None:
    """After a start: let everybody go by what is stored, and add to the audit what a killed process could not."""
    found = stored(data)
    if not found.serial:
        return
    workers.ask_all(data.run, "settings")
    with works.reading() as session:
        noted = audit.list_entries(session, action=ACTION, limit=1)
    if noted and noted[0].detail.get("after", {}).get("serial", 0) >= found.serial:
        return
    values = {key.removeprefix("dns."): settings_told.harmless(value) for key, value in found.values.items()}
    about = About(TARGET, {"after": {"serial": found.serial, **values}})
    with works.noting(Author(found.who, found.whence), ACTION, about=lambda: about):
        pass  # the entry is all there is to keep
