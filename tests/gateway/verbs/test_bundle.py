from pathlib import Path

import pytest

from gateway.bundles import format as formats
from gateway.cli import parser
from gateway.verbs import bundle


def test_a_publishers_acts_are_apart_from_a_boxs() -> None:
    for act, words in {
        "build": ("--name", "a", "--version", "1", "--expires", "1d"),
        "sign": (),
        "verify": (),
    }.items():
        assert parser().parse_args(["bundle", act, "x", *words]).call == f"bundle_files:{act}"
    for act in ("apply", "subscribe", "remove"):
        assert parser().parse_args(["bundle", act, "x"]).call == f"bundle:{act}"
    assert parser().parse_args(["bundle"]).call == "bundle:show"


def test_keys_are_shown_unless_something_is_to_be_done() -> None:
    assert parser().parse_args(["bundle", "keys"]).act == "list"
    options = parser().parse_args(["bundle", "keys", "add", "key.pub", "--name", "Acme"])
    assert (options.act, options.key, options.name) == ("add", "key.pub", "Acme")


def test_a_signature_may_lie_elsewhere_and_a_key_has_a_usual_place() -> None:
    options = parser().parse_args(["bundle", "sign", "x", "--signature", "y"])
    assert (options.signature, options.key) == (Path("y"), Path("~/.minisign/minisign.key"))


@pytest.mark.parametrize("version", ["0", "-1", "1.0", "x", str(formats.MAX_VERSION + 1)])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["bundle", "build", "x", "--name", "a", "--expires", "1d", "--version", version])


def test_the_largest_version_is_the_formats() -> None:
    assert bundle.MAX_VERSION == formats.MAX_VERSION


def test_no_password_is_taken_from_the_command_line() -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["bundle", "sign", "x", "--password", "y"])
