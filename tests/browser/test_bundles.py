"""Bundles and their keys, as somebody trusts them in a browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looks import SIZES, in_both_themes
from tests.browser.publishers import MARKUP, Neighbour, neighbouring
from tests.browser.visitor import visiting
from tests.fakes.publisher import Publisher


@pytest.fixture(scope="module")
def near(browser: Browser) -> Iterator[Neighbour]:
    """A house that has trusted nobody yet."""
    del browser  # no box where nobody can look
    with neighbouring() as neighbour:
        yield neighbour


def test_key_is_trusted_by_its_digits_and_a_bundle_is_put_in_force_and_taken_back(
    browser: Browser, near: Neighbour
) -> None:
    key = near.publisher.key.public
    address = near.bundle("||bundled.example^", f"||x{'y' * 60}.example^")
    with visiting(browser, near.home) as visitor:
        page = visitor.open("/bundles")
        expect(page.get_by_text("No key is trusted: no bundle can be put in force.")).to_be_visible()
        in_both_themes(visitor, "bundles-without-a-key")
        page.get_by_role("button", name="Trust a key").click()
        page.get_by_label("Public key").fill(f"untrusted comment: {MARKUP}\n{key.line[:20]}")
        expect(page.get_by_text("This is no public key of minisign's yet.")).to_be_visible()
        page.get_by_label("Public key").fill(f"untrusted comment: {MARKUP}\n{key.line}\n")
        expect(page.get_by_text(re.compile("Its digits: [0-9A-F]{16}$"))).to_be_visible()
        page.get_by_label("Whose it is").fill(MARKUP)
        in_both_themes(visitor, "bundles-key")
        page.locator("dialog").get_by_role("button", name="Trust a key").click()
        expect(page.get_by_role("cell", name=MARKUP)).to_be_visible()

        page.get_by_role("link", name="Add a bundle").click()
        page.get_by_role("textbox", name="From an address").fill(address)
        page.get_by_role("button", name="See what it changes").click()
        expect(page.get_by_text("It brings 2 rules")).to_be_visible()
        in_both_themes(visitor, "bundles-effect")
        page.get_by_role("button", name="Put it in force").click()
        expect(page.get_by_role("heading", level=1, name="1 bundle is in force.")).to_be_visible()
        page.get_by_role("button", name="Undo").last.click()
        expect(page.get_by_role("heading", level=1, name="No bundle is in force.")).to_be_visible()
    # Not even its subscription is left, which would bring it back.
    assert near.home.api("GET", "/v1/bundles").json()["items"] == []


@pytest.mark.parametrize("size", SIZES)
def test_bundles_are_whole_and_in_reach_of_everybody(browser: Browser, near: Neighbour, size: str) -> None:
    _in_force(near)
    with visiting(browser, near.home, size=SIZES[size]) as visitor:
        page = visitor.open("/bundles")
        expect(page.get_by_role("cell", name="acme").first).to_be_visible()
        in_both_themes(visitor, "bundles-in-force")
        page.get_by_role("button", name=re.compile("^Trust no longer: ")).click()
        in_both_themes(visitor, "bundles-trust-no-longer")
        page.get_by_role("button", name="Cancel").click()
        page.goto(f"{near.home.origin}/bundles?add")
        expect(page.get_by_role("textbox", name="From an address")).to_be_visible()
        in_both_themes(visitor, "bundles-add")


def test_rules_of_a_bundle_are_a_press_away_and_only_switched(browser: Browser, near: Neighbour) -> None:
    _in_force(near)
    with visiting(browser, near.home) as visitor:
        page = visitor.open("/bundles")
        page.get_by_role("link", name="its rules: acme").click()
        page.get_by_role("link", name=re.compile("^Edit: Stops bundled.example")).click()
        expect(page.get_by_text("It came with a bundle: it can be switched off here")).to_be_visible()
        expect(page.get_by_role("textbox", name="Name, web address or rule")).to_have_count(0)
        page.locator("dialog").get_by_role("switch").click()
        page.get_by_role("button", name="See what it changes").click()
        page.get_by_role("button", name="Save it").click()
        expect(page.get_by_text("Rule saved.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone.")).to_be_visible()


def test_bundle_that_was_removed_comes_back_and_is_followed_as_before(
    browser: Browser, near: Neighbour
) -> None:
    _in_force(near)
    before = near.home.api("GET", "/v1/bundles").json()["items"][0]
    with visiting(browser, near.home) as visitor:
        page = visitor.open("/bundles")
        page.get_by_role("button", name="Remove acme").click()
        page.locator("dialog").get_by_role("button", name="Remove", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="No bundle is in force.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone.")).to_be_visible()
        expect(page.get_by_role("heading", level=1, name="1 bundle is in force.")).to_be_visible()
    after = near.home.api("GET", "/v1/bundles").json()["items"][0]
    assert (after["url"], after["version"]) == (before["url"], before["version"])


def test_bundle_of_a_stranger_and_rubbish_are_refused_with_their_reason(
    browser: Browser, near: Neighbour, tmp_path: Path
) -> None:
    _in_force(near)
    parcel = Publisher(7).parcel("||stranger.example^", name="stranger")
    bundle, signature, rubbish = (tmp_path / name for name in ("a.bundle", "a.minisig", "rubbish"))
    bundle.write_bytes(parcel.bundle)
    signature.write_bytes(parcel.signature)
    rubbish.write_bytes(bytes(range(256)) * 100)
    with visiting(browser, near.home) as visitor:
        page = visitor.open("/bundles?add")
        page.get_by_label("From two files").check()
        _hand_in(page, bundle, signature)
        expect(page.get_by_role("alert")).to_contain_text(re.compile("key"))
        in_both_themes(visitor, "bundles-refused")
        page.locator("dialog").last.get_by_role("button", name="Cancel").click()
        _hand_in(page, rubbish, rubbish)
        expect(page.get_by_role("alert")).to_be_visible()
    assert [one["name"] for one in near.home.api("GET", "/v1/bundles").json()["items"]] == ["acme"]


def _in_force(near: Neighbour) -> None:
    """The key trusted, the bundle in force."""
    home = near.home
    if not home.api("GET", "/v1/bundle-keys").json()["items"]:
        near.trust()
    if not home.api("GET", "/v1/bundles").json()["items"]:
        home.api("POST", "/v1/bundles", {"url": near.bundle("||bundled.example^")})


def _hand_in(page: Page, bundle: Path, signature: Path) -> None:
    page.get_by_label("The bundle's file").set_input_files(bundle)
    page.get_by_label("Its signature (.minisig)").set_input_files(signature)
    page.get_by_role("button", name="See what it changes").click()
