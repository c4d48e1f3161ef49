"""Who may rule the box: logins, tokens of programs, the password and the second factor."""

import re
import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.household import PASSWORD, Household, living
from tests.browser.visitor import PHONE, visiting


@pytest.fixture(scope="module")
def own(browser: Browser) -> Iterator[Household]:
    """An empty house that is changed here."""
    del browser  # no box where nobody can look
    with living(furnished=False) as home:
        yield home


def test_a_login_that_is_ended_in_the_middle_of_an_edit_loses_nothing(
    browser: Browser, own: Household
) -> None:
    with visiting(browser, own) as owner, visiting(browser, own, known=False, size=PHONE) as visitor:
        visitor.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=own.origin)
        page = visitor.open("/system/tokens")
        _log_in(page)
        expect(page.get_by_text("There is no token: no program uses the API.")).to_be_visible()
        page.get_by_role("button", name="Make a token").click()
        page.get_by_role("textbox", name="Name").fill("home assistant")
        page.get_by_role("checkbox", name=re.compile("^Phones: name them")).check()
        page.get_by_label("Counts for").select_option("90")
        visitor.picture("system-token-new")
        assert not visitor.accessibility()

        # Somebody ends this login from another browser.
        sessions = owner.open("/system/account")
        sessions.get_by_role("button", name=re.compile("^Log out Chromium on Linux")).click()
        expect(sessions.get_by_text("It is logged out.")).to_be_visible()
        expect(sessions.get_by_role("row", name=re.compile("Chromium on Linux"))).to_have_count(0)

        page.get_by_role("button", name="Make it").click()
        again = page.get_by_role("dialog", name="You have been logged out")
        expect(again.get_by_label("Password")).to_be_focused()
        visitor.picture("system-login-ended")
        assert not visitor.accessibility()
        again.get_by_label("Password").fill(PASSWORD)
        again.get_by_role("button", name="Log in").click()

        # What was typed is saved, once, and the token is shown, once.
        secret = page.get_by_label("Token of home assistant").input_value()
        assert secret.startswith("hg_")
        assert f"Bearer {secret}" in page.get_by_label("Try it").input_value()
        assert not visitor.accessibility()
        visitor.picture("system-token-made")
        page.get_by_role("button", name="Copy").first.click()
        assert page.evaluate("navigator.clipboard.readText()") == secret
        page.keyboard.press("Escape")  # does not close what is shown only now
        page.get_by_role("button", name="I have it").click()
        expect(page.get_by_role("row", name=re.compile("home assistant"))).to_contain_text(
            re.compile(r"look\s*phones")
        )
        kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state])")
        for where in (page.content(), page.url, kept, own.live.box.text(), *visitor.asked):
            assert secret not in where
    tokens = own.api("GET", "/v1/tokens").json()["items"]
    assert [(one["name"], one["scopes"]) for one in tokens] == [("home assistant", ["read", "devices"])]
    assert abs(tokens[0]["expires"] - time.time() - 90 * 86_400) < 600
    # The secret is good for what it was given for.
    assert own.panel.call("GET", "/v1/session", token=secret).json()["name"] == "token home assistant"


def test_a_token_is_revoked_after_one_question(browser: Browser, own: Household) -> None:
    secret = own.api("POST", "/v1/tokens", {"name": "<b>old</b>", "scopes": ["admin"]}).json()["token"]
    with visiting(browser, own) as visitor:
        page = visitor.open("/system/tokens")
        page.get_by_role("button", name="Revoke the token <b>old</b>").click()
        visitor.picture("system-token-revoke")
        assert not visitor.accessibility()
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(page.get_by_text("The token counts no more.")).to_be_visible()
        expect(page.get_by_text("<b>old</b>")).to_have_count(0)
    assert own.panel.call("GET", "/v1/session", token=secret).status == 401


def test_a_second_factor_from_its_key_to_the_day_it_is_switched_off(browser: Browser) -> None:
    with (
        living(furnished=False) as home,
        visiting(browser, home, known=False, theme="dark", size=PHONE) as visitor,
    ):
        page = visitor.open("/system/account")
        _log_in(page)
        page.get_by_role("button", name="Set it up").click()
        proof = page.get_by_role("dialog")
        proof.get_by_label("The password as it is now").fill("not the password")
        proof.get_by_role("button", name="Go on").click()
        # A wrong password is no login that has ended.
        expect(proof.get_by_role("alert")).to_contain_text("wrong")
        proof.get_by_label("The password as it is now").fill(PASSWORD)
        proof.get_by_role("button", name="Go on").click()
        expect(page.get_by_alt_text("QR code of the key for an authenticator app")).to_be_visible()
        secret = page.get_by_label("Key, for typing it in").input_value().replace(" ", "")
        visitor.picture("system-second-factor")
        assert not visitor.accessibility()
        assert not [url for url in visitor.asked if secret in url and not url.startswith("data:")]
        page.get_by_label("The code it shows").fill(_code(secret))
        page.get_by_role("button", name="Switch it on").click()
        codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
        expect(codes.first).to_be_visible()
        recovery = codes.all_inner_texts()
        assert len(recovery) == len(set(recovery)) > 5
        visitor.picture("system-recovery-codes")
        assert not visitor.accessibility()
        with page.expect_download() as coming:
            page.get_by_role("button", name="Download").click()
        assert all(code in coming.value.path().read_text() for code in recovery)
        page.get_by_role("button", name="I have kept them").click()
        expect(page.get_by_text(f"{len(recovery)} recovery codes left.")).to_be_visible()
        assert recovery[0] not in page.content()

        # The dialog that renews a login asks for a code now, though this page has never asked for one.
        _end_others(home)
        page.get_by_label("The password as it is now").fill(PASSWORD)
        page.get_by_label("Code of the second factor").fill(recovery[0])
        page.get_by_label("A new one", exact=True).fill(f"{PASSWORD} 2")
        page.get_by_label("The new one once more").fill(f"{PASSWORD} 3")
        expect(page.get_by_text("The two are not the same.")).to_be_visible()
        page.get_by_label("The new one once more").fill(f"{PASSWORD} 2")
        page.get_by_role("button", name="Change the password").click()
        again = page.get_by_role("dialog", name="You have been logged out")
        again.get_by_label("Password").fill(PASSWORD)
        again.get_by_label("Code", exact=True).fill(recovery[1])
        again.get_by_role("button", name="Log in").click()
        expect(page.get_by_text(re.compile("^The password is changed"))).to_be_visible()
        expect(page.get_by_text(f"{len(recovery) - 2} recovery codes left.")).to_be_visible()
        visitor.picture("system-account-factor")
        assert not visitor.accessibility()
        assert home.panel.call("GET", "/v1/session", cookie=home.cookie).status == 401

        page.get_by_role("button", name="Switch it off").click()
        off = page.get_by_role("dialog")
        off.get_by_label("The password as it is now").fill(f"{PASSWORD} 2")
        off.get_by_label("Code of the second factor").fill(recovery[2])
        off.get_by_role("button", name="Switch it off").click()
        expect(page.get_by_role("button", name="Set it up")).to_be_visible()
        expect(page.get_by_label("Code of the second factor")).to_have_count(0)


def _log_in(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def _end_others(home: Household) -> None:
    """End all logins but the test's own."""
    for login in home.api("GET", "/v1/sessions").json()["items"]:
        if not login["current"]:
            home.api("DELETE", f"/v1/sessions/{login['id']}")


def _code(secret: str) -> str:
    """What the authenticator app shows now."""
    return pyotp.TOTP(secret).now()
