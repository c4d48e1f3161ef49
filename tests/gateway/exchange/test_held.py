from pathlib import Path

import pytest

from gateway import changes
from gateway.errors import Missing
from gateway.exchange import ours
from gateway.exchange.held import rules_of
from gateway.exchange.take import take
from gateway.exchange.values import GroupIn, Imported, RuleIn
from tests.fakes import idle_box

SCHEDULE = '{"zone":"UTC","windows":[{"start":"21:00","end":"06:00","block":"everything"}]}'


def test_what_was_taken_is_held_and_goes_round(data_dir: Path) -> None:
    data = idle_box.made(data_dir)
    brought = Imported(
        rules=(
            RuleIn("||a.example^", comment="c", tags=("t",)),
            RuleIn("||b.example^", "kids", enabled=False, expires=7),
        ),
        groups=(GroupIn("kids", inherit=False, schedule=SCHEDULE), GroupIn("empty")),
    )
    with changes.change(data, "import") as change:
        take(change.session, brought, now=1)
    with changes.reading(data) as session:
        held = rules_of(session)
        assert held.rules == brought.rules
        assert held.groups == (
            GroupIn("everyone", comment="new devices land here"),
            GroupIn("kids", inherit=False, schedule=SCHEDULE),
        )
        assert rules_of(session, "kids").rules == brought.rules[1:]
        assert ours.decode(ours.encode(held)) == held
        with pytest.raises(Missing):
            rules_of(session, "nobody")
