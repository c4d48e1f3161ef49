"""Whatever somebody makes of a bundle, and whenever the box dies over one: the old rules stay."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import changes
from gateway.bundles.applying import Result
from gateway.bundles.fetching import Parcel
from gateway.bundles.format import BundleList
from gateway.data import Data
from gateway.errors import HushgateError, UsageError
from gateway.policy.bundled import Tables
from tests.fakes import idle_box
from tests.fakes.idle_box import says
from tests.fakes.list_server import serving, text
from tests.fakes.publisher import EXPIRES, ISSUED, ROW, Publisher, apply, held, in_force, made

ACME = Publisher()
ROGUE = Publisher(9)


@pytest.fixture
def plain(data_dir: Path) -> Data:
    """A box that trusts Acme."""
    made = idle_box.made(data_dir)
    ACME.trusted_by(made)
    return made


REFUSED = {
    "a key that nobody trusts": ROGUE.parcel("||evil.example^"),
    "the signature of another bundle": Parcel(made("||evil.example^"), ACME.parcel("||a.example^").signature),
    "expired": ACME.parcel("||evil.example^", version=3, expires=ISSUED.replace(month=2)),
    "yet to come": ACME.parcel("||evil.example^", version=3, issued=EXPIRES.replace(year=2120)),
    "older": ACME.parcel("||evil.example^", version=1),
    "the same version with other content": ACME.parcel("||evil.example^", version=2),
    "too large": ACME.sign(b" " * 4_000_001),
    "no bundle": ACME.sign(b"{}"),
    "a field that nobody knows": ACME.sign(
        made("||evil.example^", version=3).replace(b'"rules"', b'"rulez"')
    ),
    "an unusable rule": ACME.parcel("||evil.example^", "||b.example^$unheard", version=3),
    "a group that is not there": ACME.sign(
        made("||evil.example^", version=3).replace(b'"text"', b'"group": "nobody", "text"')
    ),
    "a hostile text": ACME.sign(
        made("||evil.example^", version=3).replace(b'"text"', b'"comment": "\\u001b[2J", "text"')
    ),
    "a list that cannot be fetched": ACME.parcel(
        "||evil.example^", version=3, lists=(BundleList("http://127.0.0.1:9/ads"),)
    ),
    "a list on the box itself": ACME.parcel(
        "||evil.example^", version=3, lists=(BundleList("file:///etc/passwd"),)
    ),
    "a row that blocks what phones need": ACME.parcel(
        "||evil.example^",
        version=3,
        catalogue=Tables(hosts=({**ROW, "pattern": "mi.com", "match": "suffix"},)),
    ),
}


@pytest.mark.parametrize("attack", REFUSED)
def test_an_attack_leaves_all_as_it_was(attack: str, plain: Data) -> None:
    apply(plain, ACME.parcel("||a.example^", version=2))
    before = held(plain), in_force(plain)
    with pytest.raises(HushgateError) as caught:
        apply(plain, REFUSED[attack])
    assert "\n" not in str(caught.value)
    assert (held(plain), in_force(plain)) == before
    assert says(plain, "evil.example") == "allowed"
    assert says(plain, "a.example").startswith("blocked")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(drawn=st.data())
def test_a_byte_changed_anywhere_in_the_bundle_is_refused(drawn: st.DataObject, plain: Data) -> None:
    parcel = ACME.parcel("||a.example^", "||b.example^")
    at = drawn.draw(st.integers(0, len(parcel.bundle) - 1))
    changed = bytearray(parcel.bundle)
    changed[at] ^= drawn.draw(st.integers(1, 255))
    with pytest.raises(UsageError, match="not of this file"):
        apply(plain, Parcel(bytes(changed), parcel.signature))
    assert held(plain) == ([], [], [])


KILLED = """
import os, sys
from pathlib import Path
from gateway import changes
from gateway.bundles import applying
from gateway.bundles.fetching import Parcel
from gateway.data import Data
from gateway.policy import manifest, publish
from gateway.store import audit, brought, bundles, generations
where, name = sys.argv[1].split(":")
room = {"applying": applying, "brought": brought, "bundles": bundles, "publish": publish.Publisher,
        "manifest": manifest, "generations": generations}[where]
setattr(room, name, lambda *_, **__: os._exit(9))
data = Data(Path(sys.argv[2]))
parcel = Parcel(Path(sys.argv[3]).read_bytes(), Path(sys.argv[4]).read_bytes())
with changes.works(data) as works:
    applying.apply(works, data, data.read_settings(), parcel)
"""


@pytest.mark.parametrize(
    "moment",
    [
        "applying:_fetched",
        "brought:bring_rules",
        "brought:bring_lists",
        "bundles:put_bundle",
        "publish:_compile",
        "publish:_commit",
        "manifest:point",
        "generations:add_generation",
    ],
)
def test_a_bundle_killed_at_any_step_leaves_all_as_it_was(moment: str, plain: Data, tmp_path: Path) -> None:
    with serving({"/ads": text(b"listed.example\n")}) as server:
        apply(plain, ACME.parcel("||old.example^"))
        one = BundleList(f"http://127.0.0.1:{server.port}/ads", "Ads")
        parcel = ACME.parcel("||new.example^", version=2, lists=(one,), catalogue=Tables(hosts=(ROW,)))
        for name, content in (("bundle", parcel.bundle), ("signature", parcel.signature)):
            (tmp_path / name).write_bytes(content)
        words: list[str | Path] = [moment, plain.root, tmp_path / "bundle", tmp_path / "signature"]
        done = subprocess.run(
            [sys.executable, "-c", KILLED, *words], timeout=60, check=False, stderr=subprocess.PIPE, text=True
        )
        assert done.returncode == 9, done.stderr
        changes.settle(plain, plain.read_settings())
        assert held(plain) == (["||old.example^"], [], [("acme", 1)])
        assert says(plain, "old.example").startswith("blocked")
        for name in ("new.example", "listed.example", "log.phones.example.com"):
            assert says(plain, name) == "allowed"
        assert apply(plain, parcel).result.result is Result.APPLIED  # nothing is left in the way
    assert says(plain, "listed.example").startswith("blocked")
