"""From the words of a request to what the journal is asked, and from keys of devices to their names."""

from collections.abc import Iterable

from api.box import ApiBox
from api.schemas.log import LogFilters
from gateway.errors import Missing
from gateway.journal.search import Filters
from gateway.store import devices


def filters_of(box: ApiBox, query: LogFilters) -> Filters:
    """The journal's filters."""
    return Filters(
        since=query.since,
        until=query.until,
        devices=keys_of(box, query.device),
        name=tuple(query.name),
        type=tuple(query.type),
        address=tuple(query.address),
        channel=tuple(query.channel),
        action=tuple(query.action),
        company=tuple(query.company),
        purpose=tuple(query.purpose),
        country=tuple(query.country),
        layer=tuple(query.layer),
        list=tuple(query.list),
        line=query.line,
        rule=query.rule,
    )


def keys_of(box: ApiBox, given: Iterable[str]) -> tuple[str, ...]:
    """The keys of the devices meant; what nobody is called is taken as a key, and finds nothing."""
    words = tuple(given)
    if not words:
        return ()
    with box.works.reading() as session:
        found = []
        for word in words:
            try:
                found.append(devices.key_meant(session, word))
            except Missing:
                found.append(word)
        return tuple(found)


def device_names(box: ApiBox) -> dict[str, str]:
    """Key → what its owner calls the device; those without a name are left out."""
    with box.works.reading() as session:
        return {one.address: one.name for one in devices.list_devices(session) if one.name}
