"""The API's documentation in a real browser. The panel's own pages: tests/browser."""

from pathlib import Path

import pytest

from tests.fakes.live_box import LiveBox, started
from tests.fakes.upstream import FakeUpstream
from tests.live import chromium
from tests.live.panel import panel_of

REASON = chromium.why_not()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)


def visited(live: LiveBox, path: str, tmp_path: Path) -> chromium.Visit:
    origin = f"http://127.0.0.1:{panel_of(live).port}"
    panel_of(live).call("GET", "/healthz", timeout=30)
    seen = chromium.visit(f"{origin}{path}", tmp_path / f"page-{len(list(tmp_path.iterdir()))}")
    # Swagger UI does not like our operations' names, and says so of each.
    assert not [line for line in seen.console if "escaping deep link" not in line]
    assert seen.asked
    assert not [url for url in seen.asked if not url.startswith((f"{origin}/", "data:"))]
    return seen


def test_the_documentation_is_whole_and_loads_nothing_from_elsewhere(
    world: FakeUpstream, tmp_path: Path
) -> None:
    with started(world.url, panel=True) as live:
        docs = visited(live, "/docs", tmp_path)
        assert "opblock-tag" in docs.dom
        assert 'id="operations-tag-rules"' in docs.dom
        operation = visited(live, "/docs#/rules/rules_create", tmp_path)
        assert "Scope: <code>rules</code>" in operation.dom
