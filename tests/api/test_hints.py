"""Whoever asks by HTTP is told what to ask next, not what to type on the box."""

import pytest

from api.hints import for_requests


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        ("hushgate rules list shows the numbers", "GET /v1/rules shows the numbers"),
        ("hushgate lists list shows them", "GET /v1/lists shows them"),
        (
            "`hushgate devices` shows them; or give its address",
            "GET /v1/devices shows them; or give its address",
        ),
        ("`hushgate token` shows them", "GET /v1/tokens shows them"),
        ("hushgate bundle keys shows them", "GET /v1/bundle-keys shows them"),
        (
            "if you know whose it is: hushgate bundle keys add PUBLIC_KEY",
            "if you know whose it is: POST /v1/bundle-keys",
        ),
        (
            "if the publisher has a new key: hushgate bundle keys remove 087BD7709A64D290",
            "if the publisher has a new key: DELETE /v1/bundle-keys/087BD7709A64D290",
        ),
        (
            "disable it, or remove all the bundle brought: hushgate bundle remove acme",
            "disable it, or remove all the bundle brought: DELETE /v1/bundles/acme",
        ),
        ("change it instead: hushgate groups set everyone …", "change it instead: PATCH /v1/groups/everyone"),
        ("hushgate backup makes one", "GET /v1/backup makes one"),
    ],
)
def test_commands_are_said_as_requests(hint: str, said: str) -> None:
    assert for_requests(hint) == said


@pytest.mark.parametrize(
    "hint",
    [
        "log in, or `hushgate account reset` on the box",
        "Authorization: Bearer TOKEN; make one with `hushgate token create`",
        "make one with `hushgate bundle build`",
        "restore on the box: hushgate restore FILE",
        "",
    ],
)
def test_what_only_the_box_can_do_stays(hint: str) -> None:
    assert for_requests(hint) == hint
