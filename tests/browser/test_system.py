"""The box itself: how it is, what it tells other programs, backups, the log's storage."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.household import PASSWORD, Household, living, moved_in
from tests.browser.visitor import DESKTOP, PHONE, Theme, Visitor, visiting
from tests.fakes.live_box import started
from tests.fakes.receiver import receiving
from tests.fakes.upstream import running_upstream

# Each part of the page, and what is there once it has what it asked for.
PARTS = {
    "": "Every part of this box runs.",
    "/account": "Browsers that may rule this box.",
    "/tokens": "onerror",
    "/webhooks": "hooks.invalid",
    "/backup": "Make a backup",
    "/storage": "POCO F3",
    "/audit": "webhook added",
}
THEMES: tuple[Theme, ...] = ("light", "dark")
EVIL = "<img src=x onerror=alert(1)>"
LONG = f"https://hooks.invalid/{'long/' * 60}<script>alert(1)</script>"
ALLOWED = ("", "/storage")  # to who may only look
DENIED = ("/account", "/tokens", "/webhooks", "/audit")


@pytest.fixture(scope="module")
def own(browser: Browser) -> Iterator[Household]:
    """A house that is changed here, by one who gives things names that mean no good."""
    del browser  # no box where nobody can look
    # The programs that are told of things here run on this machine.
    settings = {"PANEL__PRIVATE_WEBHOOKS": "true"}
    with running_upstream() as world, started(world.url, settings, panel=True) as live:
        home = moved_in(live)
        for address, name in (("127.10.0.1", EVIL), ("127.10.0.2", "POCO F3")):
            home.ask(address, "data.mistat.intl.xiaomi.com")
            home.wait_for_rows(f"device={address}")
            home.api("PATCH", f"/v1/devices/{address}", {"name": name})
        home.api("POST", "/v1/tokens", {"name": f"{EVIL} {'W' * 30}", "scopes": ["read", "evidence"]})
        home.api("POST", "/v1/webhooks", {"url": LONG, "events": ["new-device"]})
        yield home


def _open(visitor: Visitor, part: str) -> Page:
    """A part of the page, as soon as it has what it asked for."""
    page = visitor.open(f"/system{part}")
    expect(
        page.get_by_text(PARTS[part]).or_(page.get_by_role("option", name=PARTS[part])).first
    ).to_be_attached()
    expect(page.get_by_text("Loading …")).to_have_count(0)
    return page


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_each_part_is_whole_and_in_reach_of_everybody(
    browser: Browser, own: Household, size: tuple[int, int]
) -> None:
    with visiting(browser, own, size=size) as visitor:
        visitor.page.add_init_script("window.struck = []; window.alert = (word) => window.struck.push(word);")
        for part in PARTS:
            page = _open(visitor, part)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                name = part.strip("/") or "overview"
                visitor.picture(f"system-{name}-{'phone' if size == PHONE else 'desktop'}-{theme}")
                assert not visitor.overflow(), part
                assert not visitor.accessibility(), part
            # What means no good is text, and nothing else.
            assert page.evaluate("window.struck") == []
            assert not page.locator('main img, main script, a[href^="javascript:" i]').count(), part


def test_a_part_of_the_box_that_hangs_is_shown_and_heals(browser: Browser, own: Household) -> None:
    with visiting(browser, own) as visitor:
        page = _open(visitor, "")
        expect(page.get_by_text(re.compile(r"^Hushgate \d+\.\d+\S* on Python 3\."))).to_be_visible()
        row = page.get_by_role("row", name=re.compile("^dns-0"))
        expect(row).to_contain_text("runs")
        worker = own.live.pids()["hush dns-0"]
        os.kill(worker, signal.SIGSTOP)  # hangs: it is there, and answers nobody
        visitor.open("/system")
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("1 part of this box does not run.", timeout=30_000)
        expect(row).to_contain_text("does not run")
        visitor.picture("system-overview-ill")
        assert not visitor.accessibility()
        os.kill(worker, signal.SIGKILL)
        # Started again by the box, and shown without a reload.
        expect(heading).to_have_text("Every part of this box runs.", timeout=30_000)
        expect(row).to_contain_text(re.compile("now|seconds ago"))


def test_who_may_only_look_is_told_what_they_may_not_do(browser: Browser, own: Household) -> None:
    made = own.api("POST", "/v1/tokens", {"name": "wall display", "scopes": ["read"]}).json()
    with visiting(browser, own, known=False, size=PHONE) as visitor:
        visitor.context.set_extra_http_headers({"Authorization": f"Bearer {made['token']}"})
        for part in ALLOWED:
            page = visitor.open(f"/system{part}")
            expect(page.get_by_role("table").first).to_be_visible()
            expect(page.get_by_role("alert")).to_have_count(0)
        wiping = page.get_by_role("region", name="Wipe the log")
        wiping.get_by_role("button").click()
        page.get_by_role("dialog").get_by_role("button", name="Wipe it").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("This needs the scope admin")
        visitor.picture("system-wipe-refused")
        assert not visitor.accessibility()
        for part in DENIED:
            page = visitor.open(f"/system{part}")
            expect(page.get_by_role("alert")).to_contain_text("This needs the scope admin")
            assert not visitor.overflow()
            assert not visitor.accessibility()
        visitor.picture("system-audit-refused")
    assert own.api("GET", "/v1/log").json()["items"]
    own.api("DELETE", f"/v1/tokens/{made['id']}")


def test_a_webhook_is_added_tested_edited_and_deleted(browser: Browser, own: Household) -> None:
    with receiving() as program, visiting(browser, own, theme="dark") as visitor:
        page = _open(visitor, "/webhooks")
        page.get_by_role("button", name="Add a webhook").click()
        form = page.get_by_role("dialog")
        form.get_by_label("Address").fill("javascript:alert(1)")
        form.get_by_role("button", name="Add").click()
        expect(form.get_by_role("alert")).to_be_visible()
        form.get_by_label("Address").fill(program.url)
        form.get_by_label("a new device in the house").check()
        assert not visitor.accessibility()
        form.get_by_role("button", name="Add").click()
        secret = page.get_by_label(f"Secret of the webhook to {program.url}").input_value()
        assert secret.startswith("whsec_")
        visitor.picture("system-webhook-secret")
        assert not visitor.accessibility()
        page.get_by_role("button", name="I have it").click()
        assert secret not in page.content()
        page.get_by_role("button", name=f"Send a test to {program.url}").click()
        expect(page.get_by_text(re.compile("^The test was taken: it answered 204"))).to_be_visible()
        assert program.wait_for(1)[0].is_signed_with(secret)

        # Somebody else changes it while it is edited: what they did is shown, what was typed stays.
        page.get_by_role("button", name=f"Edit the webhook to {program.url}").click()
        number = own.api("GET", "/v1/webhooks").json()["items"][-1]["id"]
        expect(page.get_by_role("dialog")).to_be_visible()
        page.wait_for_load_state("networkidle")  # the version that is edited is known
        own.api("PATCH", f"/v1/webhooks/{number}", {"events": ["tampering", "new-device"]})
        page.get_by_label("Address").fill(f"{program.url}/2")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(re.compile("^Somebody else has changed it meanwhile"))).to_be_visible()
        visitor.picture("system-webhook-conflict")
        assert not visitor.accessibility()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The webhook is changed.")).to_be_visible()
        found = own.api("GET", f"/v1/webhooks/{number}").json()
        assert (found["url"], found["events"]) == (f"{program.url}/2", ["new-device"])

        # A program that takes nothing: said after a test, and after what it should have been told.
        program.statuses[:] = [500]
        page.get_by_role("button", name=f"Send a test to {program.url}/2").click()
        expect(page.get_by_text(re.compile("^The test was not taken: .*500"))).to_be_visible()
        own.ask("127.30.0.9", "www.example.org")
        program.wait_for(3, timeout=20)
        row = page.get_by_role("listitem").filter(has_text=f"{program.url}/2")
        expect(row.get_by_text(re.compile(r"\d attempts? failed in a row"))).to_be_visible(timeout=20_000)
        expect(row).to_contain_text(re.compile(r"Last attempt: (now|\d+ seconds? ago)"))
        visitor.picture("system-webhook-fails")
        assert not visitor.accessibility()
        page.get_by_role("switch", name=f"Send to {program.url}/2").click()
        expect(page.get_by_text("The webhook is off.")).to_be_visible()
        page.get_by_role("button", name=f"Delete the webhook to {program.url}/2").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("The webhook is deleted.")).to_be_visible()
        expect(page.get_by_text(f"{program.url}/2")).to_have_count(0)


def test_the_log_is_exported_and_wiped_after_one_question(browser: Browser, own: Household) -> None:
    with visiting(browser, own) as visitor:
        page = _open(visitor, "/storage")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            re.compile("^Hushgate keeps .* on this box's disk.")
        )
        exporting = page.get_by_role("region", name="Export the log")
        exporting.get_by_label("Format").select_option("jsonl")
        exporting.get_by_label("Phone").select_option(label="POCO F3")
        with page.expect_download() as coming:
            exporting.get_by_role("button", name="Download").click()
        assert coming.value.suggested_filename.endswith(".jsonl")
        rows = coming.value.path().read_text().splitlines()
        assert rows
        assert all("127.10.0.2" in row for row in rows)
        wiping = page.get_by_role("region", name="Wipe the log")
        wiping.get_by_label("Phone").select_option(label="POCO F3")
        wiping.get_by_role("button").click()
        asked = page.get_by_role("dialog")
        expect(asked).to_contain_text("All rows of POCO F3 go")
        visitor.picture("system-wipe")
        assert not visitor.accessibility()
        asked.get_by_role("button", name="Wipe it").click()
        expect(page.get_by_text(re.compile(r"^\d+ rows? wiped\."))).to_be_visible()
    assert not own.api("GET", "/v1/log?device=127.10.0.2").json()["items"]
    assert own.api("GET", "/v1/log?device=127.10.0.1").json()["items"]


def test_a_backup_brings_back_what_was_set(browser: Browser, tmp_path: Path) -> None:
    with living(furnished=False) as home, visiting(browser, home) as visitor:
        page = _open(visitor, "/backup")
        page.get_by_label("With secrets").check()
        with page.expect_download() as coming:
            page.get_by_role("button", name="Download").click()
        file = tmp_path / coming.value.suggested_filename
        coming.value.save_as(file)
        assert re.fullmatch(r"hushgate-\d{8}-\d{6}\.tar\.gz", file.name)
        added = home.api("POST", "/v1/rules", {"text": "||later.example.org^"}).json()["id"]
        # What is no backup is said to be none, and nothing happens.
        bad = tmp_path / f"{EVIL.replace('/', '')}.tar.gz"
        bad.write_bytes(b"nothing")
        _look_into(page, bad)
        expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("button", name="Restore it")).to_be_disabled()
        assert not visitor.accessibility()
        page.get_by_role("button", name="Cancel").click()
        # Looked at first: what it would change, and what that means for who looks.
        _look_into(page, file)
        asked = page.get_by_role("dialog", name="Restore this backup?")
        expect(asked.get_by_text("1 removed")).to_be_visible()
        expect(asked.get_by_text(re.compile("You are logged out"))).to_be_visible()
        visitor.picture("system-restore")
        assert not visitor.accessibility()
        assert home.api("GET", f"/v1/rules/{added}").status == 200
        asked.get_by_role("button", name="Restore it").click()
        expect(page.get_by_text(re.compile("^The backup is restored."))).to_be_visible()
        # Its account is the one that counts now: whoever looks logs in again, where they were.
        page.get_by_role("link", name="Tokens", exact=True).click()
        again = page.get_by_role("dialog", name="You have been logged out")
        again.get_by_label("Password").fill(PASSWORD)
        again.get_by_role("button", name="Log in").click()
        expect(page.get_by_text("There is no token: no program uses the API.")).to_be_visible()
        page.get_by_role("link", name="Rules", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("later.example.org")).to_have_count(0)


def _look_into(page: Page, file: Path) -> None:
    page.get_by_label("File of a backup").set_input_files(file)
    page.get_by_role("button", name="See what it would change").click()
